"""What libraries say to programmers, kept from the terminal; and a folder for what they keep where there is no home for it."""

import logging
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir


def quieten() -> None:
    """Keep warnings of Python, logs, and what XLA writes from C++ away from the terminal."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _give_matplotlib_a_place()


def _give_matplotlib_a_place() -> None:
    """Give matplotlib a lasting folder where it can't write into its own: it would make one and look for fonts each time."""
    home = os.path.expanduser("~")  # noqa: PTH111  (Path.home() fails where there is none)
    own = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
    folders = [Path(os.environ.get(name) or Path(home) / usual) / "matplotlib" for name, usual in own.items()]
    if os.environ.get("MPLCONFIGDIR"):
        folders = [Path(os.environ["MPLCONFIGDIR"])]
    if all(map(_can_be_written, folders)):
        return
    with suppress(OSError, AttributeError):
        folder = Path(gettempdir()) / f"koubai-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if status.st_uid == os.getuid() and status.st_mode & 0o777 == 0o700 and folder.is_dir() and not folder.is_symlink():
            os.environ["MPLCONFIGDIR"] = str(folder)


def _can_be_written(folder: Path) -> bool:
    """Tell whether ``folder`` is there, or can be made, and can be written."""
    with suppress(OSError, ValueError):
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return folder.is_absolute() and folder.is_dir() and os.access(folder, os.W_OK)
    return False
