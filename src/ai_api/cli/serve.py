"""`ai-api serve` and `ai-api worker`."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer
import uvloop

from ai_api.app import create_app
from ai_api.cli import serving
from ai_api.cli.run import configure_log, learn_secrets, refusing
from ai_api.observability.redact import Redactor
from ai_api.settings import Settings, load_settings
from ai_api.worker import Worker

DOORS = frozenset({"protocols", "portal"})


def serve(
    doors: Annotated[str, typer.Option("--doors", help="What to serve, of: protocols,portal")] = "protocols,portal",
) -> None:
    """Serve the gateway."""
    chosen = frozenset(part.strip() for part in doors.split(",") if part.strip())
    if not chosen or not chosen <= DOORS:
        raise typer.BadParameter("The doors are protocols and portal.")
    with refusing():
        settings = load_settings()
        uvloop.run(_serve(settings, chosen, configure_log(settings.log_level)))


def worker() -> None:
    """Run the jobs: sweep what dead replicas held, make the ledger's partitions."""
    with refusing():
        settings = load_settings()
        learn_secrets(configure_log(settings.log_level), settings)
        asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Worker(settings).run(stop)


async def _serve(settings: Settings, doors: frozenset[str], redactor: Redactor) -> None:
    listen = settings.listen
    sockets = (serving.listen(listen.host, listen.port), serving.listen(listen.ops_host, listen.ops_port))
    learn_secrets(redactor, settings)
    application = create_app(settings, doors=doors, redactor=redactor)
    token = settings.ops_token.get_secret_value() if settings.ops_token else None
    await serving.serve(application, listen, sockets, ops_token=token)
