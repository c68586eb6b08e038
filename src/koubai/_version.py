"""The version of the package. Nothing else stands here, so that every room may import it."""

__version__ = "0.1.0"
