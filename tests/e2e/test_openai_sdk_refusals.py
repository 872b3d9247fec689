"""What the official OpenAI SDK makes of refusals: which exception is raised, with which words, after how many requests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import openai
import pytest

from tests.e2e.house import LOCAL_MODEL, Caller, House

pytestmark = pytest.mark.e2e

CLIENT = "OpenAI SDK for Python"


@pytest.fixture
def caller(house: House) -> Caller:
    return house.caller()


@contextmanager
def sdk(house: House, caller: Caller, **options: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(**({"api_key": caller.secret, "base_url": house.base_url, "timeout": 30} | options)) as client:
        yield client


def ask(client: openai.OpenAI, caller: Caller, **fields: Any) -> Any:
    fields = {"model": caller.model, "messages": [{"role": "user", "content": "hello"}]} | fields
    return client.chat.completions.create(**fields)


def refused(house: House, caller: Caller, kind: type[openai.APIError], **fields: Any) -> Any:
    """The exception a chat raises, which must be of this very kind."""
    with sdk(house, caller) as client, pytest.raises(kind) as caught:
        ask(client, caller, **fields)
    assert type(caught.value) is kind
    if caught.value.status_code < 500:
        # Which is why it asked only once.
        assert caught.value.response.headers["x-should-retry"] == "false"
    return caught.value


def tell(seen, cause: str, requests: int, error: openai.APIError) -> None:
    """Notes what is read; a status error's own text is `Error code: N - {…}` around the message."""
    seen.refused(CLIENT, cause, requests=requests, reads=f"`{type(error).__name__}`: {error.body['message']}")


def test_an_unknown_credential_is_an_authentication_error(house, caller, seen):
    wrong = replace(caller, secret="sk-aiapi-" + "0" * 49)
    error = refused(house, wrong, openai.AuthenticationError)
    assert (error.status_code, error.code) == (401, "invalid_api_key")
    assert "This credential is not known, or was revoked." in error.message
    tell(seen, "a wrong credential", 1, error)


def test_a_paused_allocation_is_a_permission_error_that_says_who_can_resume_it(house, caller, seen):
    house.pause(caller)
    error = refused(house, caller, openai.PermissionDeniedError)
    assert (error.status_code, error.code) == (403, "allocation_paused")
    assert f"{caller.model} is paused. It was paused by an administrator, who can resume it." in error.message
    assert len(house.records(caller)) == 1
    tell(seen, "a paused allocation", 1, error)


def test_a_model_of_somebody_else_is_a_permission_error_that_names_the_usable_ones(house, caller, seen):
    other = house.caller()
    error = refused(house, caller, openai.PermissionDeniedError, model=other.model)
    assert error.code == "model_not_in_scope"
    assert f"It may call: {caller.model}." in error.message
    assert error.body["details"] == {"usable_models": [caller.model]}
    tell(seen, "a model that was not granted", 1, error)


def test_a_model_that_does_not_exist_is_not_found(house, caller, seen):
    error = refused(house, caller, openai.NotFoundError, model="gpt-none")
    assert (error.status_code, error.code, error.param) == (404, "model_not_found", "model")
    assert "'gpt-none' does not exist" in error.message
    with sdk(house, caller) as client, pytest.raises(openai.NotFoundError, match="gpt-none"):
        client.models.retrieve("gpt-none")
    tell(seen, "a model that does not exist", 1, error)


def test_an_exhausted_quota_is_told_once_and_not_retried(house, seen):
    caller = house.caller(tokens=10)
    error = refused(house, caller, openai.RateLimitError)
    assert (error.status_code, error.code, error.type) == (429, "insufficient_quota", "insufficient_quota")
    assert error.body["details"]["limit"] == 10
    assert [record["outcome"] for record in house.records(caller)] == ["token_quota_exceeded"]
    assert house.simulator.asked(caller.upstream_model) == []
    tell(seen, "an exhausted quota", 1, error)


def test_what_is_malformed_is_a_bad_request(house, caller, seen):
    error = refused(house, caller, openai.BadRequestError, messages="hello")
    assert (error.code, error.param) == ("bad_request", "messages")
    tell(seen, "a malformed request", 1, error)


def test_what_the_provider_refuses_is_a_bad_request_in_the_providers_words(house, caller, seen):
    house.simulator.behave(
        caller.upstream_model, status=400, error={"message": "No such tool_choice.", "param": "tools"}
    )
    error = refused(house, caller, openai.BadRequestError)
    assert (error.code, error.body["message"]) == ("upstream_invalid", "No such tool_choice.")
    assert house.simulator.events(caller.upstream_model) == ["refused"]
    tell(seen, "a request the provider refuses", 1, error)


def test_a_prompt_beyond_the_context_of_the_real_model_is_said_to_be_too_long(house, seen):
    caller = house.owner(LOCAL_MODEL)
    error = refused(house, caller, openai.BadRequestError, messages=[{"role": "user", "content": "word " * 9000}])
    assert error.code == "context_length_exceeded"
    assert "exceeds the available context size" in error.message
    tell(seen, "a prompt longer than the model's context", 1, error)


def test_the_providers_rate_limit_is_waited_out_as_long_as_it_asks(house, caller, seen):
    house.simulator.behave(caller.upstream_model, times=1, status=429, retry_after=2)
    began = time.monotonic()
    with sdk(house, caller) as client:
        assert ask(client, caller).choices[0].finish_reason == "stop"
    assert time.monotonic() - began >= 2
    assert house.simulator.events(caller.upstream_model) == ["refused", "started", "finished"]
    assert [record["outcome"] for record in house.records(caller)] == ["upstream_rate_limited", "ok"]
    seen.refused(CLIENT, "a provider's 429 with Retry-After, once", requests=2, reads="nothing: it waits and succeeds")


def test_a_rate_limit_that_stays_is_a_rate_limit_error(house, caller, seen):
    house.simulator.behave(caller.upstream_model, status=429, retry_after=7)
    with sdk(house, caller, max_retries=0) as client, pytest.raises(openai.RateLimitError) as caught:
        ask(client, caller)
    assert (caught.value.code, caught.value.response.headers["retry-after"]) == ("rate_limit_exceeded", "7")
    tell(seen, "a provider's 429, without retries", 1, caught.value)


@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_that_fails_once_is_asked_again(house, caller, status):
    house.simulator.behave(caller.upstream_model, times=1, status=status)
    with sdk(house, caller) as client:
        assert ask(client, caller).choices[0].finish_reason == "stop"
    assert house.simulator.events(caller.upstream_model) == ["refused", "started", "finished"]


def test_a_provider_that_keeps_failing_is_a_server_error_after_three_requests(house, caller, seen):
    house.simulator.behave(caller.upstream_model, status=500)
    error = refused(house, caller, openai.InternalServerError)
    assert (error.status_code, error.code) == (502, "upstream_error")
    assert house.simulator.events(caller.upstream_model) == ["refused"] * 3
    assert [record["billed_cost_usd"] for record in house.records(caller)] == ["0.00"] * 3
    tell(seen, "a provider that fails", 3, error)


def test_a_provider_that_is_gone_is_a_server_error(house, seen):
    caller = house.caller(provider=house.break_provider("gone"))
    error = refused(house, caller, openai.InternalServerError)
    assert (error.status_code, error.code) == (502, "upstream_unreachable")
    assert len(house.records(caller)) == 3
    tell(seen, "a provider that cannot be reached", 3, error)


def test_a_chat_stream_that_is_cut_raises_and_never_looks_complete(house, caller, seen):
    house.simulator.behave(caller.upstream_model, cut_at=3)
    finishes = []
    with sdk(house, caller) as client, pytest.raises(openai.APIError) as caught:
        finishes += [chunk.choices[0].finish_reason for chunk in ask(client, caller, stream=True)]
    assert (caught.value.code, caught.value.message) == ("upstream_interrupted", "The provider's answer was cut off.")
    assert finishes == []
    [record] = house.records(caller)
    assert (record["outcome"], record["output_tokens"] > 0) == ("upstream_interrupted", True)
    tell(seen, "a chat stream that the provider cuts", 1, caught.value)


def test_a_responses_stream_that_is_cut_ends_as_failed(house, caller, seen):
    house.simulator.behave(caller.upstream_model, cut_at=3)
    with sdk(house, caller) as client:
        events = list(client.responses.create(model=caller.model, input="hello", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.message == "The provider's answer was cut off."
    assert "response.completed" not in {event.type for event in events}
    seen.refused(
        CLIENT,
        "a responses stream that the provider cuts",
        requests=1,
        reads=f"`response.failed`: {events[-1].response.error.message}",
    )
