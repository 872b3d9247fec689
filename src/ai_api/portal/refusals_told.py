"""What a client was told whose call was refused: its answer, rendered again in the dialect it was given in.

What the record does not hold is left out, and said to be left out: nothing here is guessed, and nothing is today's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, Field

from ai_api.core.errors import Refusal
from ai_api.ledger import CallRecord
from ai_api.portal.refusals_recorded import refusals_of
from ai_api.wire import dialects
from ai_api.wire.dialects import StreamEnd
from ai_api.wire.envelope import Operation

# Fewer words than these in common are an accident, and say nothing.
_COMMON_WORDS_MIN = 4
_OK = 200
_DIALECTS = frozenset({"openai", "anthropic", "gemini"})
_END = StreamEnd("", 0, "", 0)


class Told(BaseModel):
    """What the client of a refused call was told, as far as its record tells.

    `sentence` are the pieces that are certain, in their order; between two of them, an empty one included, stood what is not
    stored. It is empty where nothing of the sentence is. `retry_after_s` is null where none was given, and where it is among
    what is `not_stored`. In a stream that had begun the status was 200, and the rest its last event.
    """

    in_stream: bool
    status: int
    type: str | None
    code: str | None
    sentence: Annotated[list[str], Field(max_length=2)]
    retry_after_s: int | None
    should_retry: bool | None
    not_stored: list[Literal["sentence", "part_of_sentence", "retry_after"]]


@dataclass(frozen=True, slots=True)
class _Said:
    status: int
    type: str | None
    code: str | None
    sentence: str
    retry_after_s: int | None = None
    should_retry: bool | None = None


def told_of(record: CallRecord) -> Told | None:
    """What the client was told; None of a call that was not refused, or of which nobody can know: its client had left, or the
    process had died, or it was called in a dialect that is not spoken any more.
    """
    if record.dialect not in _DIALECTS:
        return None
    in_stream = record.stream and record.first_byte_at is not None
    said = [_in_stream(record, each) if in_stream else _answer(record, each) for each in refusals_of(record)]
    if not said:
        return None
    first = said[0]
    sentence = _shared([each.sentence for each in said])
    is_wait_known = all(each.retry_after_s == first.retry_after_s for each in said)
    missing: list[Literal["sentence", "part_of_sentence", "retry_after"]] = []
    if len(sentence) != 1:
        missing.append("part_of_sentence" if sentence else "sentence")
    if not is_wait_known:
        missing.append("retry_after")
    return Told(
        in_stream=in_stream,
        status=first.status,
        type=first.type,
        code=first.code,
        sentence=sentence,
        retry_after_s=first.retry_after_s if is_wait_known else None,
        should_retry=first.should_retry,
        not_stored=missing,
    )


def _answer(record: CallRecord, refusal: Refusal) -> _Said:
    rendered = dialects.render(record.dialect, refusal)
    headers = {name.decode(): value.decode() for name, value in rendered.headers}
    wait, futile = headers.get("retry-after"), headers.get("x-should-retry")
    error = json.loads(rendered.body)["error"]
    is_google = record.dialect == "gemini"
    return _Said(
        rendered.status,
        error["status"] if is_google else error["type"],
        _reason(error) if is_google else error["code"],
        error["message"],
        None if wait is None else int(wait),
        None if futile is None else futile != "false",
    )


def _in_stream(record: CallRecord, refusal: Refusal) -> _Said:
    frame = dialects.broken_off(cast("Operation", record.operation), refusal, _END)
    event = json.loads(frame.partition(b"data: ")[2])
    error = event["response"]["error"] if "response" in event else event["error"]
    is_google = record.operation == "generate"
    word = event["type"] if "response" in event else error["status"] if is_google else error["type"]
    return _Said(_OK, word, _reason(error) if is_google else error["code"], error["message"])


def _reason(error: dict[str, Any]) -> str:
    reason: str = error["details"][0]["reason"]
    return reason


def _shared(sentences: Sequence[str]) -> list[str]:
    """A sentence where all say the same; else what they begin and end with, word by word, where that says anything."""
    if all(each == sentences[0] for each in sentences):
        return [sentences[0]]
    words = [each.split(" ") for each in sentences]
    head = _common(words)
    tail = _common([each[len(head) :][::-1] for each in words])[::-1]
    return [" ".join(head), " ".join(tail)] if len(head) + len(tail) >= _COMMON_WORDS_MIN else []


def _common(words: Sequence[Sequence[str]]) -> list[str]:
    return [each[0] for each in takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))]
