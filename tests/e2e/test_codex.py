"""The Codex command line: it works through the gateway, tools and all, and its user can read what was refused.

Every row is a run of the real program with its own patience, most of which is waiting, so all refusals are had at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e import codex
from tests.e2e.codex import CLIENT, Run
from tests.e2e.house import Caller, House

pytestmark = pytest.mark.e2e

MAKES_A_FILE = json.dumps(
    {
        "script": [
            {
                "thinking": "A file is wanted.",
                "tool_calls": [{"name": "exec_command", "arguments": {"cmd": "printf 'made by a tool' > made.txt"}}],
            },
            {"text": "The file is there."},
        ]
    }
)
CUT = "The provider's answer was cut off."


def run(house: House, caller: Caller, folder: Path, prompt: str = "Say hello.") -> Run:
    return codex.run(folder, prompt, base_url=house.base_url, secret=caller.secret, model=caller.model)


@pytest.fixture(scope="session", autouse=True)
def _version(seen):
    seen.versions["codex"] = codex.version()


def test_a_prompt_is_answered_and_every_request_is_billed(house, seen, tmp_path):
    caller = house.caller()
    ended = run(house, caller, tmp_path / "w")
    assert (ended.code, ended.error) == (0, "")
    assert ended.answer.startswith("Echo: Say hello.")
    [record] = house.records(caller)
    assert (record["outcome"], record["stream"], record["operation"]) == ("ok", True, "responses")
    assert (record["usage_source"], record["output_tokens"]) == ("provider", 50)
    seen.worked(CLIENT, "codex exec", "OpenAI, simulated", "the answer; one record with the provider's own usage")


def test_a_tool_call_makes_a_file_and_its_result_goes_back(house, seen, tmp_path):
    caller = house.caller()
    ended = run(house, caller, tmp_path / "w", f"Make a file. [[sim {MAKES_A_FILE}]]")
    assert (ended.code, ended.answer, ended.error) == (0, "The file is there.", "")
    assert (ended.folder / "made.txt").read_text() == "made by a tool"
    first, second = house.simulator.asked(caller.upstream_model)
    # Untouched on the way: kinds of tools and of items nobody here knows.
    assert {"function", "namespace", "web_search"} <= {tool["type"] for tool in first["tools"]}
    assert first["include"] == ["reasoning.encrypted_content"]
    kinds = [item["type"] for item in second["input"]]
    assert kinds[-3:] == ["reasoning", "function_call", "function_call_output"]
    assert second["input"][: len(first["input"])] == first["input"]
    assert [record["outcome"] for record in house.records(caller)] == ["ok", "ok"]
    seen.worked(CLIENT, "codex exec, with a tool call", "OpenAI, simulated", "the file it was asked for; two records")


CHATS = {"openai": "a provider of chats only, simulated", "anthropic": "Anthropic, simulated"}


@pytest.mark.parametrize("provider", CHATS)
def test_a_model_of_chats_makes_a_file_with_a_tool(house, seen, tmp_path, provider):
    """Codex knows one dialect, and the model's provider another."""
    caller = house.caller(provider=provider, operations=["chat"])
    ended = run(house, caller, tmp_path / "w", f"Make a file. [[sim {MAKES_A_FILE}]]")
    assert (ended.code, ended.answer, ended.error) == (0, "The file is there.", "")
    assert (ended.folder / "made.txt").read_text() == "made by a tool"
    first, second = house.simulator.asked(caller.upstream_model)
    offered = {(tool.get("function") or tool)["name"] for tool in first["tools"]}
    assert {"exec_command", "multi_agent_v1__spawn_agent"} <= offered
    assert "web_search" not in offered
    # The result goes back to the model that wanted it.
    assert "tool_call_id" in second["messages"][-1] or second["messages"][-1]["content"][0]["type"] == "tool_result"
    records = house.records(caller)
    assert [(record["outcome"], record["operation"]) for record in records] == [("ok", "responses")] * 2
    seen.worked(CLIENT, "codex exec, with a tool call", CHATS[provider], "the file it was asked for; two records")


@pytest.fixture(scope="module")
def refusals(house: House, tmp_path_factory) -> dict[str, tuple[Caller, Run]]:
    """A run for each cause, side by side."""
    causes: dict[str, Callable[[], Caller]] = {
        "wrong credential": lambda: wrong_credential(house.caller()),
        "paused": lambda: paused(house),
        "exhausted": lambda: house.caller(tokens=10),
        "unknown model": lambda: unknown_model(house.caller()),
        "unreachable": lambda: house.caller(provider=house.break_provider("silent")),
        "rate limited once": lambda: behaving(house, times=1, status=429, retry_after=1),
        "refused by the provider": lambda: behaving(
            house, status=400, error={"message": "Unsupported parameter: 'x'."}
        ),
        "cut once": lambda: behaving(house, times=1, cut_at=3),
        "cut always": lambda: behaving(house, cut_at=3),
        "too long": lambda: behaving(
            house, status=400, error={"message": "Too long.", "code": "context_length_exceeded"}
        ),
    }
    callers = {cause: make() for cause, make in causes.items()}
    runs: dict[str, Future[Run]] = {}
    with ThreadPoolExecutor(len(callers)) as pool:
        for cause, caller in callers.items():
            folder = tmp_path_factory.mktemp("codex") / "w"
            runs[cause] = pool.submit(run, house, caller, folder)
    return {cause: (callers[cause], future.result()) for cause, future in runs.items()}


def wrong_credential(caller: Caller) -> Caller:
    wrong = "sk-aiapi-" + "0" * 49
    return Caller(wrong, caller.model, caller.upstream_model, caller.allocation_id)


def unknown_model(caller: Caller) -> Caller:
    return Caller(caller.secret, "openai/no-such-model", caller.upstream_model, caller.allocation_id)


def paused(house: House) -> Caller:
    caller = house.caller()
    house.pause(caller)
    return caller


def behaving(house: House, *, times: int | None = None, **behaviour: object) -> Caller:
    caller = house.caller()
    house.simulator.behave(caller.upstream_model, times=times, **behaviour)
    return caller


def requests_of(house: House, caller: Caller) -> int:
    """How many of its requests are in the ledger; refusals beyond ten a minute are counted there later."""
    return len(house.records(caller))


def test_a_wrong_credential_is_told_after_six_requests(refusals, seen):
    _, ended = refusals["wrong credential"]
    assert ended.code == 1
    assert "401 Unauthorized: This credential is not known, or was revoked. Check the key you send" in ended.error
    assert "request id: " in ended.error
    assert ended.told.count("Reconnecting...") == 5
    seen.refused(CLIENT, "a wrong credential", requests=6, reads=readable(ended))


def test_a_paused_allocation_is_told_with_who_can_resume_it(house, refusals, seen):
    caller, ended = refusals["paused"]
    assert ended.code == 1
    assert (
        f"403 Forbidden: Your allocation of {caller.model} is paused. It was paused by an administrator" in ended.error
    )
    assert requests_of(house, caller) == 6
    seen.refused(CLIENT, "a paused allocation", requests=6, reads=readable(ended))


def test_an_exhausted_quota_stops_it_at_once(house, refusals, seen):
    caller, ended = refusals["exhausted"]
    assert (ended.code, ended.error) == (1, "Quota exceeded. Check your plan and billing details.")
    assert requests_of(house, caller) == 1
    seen.refused(CLIENT, "an exhausted quota", requests=1, reads=readable(ended))


def test_an_unknown_model_is_named_at_once(refusals, seen):
    _, ended = refusals["unknown model"]
    assert ended.code == 1
    assert ended.error.startswith("The model 'openai/no-such-model' does not exist, or you have no access to it.")
    assert "Reconnecting" not in ended.told
    seen.refused(CLIENT, "a model that does not exist", requests=1, reads=readable(ended))


def test_a_provider_that_is_gone_is_told_after_it_gave_up(house, refusals, seen):
    caller, ended = refusals["unreachable"]
    assert ended.code == 1
    assert "502 Bad Gateway: The provider cannot be reached." in ended.error
    assert [record["outcome"] for record in house.records(caller)] == ["upstream_unreachable"] * 30
    seen.refused(CLIENT, "a provider that cannot be reached", requests=30, reads=readable(ended))


def test_a_rate_limit_with_a_time_to_wait_is_waited_out(house, refusals, seen):
    caller, ended = refusals["rate limited once"]
    assert (ended.code, ended.error) == (0, "")
    assert ended.seconds >= 1
    assert house.simulator.events(caller.upstream_model) == ["refused", "started", "finished"]
    seen.refused(CLIENT, "a provider's 429 with Retry-After, once", requests=2, reads="nothing: it waits and succeeds")


def test_what_the_provider_refuses_is_told_at_once_in_its_words(house, refusals, seen):
    caller, ended = refusals["refused by the provider"]
    assert ended.code == 1
    assert "Unsupported parameter: 'x'." in ended.error
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    seen.refused(CLIENT, "a request the provider refuses", requests=1, reads=readable(ended))


def test_a_cut_stream_is_begun_again_and_both_are_in_the_ledger(house, refusals, seen):
    caller, ended = refusals["cut once"]
    assert (ended.code, ended.error) == (0, "")
    assert ended.answer.startswith("Echo: Say hello.")
    assert [record["outcome"] for record in house.records(caller)] == ["upstream_interrupted", "ok"]
    seen.refused(CLIENT, "a stream that the provider cuts, once", requests=2, reads="the answer of the second request")


def test_a_stream_that_is_always_cut_ends_with_the_reason(house, refusals, seen):
    caller, ended = refusals["cut always"]
    assert ended.code == 1
    assert CUT in ended.error
    assert [record["outcome"] for record in house.records(caller)] == ["upstream_interrupted"] * 6
    seen.refused(CLIENT, "a stream that the provider always cuts", requests=6, reads=readable(ended))


def test_a_conversation_that_is_too_long_stops_it_at_once(house, refusals, seen):
    caller, ended = refusals["too long"]
    assert ended.code == 1
    assert ended.error != ""
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    seen.refused(CLIENT, "a conversation longer than the model's context", requests=1, reads=readable(ended))


def readable(ended: Run) -> str:
    """What is read, without the address and the request's id, which follow it."""
    return ended.error.partition(", url: ")[0]
