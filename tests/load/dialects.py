"""The other dialects beside chats: bytes that pass, and translations, which the LiteLLM proxy makes as well.

All in turn: one gateway, two models (an OpenAI-compatible server's and Anthropic's), the same 64 callers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.answers import Question, WrongAnswer
from tests.load.forms import CHAT, MESSAGES, RESPONSES, Form
from tests.load.measure import Meter, Sample
from tests.load.peer_installs import NotInstalled
from tests.load.peers import LITELLM, litellm_proxy, measured, warmed
from tests.load.plan import Plan, Say
from tests.load.proof import Proof, Strangers
from tests.load.run import in_turn, line
from tests.load.stand import MONTHLY_TOKENS, MONTHLY_USD, Ask, Server, Stand
from tests.support.organization import Caller, Organization, Served

DIRECT = "direct, any dialect"
CLAUDE, LITELLM_CLAUDE = "gateway, Anthropic", f"{LITELLM}, Anthropic"
_CLAUDE_SLUG, _CLAUDE_UPSTREAM = "acme/claude", "upstream-claude"
OPEN = 16
"""Fewer than of chats alone: 64 translated streams of 50 chunks, all at once, are more than the gateway lets one loop be late by."""
_BEFORE_S = 20.0
"""A translated stream of the peer's takes a tenth of a second of CPU: on a busy machine sixteen of them take a while."""
_OF_ANTHROPIC = {"x-api-key": "anything", "anthropic-version": "2023-06-01"}


@dataclass(frozen=True, slots=True)
class Way:
    """How a dialect reaches a provider, by the gateway's server of that model. `peer` is the server that translates as well."""

    name: str
    form: Form
    server: str
    peer: str | None = None

    @property
    def questions(self) -> tuple[Question, Question]:
        """The same call, whole and streamed."""
        whole = Question(f"{self.name}, plain", stream=False, form=self.form)
        return whole, Question(f"{self.name}, stream of 50 chunks, at once", stream=True, form=self.form)


NATIVE_CHAT = Way("chat → OpenAI", CHAT, "gateway")
NATIVE = (
    NATIVE_CHAT,
    Way("responses → OpenAI", RESPONSES, "gateway"),
    Way("messages → Anthropic", MESSAGES, CLAUDE),
)
TRANSLATED = (
    Way("messages → OpenAI", MESSAGES, "gateway", LITELLM),
    Way("chat → Anthropic", CHAT, CLAUDE, LITELLM_CLAUDE),
)


@dataclass(slots=True)
class DialectResults:
    """Samples by question and server, the version of the peer that ran, or why it did not."""

    samples: dict[tuple[Question, str], list[Sample]] = field(default_factory=dict)
    version: str | None = None
    missing: str | None = None
    round_s: dict[tuple[Question, str], float] = field(default_factory=dict)
    strangers: float = 0.0
    records: int = 0


async def run(stand: Stand, plan: Plan, say: Say, folder: Path) -> DialectResults:
    """Measures and checks. A peer that cannot be had is missing, with the reason. Raises as the main part does."""
    found = DialectResults()
    async with AsyncExitStack() as stack:
        asks = [Ask(stand.callers[0].model.upstream_model, "anything")]
        direct = Server(stand.provider.pid, stand.provider.port, asks, _OF_ANTHROPIC)
        stack.enter_context(stand.also(DIRECT, direct))
        gateway = Server.of_gateway(stand.gateway, await _callers_of_anthropic(stand), stand.postgres.dsn)
        stack.enter_context(stand.also(CLAUDE, gateway))
        say(f"   {LITELLM}: installing and starting")
        try:
            found.version = await stack.enter_async_context(_peer(stand, folder))
            for way in TRANSLATED:
                assert way.peer is not None
                found.round_s |= await warmed(stand, way.peer, way.questions, seconds=_BEFORE_S, connections=OPEN)
        except (NotInstalled, WrongAnswer, TimeoutError) as error:
            found.version = None
            found.missing = f"{error or type(error).__name__}".replace("|", "/").replace("\n", " ")
            say(f"   {LITELLM} is missing: {found.missing}")
        await _measure(stand, plan, found, say)
    return found


async def _measure(stand: Stand, plan: Plan, found: DialectResults, say: Say) -> None:
    meter, proof, strangers = Meter(stand), await Proof.begin(stand), Strangers(stand)
    for way in (NATIVE_CHAT, Way("chat → Anthropic", CHAT, CLAUDE)):
        await meter.meet(way.questions[0], way.server)
    asked = [(question, servers_of(way, found)) for way in (*NATIVE, *TRANSLATED) for question in way.questions]
    for question, servers in asked:
        await meter.look([question], [DIRECT, *servers])
    with strangers.watched():
        for repeat in range(plan.repeats):
            for question, servers in in_turn(asked, repeat):
                for name in in_turn(servers, repeat):
                    round_s = found.round_s.get((question, name))
                    sample = await measured(
                        meter, question, name, seconds=plan.seconds, round_s=round_s, connections=OPEN
                    )
                    found.samples.setdefault((question, name), []).append(sample)
                    say(line(repeat, question.name, name, sample))
    found.strangers = strangers.share
    found.records = await proof.complete(meter)


def servers_of(way: Way, found: DialectResults) -> list[str]:
    """Who is measured on a way: the gateway, and its peer where there is one."""
    return [way.server, way.peer] if way.peer is not None and found.version is not None else [way.server]


@asynccontextmanager
async def _peer(stand: Stand, folder: Path) -> AsyncIterator[str]:
    model = stand.callers[0].model.upstream_model
    models = {
        model: (f"openai/{model}", f"{stand.provider.url}/v1"),
        _CLAUDE_UPSTREAM: (f"anthropic/{_CLAUDE_UPSTREAM}", stand.provider.url),
    }
    async with litellm_proxy(stand, folder, models) as (serve, version):
        with stand.also(LITELLM, serve(model)), stand.also(LITELLM_CLAUDE, serve(_CLAUDE_UPSTREAM)):
            yield version


async def _callers_of_anthropic(stand: Stand) -> list[Caller]:
    """The stand's callers, with an allocation of a model of Anthropic's beside the one they have."""
    organization = Organization(stand.postgres.dsn, stand.provider.url)
    try:
        model = await _model(organization)
        for caller in stand.callers:
            await organization.allocation(caller.member, model, tokens=MONTHLY_TOKENS, usd=MONTHLY_USD)
        return [Caller(each.member, model, each.allocation, each.credential) for each in stand.callers]
    finally:
        await organization.close()


async def _model(organization: Organization) -> Served:
    key = await organization.key(provider="anthropic")
    return await organization.model(key=key, slug=_CLAUDE_SLUG, upstream_model=_CLAUDE_UPSTREAM, operations=("chat",))
