"""The command line: parse, call, report. What a command doesn't need isn't imported."""

import signal
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command ``koubai``. A Ctrl-C before it is loaded ends it without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from koubai.cli.main import main as loaded

    loaded()
