"""opencode works through the gateway, tools and all, with models of whatever vendor, and its user can read what was refused.

With each prompt it asks twice: for the answer, and for a title of the conversation.
"""

from __future__ import annotations

import re
import sys

import pytest

from tests.e2e import causes, opencode
from tests.e2e.causes import Refused, behaving, makes_a_file, outcomes
from tests.e2e.house import LOCAL_MODEL
from tests.e2e.opencode import CLIENT, error, run

# The registry has its programs for Linux alone.
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="no program of it for this system")]

CHATS = {"openai": "a provider of chats only, simulated", "anthropic": "Anthropic, simulated"}

# Each needs seconds of a core to start.
_AT_ONCE = 3


@pytest.fixture(scope="module", autouse=True)
def _version(seen, tmp_path_factory):
    seen.versions["opencode"] = opencode.version(tmp_path_factory.mktemp("opencode"))


@pytest.fixture(scope="module", autouse=True)
def refusals(house, tmp_path_factory):
    """A run for each cause, from the first test on."""
    found = {
        "exhausted": causes.exhausted(house, "openai"),
        "revoked": causes.revoked(house, "openai"),
        "unknown model": causes.unknown_model(house, "openai"),
        "rate limited once": behaving(house, "openai", times=1, status=429, retry_after=1),
        "refused": behaving(house, "openai", status=400, error={"message": "Unsupported parameter: 'x'."}),
    }
    with causes.refused(house, tmp_path_factory.mktemp("opencode"), run, found, at_once=_AT_ONCE) as runs:
        yield runs


@pytest.mark.parametrize("provider", CHATS)
def test_a_tool_call_makes_a_file_and_its_result_goes_back(house, seen, tmp_path, provider):
    caller = behaving(
        house, provider, script=makes_a_file("bash", command="printf made > made.txt", description="Make it")
    )
    ended = run(house, caller, tmp_path / "w", "Make a file.")
    assert (ended.code, ended.answer, error(ended)) == (0, "The file is there.", "")
    assert (ended.folder / "made.txt").read_text() == "made"
    records = house.records(caller)
    assert {(record["outcome"], record["operation"], record["stream"]) for record in records} == {("ok", "chat", True)}
    assert len(records) == 3
    text = "the file it was asked for; three records, one of them for a title"
    seen.worked(CLIENT, "opencode run, with a tool call", CHATS[provider], text)


def test_a_prompt_too_long_for_the_real_local_model_is_told(house, seen, tmp_path):
    owner = house.owner(LOCAL_MODEL)
    before = len(house.records(owner))
    ended = run(house, owner, tmp_path / "w", "hello " * 9000)
    assert ended.code == 1
    assert outcomes(house, owner)[before:] == ["input_too_long"] * 3
    read = error(ended)
    assert "exceeds the available context size (8192 tokens)" in read
    cause = "a prompt longer than the local model's context"
    seen.refused(CLIENT, cause, requests=3, reads=re.sub(r"\(\d+ tokens\)", "(… tokens)", read, count=1))


def test_a_revoked_credential_is_told_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["revoked"]
    assert ended.code == 1
    assert error(ended).startswith("This credential is not known, or was revoked. Check the key you send")
    assert outcomes(house, caller) == ["credential_revoked"] * 2
    seen.refused(CLIENT, "a revoked credential", requests=2, reads=error(ended))


def test_an_unknown_model_is_named_at_once(refusals: Refused, seen):
    _, ended = refusals["unknown model"]
    assert ended.code == 1
    assert error(ended).startswith("The model 'openai/no-such-model' does not exist, or you have no access to it.")
    seen.refused(CLIENT, "a model that does not exist", requests=2, reads=error(ended))


def test_a_rate_limit_with_a_time_to_wait_is_waited_out(house, refusals: Refused, seen):
    caller, ended = refusals["rate limited once"]
    assert (ended.code, error(ended)) == (0, "")
    assert ended.answer.startswith("Echo: ")
    ended_as = outcomes(house, caller)
    assert ended_as.count("ok") == 2
    # It asks for the answer and the title at once: whichever comes second may find the route resting for the time that was asked for.
    assert set(ended_as) == {"ok", "upstream_rate_limited"}
    assert house.simulator.events(caller.upstream_model).count("refused") == 1
    seen.refused(
        CLIENT,
        "a provider's 429 with Retry-After, once",
        requests=len(ended_as),
        reads="nothing: it waits and succeeds",
    )


def test_what_the_provider_refuses_is_told_at_once_in_its_words(house, refusals: Refused, seen):
    caller, ended = refusals["refused"]
    assert (ended.code, error(ended)) == (1, "Unsupported parameter: 'x'.")
    assert house.simulator.events(caller.upstream_model) == ["refused", "refused"]
    seen.refused(CLIENT, "a request the provider refuses", requests=2, reads=error(ended))


def test_an_exhausted_quota_is_told_after_it_gave_up(house, refusals: Refused, seen):
    """It asks every 429 again, for a minute, whatever its code is and whatever `x-should-retry` says."""
    caller, ended = refusals["exhausted"]
    assert ended.code == 1
    assert error(ended).startswith("The token limit of your allocation (10 tokens per month) does not cover this call")
    assert set(outcomes(house, caller)) == {"token_quota_exceeded"}
    # Six for the answer, three for the title.
    seen.refused(CLIENT, "an exhausted quota", requests=len(outcomes(house, caller)), reads=error(ended))
