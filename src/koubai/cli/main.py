"""Entry and exit: whatever happens below ends here in one sentence and an exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from koubai.cli.language import language_of
from koubai.cli.libraries import quieten
from koubai.cli.signals import end_at_once, print_error
from koubai.cli.stdio import discard_output, prepare
from koubai.errors import InputError, KoubaiError, OutOfMemory, Unforeseen, internal, is_out_of_memory, unknown
from koubai.files import reason
from koubai.locale import sentence

if TYPE_CHECKING:
    from click import UsageError


def main() -> NoReturn:
    """Run the command ``koubai`` to its exit code."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's share is small here, and a second thread only waits for it
    prepare()
    quieten()
    language = "en"
    end_at_once(language)
    try:
        language = language_of(sys.argv[1:], os.environ)
    except KoubaiError as error:
        with suppress(KoubaiError):  # said in the language that was meant before, if there is one
            language = language_of([], os.environ)
        print_error(error.sentence(language), language)
        os._exit(error.exit_code)
    end_at_once(language)
    code = _ended(lambda: run(sys.argv[1:], language), language)
    code = max(code, _ended(_flushed, language))
    os._exit(code)  # all is written; to take JAX down in good order would take a quarter of a second


def run(arguments: Sequence[str], language: str) -> int:
    """Run the command line ``arguments``; returns the exit code, or raises KoubaiError."""
    import click

    from koubai.cli.commands import koubai

    try:
        result: int = koubai(language).main(list(arguments), prog_name="koubai", standalone_mode=False)
        return result or 0
    except click.UsageError as error:
        raise _input_error_of(error) from error


def _flushed() -> int:
    sys.stdout.flush()
    return 0


def _ended(work: Callable[[], int], language: str) -> int:
    try:
        return work()
    except KoubaiError as error:
        text, code = error.sentence(language), error.exit_code
    except BrokenPipeError:  # whoever read the output has seen enough
        discard_output()
        return 1
    except OSError as error:
        discard_output()
        text, code = sentence("error-output-closed", language, reason=reason(error)), 1
    except BaseException as error:  # a thread may have ended with any, such as KeyboardInterrupt
        cause = error.__cause__ if isinstance(error, Unforeseen) and error.__cause__ else error
        fault = OutOfMemory() if is_out_of_memory(cause) else internal(cause)
        text, code = fault.sentence(language), fault.exit_code
    print_error(text, language)
    return code


def _input_error_of(error: "UsageError") -> KoubaiError:
    """Turn a usage error of click into one of our own, which has a sentence in every language."""
    import click

    command = error.ctx.command if error.ctx else None
    if isinstance(error, click.NoSuchOption) and command is not None:
        names = [name.lstrip("-") for option in command.params for name in option.opts if name.startswith("--")]
        return unknown("option", error.option_name.lstrip("-"), names)
    if isinstance(error, click.BadOptionUsage):
        code = "option-flag" if "does not take" in error.message else "option-value"
        return InputError(code, name=error.option_name, command=command.name if command is not None else "train")
    if isinstance(error, click.MissingParameter):
        return InputError(f"argument-{error.param.name if error.param else 'gate'}")
    if "extra argument" in error.message:
        return InputError("argument-extra", value=error.message.split("(")[-1].rstrip(")."))
    if "No such command" in error.message and isinstance(command, click.Group):
        return unknown("command", error.message.split("'")[1], command.commands)
    return InputError("usage", reason=error.format_message())
