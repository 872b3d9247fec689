"""Claude Code works through the gateway, tools and all, with models of whatever vendor, and its user can read what was refused."""

from __future__ import annotations

import pytest

from tests.e2e import causes, claude_code
from tests.e2e.causes import Refused, behaving, makes_a_file, outcomes
from tests.e2e.claude_code import CLIENT, run

pytestmark = pytest.mark.e2e

CHATS = {"anthropic": "Anthropic, simulated", "openai": "a provider of chats only, simulated"}
TOO_LONG = {"message": "prompt is too long: 250000 tokens > 200000 maximum", "code": "context_length_exceeded"}


@pytest.fixture(scope="module", autouse=True)
def _version(seen, tmp_path_factory):
    seen.versions["claude-code"] = claude_code.version(tmp_path_factory.mktemp("claude"))


@pytest.fixture(scope="module", autouse=True)
def refusals(house, tmp_path_factory):
    """A run for each cause, from the first test on."""
    found = {
        "revoked": causes.revoked(house, "anthropic"),
        "paused": causes.paused(house, "anthropic"),
        "exhausted": causes.exhausted(house, "anthropic"),
        "unknown model": causes.unknown_model(house, "anthropic"),
        "unreachable": house.caller(provider=house.break_provider("silent-claude"), operations=["chat"]),
        "rate limited once": behaving(house, "anthropic", times=1, status=429, retry_after=1),
        "rate limited": behaving(house, "anthropic", status=429, retry_after=1),
        "refused": behaving(house, "anthropic", status=400, error={"message": "Unsupported parameter: 'x'."}),
        "fails": behaving(house, "anthropic", status=500),
        "cut once": behaving(house, "anthropic", times=1, cut_at=3),
        "cut always": behaving(house, "anthropic", cut_at=3),
        "too long": behaving(house, "anthropic", status=400, error=TOO_LONG),
    }
    with causes.refused(house, tmp_path_factory.mktemp("claude"), run, found) as runs:
        yield runs


@pytest.mark.parametrize("provider", CHATS)
def test_a_tool_call_makes_a_file_and_its_result_goes_back(house, seen, tmp_path, provider):
    """Claude Code knows one dialect, and the model's provider perhaps another."""
    caller = behaving(
        house, provider, script=makes_a_file("Write", file_path=str(tmp_path / "w/made.txt"), content="made")
    )
    ended = run(house, caller, tmp_path / "w", "Make a file.")
    assert (ended.code, ended.answer, ended.told) == (0, "The file is there.", "")
    assert (ended.folder / "made.txt").read_text() == "made"
    first, second = house.simulator.asked(caller.upstream_model)
    offered = {(tool.get("function") or tool)["name"] for tool in first["tools"]}
    assert {"Bash", "Edit", "Read", "Write"} <= offered
    assert len(second["messages"]) > len(first["messages"])
    shown = [(record["outcome"], record["operation"], record["stream"]) for record in house.records(caller)]
    assert shown == [("ok", "messages", True)] * 2
    seen.worked(CLIENT, "claude -p, with a tool call", CHATS[provider], "the file it was asked for; two records")


def test_what_only_anthropic_knows_reaches_anthropic(house, tmp_path):
    caller = house.caller(provider="anthropic")
    ended = run(house, caller, tmp_path / "w")
    assert ended.answer.startswith("Echo: ")
    [asked] = house.simulator.asked(caller.upstream_model)
    assert any("cache_control" in block for block in asked["system"])
    [record] = house.records(caller)
    assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("ok", "provider", 50)


def test_a_revoked_credential_is_told_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["revoked"]
    assert ended.code == 1
    assert "401 This credential is not known, or was revoked." in ended.answer
    assert outcomes(house, caller) == ["credential_revoked"]
    seen.refused(CLIENT, "a revoked credential", requests=1, reads=ended.answer)


def test_a_paused_allocation_is_told_with_who_can_resume_it(house, refusals: Refused, seen):
    caller, ended = refusals["paused"]
    assert ended.code == 1
    assert f"403 Your allocation of {caller.model} is paused. It was paused by an administrator" in ended.answer
    assert outcomes(house, caller) == ["allocation_paused"]
    seen.refused(CLIENT, "a paused allocation", requests=1, reads=ended.answer)


def test_an_exhausted_quota_stops_it_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["exhausted"]
    assert ended.code == 1
    assert "400 The token limit of your allocation (10 tokens per month) does not cover this call" in ended.answer
    assert outcomes(house, caller) == ["token_quota_exceeded"]
    seen.refused(CLIENT, "an exhausted quota", requests=1, reads=ended.answer)


def test_an_unknown_model_is_named_at_once(refusals: Refused, seen):
    _, ended = refusals["unknown model"]
    assert ended.code == 1
    assert "There's an issue with the selected model (anthropic/no-such-model)." in ended.answer
    seen.refused(CLIENT, "a model that does not exist", requests=1, reads=ended.answer)


def test_a_provider_that_is_gone_is_told_after_it_gave_up(house, refusals: Refused, seen):
    caller, ended = refusals["unreachable"]
    assert ended.code == 1
    assert "502 The provider cannot be reached." in ended.answer
    assert outcomes(house, caller) == ["upstream_unreachable"] * 2
    seen.refused(CLIENT, "a provider that cannot be reached, one retry allowed", requests=2, reads=words(ended.answer))


def test_a_provider_that_fails_is_told_after_it_gave_up(house, refusals: Refused, seen):
    caller, ended = refusals["fails"]
    assert ended.code == 1
    assert "502 The provider failed." in ended.answer
    assert outcomes(house, caller) == ["upstream_error"] * 2
    seen.refused(CLIENT, "a provider that fails, one retry allowed", requests=2, reads=words(ended.answer))


def test_a_rate_limit_with_a_time_to_wait_is_waited_out(house, refusals: Refused, seen):
    caller, ended = refusals["rate limited once"]
    assert ended.code == 0
    assert outcomes(house, caller) == ["upstream_rate_limited", "ok"]
    seen.refused(CLIENT, "a provider's 429 with Retry-After, once", requests=2, reads="nothing: it waits and succeeds")


def test_a_rate_limit_that_lasts_is_told(house, refusals: Refused, seen):
    caller, ended = refusals["rate limited"]
    assert ended.code == 1
    assert "The provider limits the rate of calls; try again later." in ended.answer
    assert outcomes(house, caller) == ["upstream_rate_limited"] * 2
    seen.refused(CLIENT, "a provider's 429 with Retry-After, one retry allowed", requests=2, reads=ended.answer)


def test_what_the_provider_refuses_is_told_at_once_in_its_words(house, refusals: Refused, seen):
    caller, ended = refusals["refused"]
    assert (ended.code, ended.answer) == (1, "API Error: 400 Unsupported parameter: 'x'.")
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    seen.refused(CLIENT, "a request the provider refuses", requests=1, reads=ended.answer)


def test_a_cut_stream_is_asked_again_without_streaming(house, refusals: Refused, seen):
    caller, ended = refusals["cut once"]
    assert ended.code == 0
    assert ended.answer.startswith("Echo: ")
    shown = [(record["outcome"], record["stream"]) for record in house.records(caller)]
    assert shown == [("upstream_interrupted", True), ("ok", False)]
    seen.refused(
        CLIENT, "a stream that the provider cuts, once", requests=2, reads="the answer of the second request, whole"
    )


def test_an_answer_that_is_always_cut_ends_with_the_reason(house, refusals: Refused, seen):
    caller, ended = refusals["cut always"]
    assert ended.code == 1
    assert "502 The provider's answer was cut off." in ended.answer
    assert outcomes(house, caller) == ["upstream_interrupted"] * 3
    cause = "an answer that the provider always cuts, one retry allowed"
    seen.refused(CLIENT, cause, requests=3, reads=words(ended.answer))


def test_a_conversation_that_is_too_long_stops_it_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["too long"]
    assert ended.code == 1
    assert ended.answer.startswith("Prompt is too long")
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    seen.refused(CLIENT, "a conversation longer than the model's context", requests=1, reads="Prompt is too long")


def words(answer: str) -> str:
    """What is read, without the address of this gateway, which follows it."""
    return answer.partition(" If it persists")[0]
