"""Gemini CLI works through the gateway, tools and all, with models of whatever vendor, and its user can read what was refused."""

from __future__ import annotations

import pytest

from tests.e2e import causes, gemini_cli
from tests.e2e.causes import Refused, behaving, makes_a_file, outcomes
from tests.e2e.gemini_cli import CLIENT, reads, run

pytestmark = pytest.mark.e2e

CHATS = {
    "gemini": "Gemini, simulated",
    "anthropic": "Anthropic, simulated",
    "openai": "a provider of chats only, simulated",
}


@pytest.fixture(scope="module", autouse=True)
def _version(seen, tmp_path_factory):
    seen.versions["gemini-cli"] = gemini_cli.version(tmp_path_factory.mktemp("gemini"))


@pytest.fixture(scope="module", autouse=True)
def refusals(house, tmp_path_factory):
    """A run for each cause, from the first test on."""
    found = {
        "revoked": causes.revoked(house, "gemini"),
        "exhausted": causes.exhausted(house, "gemini"),
        "unknown model": causes.unknown_model(house, "gemini"),
        "rate limited once": behaving(house, "gemini", times=1, status=429, retry_after=1),
        "fails": behaving(house, "gemini", status=500),
        "refused": behaving(house, "gemini", status=400, error={"message": "Unsupported parameter: 'x'."}),
        "cut once": behaving(house, "gemini", times=1, cut_at=3),
    }
    with causes.refused(house, tmp_path_factory.mktemp("gemini"), run, found) as runs:
        yield runs


@pytest.mark.parametrize("provider", CHATS)
def test_a_tool_call_makes_a_file_and_its_result_goes_back(house, seen, tmp_path, provider):
    """Gemini CLI knows one dialect, and the model's provider perhaps another."""
    caller = behaving(house, provider, script=makes_a_file("write_file", file_path="made.txt", content="made"))
    ended = run(house, caller, tmp_path / "w", "Make a file.")
    assert (ended.code, ended.answer) == (0, "The file is there.")
    assert (ended.folder / "made.txt").read_text() == "made"
    assert len(house.simulator.asked(caller.upstream_model)) == 2
    shown = [(record["outcome"], record["operation"], record["stream"]) for record in house.records(caller)]
    assert shown == [("ok", "generate", True)] * 2
    seen.worked(CLIENT, "gemini -p, with a tool call", CHATS[provider], "the file it was asked for; two records")


def test_a_revoked_credential_is_told_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["revoked"]
    assert ended.code != 0
    assert "This credential is not known, or was revoked." in ended.told
    assert outcomes(house, caller) == ["credential_revoked"]
    seen.refused(CLIENT, "a revoked credential", requests=1, reads=reads(ended))


def test_an_exhausted_quota_stops_it_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["exhausted"]
    assert ended.code != 0
    assert "The token limit of your allocation (10 tokens per month) does not cover this call" in ended.told
    assert outcomes(house, caller) == ["token_quota_exceeded"]
    seen.refused(CLIENT, "an exhausted quota", requests=1, reads=reads(ended))


def test_an_unknown_model_is_named_at_once(refusals: Refused, seen):
    _, ended = refusals["unknown model"]
    assert ended.code != 0
    assert "The model 'gemini/no-such-model' does not exist, or you have no access to it." in ended.told
    assert "Attempt 1 failed" not in ended.told
    seen.refused(CLIENT, "a model that does not exist", requests=1, reads=reads(ended))


def test_a_rate_limit_with_a_time_to_wait_is_waited_out(house, refusals: Refused, seen):
    caller, ended = refusals["rate limited once"]
    assert ended.code == 0
    assert ended.answer.startswith("Echo: ")
    assert outcomes(house, caller) == ["upstream_rate_limited", "ok"]
    seen.refused(CLIENT, "a provider's 429 with Retry-After, once", requests=2, reads="a notice: it waits and succeeds")


def test_a_provider_that_fails_is_told_after_it_gave_up(house, refusals: Refused, seen):
    caller, ended = refusals["fails"]
    assert ended.code != 0
    assert "The provider failed." in ended.told
    assert outcomes(house, caller) == ["upstream_error"] * 2
    seen.refused(CLIENT, "a provider that fails, two attempts allowed", requests=2, reads=reads(ended))


def test_what_the_provider_refuses_is_told_at_once_in_its_words(house, refusals: Refused, seen):
    caller, ended = refusals["refused"]
    assert ended.code != 0
    assert "Unsupported parameter: 'x'." in ended.told
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    seen.refused(CLIENT, "a request the provider refuses", requests=1, reads=reads(ended))


def test_a_cut_stream_is_begun_again_and_both_are_in_the_ledger(house, refusals: Refused, seen):
    caller, ended = refusals["cut once"]
    assert ended.code == 0
    assert ended.answer.endswith("islet")
    assert outcomes(house, caller) == ["upstream_interrupted", "ok"]
    cause, text = "a stream that the provider cuts, once", "the piece that came, and the answer of the second request"
    seen.refused(CLIENT, cause, requests=2, reads=text)
