"""What Codex does when it is refused, and what its user reads: every row of the table in the docs is a run of the real program."""

from __future__ import annotations

import pytest

from tests.e2e import causes
from tests.e2e.causes import Refused, behaving, outcomes
from tests.e2e.codex import CLIENT, error, run
from tests.e2e.house import House
from tests.e2e.program import Run

pytestmark = pytest.mark.e2e

CUT = "The provider's answer was cut off."
# What OpenAI says in the middle of a stream, in a response that failed.
FAILURES = {
    "context_length_exceeded": "Codex ran out of room in the model's context window.",
    "insufficient_quota": "Quota exceeded. Check your plan and billing details.",
    "invalid_prompt": "Your request was rejected.",
}


@pytest.fixture(scope="module", autouse=True)
def refusals(house: House, tmp_path_factory):
    """A run for each cause, from the first test on."""
    found = {
        "fails": behaving(house, "openai", status=500),
        "unreachable": house.caller(provider=house.break_provider("silent")),
        "revoked": causes.revoked(house, "openai"),
        "paused": causes.paused(house, "openai"),
        "cut always": behaving(house, "openai", cut_at=3),
        "exhausted": causes.exhausted(house, "openai"),
        "unknown model": causes.unknown_model(house, "openai"),
        "rate limited": behaving(house, "openai", status=429),
        "rate limited once": behaving(house, "openai", times=1, status=429, retry_after=1),
        "unavailable once": behaving(house, "openai", times=1, status=503, retry_after=1),
        "out of quota": behaving(house, "openai", status=429, error={"message": "Over.", "code": "insufficient_quota"}),
        "refused": behaving(house, "openai", status=400, error={"message": "Unsupported parameter: 'x'."}),
        "unknown to the provider": behaving(
            house, "openai", status=404, error={"message": "There is no such deployment."}
        ),
        "unpaid": behaving(house, "openai", status=402),
        "cut once": behaving(house, "openai", times=1, cut_at=3),
        "too long": behaving(
            house, "openai", status=400, error={"message": "Too long.", "code": "context_length_exceeded"}
        ),
    }
    for code, message in FAILURES.items():
        found[code] = behaving(house, "openai", finish="failed", error={"message": message, "code": code})
    with causes.refused(house, tmp_path_factory.mktemp("codex"), run, found) as runs:
        yield runs


def test_a_revoked_credential_is_told_after_six_requests(house, refusals: Refused, seen):
    caller, ended = refusals["revoked"]
    assert ended.code == 1
    assert "401 Unauthorized: This credential is not known, or was revoked. Check the key you send" in error(ended)
    assert "request id: " in error(ended)
    assert outcomes(house, caller) == ["credential_revoked"] * 6
    seen.refused(CLIENT, "a revoked credential", requests=6, reads=readable(ended))


def test_a_paused_allocation_is_told_with_who_can_resume_it(house, refusals: Refused, seen):
    caller, ended = refusals["paused"]
    assert ended.code == 1
    assert f"403 Forbidden: Your allocation of {caller.model} is paused. It was paused by an administrator" in error(
        ended
    )
    assert len(outcomes(house, caller)) == 6
    seen.refused(CLIENT, "a paused allocation", requests=6, reads=readable(ended))


def test_an_exhausted_quota_stops_it_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["exhausted"]
    assert (ended.code, error(ended)) == (1, "Quota exceeded. Check your plan and billing details.")
    assert len(outcomes(house, caller)) == 1
    seen.refused(CLIENT, "an exhausted quota", requests=1, reads=readable(ended))


def test_an_unknown_model_is_named_at_once(refusals: Refused, seen):
    _, ended = refusals["unknown model"]
    assert ended.code == 1
    assert error(ended).startswith("The model 'openai/no-such-model' does not exist, or you have no access to it.")
    assert "Reconnecting" not in ended.told
    seen.refused(CLIENT, "a model that does not exist", requests=1, reads=readable(ended))


def test_a_provider_that_is_gone_is_told_after_it_gave_up(house, refusals: Refused, seen):
    caller, ended = refusals["unreachable"]
    assert ended.code == 1
    assert "502 Bad Gateway: The provider cannot be reached." in error(ended)
    assert outcomes(house, caller) == ["upstream_unreachable"] * 30
    seen.refused(CLIENT, "a provider that cannot be reached", requests=30, reads=readable(ended))


def test_a_rate_limit_with_a_time_to_wait_is_waited_out(house, refusals: Refused, seen):
    caller, ended = refusals["rate limited once"]
    assert (ended.code, error(ended)) == (0, "")
    assert ended.seconds >= 1
    assert house.simulator.events(caller.upstream_model) == ["refused", "started", "finished"]
    seen.refused(CLIENT, "a provider's 429 with Retry-After, once", requests=2, reads="nothing: it waits and succeeds")


def test_a_rate_limit_that_lasts_stops_it(house, refusals: Refused, seen):
    caller, ended = refusals["rate limited"]
    assert ended.code == 1
    assert outcomes(house, caller) == ["upstream_rate_limited"] * 6
    seen.refused(CLIENT, "a provider's 429 that lasts", requests=6, reads=readable(ended))


def test_a_provider_that_asks_for_time_is_given_it(house, refusals: Refused, seen):
    caller, ended = refusals["unavailable once"]
    assert (ended.code, error(ended)) == (0, "")
    assert outcomes(house, caller) == ["upstream_overloaded", "ok"]
    seen.refused(CLIENT, "a provider's 503 with Retry-After, once", requests=2, reads="nothing: it waits and succeeds")


def test_a_provider_that_fails_is_told_after_it_gave_up(house, refusals: Refused, seen):
    caller, ended = refusals["fails"]
    assert ended.code == 1
    assert "502 Bad Gateway: The provider failed." in error(ended)
    assert outcomes(house, caller) == ["upstream_error"] * 30
    seen.refused(CLIENT, "a provider that fails", requests=30, reads=readable(ended))


def test_the_gateway_s_own_quota_at_the_provider_is_not_told_as_the_caller_s(house, refusals: Refused, seen):
    caller, ended = refusals["out of quota"]
    assert ended.code == 1
    assert "Over." not in ended.told
    assert "Quota exceeded" not in error(ended)
    assert outcomes(house, caller) == ["upstream_rate_limited"] * 6
    seen.refused(CLIENT, "a provider's 429 for the gateway's own quota there", requests=6, reads=readable(ended))


def test_a_provider_that_wants_to_be_paid_is_not_told_as_the_caller_s_debt(house, refusals: Refused, seen):
    caller, ended = refusals["unpaid"]
    assert ended.code == 1
    assert "502 Bad Gateway" in error(ended)
    seen.refused(CLIENT, "a provider's 402", requests=len(outcomes(house, caller)), reads=readable(ended))


def test_a_model_the_provider_does_not_know_is_told_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["unknown to the provider"]
    assert ended.code == 1
    assert "There is no such deployment." in error(ended)
    assert outcomes(house, caller) == ["upstream_invalid"]
    seen.refused(CLIENT, "a provider's 404", requests=1, reads=readable(ended))


@pytest.mark.parametrize("code", FAILURES)
def test_a_response_that_fails_midway_stops_it(house, refusals: Refused, seen, code):
    caller, ended = refusals[code]
    assert ended.code == 1
    assert error(ended) != ""
    assert len(outcomes(house, caller)) == 1
    seen.refused(CLIENT, f"a response that fails midway with {code}", requests=1, reads=readable(ended))


def test_what_the_provider_refuses_is_told_at_once_in_its_words(house, refusals: Refused, seen):
    caller, ended = refusals["refused"]
    assert ended.code == 1
    assert "Unsupported parameter: 'x'." in error(ended)
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    seen.refused(CLIENT, "a request the provider refuses", requests=1, reads=readable(ended))


def test_a_cut_stream_is_begun_again_and_both_are_in_the_ledger(house, refusals: Refused, seen):
    caller, ended = refusals["cut once"]
    assert (ended.code, error(ended)) == (0, "")
    assert ended.answer.startswith("Echo: Say hello.")
    assert outcomes(house, caller) == ["upstream_interrupted", "ok"]
    seen.refused(CLIENT, "a stream that the provider cuts, once", requests=2, reads="the answer of the second request")


def test_a_stream_that_is_always_cut_ends_with_the_reason(house, refusals: Refused, seen):
    caller, ended = refusals["cut always"]
    assert ended.code == 1
    assert CUT in error(ended)
    assert outcomes(house, caller) == ["upstream_interrupted"] * 6
    seen.refused(CLIENT, "a stream that the provider always cuts", requests=6, reads=readable(ended))


def test_a_conversation_that_is_too_long_stops_it_at_once(house, refusals: Refused, seen):
    caller, ended = refusals["too long"]
    assert ended.code == 1
    assert error(ended) != ""
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    seen.refused(CLIENT, "a conversation longer than the model's context", requests=1, reads=readable(ended))


def readable(ended: Run) -> str:
    """What is read, without the address and the request's id, which follow it."""
    return error(ended).partition(", url: ")[0].partition(", request id: ")[0]
