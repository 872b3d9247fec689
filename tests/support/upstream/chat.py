"""OpenAI chat completions: an answer in that dialect, whole and streamed."""

from typing import Any, Literal

from tests.support.upstream.answer import Answer, Stream, argument_pieces, words
from tests.support.upstream.behaviour import ErrorText

_FINISH = {"stop": "stop", "length": "length", "content_filter": "content_filter", "refusal": "stop", "failed": "stop"}


def whole(answer: Answer) -> dict[str, Any]:
    """A chat completion object."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": None, "annotations": []}
    if answer.finish == "refusal":
        message |= {"content": None, "refusal": answer.text}
    if answer.behaviour.thinking is not None:
        message["reasoning_content"] = answer.behaviour.thinking
    if answer.tool_calls:
        message["content"] = answer.text or None
        message["tool_calls"] = [_tool_call(answer, index) for index in range(len(answer.tool_calls))]
    completion: dict[str, Any] = {
        "id": f"chatcmpl-{answer.ident}",
        "object": "chat.completion",
        "created": answer.created_s,
        "model": answer.model,
        "choices": [
            {"index": index, "message": message, "logprobs": None, "finish_reason": _finish_reason(answer)}
            for index in range(answer.ask.n)
        ],
        "service_tier": answer.service_tier,
        "system_fingerprint": "fp_simulator",
    }
    if usage := _usage(answer):
        completion["usage"] = usage
    return completion


def stream(answer: Answer) -> Stream:
    """The chunks of a streamed chat completion, `[DONE]` last."""
    writer = _Chunks(answer)
    role = {"role": "assistant", "content": "", "refusal": None}
    opening = writer.all_choices(role)
    content: list[bytes] = []
    if answer.behaviour.thinking is not None:
        for word in words(answer.behaviour.thinking):
            content += writer.all_choices({"reasoning_content": word})
    for piece in answer.pieces:
        content += writer.all_choices({"refusal" if answer.finish == "refusal" else "content": piece})
    for deltas in _tool_deltas(answer):
        content += writer.all_choices({"tool_calls": deltas})
    flavour = answer.behaviour.usage_flavour
    finish = writer.all_choices({}, finish_reason=_finish_reason(answer), with_usage=flavour == "azure")
    usage = []
    if answer.ask.include_usage and flavour != "azure" and (numbers := _usage(answer)):
        usage.append(writer.frame(writer.chunk([], usage=numbers)))
    if answer.behaviour.unknown:
        opening.append(writer.frame({"object": "chat.completion.novel", "sim": {"choices": "none"}}))
    usage_in: Literal["finish", "usage"] = "usage" if usage else "finish"
    return Stream(
        opening=opening,
        content=content,
        finish=finish,
        usage=usage,
        terminal=[answer.style.raw_frame(b"[DONE]")],
        usage_in=usage_in if answer.ask.include_usage else None,
    )


def model_object(model: str) -> dict[str, Any]:
    """One entry of the list of models."""
    return {"id": model, "object": "model", "created": 1_735_689_600, "owned_by": "simulator"}


def error_frame(answer: Answer, _sequence: int) -> bytes:
    """An error in the middle of a stream."""
    return answer.style.frame({"error": error_object(answer.error, 500)})


def error_object(error: ErrorText, status: int) -> dict[str, Any]:
    """The inside of OpenAI's error body; what the words leave open follows from the status."""
    kind, code = _ERRORS.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
    return {
        "message": error.message or f"The simulator was told to answer with status {status}.",
        "type": error.type or kind,
        "param": error.param,
        "code": error.code or code,
    }


_ERRORS: dict[int, tuple[str, str | None]] = {
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}


class _Chunks:
    """Builds chunk frames that share id, time and model."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._numbers = _usage(answer)

    def frame(self, payload: dict[str, Any]) -> bytes:
        return self._answer.style.frame(payload)

    def chunk(self, choices: list[dict[str, Any]], *, usage: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._answer
        chunk = {
            "id": f"chatcmpl-{answer.ident}",
            "object": "chat.completion.chunk",
            "created": answer.created_s,
            "model": answer.model,
            "service_tier": answer.service_tier,
            "system_fingerprint": "fp_simulator",
            "choices": choices,
        }
        # Asked for usage, the provider says "not yet" in every chunk; unasked, the member is absent.
        return chunk | {"usage": usage} if answer.ask.include_usage else chunk

    def all_choices(
        self, delta: dict[str, Any], *, finish_reason: str | None = None, with_usage: bool = False
    ) -> list[bytes]:
        frames = []
        n = self._answer.ask.n
        every_chunk = self._answer.behaviour.usage_flavour == "every_chunk"
        for index in range(n):
            choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
            usage = self._numbers if every_chunk or (with_usage and index == n - 1) else None
            frames.append(self.frame(self.chunk([choice], usage=usage)))
        return frames


def _finish_reason(answer: Answer) -> str:
    return "tool_calls" if answer.tool_calls and answer.finish == "stop" else _FINISH[answer.finish]


def _tool_call(answer: Answer, index: int) -> dict[str, Any]:
    call = answer.tool_calls[index]
    head: dict[str, Any] = {"id": f"call_{answer.call_id(index)}", "type": call.kind}
    if call.seal is not None:
        head["extra_content"] = {"google": {"thought_signature": call.seal}}
    if call.kind == "custom":
        return head | {"custom": {"name": call.name, "input": call.argument_text()}}
    return head | {"function": {"name": call.name, "arguments": call.argument_text()}}


def _tool_deltas(answer: Answer) -> list[list[dict[str, Any]]]:
    """What each chunk carries: one call after the other, turn and turn about, or everything in one chunk."""
    lanes = []
    for index, call in enumerate(answer.tool_calls):
        body = "input" if call.kind == "custom" else "arguments"
        head = {"index": index} | _tool_call(answer, index)
        head[call.kind] = head[call.kind] | {body: ""}
        lanes.append(
            [head, *({"index": index, call.kind: {body: piece}} for piece in argument_pieces(call))],
        )
    match answer.behaviour.tool_style:
        case "sequential":
            return [[delta] for lane in lanes for delta in lane]
        case "one_chunk":
            calls = [{"index": index} | _tool_call(answer, index) for index in range(len(lanes))]
            return [calls] if calls else []
        case "interleaved":
            longest = max((len(lane) for lane in lanes), default=0)
            return [[lane[step]] for step in range(longest) for lane in lanes if step < len(lane)]


def _usage(answer: Answer) -> dict[str, Any] | None:
    if answer.behaviour.usage_raw is not None:
        return answer.behaviour.usage_raw
    if (tokens := answer.reported) is None:
        return None
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {
            "cached_tokens": tokens.cached,
            "cache_write_tokens": tokens.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": tokens.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
