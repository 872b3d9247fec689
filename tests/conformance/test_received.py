"""The matrix looks away: what a provider would not understand, or was never sent, passes for received."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.conformance.received import read, wrong

SAID = [{"role": "user", "content": "Hello."}]
SOUND: dict[str, dict[str, Any]] = {
    "chat": {"model": "m", "messages": SAID},
    "responses": {"model": "m", "input": SAID},
    "messages": {"model": "m", "max_tokens": 9, "messages": SAID},
    "generate": {"contents": [{"role": "user", "parts": [{"text": "Hello."}]}]},
}
every_dialect = pytest.mark.parametrize("dialect", SOUND)


@every_dialect
@pytest.mark.parametrize("stream", [False, True])
def test_a_sound_body_is_refused(dialect: Any, stream: bool) -> None:
    streams = {"stream": True} if stream and dialect != "generate" else {}
    assert wrong(dialect, SOUND[dialect] | streams) == []
    assert read(dialect, SOUND[dialect], "/v1beta/models/m:generateContent").turns == [("user", "Hello.")]


@every_dialect
@pytest.mark.parametrize("member", [{"novel": 1}, {"tools": [{"novel": {}}]}, {"tools": 1}])
def test_what_no_official_type_knows_is_received(dialect: Any, member: dict[str, Any]) -> None:
    assert wrong(dialect, SOUND[dialect] | member)


@pytest.mark.parametrize(
    "config",
    [{"stop": ["a"]}, {"thinkingConfig": {"effort": "high"}}, {"maxOutputTokens": "many"}, {"stopSequences": "a"}],
)
def test_a_config_that_google_does_not_know_is_received(config: dict[str, Any]) -> None:
    assert wrong("generate", SOUND["generate"] | {"generationConfig": config})


def test_a_seal_is_taken_by_others_than_google() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    sealed = call | {"extra_content": {"google": {"thought_signature": "s"}}}
    messages = [*SAID, {"role": "assistant", "tool_calls": [sealed]}]
    assert wrong("chat", {"model": "gpt-5.1", "messages": messages})
    assert wrong("chat", {"model": "gemini-3-pro-preview", "messages": messages}) == []
    assert read("chat", {"model": "m", "messages": messages}, "").seals == ["s"]


@pytest.mark.parametrize("blob", ["inlineData", "inline_data"])
def test_a_picture_in_google_s_other_spelling_is_not_seen(blob: str) -> None:
    kind = "mimeType" if blob == "inlineData" else "mime_type"
    picture = base64.urlsafe_b64encode(b"\xff\xfe\xfd\x00").decode()
    body = {"contents": [{"role": "user", "parts": [{blob: {kind: "image/png", "data": picture}}]}]}
    assert wrong("generate", body) == []
    assert read("generate", body, "").images == [("image/png", b"\xff\xfe\xfd\x00")]
