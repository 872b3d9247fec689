"""`make fresh` believes nothing: each of its judgements is shown something bad here."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scripts import documented_calls, fresh, leftovers, openapi, readme, stranger
from scripts.stranger import Failed

README = """# ai-api

## Two commands

```sh
make run     # the product
make test
```

## A call

```sh
curl "$AI_API_URL/v1/chat/completions" -d '{"model": "m", "messages": []}'
```
"""


def test_the_two_commands_are_read_from_the_readme():
    assert readme.two_commands(README) == ("make run", "make test")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (README.replace("## Two commands", "## Start"), "has no heading"),
        (README.replace("make test\n", ""), "has 1 `make` lines"),
        (README.replace("make test\n", "make test\nmake more\n"), "has 3 `make` lines"),
    ],
)
def test_a_readme_without_the_two_commands_is_refused(text, problem):
    with pytest.raises(readme.ReadmeChanged, match=problem):
        readme.two_commands(text)


def test_a_call_that_is_not_written_out_streamed_is_made_so():
    whole, streamed = readme.curl_examples(README)
    assert whole.startswith('curl "$AI_API_URL')
    assert streamed == whole.replace('"messages"', '"stream": true, "messages"')


def test_quotes_that_are_escaped_for_the_shell_stay_so():
    escaped = README.replace('"messages"', r"\"messages\"")
    assert r"\"stream\": true, \"messages\"" in readme.curl_examples(escaped)[1]


def test_a_streamed_call_that_is_written_out_is_taken():
    own = '```sh\ncurl -N x -d \'{"messages": [], "stream": true}\'\n```\n'
    assert readme.curl_examples(README + own)[1].startswith("curl -N")


def test_a_readme_without_a_call_is_refused():
    with pytest.raises(readme.ReadmeChanged, match="no code block that starts with `curl`"):
        readme.curl_examples(README.replace("curl ", "http "))


def whole(content: object) -> str:
    """A chat completion as it comes over the wire."""
    return json.dumps({"choices": [{"message": {"content": content}}]})


def stream(*deltas: str, end: str = "data: [DONE]\n\n") -> str:
    """A streamed one."""
    return (
        "".join(f"data: {json.dumps({'choices': [{'delta': {'content': d}}]})}\n\n" for d in deltas)
        + 'data: {"choices": []}\n\n'
        + end
    )


def test_words_are_recognized():
    assert documented_calls.words_of_whole(whole(" Hello there. ")) == "Hello there."
    assert documented_calls.words_of_stream(stream("Hel", "lo")) == "Hello"


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", '{"error": {"message": "no"}}', whole(""), whole(None), whole("... 42 !")]
)
def test_an_answer_without_words_is_no_answer(body):
    with pytest.raises(Failed):
        documented_calls.words_of_whole(body)


@pytest.mark.parametrize(
    "body",
    ["", whole("Hello"), stream("Hello", end=""), stream("", "..."), 'data: {"choices": []}\n\ndata: [DONE]\n\n'],
)
def test_a_stream_that_is_cut_or_empty_is_no_answer(body):
    with pytest.raises(Failed):
        documented_calls.words_of_stream(body)


def test_a_call_that_fails_is_shown(tmp_path):
    somebody = stranger.Stranger(tmp_path)
    (tmp_path / "home").mkdir()
    with pytest.raises(Failed, match="curl exited with 7: nobody there"):
        documented_calls.call(somebody, "echo nobody there >&2; exit 7", {"url": "u", "credential": "c", "model": "m"})


def test_a_call_knows_where_and_who(tmp_path):
    somebody = stranger.Stranger(tmp_path)
    ready = {"url": "http://localhost:1", "credential": "key", "model": "small", "more": 1}
    assert (
        documented_calls.call(somebody, 'echo "$AI_API_URL $AI_API_KEY $AI_API_MODEL $HOME"', ready)
        == f"http://localhost:1 key small {tmp_path}/home\n"
    )


def test_the_stranger_has_a_mirror_but_no_cache_and_no_secrets(tmp_path, monkeypatch):
    for name in (
        "PIP_INDEX_URL",
        "UV_INDEX_URL",
        "SSL_CERT_FILE",
        "https_proxy",
        "HTTPS_PROXY",
        "REQUESTS_CA_BUNDLE",
        "npm_config_registry",
    ):
        monkeypatch.setenv(name, "kept")
    for name in (
        "PIP_CACHE_DIR",
        "UV_CACHE_DIR",
        "UV_PYTHON",
        "AI_API_DATABASE_URL",
        "OPENAI_API_KEY",
        "CI",
        "VIRTUAL_ENV",
        "DOCKER_HOST",
        "PYTHONPATH",
    ):
        monkeypatch.setenv(name, "dropped")
    environment = stranger.Stranger(tmp_path).environment()
    assert "dropped" not in environment.values()
    assert list(environment.values()).count("kept") == 7
    assert environment["HOME"] == str(tmp_path / "home")


def test_the_stranger_has_no_uv(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    for tool in ("make", "git", "python3", "curl"):
        executable(tmp_path / "a" / tool)
    executable(tmp_path / "b" / "uv")
    assert stranger.path_without_uv(f"{tmp_path}/a:{tmp_path}/b:{sys.prefix}/bin") == f"{tmp_path}/a"
    executable(tmp_path / "a" / "uv")
    assert stranger.path_without_uv(f"{tmp_path}/a:{tmp_path}/b") == f"{tmp_path}/a:{tmp_path}/b"


def executable(path: Path) -> None:
    """A program that does nothing."""
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


@pytest.fixture
def sleeper(tmp_path):
    """A shell with a child, both of which name a folder; ended afterwards."""
    process = subprocess.Popen(
        ["sh", "-c", f"sleep 60 & echo $!; wait; : {tmp_path}"], stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    yield process, child
    for pid in (child, process.pid):
        subprocess.run(["kill", "-9", str(pid)], check=False, capture_output=True)
    process.communicate()


def test_what_a_program_started_is_found(sleeper, tmp_path):
    process, child = sleeper
    table = leftovers.processes()
    assert [found.pid for found in leftovers.descendants(table, process.pid)] == [child]
    assert process.pid in [found.pid for found in leftovers.living_in(table, tmp_path)]
    assert leftovers.living_in(table, tmp_path / "elsewhere") == []


def test_what_cut_loose_from_its_parent_is_found_by_where_it_works(tmp_path):
    # macOS shows no working folders without lsof; there the command line has to do.
    findable = Path("/proc/self/cwd").exists()
    process = subprocess.Popen(["sleep", "60"], cwd=tmp_path)
    try:
        deadline = time.monotonic() + 5
        while findable and not leftovers.living_in(leftovers.processes(), tmp_path) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [found.pid for found in leftovers.living_in(leftovers.processes(), tmp_path)] == [process.pid] * findable
    finally:
        process.kill()
        process.wait()


def test_what_is_left_running_fails(sleeper, tmp_path, monkeypatch):
    monkeypatch.setattr(fresh, "GONE_TIMEOUT_S", 0.2)
    process, child = sleeper
    started = leftovers.descendants(leftovers.processes(), process.pid)
    with pytest.raises(Failed, match=f"still running after the stop:\n    {child} sleep 60"):
        fresh.expect_nothing_left(tmp_path / "elsewhere", started)
    with pytest.raises(Failed, match=f"    {process.pid} sh -c"):
        fresh.expect_nothing_left(tmp_path, [])
    fresh.expect_nothing_left(tmp_path / "elsewhere", [])


@pytest.mark.parametrize(("snapshot", "stale"), [(b"{}\n", False), (b"{ }\n", True), (None, True)])
def test_a_stale_api_description_is_found(tmp_path, snapshot, stale):
    if snapshot is not None:
        (tmp_path / "openapi.json").write_bytes(snapshot)
    assert openapi.stale(tmp_path / "openapi.json", b"{}\n") is stale
