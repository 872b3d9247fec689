"""The small local model: a provider on a kept port that never outlives its run."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import tempfile
import threading
from pathlib import Path

import pytest

from ai_api.local import children, model
from ai_api.local.processes import command_line, identify
from tests.integration.local.conftest import QUIET, eventually

pytestmark = pytest.mark.integration

QUESTION = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8}


@pytest.fixture(scope="module")
def home():
    """A data folder for the tests that leave the model as it was."""
    with tempfile.TemporaryDirectory(prefix="ai-api-data-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def running(home):
    started = model.start(home, progress=QUIET)
    yield started
    started.stop()


def post(running, path: str, body: dict, key: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", running.child.entry.port, timeout=60)
    headers = {"Authorization": f"Bearer {running.api_key if key is None else key}", "Content-Type": "application/json"}
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def events(text: str) -> list[str]:
    return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]


def test_it_answers_whole_and_streamed_with_its_usage(running):
    status, text = post(running, "/v1/chat/completions", QUESTION | {"a_field_nobody_knows": {"x": 1}})
    answer = json.loads(text)
    assert (status, answer["model"]) == (200, running.model_name)
    assert answer["choices"][0]["message"]["content"]
    assert answer["usage"]["prompt_tokens"] > 0

    asked = QUESTION | {"stream": True, "stream_options": {"include_usage": True}}
    *chunks, last = events(post(running, "/v1/chat/completions", asked)[1])
    assert last == "[DONE]"
    assert json.loads(chunks[-1])["usage"]["completion_tokens"] > 0

    status, text = post(running, "/v1/responses", {"input": "Say hello.", "max_output_tokens": 8})
    assert (status, json.loads(text)["usage"]["output_tokens"] > 0) == (200, True)
    streamed = events(post(running, "/v1/responses", {"input": "Hi", "max_output_tokens": 4, "stream": True})[1])
    assert json.loads(streamed[-1])["type"] == "response.completed"
    assert json.loads(streamed[-1])["response"]["usage"]["output_tokens"] > 0


def test_it_is_closed_to_whoever_has_no_key_and_tells_nobody_the_key(running, home):
    assert post(running, "/v1/chat/completions", QUESTION, key="wrong")[0] == 401
    assert running.api_key not in repr(running)
    assert running.api_key not in command_line(running.child.identity.pid)
    assert running.api_key not in (home / "children.json").read_text()
    assert running.api_key not in (home / "logs/model.log").read_text()


def test_a_prompt_beyond_its_context_is_the_callers_mistake(running):
    status, text = post(running, "/v1/chat/completions", {"messages": [{"role": "user", "content": "word " * 9000}]})
    assert (status, json.loads(text)["error"]["type"]) == (400, "exceed_context_size_error")


def test_the_next_run_has_the_same_address_and_key_and_a_death_is_noticed(data_dir):
    first = model.start(data_dir, progress=QUIET)
    first.stop()
    again = model.start(data_dir, progress=QUIET)
    assert (again.base_url, again.api_key) == (first.base_url, first.api_key)
    told = threading.Event()
    deaths = []
    again.watch(lambda death: (deaths.append(death), told.set()))
    os.kill(again.child.identity.pid, signal.SIGKILL)
    assert told.wait(5)
    assert (deaths[0].kind, deaths[0].exit_code) == ("model", -signal.SIGKILL)
    again.stop()


def test_it_ends_with_a_run_that_is_killed(data_dir, another_run):
    run = another_run("model", data_dir, "running.child.identity.pid")
    pid = int(run.stdout.readline())
    run.kill()
    run.wait()
    assert eventually(lambda: identify(pid) is None)


def test_a_leftover_is_ended_and_its_port_used_again(data_dir, another_run):
    run = another_run("model", data_dir, "running.child.identity.pid, running.child.entry.port")
    pid, port = map(int, run.stdout.readline().split())
    os.kill(pid, signal.SIGSTOP)  # it cannot notice that its run is gone
    run.kill()
    run.wait()
    again = model.start(data_dir, progress=QUIET)
    assert (identify(pid), again.child.entry.port) == (None, port)
    assert post(again, "/v1/chat/completions", QUESTION)[0] == 200
    again.stop()


def test_a_stranger_on_its_port_keeps_it(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        children.record(data_dir, children.Record(kind="model", port=taken))
        running = model.start(data_dir, progress=QUIET)
        assert running.child.entry.port != taken
        running.stop()
