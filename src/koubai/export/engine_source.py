"""The source of the NumPy engine's functions, cut down to what one run needs: so a script says what the engine does.

Docstrings give way to a comment in the reader's language; annotations, arguments that are settings of the script or have one
value in the run, and branches for the other precision go. What is left is the engine's own text.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from inspect import getsource, isfunction


@dataclass(frozen=True)
class _Called:
    """How a script calls a function: by which ``name``, with which of its ``arguments``, and with what ``more``."""

    name: str
    arguments: Sequence[str]
    kept: Collection[str]
    more: Sequence[str] = ()


class EngineSource:
    """Functions of the engine, one after the other, as a script has them.

    ``settings`` are names that the script has as numbers of its own. ``known``: what stands in the script for a name of the
    engine that is the same in the whole run, such as ``dtype``. ``evaluated``: how it calls the function ``f`` whose slopes
    are measured, and with what arguments beside the parameters. ``imports``: what the functions so far import by themselves,
    and the script at its beginning.
    """

    def __init__(self, settings: Collection[str], known: Mapping[str, str], evaluated: tuple[str, Sequence[str]]) -> None:
        self._settings, self._known = settings, known
        self._called = {"f": _Called(evaluated[0], ["parameters"], ["parameters"], evaluated[1])}
        self.imports: list[str] = []

    def function(self, function: Callable[..., object], comment: str, name: str = "", more: Sequence[str] = ()) -> str:
        """Its source, called ``name`` and with ``more`` arguments, where these are given."""
        name = name or function.__name__
        definition = _definition(function)
        body = _Body(getsource(function), self._known, self._called)
        lines = body.block(definition.body[1:])  # without the docstring
        self.imports += body.imports
        arguments = [one.arg for one in (*definition.args.args, *definition.args.kwonlyargs)]
        kept = [one for one in arguments if one in body.used and one not in self._settings]
        self._called[function.__name__] = _Called(name, arguments, kept)
        return "\n".join([f"def {name}({', '.join([*kept, *more])}):", comment, *lines])

    def call(self, function: Callable[..., object], values: Mapping[str, str]) -> str:
        """A call of a function that was written before; ``values``: what stands for each of its arguments."""
        called = self._called[function.__name__]
        return f"{called.name}({', '.join(values[one] for one in called.kept)})"

    def returned(self, function: Callable[..., object]) -> str:
        """What a function returns that does nothing else, as an expression."""
        (result,) = (statement for statement in _definition(function).body if isinstance(statement, ast.Return))
        return _Body(getsource(function), self._known, self._called).text(result).removeprefix("return ")


def with_helpers(function: Callable[..., object]) -> list[Callable[..., object]]:
    """A function after those of its module that it calls."""
    module = vars(import_module(function.__module__))
    names = [node.id for node in ast.walk(_definition(function)) if isinstance(node, ast.Name)]
    others = [module[name] for name in names if isfunction(module.get(name)) and module[name].__module__ == function.__module__]
    return list(dict.fromkeys([*(helper for other in others for helper in with_helpers(other)), function]))


def _definition(function: Callable[..., object]) -> ast.FunctionDef:
    definition = ast.parse(getsource(function)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return definition


@dataclass
class _Body:
    """The text of a function's parts, with what is known written into it; ``used`` are the names that occur there."""

    source: str
    known: Mapping[str, str]
    called: Mapping[str, _Called]
    used: set[str] = field(default_factory=set)
    imports: list[str] = field(default_factory=list)

    def block(self, statements: Sequence[ast.stmt]) -> list[str]:
        """The statements of the function, but imports, and of a branch on what is known only the one that is taken."""
        lines: list[str] = []
        for statement in statements:
            if isinstance(statement, ast.If) and (taken := self._taken(statement)) is not None:
                lines += self.block(taken)
                if taken and isinstance(taken[-1], ast.Return):
                    return lines
            elif isinstance(statement, (ast.Import, ast.ImportFrom)):
                self.imports.append(ast.unparse(statement))
            else:
                lines.append(f"    {self.text(statement)}")
        return lines

    def _taken(self, statement: ast.If) -> list[ast.stmt] | None:
        match statement.test:
            case ast.Compare(left=ast.Name(id=name), comparators=[other]) if name in self.known:
                return statement.body if self.known[name] == self.text(other) else statement.orelse
        return None

    def text(self, node: ast.AST) -> str:
        """The text of a statement or an expression."""
        match node:
            case ast.Name(id=name) if name not in self.known:
                self.used.add(name)
                return name
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return f"{self.text(target)} = {self.text(value)}"
            case ast.BinOp(ast.Call(ast.Attribute(ast.Attribute(attr="dtype"), "type"), [base]), ast.Pow(), exponent):
                base_text, single = self.text(base), self.known["dtype"] == "np.float32"
                return f"np.float32({base_text}) ** {self.text(exponent)}" if single else f"{base_text}**{self.text(exponent)}"
            case ast.Call(ast.Name(id=name), arguments, keywords) if name in self.called:
                return self._call(self.called[name], arguments, keywords)
        written = self.known.get(self.source[slice(*self._span(node))])
        return self._with_parts(node) if written is None else written

    def _call(self, called: _Called, arguments: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> str:
        texts = [self.text(value) for name, value in zip(called.arguments, arguments, strict=False) if name in called.kept]
        texts += [f"{keyword.arg}={self.text(keyword.value)}" for keyword in keywords if keyword.arg in called.kept]
        return f"{called.name}({', '.join([*texts, *called.more])})"

    def _with_parts(self, node: ast.AST) -> str:
        start, end = self._span(node)
        text = ""
        for part in sorted(_parts(node), key=self._span):
            first, last = self._span(part)
            text, start = text + self.source[start:first] + self.text(part), last
        return text + self.source[start:end]

    def _span(self, node: ast.AST) -> tuple[int, int]:
        """Where its text begins and ends; the lines of a body are ASCII, so that columns are places."""
        assert isinstance(node, (ast.expr, ast.stmt, ast.arg, ast.keyword))
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        lines = self.source.splitlines(keepends=True)
        first, last = (sum(map(len, lines[: line - 1])) for line in (node.lineno, node.end_lineno))
        return first + node.col_offset, last + node.end_col_offset


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What a part of a program consists of, as far as it stands somewhere in the source."""
    for part in ast.iter_child_nodes(node):
        if hasattr(part, "lineno"):
            yield part
        else:
            yield from _parts(part)
