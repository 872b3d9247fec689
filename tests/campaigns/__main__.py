"""`python -m tests.campaigns [api|orders|people|stream|envelope]`: tries much more than the gate does, at the lowest priority.

A campaign is run in as many sittings as one likes, each with a seed of its own; parts that ran the same code are added up in
docs/explanation/reliability.md. A run that finds something writes that, exits with 1 and is no part. Without a name, a small
part of each is run. `tables` only writes the tables again.
"""

from __future__ import annotations

import argparse
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version

from tests.campaigns import code, parts, report, runs
from tests.campaigns.kinds import KINDS, Kind
from tests.campaigns.parts import Part
from tests.load.circumstances import commit_of, is_changed
from tests.load.machine import described

_TRIED = ("tests", "docs/reference/openapi.json")
"""Besides the product."""
READER_NEEDS = ("atheris",)


def main() -> None:
    """Runs parts, and writes each that has ended. Exit code 1 when something was found, 2 when it cannot be begun."""
    options = _options()
    if options.kind == "tables":
        report.write()
        return
    for kind in KINDS.values() if options.kind is None else [KINDS[options.kind]]:
        size = getattr(options, kind.measure) or kind.size
        _run(kind, size=size, seed=options.seed, is_written=not options.dry)


def _run(kind: Kind, *, size: int, seed: int | None, is_written: bool) -> None:
    before = parts.load()
    # Others may commit while this runs.
    commit, files = commit_of(_TRIED), code.sources()
    if is_written and is_changed(_TRIED):
        _refuse("What is tried has changes that are not committed: commit them, or add --dry.")
    chosen = seed or parts.free_seed(before, kind.name)
    if is_written and parts.is_tried(before, kind.name, chosen):
        _refuse(f"{kind.name} has tried seed {chosen} already: it would be counted twice. Give another, or add --dry.")
    _say(f"{kind.name}: {kind.measure} {size}, seed {chosen}; what it says is in {runs.CACHE}")
    try:
        done = runs.run(kind, size=size, seed=chosen)
    except runs.CampaignFailed as failed:
        _say(f"{failed}\n{kind.name} failed, with seed {chosen}.")
        raise SystemExit(1) from failed
    _say(f"{kind.name}: {done.count:,} {kind.unit} in {done.seconds} s, {done.found}; {done.ran}")
    if is_written:
        part = Part(
            kind=kind.name,
            seed=chosen,
            size=size,
            count=done.count,
            seconds=done.seconds,
            day=f"{datetime.now(UTC):%Y-%m-%d}",
            commit=commit,
            machine=described(),
            versions=_versions(kind, done.postgres),
            found=done.found,
            code=code.fingerprint(files, done.ran, kind.besides),
        )
        with parts.alone():
            parts.add(part)
            report.write()


def _versions(kind: Kind, postgres: str | None) -> dict[str, str]:
    needs = kind.suite.needs if kind.suite else READER_NEEDS
    on = {} if postgres is None else {"Postgres": postgres}
    return {"Python": platform.python_version(), **on, **{name: version(name) for name in needs}}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=[*KINDS, "tables"])
    parser.add_argument("--each", type=_positive, help="requests to draw for each operation in each way (api)")
    parser.add_argument("--sequences", type=_positive, help="how many orders of events (orders, people)")
    parser.add_argument("--seconds", type=_positive, help="how long libFuzzer looks (stream, envelope)")
    parser.add_argument(
        "--seed",
        type=_positive,
        help="the next that was not tried, where not given; two that run at once are given theirs",
    )
    parser.add_argument("--dry", action="store_true", help="write nothing into the documentation")
    options = parser.parse_args()
    if options.kind in KINDS:
        measure = KINDS[options.kind].measure
        if any(getattr(options, other) for other in {"each", "sequences", "seconds"} - {measure}):
            parser.error(f"{options.kind} is measured by --{measure}")
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _refuse(why: str) -> None:
    _say(why)
    raise SystemExit(2)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
