"""The gateway beside others of its kind: the same core, the same provider, the same load, in turn.

They do less: neither knows callers, limits or records here (the LiteLLM proxy runs without its database and knows one key).
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.load import peer_installs
from tests.load.answers import PLAIN, STREAM, Question, WrongAnswer
from tests.load.measure import OPEN, WARM_UP_S, Meter, Sample
from tests.load.peer_installs import NotInstalled
from tests.load.plan import Plan, Say
from tests.load.proof import Proof, Strangers
from tests.load.run import in_turn, line
from tests.load.stand import STOP_S, Ask, Server, Stand
from tests.support.ending import ended

LITELLM, PORTKEY = "LiteLLM proxy", "Portkey"
QUESTIONS = (PLAIN, STREAM)
READY_S = 90.0
BEFORE_S = 8.0
"""Each is given a load before the first measurement: interpreters with a just-in-time compiler get faster, and caches fill."""
ROUNDS = 8.0
"""A slow server answers 64 calls at a time in seconds: it is measured until each has been answered so many times."""
_KEY = "sk-peer-0123456789"


@dataclass(slots=True)
class PeerResults:
    """Samples by question and target, versions of those that ran, and why the others did not."""

    samples: dict[tuple[Question, str], list[Sample]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    round_s: dict[tuple[Question, str], float] = field(default_factory=dict)
    strangers: float = 0.0
    records: int = 0


async def run(stand: Stand, plan: Plan, say: Say, folder: Path) -> PeerResults:
    """Installs, starts and measures. What cannot be installed or started is missing, by name. Raises as the main part does.

    Configuration and logs go to `folder`.
    """
    found = PeerResults()
    async with AsyncExitStack() as stack:
        for name, start in _STARTS.items():
            say(f"   {name}: installing and starting")
            try:
                server, version = await stack.enter_async_context(start(stand, folder))
                stack.enter_context(stand.also(name, server))
                await Meter(stand).look(QUESTIONS, ["direct", name])
                found.round_s |= await warmed(stand, name, QUESTIONS)
                found.versions[name] = version
            except (NotInstalled, WrongAnswer, TimeoutError) as error:
                found.missing[name] = f"{error or type(error).__name__}".replace("|", "/").replace("\n", " ")
                say(f"   {name} is missing: {found.missing[name]}")
        await _measure(stand, plan, found, say)
    return found


async def warmed(
    stand: Stand,
    name: str,
    questions: Sequence[Question],
    *,
    seconds: float = BEFORE_S,
    connections: int = OPEN,
) -> dict[tuple[Question, str], float]:
    """Lets it get warm. Gives how long it takes to answer all calls that are open once, by question, in seconds."""
    meter, round_s = Meter(stand), {}
    for question in questions:
        await meter.look([question], [name])
        sample = await meter.full(question, name, seconds=seconds, connections=connections)
        round_s[question, name] = connections / sample.calls_per_s
    return round_s


async def measured(
    meter: Meter, question: Question, name: str, *, seconds: float, round_s: float | None, connections: int = OPEN
) -> Sample:
    """One measurement of so many seconds, or longer for one whose rounds are long. Raises as `Meter.full` does."""
    round_s = round_s or 0.0
    seconds, warm_up_s = max(seconds, ROUNDS * round_s), max(WARM_UP_S, round_s)
    return await meter.full(question, name, seconds=seconds, warm_up_s=warm_up_s, connections=connections)


async def _measure(stand: Stand, plan: Plan, found: PeerResults, say: Say) -> None:
    meter, proof, strangers = Meter(stand), await Proof.begin(stand), Strangers(stand)
    names = ["gateway", *found.versions]
    await meter.meet(PLAIN)
    await meter.look(QUESTIONS, ["direct", *names])
    with strangers.watched():
        for repeat in range(plan.repeats):
            for question in QUESTIONS:
                for name in in_turn(names, repeat):
                    round_s = found.round_s.get((question, name))
                    sample = await measured(meter, question, name, seconds=plan.seconds, round_s=round_s)
                    found.samples.setdefault((question, name), []).append(sample)
                    say(line(repeat, question.name, name, sample))
    found.strangers = strangers.share
    found.records = await proof.complete(meter)


@asynccontextmanager
async def _litellm(stand: Stand, folder: Path) -> AsyncIterator[tuple[Server, str]]:
    model = stand.callers[0].model.upstream_model
    async with litellm_proxy(stand, folder, {model: (f"openai/{model}", f"{stand.provider.url}/v1")}) as (
        serve,
        version,
    ):
        yield serve(model), version


@asynccontextmanager
async def litellm_proxy(
    stand: Stand, folder: Path, models: Mapping[str, tuple[str, str]]
) -> AsyncIterator[tuple[Callable[[str], Server], str]]:
    """The LiteLLM proxy, one worker, as its own command starts it, with models by name: its own name for each, and the address.

    Gives what makes a server of one of the models, and the version. Raises NotInstalled.
    """
    environment = await peer_installs.install_litellm()
    config = {
        "model_list": [
            {"model_name": name, "litellm_params": {"model": own, "api_base": address, "api_key": "anything"}}
            for name, (own, address) in models.items()
        ],
        "general_settings": {"master_key": _KEY},
        # Messages become chats, as here; else it would ask for responses, which is another translation.
        "litellm_settings": {"num_retries": 0, "use_chat_completions_url_for_anthropic_messages": True},
    }
    written = folder / "litellm.yaml"
    # What is JSON is YAML too.
    written.write_text(json.dumps(config), encoding="utf-8")
    port = _free_port()
    command = (
        str(environment / "bin" / "litellm"),
        "--config",
        str(written),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    )
    quietly = {"LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    async with _started(stand, (*command, "--num_workers", "1"), quietly, folder / "litellm.log") as pid:
        await _ready(f"http://127.0.0.1:{port}/health/liveliness", folder / "litellm.log")
        yield lambda name: Server(pid, port, [Ask(name, _KEY)]), peer_installs.litellm_version()


@asynccontextmanager
async def _portkey(stand: Stand, folder: Path) -> AsyncIterator[tuple[Server, str]]:
    """Portkey's gateway, as its own package starts it; the provider is named by headers of each call."""
    installed = await peer_installs.install_portkey()
    port = _free_port()
    script = installed / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    headers = {"x-portkey-provider": "openai", "x-portkey-custom-host": f"{stand.provider.url}/v1"}
    command = ("node", str(script), "--headless", f"--port={port}")
    async with _started(stand, command, {"NODE_ENV": "production"}, folder / "portkey.log") as pid:
        await _ready(f"http://127.0.0.1:{port}/", folder / "portkey.log")
        asks = [Ask(stand.callers[0].model.upstream_model, "anything")]
        version = f"{peer_installs.portkey_version()} on Node {await peer_installs.node_version()}"
        yield Server(pid, port, asks, headers), version


_STARTS = {LITELLM: _litellm, PORTKEY: _portkey}


@asynccontextmanager
async def _started(
    stand: Stand, command: Sequence[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[int]:
    """A process on the server's core that knows nothing of our environment. Gives its id."""
    known = {"PATH": os.environ["PATH"], "HOME": str(log.parent), **environment}
    with stand.cores.on(stand.cores.server), log.open("wb") as output:
        child = await asyncio.create_subprocess_exec(
            *command, env=known, cwd=log.parent, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield child.pid
    finally:
        await ended(child, within_s=STOP_S)


async def _ready(url: str, log: Path) -> None:
    """Until it answers. Raises NotInstalled with what it said last."""
    try:
        async with asyncio.timeout(READY_S), httpx.AsyncClient() as http:
            while True:
                try:
                    if (await http.get(url)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass  # it does not listen yet
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        said = log.read_text(encoding="utf-8", errors="replace")[-300:]
        raise NotInstalled(f"not ready within {READY_S:.0f} s: {said}") from error


def _free_port() -> int:
    with socket.socket() as sought:
        sought.bind(("127.0.0.1", 0))
        return int(sought.getsockname()[1])
