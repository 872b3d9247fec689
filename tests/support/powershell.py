"""Scripts of PowerShell, read by the grammar of the language: there is no PowerShell here to run them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_powershell.language()))


@dataclass(frozen=True, slots=True)
class Function:
    """One that a script defines. Names have no case: they are told in small letters."""

    name: str
    parameters: tuple[str, ...]
    assigned: frozenset[str]


@dataclass(frozen=True, slots=True)
class Called:
    """A command, with how many values it is given; `is_spread` where one of them is a list of unknown length."""

    name: str
    values: int
    is_spread: bool


class Script:
    """What a script says, without running it."""

    def __init__(self, text: str) -> None:
        self._root = _PARSER.parse(text.encode()).root_node

    @property
    def faults(self) -> list[str]:
        """Where it cannot be read, by line; PowerShell would run nothing of such a script."""
        return [
            f"line {node.start_point.row + 1}: {_text(node)[:60]!r}"
            for node in _all(self._root)
            if node.is_error or node.is_missing
        ]

    @property
    def brackets(self) -> list[int]:
        """Where each is that opens or closes something, by byte; those of remarks and texts, `$(...)` in them, are not among them."""
        return [
            node.start_byte
            for node in _all(self._root)
            if node.type in {"{", "}", "(", ")"} and node.parent and node.parent.type != "sub_expression"
        ]

    @property
    def functions(self) -> list[Function]:
        """In their order."""
        return [_function(node) for node in _all(self._root) if node.type == "function_statement"]

    @property
    def calls(self) -> list[Called]:
        """Every command by its name. One that is called by `& $variable` has none."""
        return [_called(node) for node in _all(self._root) if node.type == "command" and _first(node, "command_name")]

    @property
    def read(self) -> set[str]:
        """The variables that are used anywhere, strings included; those of the environment are not among them."""
        return {name for node in _all(self._root) if node.type == "variable" for name in _named(node)}

    @property
    def assigned(self) -> set[str]:
        """The variables that are given a value anywhere: by an assignment, a loop, a parameter."""
        parameters = {name for function in self.functions for name in function.parameters}
        return parameters | _assigned(self._root)


def _function(node: Node) -> Function:
    name = _first(node, "function_name")
    assert name is not None
    parameters = [
        each
        for parameter in _all(node)
        if parameter.type == "script_parameter"
        for variable in parameter.children
        if variable.type == "variable"
        for each in _named(variable)
    ]
    return Function(_text(name).lower(), tuple(parameters), frozenset(_assigned(node)))


def _called(node: Node) -> Called:
    name, elements = _first(node, "command_name"), _first(node, "command_elements")
    assert name is not None
    given = [
        value
        for each in (elements.children if elements else ())
        for value in (each.children if each.type == "command_argument_sep" else [each])
        if _text(value).strip()
    ]
    return Called(_text(name), len(given), any(_text(value).startswith("@") for value in given))


def _assigned(node: Node) -> set[str]:
    found = set()
    for each in _all(node):
        if each.type == "foreach_statement":
            found |= {name for child in each.children if child.type == "variable" for name in _named(child)}
        elif each.type == "left_assignment_expression" and (variable := _only_variable(each)):
            found |= set(_named(variable))
    return found


def _only_variable(node: Node) -> Node | None:
    """The variable itself, and nothing of what a variable holds: `$a = 1`, not `$a.b = 1`."""
    while node.child_count == 1 and node.type != "variable":
        node = node.children[0]
    return node if node.type == "variable" else None


def _named(variable: Node) -> Iterator[str]:
    name = _text(variable).lstrip("$@").strip("{}").lower()
    if not name.startswith("env:"):
        yield name


def _first(node: Node, kind: str) -> Node | None:
    return next((child for child in node.children if child.type == kind), None)


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()
