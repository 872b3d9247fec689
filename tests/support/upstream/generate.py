"""Gemini's generateContent: an answer in that dialect, whole, as server-sent events and as a JSON array."""

from typing import Any

import msgspec

from tests.support.upstream.answer import Answer, Stream, words
from tests.support.upstream.behaviour import ErrorText, ToolCall

_SIGNATURE = "c2ltdWxhdGVk"
_FINISH = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "refusal": "PROHIBITED_CONTENT",
    "failed": "OTHER",
}
_STATUS_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def whole(answer: Answer) -> dict[str, Any]:
    """A GenerateContentResponse."""
    parts: list[dict[str, Any]] = []
    if (thinking := answer.behaviour.thinking) is not None:
        parts.append({"text": thinking, "thought": True})
    if answer.pieces:
        parts.append({"text": answer.text})
    parts += [_function_call(answer, index) for index in range(len(answer.tool_calls))]
    candidates = [_candidate(parts, index) | _finish(answer) for index in range(answer.ask.n)]
    return _response(answer, candidates, _usage(answer))


def stream(answer: Answer) -> Stream:
    """The chunks of a streamed answer: nothing follows the one with the finish reason, but a list's own end."""
    thoughts = [] if answer.behaviour.thinking is None else words(answer.behaviour.thinking)
    said: list[dict[str, Any]] = [{"text": word, "thought": True} for word in thoughts]
    said += [{"text": piece} for piece in answer.pieces]
    said += [_function_call(answer, index) for index in range(len(answer.tool_calls))]
    at = range(answer.ask.n)
    chunks = [_response(answer, [_candidate([part], index) for index in at], _usage_so_far(answer)) for part in said]
    last = _response(answer, [_candidate([{"text": ""}], index) | _finish(answer) for index in at], _usage(answer))
    frames = [_written(answer, chunk, is_first=number == 0) for number, chunk in enumerate([*chunks, last])]
    return Stream(
        opening=[],
        content=frames[:-1],
        finish=frames[-1:],
        usage=[],
        terminal=[b"\r\n]"] if answer.ask.as_list else [],
        usage_in="finish",
    )


def model_object(model: str) -> dict[str, Any]:
    """One entry of the list of models."""
    return {
        "name": f"models/{model}",
        "version": "001",
        "displayName": model,
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


def error_frame(answer: Answer, sequence: int) -> bytes:
    """An error in the middle of a stream, and the end of a list."""
    frame = _written(answer, {"error": error_object(answer.error, 503)}, is_first=sequence == 0)
    return frame + b"\r\n]" if answer.ask.as_list else frame


def error_object(error: ErrorText, status: int) -> dict[str, Any]:
    """The inside of Google's error body; what the words leave open follows from the status."""
    inside: dict[str, Any] = {
        "code": status,
        "message": error.message or f"The simulator was told to answer with status {status}.",
        "status": error.type or _STATUS_WORDS.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT"),
    }
    if error.code:
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": error.code}
        inside["details"] = [reason | {"domain": "googleapis.com"}]
    return inside


def _written(answer: Answer, payload: dict[str, Any], *, is_first: bool) -> bytes:
    if not answer.ask.as_list:
        return answer.style.frame(payload)
    return (b"[" if is_first else b",\r\n") + answer.style.encode(payload)


def _response(answer: Answer, candidates: list[dict[str, Any]], usage: dict[str, Any] | None) -> dict[str, Any]:
    response: dict[str, Any] = {"candidates": candidates}
    if usage is not None:
        response["usageMetadata"] = usage
    return response | {"modelVersion": answer.model, "responseId": answer.ident}


def _candidate(parts: list[dict[str, Any]], index: int) -> dict[str, Any]:
    return {"content": {"parts": parts, "role": "model"}, "index": index}


def _finish(answer: Answer) -> dict[str, Any]:
    return {"finishReason": _FINISH[answer.finish]}


def _function_call(answer: Answer, index: int) -> dict[str, Any]:
    call = answer.tool_calls[index]
    called = {"id": answer.call_id(index), "name": call.name, "args": _arguments(call)}
    return {"functionCall": called, "thoughtSignature": call.seal or _SIGNATURE}


def _arguments(call: ToolCall) -> Any:
    # This dialect carries the arguments as an object; a text that is none has no other place in it.
    try:
        return msgspec.json.decode(call.argument_text())
    except msgspec.DecodeError:
        return {"input": call.argument_text()}


def _usage(answer: Answer) -> dict[str, Any] | None:
    if answer.behaviour.usage_raw is not None:
        return answer.behaviour.usage_raw
    if (tokens := answer.reported) is None:
        return None
    usage: dict[str, Any] = {
        "promptTokenCount": tokens.input,
        # What was thought is not in this number.
        "candidatesTokenCount": tokens.output - tokens.reasoning,
        "totalTokenCount": tokens.input + tokens.output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens.input}],
    }
    if tokens.cached:
        usage["cachedContentTokenCount"] = tokens.cached
    if tokens.reasoning:
        usage["thoughtsTokenCount"] = tokens.reasoning
    return usage


def _usage_so_far(answer: Answer) -> dict[str, Any] | None:
    """What a chunk says before the last one: the prompt alone."""
    if answer.reported is None:
        return None
    return {"promptTokenCount": answer.reported.input, "totalTokenCount": answer.reported.input}
