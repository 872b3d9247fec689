"""Running the listeners: uvicorn twice in one loop, one clean way down.

What happens after a signal is in `way_down`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import math
import socket
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, cast

import structlog
import uvicorn

from ai_api import __version__
from ai_api.app import Application
from ai_api.cli import way_down
from ai_api.cli.crowd import Crowd
from ai_api.cli.guard import Patience, guarded
from ai_api.cli.memory import give_back_large_pieces
from ai_api.cli.open_files import allow_many
from ai_api.cli.turned_away import TurnsAway
from ai_api.observability.edge import EdgeTold
from ai_api.observability.listener import Family, OpsListener
from ai_api.observability.metrics import edge_metrics, process_metrics
from ai_api.settings import Listen

_BACKLOG = 2048
_KEEP_ALIVE_S = 75
_GC_THRESHOLDS = (50_000, 50, 1_000)
_OPS_GRACE_S = 1
_BACKSTOP_S = 10
"""So long after the grace the server itself cancels what was told to end and has not. Nothing should ever come to that."""


class PortTaken(Exception):
    """The port is in use, or may not be opened."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"Cannot listen on {host}:{port}: {reason}. Choose another port.")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise PortTaken(host, port, error.strerror or "refused") from error
    made.setblocking(False)
    return made


async def serve(
    application: Application,
    listen_settings: Listen,
    sockets: tuple[socket.socket, socket.socket],
    *,
    beside: Callable[[asyncio.Event], Coroutine[Any, Any, None]] | None = None,
    ready: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ops_token: str | None = None,
    more_metrics: Callable[[], list[Family]] | None = None,
    leave: Callable[[], NoReturn] = way_down.leave_at_once,
) -> None:
    """Serves until a signal; `beside` runs along until its event is set, `ready` runs once calls can come.

    `more_metrics` are those of what runs beside. `leave` is what the third signal does.
    """
    asked = way_down.Asked(leave)
    asked.listen()

    give_back_large_pieces()
    allow_many()
    told = EdgeTold(structlog.get_logger("ai_api"))
    public_server = _public_server(application, listen_settings, sockets[0], told)
    ops = OpsListener(lambda: application.faults, _metrics_of(application, told, more_metrics), ops_token)
    ops_server = _Server(_ops_config(ops, listen_settings, told))
    tasks = [
        asyncio.create_task(public_server.serve(sockets=[sockets[0]])),
        asyncio.create_task(ops_server.serve(sockets=[sockets[1]])),
    ]
    along: list[asyncio.Task[None]] = []
    stopping = asyncio.Event()
    try:
        await _started(public_server, tasks)
        application.warm_up()
        _settle_garbage()
        if beside is not None:
            along.append(asyncio.create_task(beside(stopping)))
        if ready is not None:
            await ready()
        await _asked_to_stop(asked, [tasks[0], *along])
        await way_down.drain(application, listen_settings, asked)
    finally:
        await way_down.close(application, public_server, tasks[0], listen_settings, asked)
        await asyncio.gather(tasks[0], return_exceptions=True)
        ops_server.should_exit = True
        stopping.set()
        await way_down.finish(along, asked.again)
        results = await asyncio.gather(*tasks, *along, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def serve_ops(
    ops: OpsListener,
    listen_settings: Listen,
    opened: socket.socket,
    work: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
) -> None:
    """Serves the internal listener alone for as long as `work` goes on, which a signal asks to stop."""
    asked = way_down.Asked()
    asked.listen()
    server = _Server(_ops_config(ops, listen_settings))
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    working = asyncio.create_task(work(asked.to_stop))
    try:
        await way_down.finish([working], asked.again)
        if not working.cancelled():
            working.result()
    finally:
        server.should_exit = True
        await serving


def _public_server(
    application: Application, listen_settings: Listen, opened: socket.socket, told: EdgeTold
) -> uvicorn.Server:
    config = _config(application, listen_settings, lifespan="on", told=told, turns_away=application.turning_away())
    config.http = cast(Any, Crowd(cast(Any, config.http), opened))
    return _Server(config)


def _metrics_of(
    application: Application, told: EdgeTold, more_metrics: Callable[[], list[Family]] | None
) -> Callable[[], list[Family]]:
    def metrics() -> list[Family]:
        return [
            *application.metrics(),
            *edge_metrics(told.counts),
            *process_metrics(application.faults, version=__version__),
            *(more_metrics() if more_metrics is not None else []),
        ]

    return metrics


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: signals are the process's, not a listener's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leaves signals alone."""
        yield


def _config(
    app: Any,
    listen_settings: Listen,
    *,
    lifespan: Any,
    told: EdgeTold | None = None,
    turns_away: TurnsAway | None = None,
) -> uvicorn.Config:
    patience = Patience(listen_settings.header_s, listen_settings.body_idle_s, listen_settings.stall_s)
    return uvicorn.Config(
        app,
        http=guarded(patience, told or EdgeTold(structlog.get_logger("ai_api")), turns_away),
        ws="none",
        lifespan=lifespan,
        backlog=_BACKLOG,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=math.ceil(listen_settings.grace_s) + _BACKSTOP_S,
        proxy_headers=False,
    )


def _ops_config(ops: OpsListener, listen_settings: Listen, told: EdgeTold | None = None) -> uvicorn.Config:
    config = _config(ops, listen_settings, lifespan="off", told=told)
    config.timeout_graceful_shutdown = _OPS_GRACE_S
    return config


async def _started(server: uvicorn.Server, tasks: list[asyncio.Task[None]]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
        if tasks[0].done():
            await tasks[0]
            raise RuntimeError("the listener ended before it started")


async def _asked_to_stop(asked: way_down.Asked, running: list[asyncio.Task[None]]) -> None:
    """Returns when somebody asks, or when one of those that should run until then has ended."""
    stop = asyncio.create_task(asked.to_stop.wait())
    await asyncio.wait({stop, *running}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()


def _settle_garbage() -> None:
    # What lives as long as the process need not be looked at again; a collection in the middle of a call costs its p99.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
