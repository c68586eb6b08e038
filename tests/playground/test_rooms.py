"""The rooms of the playground: each uses only itself and those before it, and no two modules use each other."""

import ast
from collections.abc import Mapping
from pathlib import Path

import koubai.playground

PLAYGROUND = Path(koubai.playground.__file__).parent
ROOMS = ("protocol", "model", "session", "server")
PACKAGE = "koubai.playground."


def modules() -> dict[str, str]:
    """The text of every module, by its name, such as "session.handlers"."""
    return {f"{room}.{path.stem}": path.read_text() for room in ROOMS for path in (PLAYGROUND / room).glob("[a-z]*.py")}


def imported(text: str, known: Mapping[str, str]) -> set[str]:
    """The modules of the playground that a module imports anywhere, also where only types are checked."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name.removeprefix(PACKAGE) for name in names} & set(known)


def faults(texts: Mapping[str, str]) -> list[str]:
    """Which module uses a room behind its own, and which two lead to each other."""
    uses = {name: imported(text, texts) for name, text in texts.items()}
    wrong = [
        f"{name} uses {other}"
        for name, others in uses.items()
        for other in others
        if ROOMS.index(other.split(".")[0]) > ROOMS.index(name.split(".")[0])
    ]
    for name in uses:
        reached: set[str] = set()
        ahead = set(uses[name])
        while ahead:
            reached |= ahead
            ahead = {other for one in ahead for other in uses[one]} - reached
        if name in reached:
            wrong.append(f"{name} leads to itself")
    return wrong


def test_rooms_use_those_before_them_and_no_two_modules_each_other() -> None:
    assert faults(modules()) == []


def test_a_planted_circle_is_seen() -> None:
    texts = modules()
    texts["model.timeline"] += "\nfrom koubai.playground.session import messages\n"
    assert "model.timeline uses session.messages" in faults(texts)
    texts = modules()
    line = "if TYPE_CHECKING:\n    from koubai.playground.session.session import Session\n"
    texts["session.handlers"] += f"\nfrom typing import TYPE_CHECKING\n{line}"
    assert {"session.handlers leads to itself", "session.session leads to itself"} <= set(faults(texts))


def test_the_model_has_no_socket_and_no_clock() -> None:
    for name, text in modules().items():
        if name.startswith("model."):
            roots = {
                (node.module or "" if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
                for node in ast.walk(ast.parse(text))
                if isinstance(node, (ast.Import, ast.ImportFrom))
                for alias in node.names
            }
            assert roots.isdisjoint({"time", "datetime", "socket", "asyncio", "starlette", "uvicorn"}), name
