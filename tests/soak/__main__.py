"""`python -m tests.soak`: calls for twenty minutes with a fault a minute, and writes what it found into the documentation."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import traceback
from pathlib import Path

from scripts import generated_block

from tests.load.circumstances import commit
from tests.soak.report import is_flat, table
from tests.soak.run import Plan, SoakFailed, SoakResults, soak

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "reliability.md"
BLOCK = "make soak"


def main() -> None:
    """Runs it. Exit code 1 when the books are wrong or something has grown."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=20, help="with a fault each (default %(default)s)")
    parser.add_argument("--minute-s", type=float, default=60.0, help="how long a minute is (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the order of faults and of what clients do")
    parser.add_argument("--dry", action="store_true", help="write nothing into the documentation")
    options = parser.parse_args()
    # Others may commit while this runs.
    commit()
    plan = Plan(options.minutes, options.seed, options.minute_s)
    try:
        results = asyncio.run(_soak(plan))
    except (SoakFailed, AssertionError, TimeoutError, asyncio.CancelledError) as error:
        if isinstance(error, TimeoutError):
            # It says nothing itself but where it was.
            traceback.print_exception(error)
        print(f"The soak failed: {type(error).__name__} {error}", file=sys.stderr)
        raise SystemExit(1) from error
    text = table(results, plan)
    print(text)
    if not options.dry:
        generated_block.write(PAGE, BLOCK, text)
    if not is_flat(results):
        print("Something has grown.", file=sys.stderr)
        raise SystemExit(1)


async def _soak(plan: Plan) -> SoakResults:
    # Told to end, it takes down what it has put up, as Ctrl-C makes it do.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await soak(plan, _say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
