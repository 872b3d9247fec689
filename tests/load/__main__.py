"""`python -m tests.load`: measures the gateway and writes tables into the documentation."""

from __future__ import annotations

import argparse
import asyncio
import resource
import signal
import sys
import tempfile
import traceback
from dataclasses import replace
from pathlib import Path

import uvloop
from scripts import generated_block

from tests.load import (
    browsing,
    browsing_report,
    dialects,
    dialects_report,
    migrating,
    migrating_report,
    opened,
    opened_report,
    overload,
    overload_report,
    peer_report,
    peers,
    report,
    run,
    sign_ins,
    sign_ins_report,
    size,
    size_report,
)
from tests.load.answers import WrongAnswer
from tests.load.circumstances import commit
from tests.load.machine import described, sync_ms
from tests.load.plan import PARTS, Plan, Say, chosen, wanted_blocks, written_blocks
from tests.load.stand import Stand, standing

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "performance.md"
DEFAULT = Plan(seconds=3.0, repeats=5)
_BY_HAND_TOO = ("make bench-data", "make bench-migrations")
QUICK = Plan(seconds=1.0, repeats=1, members=2_000, records=20_000, holders=100, streams=100, overload_s=3.0)


def main() -> None:
    """Runs it. Exit code 1 when an answer or the books are wrong; figures that miss their goal are figures."""
    options = _options()
    # Others may commit while this runs.
    commit()
    base = QUICK if options.quick else DEFAULT
    given = {
        name: value
        for name in ("seconds", "repeats", "members", "records", "holders", "streams", "overload_s")
        if (value := getattr(options, name)) is not None
    }
    plan = replace(base, parts=options.only, **given)
    may_write = [] if options.quick else written_blocks(plan.parts)
    # Thousands of calls at a time are thousands of sockets, here and in what is started from here.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        uvloop.run(_measure(plan, may_write, options.keep))
    except (WrongAnswer, AssertionError, TimeoutError, RuntimeError, asyncio.CancelledError) as error:
        if isinstance(error, TimeoutError):
            # It says nothing itself but where it was.
            traceback.print_exception(error)
        print(f"The load run failed: {type(error).__name__} {error}", file=sys.stderr)
        raise SystemExit(1) from error


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--only", type=_parts, default=frozenset(PARTS), help=f"a list of parts: {','.join(PARTS)}")
    parser.add_argument("--seconds", type=float, help=f"of each measurement (default {DEFAULT.seconds:g})")
    parser.add_argument("--repeats", type=int, help=f"of everything (default {DEFAULT.repeats})")
    parser.add_argument("--members", type=int, help=f"in the large database (default {DEFAULT.members:,})")
    parser.add_argument("--records", type=int, help=f"in the large database (default {DEFAULT.records:,})")
    parser.add_argument("--holders", type=int, help=f"credentials used in one worker (default {DEFAULT.holders:,})")
    parser.add_argument("--streams", type=int, help=f"open at once (default {DEFAULT.streams:,})")
    parser.add_argument("--overload-s", type=float, help=f"seconds of overload (default {DEFAULT.overload_s:g})")
    parser.add_argument("--keep", type=Path, help="a folder for databases that took long to fill; without it they go")
    parser.add_argument("--quick", action="store_true", help="small and short, written nowhere: does everything work?")
    return parser.parse_args()


def _parts(text: str) -> frozenset[str]:
    try:
        return chosen(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


async def _measure(plan: Plan, may_write: list[str], keep: Path | None) -> None:
    # Told to end, it takes down what it has put up, as Ctrl-C makes it do.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with standing(keep) as stand:
        for block in wanted_blocks(plan.parts):
            text = await _TABLES[block](stand, plan, _say)
            print(f"\n{block}\n\n{text}\n", flush=True)
            if block in may_write:
                generated_block.write(PAGE, _place_of(block, plan), text)


def _place_of(block: str, plan: Plan) -> str:
    """Ten million records have a table of their own: it is made by hand, the other one in minutes."""
    return f"{block}, by hand" if block in _BY_HAND_TOO and plan.records > DEFAULT.records else block


async def _main_table(stand: Stand, plan: Plan, say: Say) -> str:
    return report.table(await run.run(stand, plan, say), plan, **await _facts(stand))


async def _peer_table(stand: Stand, plan: Plan, say: Say) -> str:
    with tempfile.TemporaryDirectory(prefix="ai-api-peers-") as folder:
        return peer_report.table(await peers.run(stand, plan, say, Path(folder)), plan, **await _facts(stand))


async def _dialects_table(stand: Stand, plan: Plan, say: Say) -> str:
    with tempfile.TemporaryDirectory(prefix="ai-api-peers-") as folder:
        return dialects_report.table(await dialects.run(stand, plan, say, Path(folder)), plan, **await _facts(stand))


async def _size_table(stand: Stand, plan: Plan, say: Say) -> str:
    return size_report.table(await size.run(stand, plan, say), plan, **await _facts(stand))


async def _overload_table(stand: Stand, plan: Plan, say: Say) -> str:
    return overload_report.table(await overload.run(stand, plan, say), plan, **await _facts(stand))


async def _sign_ins_table(stand: Stand, plan: Plan, say: Say) -> str:
    return sign_ins_report.table(await sign_ins.run(stand, plan, say), plan, **await _facts(stand))


async def _browsing_table(stand: Stand, plan: Plan, say: Say) -> str:
    return browsing_report.table(await browsing.run(stand, plan, say), plan, **await _facts(stand))


async def _migrating_table(stand: Stand, plan: Plan, say: Say) -> str:
    return migrating_report.table(await migrating.run(stand, plan, say), plan, **await _facts(stand))


async def _opened_table(stand: Stand, plan: Plan, say: Say) -> str:
    return opened_report.table(await opened.run(stand, plan, say), plan, **await _facts(stand))


_TABLES = {
    "make load": _main_table,
    "make load, peers": _peer_table,
    "make load, dialects": _dialects_table,
    "make load, size": _size_table,
    "make load, overload": _overload_table,
    "make load, sign-ins": _sign_ins_table,
    "make bench-data": _browsing_table,
    "make bench-migrations": _migrating_table,
    "make bench-portal": _opened_table,
}


async def _facts(stand: Stand) -> dict[str, str]:
    machine = f"{described()}; a write reaches its disk in {sync_ms(stand.postgres.folder):.1f} ms"
    return {"machine": machine, "postgres": await stand.postgres_version()}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
