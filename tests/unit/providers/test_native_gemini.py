"""What Gemini is sent in its own dialect: the caller's bytes, the model and the verb in the path, the key in one header."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ai_api.core.ids import uuid7
from ai_api.providers.native import NativeLane
from ai_api.providers.port import Deadlines, LaneRequest, OpenKey, UpstreamCall
from ai_api.providers.wiring import derive
from ai_api.wire import json_body
from ai_api.wire.usage import Usage

HOST = "https://generativelanguage.googleapis.com"
BODY = rb"""{"contents":[{"parts":[{"text":"\u0061 \/ \ud83e\udd89"}]}], "generationConfig" : {"topP":0.90, "maxOutputTokens": 99},
 "safetySettings":[ ], "x_invented":{"deep":[1.50,-0.0,null]}}"""


def call_of(body: bytes = BODY, **members: Any) -> UpstreamCall:
    parsed = json_body.read(body)
    values: dict[str, Any] = {
        "operation": "generate",
        "lane": "native",
        "stream": False,
        "fields": parsed.fields,
        "document": parsed.document,
        "upstream_model": "gemini-2.5-flash",
        "shown_model": "fast",
        "output_tokens_max": None,
        "wants_usage": True,
        "key": OpenKey(
            uuid7(), "gemini", derive("gemini", f"{HOST}/v1beta/openai", None), "AIza-secret", private_network=False
        ),
        "headers": {},
        "request_id": "0199.1",
        "deadlines": Deadlines(1, 1, 1, 1),
    }
    return UpstreamCall(**values | members)


def sent(body: bytes = BODY, **members: Any) -> LaneRequest:
    return NativeLane().request(call_of(body, **members))


@pytest.mark.parametrize(("stream", "verb"), [(False, "generateContent"), (True, "streamGenerateContent?alt=sse")])
def test_the_model_and_the_verb_are_lost_on_the_way(stream: bool, verb: str) -> None:
    assert sent(stream=stream).url == f"{HOST}/v1beta/models/gemini-2.5-flash:{verb}"
    odd = sent(stream=stream, upstream_model="../a?b:generateContent").url
    assert odd == f"{HOST}/v1beta/models/..%2Fa%3Fb%3AgenerateContent:{verb}"


def test_two_credentials_are_sent() -> None:
    headers = sent().headers
    assert headers["x-goog-api-key"] == "AIza-secret"
    assert "authorization" not in headers


def test_no_byte_of_a_field_is_changed() -> None:
    assert dict(json_body.read(sent().body).fields) == dict(json_body.read(BODY).fields)


def test_a_bound_that_is_set_changes_the_fields_beside_it() -> None:
    arrived = dict(json_body.read(sent(output_tokens_max=7).body).fields)
    expected = dict(json_body.read(BODY).fields) | {"generationConfig": b'{"topP":0.90,"maxOutputTokens":7}'}
    assert arrived == expected
    assert json.loads(sent(b'{"contents":[]}', output_tokens_max=7).body)["generationConfig"] == {"maxOutputTokens": 7}


def test_a_model_in_the_body_is_the_callers_own() -> None:
    assert json.loads(sent(b'{"model":"models/fast","contents":[]}').body)["model"] == "models/gemini-2.5-flash"


def test_a_whole_answer_passes_as_it_came() -> None:
    answer = b' {"candidates":[{"finishReason":"STOP"}], "modelVersion":"v","usageMetadata":{"promptTokenCount":3,"totalTokenCount":5}}'
    got = NativeLane().whole(call_of())(answer)
    assert (got.body, got.usage, got.finish_reason) == (answer, Usage(3, output=2), "STOP")
