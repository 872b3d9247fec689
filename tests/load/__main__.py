"""`python -m tests.load`: measures the gateway beside a bare relay and writes the table into the documentation."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import uvloop
from scripts import generated_block

from tests.load import report
from tests.load.answers import WrongAnswer
from tests.load.machine import described, sync_ms
from tests.load.run import Plan, run
from tests.load.stand import standing

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "performance.md"
BLOCK = "make load"
QUICK = Plan(seconds=1.0, repeats=1)


def main() -> None:
    """Runs it. Exit code 1 when an answer or the books are wrong; figures that miss their goal are figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement (default %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="of everything (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one short round, written nowhere: does everything work?")
    options = parser.parse_args()
    plan = QUICK if options.quick else Plan(options.seconds, options.repeats)
    try:
        text = uvloop.run(_table(plan))
    except (WrongAnswer, AssertionError, TimeoutError, RuntimeError, asyncio.CancelledError) as error:
        print(f"The load run failed: {type(error).__name__} {error}", file=sys.stderr)
        raise SystemExit(1) from error
    print(text)
    if not options.quick:
        generated_block.write(PAGE, BLOCK, text)


async def _table(plan: Plan) -> str:
    # Told to end, it takes down what it has put up, as Ctrl-C makes it do.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with standing() as stand:
        machine = f"{described()}; a write reaches its disk in {sync_ms(stand.postgres.folder):.1f} ms"
        results = await run(stand, plan, _say)
        postgres = await stand.postgres_version()
    return report.table(results, plan, machine=machine, postgres=postgres, root=ROOT)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
