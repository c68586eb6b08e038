"""What happens at each message of a page."""

import binascii
import secrets
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Never, cast

from koubai.errors import InputError
from koubai.playground.model import inspection
from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.compile_cache import compiling
from koubai.playground.model.data_source import OWN, UserData, source_of
from koubai.playground.model.kept_runs import stored_run
from koubai.playground.protocol import incoming
from koubai.playground.protocol.limits import MOST_TABLE
from koubai.playground.protocol.setting import Setting
from koubai.playground.session import messages
from koubai.playground.session.context import PageContext

SECONDS_TO_GO = 0.1  # for which a step is made again that somebody wants to see on the way to others


def handle(context: PageContext, message: incoming.Message) -> None:
    """Do what ``message`` asks for.

    Args:
        context: What it acts upon.
        message: One of ``HANDLERS``.

    Raises:
        KoubaiError: It can't be done; all is as before.
        Occupied: A program is needed, and too many are being compiled.
    """
    handler = cast("Callable[[PageContext, incoming.Message], None]", HANDLERS[type(message)])
    handler(context, message)


@contextmanager
def _resting_where_anew(context: PageContext) -> Iterator[None]:
    """A change after which the training begins anew ends it; after others it goes on."""
    timeline = context.workspace.training.timeline
    yield
    if context.workspace.training.timeline is not timeline:
        context.playback.rest()
    context.outbox.change()


def _language(context: PageContext, message: incoming.Language) -> None:
    context.outbox.language = message.language
    context.outbox.put(messages.welcome(context.key, message.language, keeps=context.store is not None, resumed=True))
    context.outbox.change()


def _check_steps_are_left(context: PageContext) -> None:
    """Diverged where no step can follow, InputError where all are made."""
    training = context.workspace.training
    if training.diverged is not None:
        raise training.diverged
    if training.is_finished:
        raise InputError("page-all-made", steps=training.step_number)


def _play(context: PageContext, message: incoming.Play) -> None:
    if message.more and context.workspace.training.further:
        context.workspace.more(message.more)
        context.outbox.change()
    _check_steps_are_left(context)
    context.playback.play()


def _pause(context: PageContext, message: incoming.Pause) -> None:
    context.playback.rest()


def _forward(context: PageContext, message: incoming.Forward) -> None:
    _check_steps_are_left(context)
    playback = context.playback
    start = context.workspace.training.step_number if playback.goal is None else playback.goal  # where it is on its way to
    playback.rest()
    playback.go_to(start + message.count)


def _back(context: PageContext, message: incoming.Back) -> None:
    training = context.workspace.training
    context.playback.go_to(max(training.timeline.first, training.step_number - message.count))


def _go(context: PageContext, message: incoming.Go) -> None:
    timeline = context.workspace.training.timeline
    context.playback.go_to(min(max(timeline.first, message.step), timeline.last), seconds=SECONDS_TO_GO)


def _speed(context: PageContext, message: incoming.Speed) -> None:
    context.playback.set_speed(message.steps)
    context.outbox.change()


def _reset(context: PageContext, message: incoming.Reset) -> None:
    context.playback.rest()
    context.workspace.reset()
    context.outbox.change()


def _renew(context: PageContext, message: incoming.Renew) -> None:
    with _resting_where_anew(context):
        context.workspace.renew(message.what, secrets.randbelow(10_000))


def _change(context: PageContext, message: incoming.Change) -> None:
    with _resting_where_anew(context):
        workspace, configuration = context.workspace, context.workspace.configuration
        if message.setting.get("data") == OWN != configuration.setting.data and not configuration.user_data.points:
            # to begin with, the points that are seen, or those of the founding example
            source = configuration.source if configuration.source.is_planar else source_of(Setting(), UserData())
            workspace.draw_points(source.as_points(), replaces=True)
        else:
            workspace.change(message.setting, usual=message.usual)


def _layers(context: PageContext, message: incoming.Layers) -> None:
    with _resting_where_anew(context):
        context.workspace.shape(message.hidden, message.activations)


def _edit(context: PageContext, message: incoming.Edit) -> None:
    context.workspace.edit(message.values)
    context.outbox.change()


def _freeze(context: PageContext, message: incoming.Freeze) -> None:
    context.workspace.freeze(message.places, frozen=message.frozen)
    context.outbox.change()


def _cut(context: PageContext, message: incoming.Cut) -> None:
    context.workspace.cut(message.places, cut=message.cut)
    context.outbox.change()


def _inspect_unit(context: PageContext, message: incoming.InspectUnit) -> None:
    context.view.inspected_unit = message.unit
    context.pacer.refresh()


def _drawn(context: PageContext, message: incoming.Drawn) -> None:
    context.pacer.acknowledge(message.frame)


def _draw_points(context: PageContext, message: incoming.DrawPoints) -> None:
    context.playback.hold()
    with _resting_where_anew(context):
        context.workspace.draw_points(message.points, replaces=message.replaces)


def _erase(context: PageContext, message: incoming.Erase) -> None:
    context.playback.hold()
    with _resting_where_anew(context):
        context.workspace.erase(message.x, message.y, message.radius)


def _table(context: PageContext, message: incoming.Table) -> None:
    if message.content:
        try:
            content = b64decode(message.content, validate=True)
        except binascii.Error as error:
            raise incoming.Malformed("message-malformed", reason=str(error)) from error
    else:
        user_data = context.workspace.configuration.user_data
        content = user_data.content if message.name == user_data.name else b""  # the same file, another target
    if not content or len(content) > MOST_TABLE:
        raise InputError("page-table", name=message.name, value=len(content), most=MOST_TABLE)
    with _resting_where_anew(context):
        context.workspace.load_table(message.name, content, message.target)


def _runs(context: PageContext, message: incoming.Runs) -> None:
    context.outbox.put(messages.runs(context.store, context.outbox.language))


def _open(context: PageContext, message: incoming.Open) -> None:
    context.playback.rest()
    context.workspace.open(message.name)
    context.outbox.change()


def _compare(context: PageContext, message: incoming.Compare) -> None:
    comparison = None
    if message.name:
        stored = stored_run(context.store, message.name)
        comparison = ComparisonRun.of(stored.run, stored.name)
    context.view.comparison = comparison
    context.outbox.change()


def _slope(context: PageContext, message: incoming.Slope) -> None:
    training = context.workspace.training
    with compiling(training.segment.experiment, purpose="slope"):
        rows = len(context.workspace.configuration.source.train.inputs)
        context.outbox.put(inspection.slope(training, message.place, rows))


def _price(context: PageContext, message: incoming.Price) -> None:
    context.outbox.put(inspection.price(context.workspace.training))


HANDLERS: Mapping[type[incoming.Message], Callable[[PageContext, Never], None]] = {
    incoming.Language: _language,
    incoming.Play: _play,
    incoming.Pause: _pause,
    incoming.Forward: _forward,
    incoming.Back: _back,
    incoming.Go: _go,
    incoming.Speed: _speed,
    incoming.Reset: _reset,
    incoming.Renew: _renew,
    incoming.Change: _change,
    incoming.Layers: _layers,
    incoming.Edit: _edit,
    incoming.Freeze: _freeze,
    incoming.Cut: _cut,
    incoming.InspectUnit: _inspect_unit,
    incoming.Drawn: _drawn,
    incoming.DrawPoints: _draw_points,
    incoming.Erase: _erase,
    incoming.Table: _table,
    incoming.Runs: _runs,
    incoming.Open: _open,
    incoming.Compare: _compare,
    incoming.Slope: _slope,
    incoming.Price: _price,
}
