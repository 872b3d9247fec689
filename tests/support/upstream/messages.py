"""Anthropic messages: an answer in that dialect, whole and streamed."""

from typing import Any

import msgspec

from tests.support.upstream.answer import Answer, Stream, argument_pieces, words
from tests.support.upstream.behaviour import ErrorText

_SIGNATURE = "c2ltdWxhdGVk"
_STOP = {
    "stop": "end_turn",
    "length": "max_tokens",
    "content_filter": "refusal",
    "refusal": "refusal",
    "failed": "end_turn",
}
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def whole(answer: Answer) -> dict[str, Any]:
    """A message object."""
    content: list[dict[str, Any]] = []
    if (thinking := answer.behaviour.thinking) is not None:
        content.append({"type": "thinking", "thinking": thinking, "signature": _SIGNATURE})
    if answer.pieces:
        content.append({"type": "text", "text": answer.text})
    for index, call in enumerate(answer.tool_calls):
        content.append(_tool_use(answer, index) | {"input": _tool_input(call.argument_text())})
    message = _shell(answer) | {"content": content} | _stop(answer)
    if usage := _usage(answer):
        message["usage"] = usage
    return message


def stream(answer: Answer) -> Stream:
    """The events of a streamed message, `message_stop` last."""
    opening = [_message_start(answer)]
    content: list[bytes] = []
    finish: list[bytes] = []
    blocks = _blocks(answer)
    for index, (block, deltas) in enumerate(blocks):
        # The first block opens before the first counted chunk and the last one closes after the last.
        (content if index else opening).append(
            _event(answer, {"type": "content_block_start", "index": index, "content_block": block})
        )
        if index == 0:
            opening.append(_event(answer, {"type": "ping"}))
        content += [_event(answer, {"type": "content_block_delta", "index": index, "delta": delta}) for delta in deltas]
        stop = _event(answer, {"type": "content_block_stop", "index": index})
        (finish if index == len(blocks) - 1 else content).append(stop)
    if answer.behaviour.unknown:
        opening.append(_event(answer, {"type": "sim_novel_event", "index": 0}))
    delta: dict[str, Any] = {"type": "message_delta", "delta": _stop(answer)}
    if usage := _delta_usage(answer):
        delta["usage"] = usage
    finish.append(_event(answer, delta))
    terminal = [_event(answer, {"type": "message_stop"})]
    return Stream(opening=opening, content=content, finish=finish, usage=[], terminal=terminal, usage_in="finish")


def model_object(model: str) -> dict[str, Any]:
    """One entry of the list of models."""
    return {
        "type": "model",
        "id": model,
        "display_name": model,
        "created_at": "2025-01-01T00:00:00Z",
        "lifecycle": "active",
        "max_input_tokens": 200_000,
        "max_tokens": 64_000,
    }


def error_frame(answer: Answer, _sequence: int) -> bytes:
    """An error in the middle of a stream."""
    status = 529 if answer.error.type is None else 500
    return _event(answer, {"type": "error", "error": error_object(answer.error, status)})


def error_object(error: ErrorText, status: int) -> dict[str, Any]:
    """The inside of Anthropic's error body; what the words leave open follows from the status."""
    kind = error.type or _ERRORS.get(status, "api_error" if status >= 500 else "invalid_request_error")
    inside: dict[str, Any] = {
        "type": kind,
        "message": error.message or f"The simulator was told to answer with status {status}.",
    }
    return inside | {"details": {"error_code": error.code}} if error.code else inside


def _event(answer: Answer, payload: dict[str, Any]) -> bytes:
    return answer.style.frame(payload, payload["type"])


def _shell(answer: Answer) -> dict[str, Any]:
    return {"id": f"msg_{answer.ident}", "type": "message", "role": "assistant", "model": answer.model}


def _message_start(answer: Answer) -> bytes:
    shell = _shell(answer) | {"content": [], "stop_reason": None, "stop_sequence": None}
    if usage := _usage(answer):
        shell["usage"] = usage | {"output_tokens": min(1, usage["output_tokens"])} if answer.reported else usage
    return _event(answer, {"type": "message_start", "message": shell})


def _stop(answer: Answer) -> dict[str, Any]:
    if answer.tool_calls and answer.finish == "stop":
        return {"stop_reason": "tool_use", "stop_sequence": None}
    if answer.behaviour.stopped_by is not None:
        return {"stop_reason": "stop_sequence", "stop_sequence": answer.behaviour.stopped_by}
    stop: dict[str, Any] = {"stop_reason": _STOP[answer.finish], "stop_sequence": None}
    if stop["stop_reason"] == "refusal":
        stop["stop_details"] = {"type": "refusal", "category": None, "explanation": None}
    return stop


def _blocks(answer: Answer) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each content block as it starts, with the deltas that fill it."""
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if (thinking := answer.behaviour.thinking) is not None:
        deltas = [{"type": "thinking_delta", "thinking": word} for word in words(thinking)]
        deltas.append({"type": "signature_delta", "signature": _SIGNATURE})
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, deltas))
    if answer.pieces:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": text} for text in answer.pieces]))
    for index, call in enumerate(answer.tool_calls):
        pieces = [{"type": "input_json_delta", "partial_json": piece} for piece in argument_pieces(call)]
        blocks.append((_tool_use(answer, index), pieces))
    return blocks


def _tool_use(answer: Answer, index: int) -> dict[str, Any]:
    return {
        "type": "tool_use",
        "id": f"toolu_{answer.call_id(index)}",
        "name": answer.tool_calls[index].name,
        "input": {},
    }


def _tool_input(text: str) -> Any:
    # This dialect carries the arguments as an object; a text that is none can only be streamed as it is.
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {"input": text}


def _usage(answer: Answer) -> dict[str, Any] | None:
    if answer.behaviour.usage_raw is not None:
        return answer.behaviour.usage_raw
    if (tokens := answer.reported) is None:
        return None
    one_hour = answer.behaviour.usage.cache_write_1h if answer.behaviour.usage else 0
    usage: dict[str, Any] = {
        # What was read from the cache or written to it is not in this number.
        "input_tokens": tokens.input - tokens.cached - tokens.cache_write,
        "cache_creation_input_tokens": tokens.cache_write,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write - one_hour,
            "ephemeral_1h_input_tokens": one_hour,
        },
        "output_tokens": tokens.output,
        "service_tier": "standard",
    }
    return usage | {"output_tokens_details": {"thinking_tokens": tokens.reasoning}} if tokens.reasoning else usage


def _delta_usage(answer: Answer) -> dict[str, Any] | None:
    if (usage := _usage(answer)) is None or answer.behaviour.usage_raw is not None:
        return usage
    return {name: usage[name] for name in usage if name not in {"cache_creation", "service_tier"}}
