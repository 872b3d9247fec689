"""Running the listeners: uvicorn twice in one loop, one clean way down.

The first SIGTERM or SIGINT makes the process not ready, takes calls for `drain_delay_s` more, then lets open ones finish within
`grace_s`. A second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import uvicorn

from ai_api.app import Application
from ai_api.observability.listener import Family, OpsListener
from ai_api.settings import Listen

_BACKLOG = 2048
_KEEP_ALIVE_S = 75
_GC_THRESHOLDS = (50_000, 50, 1_000)


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
) -> None:
    """Serves until a signal; `beside` runs along until its event is set, `ready` runs once calls can come.

    `more_metrics` are those of what runs beside.
    """
    asked_to_stop = asyncio.Event()
    _on_signals(asked_to_stop)

    def metrics() -> list[Family]:
        return application.metrics() + (more_metrics() if more_metrics is not None else [])

    ops = OpsListener(lambda: application.faults, metrics, ops_token)
    public_server = _Server(_config(application, listen_settings, lifespan="on"))
    ops_server = _Server(_config(ops, listen_settings, lifespan="off"))
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
        stop = asyncio.create_task(asked_to_stop.wait())
        await asyncio.wait({stop, tasks[0], *along}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        application.draining = True
        if asked_to_stop.is_set():
            await asyncio.sleep(listen_settings.drain_delay_s)
    finally:
        public_server.should_exit = True
        await asyncio.gather(tasks[0], return_exceptions=True)
        ops_server.should_exit = True
        stopping.set()
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
    asked_to_stop = asyncio.Event()
    _on_signals(asked_to_stop)
    server = _Server(_config(ops, listen_settings, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        await work(asked_to_stop)
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: signals are the process's, not a listener's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leaves signals alone."""
        yield


def _config(app: Any, listen_settings: Listen, *, lifespan: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan=lifespan,
        backlog=_BACKLOG,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(listen_settings.grace_s),
        proxy_headers=False,
    )


async def _started(server: uvicorn.Server, tasks: list[asyncio.Task[None]]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
        if tasks[0].done():
            await tasks[0]
            raise RuntimeError("the listener ended before it started")


def _settle_garbage() -> None:
    # What lives as long as the process need not be looked at again; a collection in the middle of a call costs its p99.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def _on_signals(asked_to_stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def handle() -> None:
        if asked_to_stop.is_set():
            # Asked twice: leave at once. What is unsettled is held, and the next sweep makes records of it.
            raise SystemExit(130)
        asked_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, handle)
