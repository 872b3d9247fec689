"""OpenAI responses: an answer in that dialect, whole and streamed."""

from typing import Any

from tests.support.upstream.answer import Answer, Stream, argument_pieces, words

_DEFAULTS: dict[str, Any] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
_STATUS = {
    "stop": "completed",
    "refusal": "completed",
    "length": "incomplete",
    "content_filter": "incomplete",
    "failed": "failed",
}


def whole(answer: Answer) -> dict[str, Any]:
    """A response object in its final state."""
    items = [_settled(answer, item) for item in _items(answer)]
    final: dict[str, Any] = {"status": _STATUS[answer.finish], "output": items}
    if answer.finish == "failed":
        message = answer.error.message or "The simulator was told to fail."
        final["error"] = {"code": answer.error.code or "server_error", "message": message}
    elif answer.finish in {"length", "content_filter"}:
        reason = "max_output_tokens" if answer.finish == "length" else "content_filter"
        final["incomplete_details"] = {"reason": reason}
    else:
        final["completed_at"] = answer.created_s
    if answer.finish != "failed" and (usage := _usage(answer)):
        final["usage"] = usage
    return _shell(answer) | final


def stream(answer: Answer) -> Stream:
    """The events of a streamed response: created first; completed, incomplete or failed last."""
    events = _Events(answer)
    opening = [
        events.frame("response.created", response=_shell(answer)),
        events.frame("response.in_progress", response=_shell(answer)),
    ]
    content: list[bytes] = []
    finish: list[bytes] = []
    items = _items(answer)
    if answer.behaviour.unknown:
        opening.append(events.frame("response.sim_novel", detail={"of": "a later version"}))
    for index, item in enumerate(items):
        before, deltas, after = events.item(index, item)
        # The first item opens before the first counted chunk and the last one closes after the last.
        (content if index else opening).extend(before)
        content += deltas
        (finish if index == len(items) - 1 else content).extend(after)
    final = whole(answer)
    terminal = [events.frame(f"response.{final['status']}", response=final)]
    return Stream(opening=opening, content=content, finish=finish, usage=[], terminal=terminal, usage_in="terminal")


def error_frame(answer: Answer, sequence: int) -> bytes:
    """An error in the middle of a stream; `sequence` is the number of frames before it."""
    return answer.style.frame(
        {
            "type": "error",
            "code": answer.error.code or "server_error",
            "message": answer.error.message or "The simulator was told to fail here.",
            "param": answer.error.param,
            "sequence_number": sequence,
        },
        "error",
    )


class _Events:
    """Numbers the events of one stream."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._sequence = 0

    def frame(self, kind: str, **members: Any) -> bytes:
        payload = {"type": kind, "sequence_number": self._sequence} | members
        self._sequence += 1
        return self._answer.style.frame(payload, kind)

    def item(self, index: int, item: dict[str, Any]) -> tuple[list[bytes], list[bytes], list[bytes]]:
        """The frames that open an output item, fill it and close it."""
        place = {"item_id": item["id"], "output_index": index}
        opened = [self.frame("response.output_item.added", output_index=index, item=_begun(item))]
        match item["type"]:
            case "message":
                before, deltas, after = self._part(item["content"][0], place | {"content_index": 0})
            case "reasoning":
                before, deltas, after = self._summary(item["summary"][0], place | {"summary_index": 0})
            case _:
                before, deltas, after = self._arguments(index, item, place)
        settled = _settled(self._answer, item)
        after.append(self.frame("response.output_item.done", output_index=index, item=settled))
        return opened + before, deltas, after

    def _part(self, part: dict[str, Any], place: dict[str, Any]) -> tuple[list[bytes], list[bytes], list[bytes]]:
        is_text = part["type"] == "output_text"
        name, member = ("response.output_text", "text") if is_text else ("response.refusal", "refusal")
        extra: dict[str, Any] = {"logprobs": []} if is_text else {}
        before = [self.frame("response.content_part.added", **place, part=part | {member: ""})]
        deltas = [self.frame(f"{name}.delta", **place, delta=piece, **extra) for piece in self._answer.pieces]
        after = [
            self.frame(f"{name}.done", **place, **{member: part[member]}, **extra),
            self.frame("response.content_part.done", **place, part=part),
        ]
        return before, deltas, after

    def _summary(self, part: dict[str, Any], place: dict[str, Any]) -> tuple[list[bytes], list[bytes], list[bytes]]:
        name = "response.reasoning_summary"
        before = [self.frame(f"{name}_part.added", **place, part=part | {"text": ""})]
        deltas = [self.frame(f"{name}_text.delta", **place, delta=word) for word in words(part["text"])]
        after = [
            self.frame(f"{name}_text.done", **place, text=part["text"]),
            self.frame(f"{name}_part.done", **place, part=part),
        ]
        return before, deltas, after

    def _arguments(
        self, index: int, item: dict[str, Any], place: dict[str, Any]
    ) -> tuple[list[bytes], list[bytes], list[bytes]]:
        call = self._answer.tool_calls[index - (len(_items(self._answer)) - len(self._answer.tool_calls))]
        custom = item["type"] == "custom_tool_call"
        name = "response.custom_tool_call_input" if custom else "response.function_call_arguments"
        deltas = [self.frame(f"{name}.delta", **place, delta=piece) for piece in argument_pieces(call)]
        full = {"input": item["input"]} if custom else {"arguments": item["arguments"], "name": item["name"]}
        return [], deltas, [self.frame(f"{name}.done", **place, **full)]


def _shell(answer: Answer) -> dict[str, Any]:
    return {
        "id": f"resp_{answer.ident}",
        "object": "response",
        "created_at": answer.created_s,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": answer.model,
        "output": [],
        "service_tier": answer.service_tier,
        "usage": None,
        **_DEFAULTS,
        "store": answer.ask.keeps,
        **answer.ask.echo,
    }


def _items(answer: Answer) -> list[dict[str, Any]]:
    """The output items in their final state, all of them complete."""
    items: list[dict[str, Any]] = []
    if (thinking := answer.behaviour.thinking) is not None:
        summary = [{"type": "summary_text", "text": thinking}]
        items.append({"id": f"rs_{answer.ident}", "type": "reasoning", "summary": summary})
    if answer.pieces:
        part: dict[str, Any] = {"type": "output_text", "annotations": [], "logprobs": [], "text": answer.text}
        if answer.finish == "refusal":
            part = {"type": "refusal", "refusal": answer.text}
        head = {"id": f"msg_{answer.ident}", "type": "message", "status": "completed"}
        items.append(head | {"role": "assistant", "content": [part]})
    for index, call in enumerate(answer.tool_calls):
        named = {"call_id": f"call_{answer.call_id(index)}", "name": call.name}
        if call.namespace is not None:
            named["namespace"] = call.namespace
        if call.kind == "custom":
            head = {"id": f"ctc_{answer.ident}{index:02d}", "type": "custom_tool_call", "status": "completed"}
            items.append(head | named | {"input": call.argument_text()})
        else:
            head = {"id": f"fc_{answer.ident}{index:02d}", "type": "function_call", "status": "completed"}
            items.append(head | named | {"arguments": call.argument_text()})
    return items


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    """An item as it is announced: nothing in it yet."""
    empty: dict[str, Any] = {"message": {"content": []}, "reasoning": {"summary": []}}.get(item["type"], {})
    if "arguments" in item:
        empty = {"arguments": ""}
    elif "input" in item:
        empty = {"input": ""}
    return item | empty | ({"status": "in_progress"} if "status" in item else {})


def _settled(answer: Answer, item: dict[str, Any]) -> dict[str, Any]:
    """An item as it stands when the response ends: only a finished one has finished items."""
    if "status" in item and _STATUS[answer.finish] != "completed":
        return item | {"status": "incomplete"}
    return item


def _usage(answer: Answer) -> dict[str, Any] | None:
    if answer.behaviour.usage_raw is not None:
        return answer.behaviour.usage_raw
    if (tokens := answer.reported) is None:
        return None
    return {
        "input_tokens": tokens.input,
        "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.cache_write},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.input + tokens.output,
    }
