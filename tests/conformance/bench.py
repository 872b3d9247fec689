"""One gateway over one simulated provider of four families, and a cell of the matrix tried on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import asyncpg
import msgspec

from tests.conformance.asked import Asked, Refused, Told, Used, Way
from tests.conformance.drivers.chat import ChatDriver
from tests.conformance.drivers.gemini import GeminiDriver
from tests.conformance.drivers.messages import MessagesDriver
from tests.conformance.drivers.port import Driver
from tests.conformance.drivers.responses import ResponsesDriver
from tests.conformance.features import Feature, Step
from tests.conformance.received import Received, read
from tests.support.gateway import Gateway
from tests.support.organization import Caller
from tests.support.upstream import Behaviour, Request, Simulator, routes

DRIVERS: Final[Mapping[str, Driver]] = MappingProxyType(
    {"chat": ChatDriver(), "responses": ResponsesDriver(), "messages": MessagesDriver(), "gemini": GeminiDriver()}
)
"""The dialects, by name."""


@dataclass(frozen=True)
class Family:
    """A kind of provider: what its key is of, what its model is called there and offers, what it wants back with calls, and
    whether it says which stop sequence ended an answer.
    """

    provider: str
    upstream_model: str
    operations: tuple[str, ...]
    seal: str | None = None
    names_stops: bool = False

    def answer(self, behaviour: Behaviour) -> Behaviour:
        """A behaviour as this family's: the first of several calls carries the seal for all."""
        if self.seal is None or not behaviour.tool_calls:
            return behaviour
        first, *others = behaviour.tool_calls
        sealed = msgspec.structs.replace(first, seal=self.seal)
        return msgspec.structs.replace(behaviour, tool_calls=(sealed, *others))


FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "openai": Family("openai", "gpt-5.1", ("chat", "responses")),
        "anthropic": Family("anthropic", "claude-opus-4-6", ("chat",), names_stops=True),
        "gemini": Family("gemini", "gemini-3-pro-preview", ("chat",), seal="c2VhbGVk"),
        "generic": Family("local", "qwen3-32b", ("chat",)),
    }
)
"""The families, by name. The last is a server of its own that speaks OpenAI's chats, and nothing else."""


class Bench:
    """What cells are tried on, one at a time."""

    def __init__(self, gateway: Gateway, sim: Simulator) -> None:
        self.gateway = gateway
        self.sim = sim
        self._callers: dict[str, Caller] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._open = AsyncExitStack()

    async def close(self) -> None:
        """Closes the clients."""
        await self._open.aclose()

    async def caller(self, family: str, *, fresh: bool = False) -> Caller:
        """Somebody who may call a model of a family; `fresh` for a provider key that is about to fail and be left alone."""
        if fresh or family not in self._callers:
            kind = FAMILIES[family]
            org = self.gateway.org
            model = await org.model(
                key=await org.key(provider=kind.provider),
                operations=kind.operations,
                upstream_model=kind.upstream_model,
                context_tokens=200_000,
                output_tokens_max=64_000,
            )
            made = await org.caller(model=model, usd="1000")
            if fresh:
                return made
            self._callers[family] = made
        return self._callers[family]

    async def client(self, dialect: str, caller: Caller) -> Any:
        """The SDK's client of a dialect, with a caller's secret."""
        key = dialect, caller.secret
        if key not in self._clients:
            made = DRIVERS[dialect].client(self.gateway.url, caller.secret)
            self._clients[key] = await self._open.enter_async_context(made)
        return self._clients[key]


@dataclass(frozen=True)
class Cell:
    """A feature of a dialect over a family, in one way."""

    dialect: str
    family: str
    way: Way
    feature: Feature

    @property
    def name(self) -> str:
        """For a test's id."""
        return f"{self.dialect}-{self.family}-{self.way}-{self.feature.name.replace(' ', '_')}"

    async def hold_true(self, bench: Bench) -> dict[str, str]:
        """Tries it: what was raised, by its cause. Raises AssertionError."""
        raised: dict[str, str] = {}
        outcome: Told | Refused | None = None
        for step in self.feature.steps:
            asked = step.asked
            if step.follow is not None:
                assert isinstance(outcome, Told)
                asked = step.follow(outcome)
            assert asked is not None
            outcome = await self._step(bench, step, asked)
            if isinstance(outcome, Refused):
                raised[step.cause] = outcome.error
        return raised

    async def refusal(self, bench: Bench) -> Refused:
        """Tries its first step, which has to be refused before a provider has answered it. Raises AssertionError."""
        [step, *_] = self.feature.steps
        assert step.asked is not None
        caller = await bench.caller(self.family)
        outcome = await self._ask(bench, caller, step, step.asked)
        assert isinstance(outcome, Refused), outcome
        assert [event.what for event in bench.sim.witness.events if event.what != "refused"] == []
        assert [record["outcome"] for record in await bench.gateway.books.records() if record["outcome"] == "ok"] == []
        return outcome

    async def _step(self, bench: Bench, step: Step, asked: Asked) -> Told | Refused:
        caller = await bench.caller(self.family, fresh=step.fails is not None)
        outcome = await self._ask(bench, caller, step, asked)
        record = await bench.gateway.books.record()
        if step.fails is not None:
            assert isinstance(outcome, Refused), outcome
            assert (outcome.kind, step.refused(outcome)) == (step.fails, True), outcome
            assert outcome.error in DRIVERS[self.dialect].raises[outcome.kind]
            assert record["outcome"] != "ok"
            return outcome
        assert isinstance(outcome, Told), outcome
        assert step.expected(outcome), outcome
        assert outcome.used == step.used
        self._check_names(outcome, step, caller)
        got = _received(bench.sim)
        assert got.model == caller.model.upstream_model
        assert step.received(got), got
        has_calls = any(turn.calls for turn in asked.turns)
        seal = FAMILIES[self.family].seal
        assert got.seals[:1] == ([seal] if seal and has_calls else []), "what the provider wants back with its calls"
        _check_record(record, step.used)
        kind = FAMILIES[self.family]
        assert (record["provider"], record["upstream_model"]) == (kind.provider, kind.upstream_model)
        return outcome

    def _check_names(self, told: Told, step: Step, caller: Caller) -> None:
        """An answer names the model as the caller did, but Google's own, which name the version that answered; and the stop
        sequence, where the dialect and the provider both have a word for it.
        """
        is_googles = (self.dialect, self.family) == ("gemini", "gemini")
        assert told.model == (caller.model.upstream_model if is_googles else caller.model.slug)
        names_stop = self.dialect == "messages" and FAMILIES[self.family].names_stops
        assert told.stopped_by == (step.behaviour.stopped_by if names_stop else None)

    async def _ask(self, bench: Bench, caller: Caller, step: Step, asked: Asked) -> Told | Refused:
        driver = DRIVERS[self.dialect]
        bench.sim.forget()
        bench.sim.behave(FAMILIES[self.family].answer(step.behaviour), model=caller.model.upstream_model)
        bench.gateway.books.forget()
        client = await bench.client(self.dialect, caller)
        try:
            return await driver.ask(client, caller.model.slug, asked, self.way)
        except (AssertionError, asyncio.CancelledError):
            raise
        except Exception as error:
            return driver.refused(error)


def _received(sim: Simulator) -> Received:
    """The one request that the provider got."""
    [request] = sim.requests.all()
    return read(_dialect_of(request), msgspec.json.decode(request.body), request.path)


def _dialect_of(request: Request) -> Any:
    route = routes.find(request)
    assert route is not None
    return route.dialect


def _check_record(record: asyncpg.Record, used: Used) -> None:
    names = ("input_tokens", "cached_read_tokens", "output_tokens", "reasoning_tokens")
    counted = Used(*(record[name] for name in names))
    assert (record["outcome"], record["usage_source"], counted) == ("ok", "provider", used)
