"""Choosing behaviours without a directive, and the simulator as a process of its own."""

import asyncio
import os
import signal

import httpx
import msgspec
import openai
import psutil
import pytest

from tests.support import upstream
from tests.support.upstream import Behaviour, directive, raw

pytestmark = pytest.mark.enable_socket


@pytest.fixture
async def sim():
    async with upstream.running() as simulator:
        yield simulator


@pytest.fixture
async def control(sim):
    async with httpx.AsyncClient(base_url=sim.url) as client:
        yield client


async def text_for(sim, *, key="k", model="m", said="Hello"):
    """What is answered: a text, or the status it was refused with."""
    headers = {"authorization": f"Bearer {key}"}
    answer = await raw.ask(sim.url, "/v1/responses", {"model": model, "input": said}, headers=headers)
    return (
        msgspec.json.decode(answer.body)["output"][0]["content"][0]["text"] if answer.status == 200 else answer.status
    )


async def test_the_narrowest_choice_wins(sim):
    sim.behave(Behaviour(text="for all"))
    assert await text_for(sim) == "for all"
    sim.behave(Behaviour(text="for the model"), model="m")
    assert await text_for(sim) == "for the model"
    assert await text_for(sim, model="n") == "for all"
    sim.behave(Behaviour(text="for the key"), key="k")
    assert await text_for(sim) == "for the key"
    assert await text_for(sim, said=directive(text="for the prompt")) == "for the prompt"
    sim.behave(None, key="k")
    assert await text_for(sim) == "for the model"


async def test_keys_name_presets_and_may_be_given_another_meaning(sim):
    assert await text_for(sim, key="sim-overloaded") == 529
    sim.behave(Behaviour(text="mine"), key="sim-overloaded")
    assert await text_for(sim, key="sim-overloaded") == "mine"
    assert (await text_for(sim, key="sim-anything")).startswith("Echo: ")


async def test_a_behaviour_lasts_as_often_as_told(sim, control):
    setting = {"behaviour": {"status": 503}, "model": "m", "times": 2}
    assert (await control.post("/__sim/behaviour", json=setting)).status_code == 200
    assert [await text_for(sim) for _ in range(2)] == [503, 503]
    assert (await text_for(sim)).startswith("Echo: ")


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ({"behaviour": {"dealy_ms": 1}}, "dealy_ms"),
        ({"behaviour": {"status": 200}}, "status"),
        ({"behaviour": {"chunks": 0}}, "chunks"),
        ({"behaviour": {"usage": {"input": 1, "cached": 2}}}, "usage.input"),
        ({"behaviour": {}, "times": 0}, "times"),
        ({"behaviour": {}, "key": "a", "model": "b"}, "not for both"),
        ({"behavior": {}}, "behavior"),
    ],
)
async def test_a_mistake_in_a_behaviour_is_loud(sim, control, setting, complaint):
    answer = await control.post("/__sim/behaviour", json=setting)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]
    with pytest.raises(ValueError, match=r"\[\[|at least|unknown|must"):
        directive(dealy_ms=1)


async def test_what_was_seen_can_be_read_and_forgotten(sim, control):
    await text_for(sim)
    assert (await control.get("/__sim/counters")).json()["finished"] == 1
    assert [event["what"] for event in (await control.get("/__sim/events")).json()["events"]] == ["started", "finished"]
    assert len((await control.get("/__sim/requests")).json()["requests"]) == 1
    sim.behave(Behaviour(status=500))
    await control.post("/__sim/forget")
    assert (await control.get("/__sim/counters")).json() == {
        "started": 0,
        "finished": 0,
        "aborted": 0,
        "cut": 0,
        "refused": 0,
        "open": 0,
        "open_peak": 0,
    }
    assert (await control.get("/__sim/requests")).json() == {"requests": []}
    assert (await text_for(sim)).startswith("Echo: ")
    assert (await control.get("/__sim/nothing")).status_code == 404


async def test_memory_of_requests_is_bounded():
    async with upstream.running(keep=2) as sim:
        for said in ("one", "two", "three"):
            await text_for(sim, said=said)
        assert [b'"two"' in request.body for request in sim.requests.all()] == [True, False]
    async with upstream.running(keep=0, quiet=True) as sim:
        await text_for(sim)
        assert len(sim.requests) == 0
        assert not sim.witness.events
        assert sim.counters.finished == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_process_of_its_own_says_where_it_is_and_stops_when_told(tmp_path, number):
    async with upstream.spawned(log=tmp_path / "witness.jsonl", options=("--models", "a,b")) as process:
        async with openai.AsyncOpenAI(base_url=f"{process.url}/v1", api_key="k", max_retries=0) as client:
            assert [model.id async for model in client.models.list()] == ["a", "b"]
            huge = await client.chat.completions.create(
                model="a", messages=[{"role": "user", "content": directive(answer_bytes=20 * 1024 * 1024)}]
            )
            assert len(huge.choices[0].message.content) == 20 * 1024 * 1024
            stream = await client.chat.completions.create(
                model="a", messages=[{"role": "user", "content": directive(hang_at=3)}], stream=True
            )
            seen = [chunk async for chunk in _first(stream, 4)]
            assert len(seen) == 4
            await stream.close()
            await asyncio.sleep(0.1)
            cut = await client.chat.completions.create(
                model="a", messages=[{"role": "user", "content": directive(cut_at=2)}], stream=True
            )
            with pytest.raises(httpx.HTTPError):
                _ = [chunk async for chunk in cut]
        os.kill(process.pid, number)
        async with asyncio.timeout(3):
            while psutil.pid_exists(process.pid) and psutil.Process(process.pid).status() != "zombie":
                await asyncio.sleep(0.02)
    ends = [event.what for event in upstream.read_log(process.log) if event.what != "started"]
    assert ends == ["finished", "aborted", "cut"]


async def _first(stream, count):
    for _ in range(count):
        yield await anext(stream)


async def test_what_a_check_finds_wrong_is_refused():
    def novel(dialect, body):
        return [f"{dialect} has no {name}" for name in body if name == "novel"]

    async with upstream.running(check=novel) as strict:
        headers = {"authorization": "Bearer k"}
        sound = {"model": "m", "input": "Hello", "store": False}
        assert (await raw.ask(strict.url, "/v1/responses", sound, headers=headers)).status == 200
        refused = await raw.ask(strict.url, "/v1/responses", sound | {"novel": 1}, headers=headers)
        assert refused.status == 400
        assert "responses has no novel" in msgspec.json.decode(refused.body)["error"]["message"]
        assert strict.counters.refused == 1


async def test_a_seal_comes_with_its_call_in_a_chat(sim):
    sealed = directive(tool_calls=[{"name": "f", "seal": "c2VhbGVk"}, {"name": "g"}])
    asked = {"model": "m", "messages": [{"role": "user", "content": f"Hello {sealed}"}]}
    answer = await raw.ask(sim.url, "/v1/chat/completions", asked, headers={"authorization": "Bearer k"})
    first, second = msgspec.json.decode(answer.body)["choices"][0]["message"]["tool_calls"]
    assert first["extra_content"] == {"google": {"thought_signature": "c2VhbGVk"}}
    assert "extra_content" not in second
