"""The campaigns there are: what each tries, how much of it is a part, and how the parts of the same code are told together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.campaigns.parts import Part

Measure = Literal["each", "sequences", "seconds"]


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests by pytest: the file, the variable that says how much, and those of its parts that are for everybody else."""

    file: str
    variable: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A campaign. `unit` is what is counted; `measure` in what a part's size is given; `besides` are files that it runs
    without importing them: programs of their own, migrations, a description.

    Without a suite it is a reader of bytes, looked at by libFuzzer.
    """

    name: str
    unit: str
    measure: Measure
    size: int
    besides: tuple[str, ...] = ()
    suite: Suite | None = None


_SCHEMA = "alembic"
KINDS = {
    each.name: each
    for each in (
        Kind(
            "api",
            "requests",
            "each",
            3,
            # A gateway and a provider of their own.
            ("src/ai_api", _SCHEMA, "tests/support/upstream", "docs/reference/openapi.json"),
            Suite("tests/fuzz/test_api.py", "AI_API_FUZZ_CASES", ("schemathesis", "hypothesis")),
        ),
        Kind(
            "orders",
            "sequences",
            "sequences",
            100,
            (_SCHEMA,),
            Suite("tests/properties/test_any_order.py", "PROPERTIES", ("hypothesis",)),
        ),
        Kind(
            "people",
            "sequences",
            "sequences",
            100,
            (_SCHEMA,),
            Suite("tests/integration/portal/test_people_in_any_order.py", "PROPERTIES", ("hypothesis",)),
        ),
        Kind("stream", "executions", "seconds", 60),
        Kind("envelope", "executions", "seconds", 60),
    )
}


def told(kind: Kind, parts: Sequence[Part]) -> list[str]:
    """What the parts of the same code have found, as lines of a page: sums, or the most that any of them reached."""
    if kind.name == "api":
        answers = {name for part in parts for name in part.found}
        rows = [f"| {name} | {sum(part.found.get(name, 0) for part in parts):,} |" for name in sorted(answers)]
        return ["", "| answered | requests |", "| --- | ---: |", *rows]
    if kind.suite is not None:
        steps = sum(part.found["steps"] for part in parts)
        met = min((part.found["branches"] for part in parts if "branches" in part.found), default=0)
        branches = f", and every one of {met} branches met in each part" if met else ""
        return [f"- {steps:,} steps, the laws kept after each{branches}"]
    last = parts[-1].found
    return [
        f"- {max(part.found['edges'] for part in parts):,} edges and {max(part.found['features'] for part in parts):,} features reached; "
        f"{last['corpus']:,} inputs kept"
    ]
