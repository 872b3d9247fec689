"""`ai-api serve` and `ai-api worker`."""

from __future__ import annotations

from typing import Annotated

import typer
import uvloop

from ai_api import __version__
from ai_api.app import create_app
from ai_api.cli import serving
from ai_api.cli.key_check import refuse_missing_keys
from ai_api.cli.run import configure_log, learn_secrets, refusing
from ai_api.observability.listener import Family, OpsListener
from ai_api.observability.metrics import process_metrics
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
        redactor = configure_log(settings.log_level)
        uvloop.run(refuse_missing_keys(settings))
        uvloop.run(_serve(settings, chosen, redactor))


def worker() -> None:
    """Run the jobs: sweep what dead replicas held, make the ledger's partitions, prove the books, drop old accounts."""
    with refusing():
        settings = load_settings()
        learn_secrets(configure_log(settings.log_level), settings)
        uvloop.run(refuse_missing_keys(settings))
        uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    listen = settings.listen
    opened = serving.listen(listen.ops_host, listen.worker_ops_port)
    running = Worker(settings)

    def metrics() -> list[Family]:
        return [*running.metrics(), *process_metrics(running.faults, version=__version__)]

    ops = OpsListener(lambda: running.faults, metrics, _ops_token(settings))
    await serving.serve_ops(ops, listen, opened, running.run)


async def _serve(settings: Settings, doors: frozenset[str], redactor: Redactor) -> None:
    listen = settings.listen
    sockets = (serving.listen(listen.host, listen.port), serving.listen(listen.ops_host, listen.ops_port))
    learn_secrets(redactor, settings)
    application = create_app(settings, doors=doors, redactor=redactor)
    await serving.serve(application, listen, sockets, ops_token=_ops_token(settings))


def _ops_token(settings: Settings) -> str | None:
    return settings.ops_token.get_secret_value() if settings.ops_token else None
