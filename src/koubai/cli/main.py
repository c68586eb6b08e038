"""Entry and exit: whatever happens below ends here in one sentence and an exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from koubai.errors import InputError, KoubaiError, unknown
from koubai.files import reason
from koubai.locale import sentence

if TYPE_CHECKING:
    from click import UsageError

INTERRUPTED = 130


def main() -> NoReturn:
    """The command ``koubai``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = _ended(lambda: run(sys.argv[1:]))
    code = max(code, _ended(_flushed))
    sys.stdout = None  # it is flushed, or can't be
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line ``arguments``; returns the exit code, or raises KoubaiError."""
    import click

    from koubai.cli.parse import koubai

    try:
        result: int = koubai("en").main(list(arguments), prog_name="koubai", standalone_mode=False)
        return result or 0
    except click.Abort as error:
        raise KeyboardInterrupt from error
    except click.UsageError as error:
        raise _understood(error) from error


def _flushed() -> int:
    sys.stdout.flush()
    return 0


def _ended(work: Callable[[], int]) -> int:
    try:
        return work()
    except KoubaiError as error:
        return _fail(error.sentence("en"), error.exit_code)
    except KeyboardInterrupt:
        return _fail(sentence("interrupted", "en"), INTERRUPTED)
    except BrokenPipeError:  # whoever read the output has seen enough
        _discard_output()
        return 1
    except MemoryError:
        return _fail(sentence("error-memory", "en"), 1)
    except OSError as error:
        _discard_output()
        return _fail(sentence("error-output-closed", "en", reason=reason(error)), 1)
    except Exception as error:
        if "RESOURCE_EXHAUSTED" in str(error):  # how XLA says MemoryError
            return _fail(sentence("error-memory", "en"), 1)
        said = (str(error).splitlines() or [""])[0]
        return _fail(sentence("error-internal", "en", reason=f"{type(error).__name__}: {said}"), 1)


def _fail(text: str, code: int) -> int:
    try:
        sys.stderr.write(sentence("error-prefix", "en", sentence=text) + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody is there to be told
    return code


def _discard_output() -> None:
    """Send what is still to be written nowhere, so that the interpreter's own flush at exit finds no fault."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())


def _understood(error: "UsageError") -> KoubaiError:
    """A usage error of click's as one of our own."""
    import click

    if isinstance(error, click.NoSuchOption):
        if error.possibilities:
            return InputError("option-near", name=error.option_name, nearest=min(error.possibilities))
        return InputError("option-unknown", name=error.option_name)
    if isinstance(error, click.BadOptionUsage):
        code = "option-flag" if "does not take" in error.message else "option-value"
        return InputError(code, name=error.option_name)
    if isinstance(error, click.MissingParameter):
        return InputError("argument-missing")
    if "extra argument" in error.message and error.ctx is not None:
        return InputError("argument-extra", value=(error.ctx.args or [""])[0] or error.message.split("(")[-1].rstrip(")."))
    if "No such command" in error.message and error.ctx and isinstance(error.ctx.command, click.Group):
        return unknown("command", error.message.split("'")[1], error.ctx.command.commands)
    return InputError("usage", reason=error.format_message())
