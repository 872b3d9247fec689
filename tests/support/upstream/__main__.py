"""`python -m tests.support.upstream --port 0 --log FILE --json`: one line when ready, then runs until SIGTERM."""

import argparse
import asyncio
import gc
import json
import os
import signal
from pathlib import Path

import uvloop

from tests.support.upstream.server import KEEP, MODELS, running


def main() -> None:
    """Run the simulator with the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.upstream", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    parser.add_argument("--log", type=Path, help="append the witness's JSON lines to this file")
    parser.add_argument("--json", action="store_true", help="print the ready line as JSON")
    parser.add_argument("--quiet", action="store_true", help="witness nothing but counters")
    parser.add_argument("--keep", type=int, default=KEEP, help="requests and events remembered (default %(default)s)")
    parser.add_argument("--models", default=",".join(MODELS), help="what GET /v1/models lists")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with running(
        log=options.log,
        quiet=options.quiet,
        keep=options.keep,
        host=options.host,
        port=options.port,
        models=tuple(options.models.split(",")),
    ) as simulator:
        # What is loaded by now stays: the collector need not look at it while it is being measured against.
        gc.collect()
        gc.freeze()
        ready = {"url": simulator.url, "port": simulator.port, "pid": os.getpid()}
        print(json.dumps(ready) if options.json else f"simulator ready on {simulator.url}", flush=True)
        await stopped.wait()


if __name__ == "__main__":
    main()
