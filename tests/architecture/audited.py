"""Which actions, on which kinds of targets, the program writes into the audit trail: read from the source, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Unreadable(ValueError):
    """What is written cannot be told from the source."""


@dataclass(frozen=True)
class Module:
    """One file, and what it is called in an import."""

    name: str
    tree: ast.Module

    @cached_property
    def functions(self) -> list[Function]:
        """All functions, those of classes and those within others too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def calls(self) -> list[tuple[ast.Call, Function | None]]:
        """All calls, each with the innermost function that it stands in."""
        holder: dict[ast.Call, Function] = {}
        # An inner function comes after the one that it is in.
        for function in self.functions:
            holder |= {node: function for node in ast.walk(function) if isinstance(node, ast.Call)}
        return [(node, holder.get(node)) for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @cached_property
    def imports_note(self) -> bool:
        """Whether its `note` is that of the audit trail."""
        return (_imported_from("note", self) or "").startswith("ai_api.audit")


@dataclass(frozen=True)
class Program:
    """The source as a whole: a value that a function is given is looked for where that is called."""

    modules: tuple[Module, ...]

    @cached_property
    def _calls(self) -> dict[str | None, list[tuple[Module, ast.Call, Function | None]]]:
        found: dict[str | None, list[tuple[Module, ast.Call, Function | None]]] = {}
        for module in self.modules:
            for call, function in module.calls:
                found.setdefault(_called(call), []).append((module, call, function))
        return found

    @classmethod
    def of(cls, sources: Iterable[tuple[str, str]]) -> Program:
        """A program of pairs of a module's name and its text."""
        return cls(tuple(Module(name, ast.parse(text)) for name, text in sources))

    def written(self, field: str) -> set[str]:
        """All values of `field` with which `audit.note` is called anywhere. Raises Unreadable where one cannot be told."""
        found: set[str] = set()
        for module, call, function in self._calls.get("note", ()):
            if not _is_note(call, module):
                continue
            given = _keyword(call, field)
            if given is None:
                raise Unreadable(f"{module.name}:{call.lineno}: {field} is not named")
            found |= self._values(given, module, function)
        return found

    def _values(self, given: ast.expr, module: Module, function: Function | None) -> set[str]:
        match given:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.IfExp(body=one, orelse=other):
                return self._values(one, module, function) | self._values(other, module, function)
            case ast.JoinedStr(values=parts):
                whole = {""}
                for part in parts:
                    inner = part.value if isinstance(part, ast.FormattedValue) else part
                    ends = self._values(inner, module, function)
                    whole = {begun + end for begun in whole for end in ends}
                return whole
            case ast.Name(id=name) if function is not None:
                return self._named(name, module, function)
        raise Unreadable(f"{module.name}:{given.lineno}: {ast.unparse(given)}")

    def _named(self, name: str, module: Module, function: Function) -> set[str]:
        assigned = list(_assigned(name, function))
        if assigned:
            return set().union(*(self._values(each, module, function) for each in assigned))
        place = _parameter(name, function)
        if place is None:
            raise Unreadable(f"{module.name}:{function.lineno}: {name} of {function.name}")
        of_type = _literals(place.annotation, module, self.modules)
        return of_type or self._given(function, place, module)

    def _given(self, function: Function, place: Parameter, module: Module) -> set[str]:
        """What a function is given for a parameter by those who call it; a private one by its own module."""
        found = set() if place.default is None else self._values(place.default, module, function)
        is_private = function.name.startswith("_")
        for other, call, caller in self._calls.get(function.name, ()):
            if (other is module or not is_private) and (given := _argument(call, place)) is not None:
                found |= self._values(given, other, caller)
        if not found:
            raise Unreadable(f"{module.name}:{function.lineno}: nobody gives {function.name} a {place.name}")
        return found


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function; `at` is its place, None where it has to be named."""

    name: str
    at: int | None
    annotation: ast.expr | None
    default: ast.expr | None


def _is_note(call: ast.Call, module: Module) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="audit"), attr="note"):
            return True
        case ast.Name(id="note"):
            return module.imports_note
    return False


def _called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _argument(call: ast.Call, place: Parameter) -> ast.expr | None:
    if (named := _keyword(call, place.name)) is not None:
        return named
    return call.args[place.at] if place.at is not None and place.at < len(call.args) else None


def _assigned(name: str, function: Function) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                yield value


def _parameter(name: str, function: Function) -> Parameter | None:
    given = function.args
    in_order = [*given.posonlyargs, *given.args]
    without = [None] * (len(in_order) - len(given.defaults))
    for at, (each, default) in enumerate(zip(in_order, [*without, *given.defaults], strict=True)):
        if each.arg == name:
            return Parameter(name, at, each.annotation, default)
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if each.arg == name:
            return Parameter(name, None, each.annotation, default)
    return None


def _literals(annotation: ast.expr | None, module: Module, modules: tuple[Module, ...]) -> set[str]:
    """The words of `Literal[…]`, also by the name of one; none for any other type."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Literal"), slice=within):
            parts = within.elts if isinstance(within, ast.Tuple) else [within]
            return {each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str)}
        case ast.Name(id=name):
            source = _imported_from(name, module)
            home = next((other for other in modules if other.name == source), module)
            meant = [
                node.value
                for node in home.tree.body
                if isinstance(node, ast.Assign)
                and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
            ]
            return set().union(*(_literals(each, home, modules) for each in meant))
    return set()


def _imported_from(name: str, module: Module) -> str | None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and any((each.asname or each.name) == name for each in node.names):
            return node.module
    return None


def program_in(root: Path) -> Program:
    """The program whose package `root` is."""
    files = sorted(root.rglob("*.py"))
    return Program.of((_name(path, root), path.read_text(encoding="utf-8")) for path in files)


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
