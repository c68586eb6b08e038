"""The command line: parse, call, report. What a command doesn't need isn't imported."""

from koubai.cli.main import main

__all__ = ["main"]
