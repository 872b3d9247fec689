"""`ai-api up`: everything on this machine, and a first call that works when pasted."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from socket import socket
from typing import Annotated

import typer
import uvloop

from ai_api.app import Application, create_app
from ai_api.cli import environment, greeting, serving, way_down
from ai_api.cli.greeting import Greeting
from ai_api.cli.machine import Machine, Ports
from ai_api.cli.migrate import complete
from ai_api.cli.run import configure_log, ignore_interrupts, interruptible_once, learn_secrets, refusing
from ai_api.core import migrations
from ai_api.core.db import Hot
from ai_api.gateway import store_watch
from ai_api.local import first_run
from ai_api.local.children import Death
from ai_api.local.first_run import FirstRun
from ai_api.local.progress import Progress
from ai_api.observability.redact import Redactor
from ai_api.providers import KeyDraft
from ai_api.quotas import Terms
from ai_api.settings import Listen, Settings, load_settings
from ai_api.setup.first_run import make_starting_point
from ai_api.setup.starting_point import Connection, LocalModel
from ai_api.worker import Worker

DEFAULT_PORT = 8080
LOCAL_PROVIDER = "local"
LOCAL_PRICES_USD = {"input_usd": "0.01", "cached_read_usd": "0.01", "output_usd": "0.04"}
LOCAL_OUTPUT_TOKENS_MAX = 2048
# What the model's server is started with. Not imported from there: that needs the extra `local`, and every command loads this.
LOCAL_CONTEXT_TOKENS = 8192

# What stands in for the settings `up` gives itself until it has them.
_NO_DATABASE = "postgresql:///none"
_NO_KEY = "k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def up(
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Public port; 0 is any free one.")
    ] = None,
    data: Annotated[Path, typer.Option("--data", help="Data folder.")] = Path(".ai-api"),
    no_model: Annotated[bool, typer.Option("--no-model", help="Do not run the small local model.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line for programs when ready.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Forget what the first run printed, then go on.")] = False,
) -> None:
    """Run everything on this machine: database, small model, gateway, portal API."""
    with refusing():
        # Before anything is made: a setting that is refused must leave nothing half made.
        level = _log_level(load_settings(_only_ours(os.environ), database_url=_NO_DATABASE, encryption_keys=_NO_KEY))
        redactor = configure_log(level)
        machine = Machine(data, Progress(sys.stderr, quiet=as_json))
        with closing(_Stopping(machine)):
            if forget:
                first_run.forget(machine.data)
            sockets = _listen(machine, port)
            with closing(sockets[0]), closing(sockets[1]):
                with interruptible_once():
                    machine.start(with_model=not no_model)
                uvloop.run(_run(machine, sockets, redactor, as_json=as_json))


class _Stopping:
    """Ends the machine as `contextlib.closing` wants it."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def close(self) -> None:
        """Ends it, whoever is impatient: what is left running would be worse."""
        ignore_interrupts()
        self._machine.stop()


def _log_level(settings: Settings) -> str:
    # Somebody who runs it in a terminal sees what goes wrong, unless they asked for more.
    return settings.log_level if "log_level" in settings.model_fields_set else "WARNING"


def _listen(machine: Machine, port: int | None) -> tuple[socket, socket]:
    # Before anything is started: a port that is taken must leave nothing half made.
    kept = machine.ports()
    wanted = port if port is not None else kept.public or DEFAULT_PORT
    public = _kept_or_any(kept.public) if port == 0 else serving.listen("127.0.0.1", wanted)
    ops = _kept_or_any(kept.ops)
    machine.keep_ports(Ports(public.getsockname()[1], ops.getsockname()[1]))
    return public, ops


def _kept_or_any(kept: int | None) -> socket:
    try:
        return serving.listen("127.0.0.1", kept or 0)
    except serving.PortTaken:
        return serving.listen("127.0.0.1", 0)


async def _run(machine: Machine, sockets: tuple[socket, socket], redactor: Redactor, *, as_json: bool) -> None:
    if machine.postgres is None:
        raise RuntimeError("the machine is started first")
    dsn = machine.postgres.dsn
    await asyncio.to_thread(migrations.upgrade, dsn)
    await complete(dsn)
    await asyncio.to_thread(migrations.finish_indexes, dsn)
    await _bury_the_dead(dsn)
    listen = Listen(port=sockets[0].getsockname()[1], ops_port=sockets[1].getsockname()[1], grace_s=10)
    settings = load_settings(
        _only_ours(os.environ), database_url=dsn, encryption_keys=machine.encryption_keys(), listen=listen
    )
    learn_secrets(redactor, settings)
    application = create_app(settings, redactor=redactor)
    worker = Worker(settings)
    hello = await _first_run(machine, application, settings)

    async def ready() -> None:
        if as_json:
            print(json.dumps(hello.for_programs()), flush=True)
        else:
            greeting.print_for_people(hello)

    _watch_children(machine)
    await serving.serve(
        *(application, listen, sockets),
        beside=worker.run,
        ready=ready,
        more_metrics=worker.metrics,
        leave=way_down.leave_by_the_door,
    )


async def _first_run(machine: Machine, application: Application, settings: Settings) -> Greeting:
    made = await make_starting_point(
        application.ground.pools.database,
        application.ground.egress,
        settings.ring(),
        _connections(machine),
        now=application.ground.clock.now(),
        prefix=settings.credentials.prefix,
        limits=[Terms(*each) for each in settings.credential_limits],
    )
    if made.owner is not None:
        owner = made.owner
        kept = FirstRun(
            admin_identifier=owner.identifier,
            admin_password=owner.password,
            access_token=owner.access_token,
            credential=owner.credential,
            model=made.model,
        )
        first_run.write(machine.data, kept)
    remembered = first_run.read(machine.data)
    if remembered is not None and remembered.model != made.model:
        remembered = replace(remembered, model=made.model)
        first_run.write(machine.data, remembered)
    return Greeting(
        url=f"http://127.0.0.1:{settings.listen.port}",
        ops_url=f"http://127.0.0.1:{settings.listen.ops_port}",
        first_run=remembered,
        model=made.model,
        connected=made.connected,
        data=machine.data,
        dsn=settings.database_url.get_secret_value(),
    )


def _connections(machine: Machine) -> list[Connection]:
    found = environment.connections(os.environ)
    if machine.model is None:
        return found
    draft = KeyDraft(
        provider=LOCAL_PROVIDER,
        name=LOCAL_PROVIDER,
        base_url=machine.model.base_url,
        allow_private_network=True,
        secret=machine.model.api_key,
    )
    model = LocalModel(
        slug="local/smollm2",
        upstream_model=machine.model.model_name,
        context_tokens=LOCAL_CONTEXT_TOKENS,
        output_tokens_max=LOCAL_OUTPUT_TOKENS_MAX,
        prices_usd=LOCAL_PRICES_USD,
    )
    return [Connection(draft, local=model), *found]


def _only_ours(environ: os._Environ[str]) -> dict[str, str]:
    """The environment without the settings that `up` gives itself."""
    own = {"AI_API_DATABASE_URL", "AI_API_ENCRYPTION_KEYS"}
    return {name: value for name, value in environ.items() if name not in own}


async def _bury_the_dead(dsn: str) -> None:
    """Whoever holds the folder's lock is the only one alive: replicas of earlier runs need no waiting for."""
    hot = Hot(dsn, size=2)
    await hot.open()
    try:
        for replica_id, beat in (await store_watch.beats(hot)).items():
            await store_watch.mark_swept(hot, replica_id, beat)
    finally:
        await hot.close()


def _watch_children(machine: Machine) -> None:
    def told(name: str, death: Death) -> None:
        how = "" if death.exit_code is None else f" with code {death.exit_code}"
        words = f": {death.last_words}" if death.last_words else ""
        print(
            f"{name} ended by itself{how}; stop this with Ctrl-C and start it again{words}", file=sys.stderr, flush=True
        )

    machine.watch(told)
