"""Answers of every dialect are read as closely as chats; a peer that cannot be had is named, and misses its goals."""

from __future__ import annotations

import pytest

from tests.load import dialects_report, peer_installs
from tests.load.answers import WrongAnswer
from tests.load.client import Target, ask_once
from tests.load.dialects import NATIVE, TRANSLATED, DialectResults
from tests.load.measure import Sample
from tests.load.plan import Plan
from tests.support.upstream import Behaviour, running

WAYS = (*NATIVE, *TRANSLATED)
HEADERS = {"x-api-key": "anything", "anthropic-version": "2023-06-01"}
every_question = pytest.mark.parametrize(
    "question", [question for way in NATIVE for question in way.questions], ids=lambda question: question.name
)


@every_question
async def test_a_dialect_s_answer_is_not_known_for_whole(question):
    async with running() as simulator:
        target = Target("direct", simulator.port, [question.request(model="m", secret="k", headers=HEADERS)])
        status, body = await ask_once(target)
        question.check(status, body, length=len(body))
        assert question.text_of(body).startswith("Echo: How does a river")
        assert question.text_of(body).count(" ") > 50


@every_question
@pytest.mark.parametrize("behaviour", [{"missing_end": "done"}, {"chunks": 49}, {"status": 500}], ids=str)
async def test_half_an_answer_of_a_dialect_is_counted(question, behaviour):
    if not question.stream and "missing_end" in behaviour:
        behaviour = {"malformed_at": 3}
    async with running() as simulator:
        target = Target("direct", simulator.port, [question.request(model="m", secret="k", headers=HEADERS)])
        length = len((await ask_once(target))[1])
        simulator.behave(Behaviour(**behaviour))
        status, body = await ask_once(target)
        with pytest.raises(WrongAnswer):
            question.check(status, body, length=length)


def sample(calls_per_s: float, cpu_us: float) -> Sample:
    return Sample(calls_per_s, 1.0, 2.0, cpu_us, 0.0, 0.5, 0.5, None, 1)


def results(*, peer: bool) -> DialectResults:
    found = DialectResults(records=7, version="1" if peer else None, missing=None if peer else "no network")
    for number, way in enumerate(WAYS):
        for question in way.questions:
            found.samples[question, way.server] = [sample(1000, 100 + 60 * number)]
            if peer and way.peer is not None:
                found.samples[question, way.peer] = [sample(90, 900)]
    return found


def test_a_dialect_that_costs_too_much_is_said_to_meet_its_goal():
    text = dialects_report.table(results(peer=True), Plan(1.0, 1), machine="m", postgres="p")
    assert "| chat → OpenAI, plain | 1,000 | 100 µs | 1.0, 2.0 ms | 1.00 |  |  |" in text
    assert "| responses → OpenAI, plain | 1,000 | 160 µs | 1.0, 2.0 ms | **1.60** | ≤ 2 | yes |" in text
    assert "| messages → Anthropic, plain | 1,000 | 220 µs | 1.0, 2.0 ms | **2.20** | ≤ 2 | **no** |" in text
    assert "| chat → Anthropic, plain | 1,000 | 90 | **11.1** | ≥ 10 | yes | 2.6 |" in text


def test_a_peer_that_is_missing_is_beaten():
    text = dialects_report.table(results(peer=False), Plan(1.0, 1), machine="m", postgres="p")
    assert f"- **LiteLLM proxy {peer_installs.litellm_version()} could not be measured**: no network" in text
    assert "| messages → OpenAI, plain | 1,000 | not measured | | ≥ 10 | **no** | |" in text
