"""The load generator believes no answer that is not whole."""

from __future__ import annotations

import pytest

from tests.load.answers import PLAIN, STREAM, Question, WrongAnswer
from tests.load.client import Load, Target, ask_once
from tests.support.upstream import Behaviour, Simulator, running


def target(simulator: Simulator, question: Question) -> Target:
    return Target("direct", simulator.port, [question.request(model="m", secret="k")])


async def load(simulator: Simulator, question: Question, *, length: int) -> Load:
    made = Load(target(simulator, question), question, length=length)
    try:
        await made.full(2, warm_up_s=0.01, seconds=0.2, mark=lambda: None)
    finally:
        made.close()
    return made


async def length_of(simulator: Simulator, question: Question) -> int:
    status, body = await ask_once(target(simulator, question))
    question.check(status, body, length=None)
    assert question.text_of(body).startswith("Echo: How does a river")
    return len(body)


@pytest.mark.parametrize("question", [PLAIN, STREAM], ids=["whole", "streamed"])
async def test_every_answer_is_counted_once(question):
    async with running() as simulator:
        length = await length_of(simulator, question)
        tally = (await load(simulator, question, length=length)).tally
        assert simulator.counters.finished == tally.answered + 1
        assert 0 < len(tally.latencies_s) <= tally.answered
        assert simulator.counters.aborted == 0


async def test_a_steady_load_starts_as_many_calls_as_it_says():
    async with running() as simulator:
        made = Load(target(simulator, PLAIN), PLAIN, length=await length_of(simulator, PLAIN))
        tally = await made.steady(200, warm_up_s=0.0, seconds=0.5, mark=lambda: None)
        made.close()
        assert 50 < tally.answered < 200


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(missing_end="done"),
        Behaviour(cut_at=3),
        Behaviour(cut_at=3, cut_how="fin"),
        Behaviour(chunks=49),
        Behaviour(status=500),
        Behaviour(error_at=3),
        Behaviour(text="something else"),
    ],
    ids=["no end", "reset", "closed", "a chunk short", "an error", "an error in the stream", "another text"],
)
@pytest.mark.parametrize("question", [PLAIN, STREAM], ids=["whole", "streamed"])
async def test_an_answer_that_is_not_whole_ends_the_run(question, behaviour):
    if question is PLAIN and behaviour.missing_end:
        behaviour = Behaviour(malformed_at=3)
    async with running() as simulator:
        length = await length_of(simulator, question)
        simulator.behave(behaviour)
        with pytest.raises(WrongAnswer):
            await load(simulator, question, length=length)
