"""Reading Gemini's answers in passing: every byte goes on as it came, the model's version that the provider names included.

A stream has no terminator: its end is that the provider closes it after every candidate has a reason to finish, or after it
said why it does not answer. So what comes from the last word on is held back (`tail`) until then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from ai_api.wire.failures import StreamFailure
from ai_api.wire.frames import unended, whole_frames
from ai_api.wire.gemini_usage import from_gemini
from ai_api.wire.json_body import decode, encode
from ai_api.wire.sse import FrameCutter, data_of
from ai_api.wire.usage import Usage, UsageStream

FRAME_BYTES_MAX = 16 * 1024 * 1024
"""A picture comes in one frame."""

_BYTES_PER_TOKEN = 4
# Google, "Image generation" and "Speech generation": 1,290 tokens a picture; 25 a second of sound, which is 48,000 bytes.
_TOKENS_PER_PICTURE = 1_290
_BASE64_PER_TOKEN_OF_SOUND = 2_560


class _Content(msgspec.Struct):
    parts: list[dict[str, Any]] | None = None


# `Any` where a value is only looked at, and must not make the rest unreadable.
class _Candidate(msgspec.Struct, rename="camel"):
    index: int = 0
    finish_reason: str | None = None
    content: _Content | None = None
    grounding_metadata: Any = None


class _Answer(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] | None = None
    prompt_feedback: dict[str, Any] | None = None
    usage_metadata: Any = None
    error: Any = None

    @property
    def blocked(self) -> str | None:
        """Why the prompt was not answered."""
        reason = (self.prompt_feedback or {}).get("blockReason")
        return f"blocked:{reason}" if isinstance(reason, str) and len(reason) < 64 else None


_answer = msgspec.json.Decoder(_Answer)


class GenerateStream:
    """Reads a stream of `:streamGenerateContent?alt=sse`. Unknown fields and parts pass untouched."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.finished = False
        self.tail = b""
        self.output_tokens_seen = 0
        """At least one token a chunk that said something, at most what its bytes can hold."""
        self._cutter = FrameCutter(frame_bytes_max=FRAME_BYTES_MAX)
        self._usage = UsageStream(from_gemini)
        self._reason: str | None = None
        self._going_on: set[int] = set()
        self._ended: set[int] = set()
        self._searches = 0
        self._text_bytes = 0
        self._text_frames = 0
        self._media_tokens = 0

    @property
    def finish_reason(self) -> str | None:
        """Why the first candidate to end has ended, once all have; or why the prompt is not answered."""
        return None if self._going_on else self._reason

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure."""
        frames = whole_frames(self._cutter, data)
        now: list[bytes] = []
        try:
            for frame in frames:
                self._pass(frame, now)
        except StreamFailure as failure:
            failure.before = b"".join(now)
            raise
        if len(self.tail) > FRAME_BYTES_MAX:
            raise StreamFailure("upstream_interrupted", "The provider's stream goes on after its end.")
        return b"".join(now)

    def end(self) -> None:
        """The provider closed: that is the end, where it had said why it ends. Raises StreamFailure otherwise."""
        if self.finish_reason is None or self._cutter.rest.strip():
            raise unended()
        self.finished = True

    def _pass(self, frame: bytes, now: list[bytes]) -> None:
        data = data_of(frame)
        says_more = False
        if data:
            answer = _read(data)
            if answer.error is not None and not answer.candidates:
                raise StreamFailure("upstream_error", "The provider reported an error in its stream.")
            says_more = self._notice(answer)
        if self.tail and (says_more or self.finish_reason is None):
            # That was not the end: some models give every chunk a reason to finish.
            now.append(self.tail)
            self.tail = b""
        if self.finish_reason is None:
            now.append(frame)
        else:
            self.tail += frame

    def _notice(self, answer: _Answer) -> bool:
        """Takes in what a chunk says; whether the model says something in it."""
        says_more = False
        for candidate in answer.candidates or ():
            parts = (candidate.content.parts if candidate.content is not None else None) or ()
            says = sum(self._count(part) for part in parts) > 0
            says_more = says_more or says
            self._searches = max(self._searches, _searches(candidate))
            if candidate.finish_reason is not None:
                self._going_on.discard(candidate.index)
                self._ended.add(candidate.index)
                self._reason = self._reason or candidate.finish_reason
            elif says or candidate.index not in self._ended:
                self._going_on.add(candidate.index)
        self._reason = self._reason or answer.blocked
        if says_more:
            self._text_frames += 1
        text_tokens = max(self._text_frames, -(-self._text_bytes // _BYTES_PER_TOKEN))
        self.output_tokens_seen = text_tokens + self._media_tokens
        if answer.usage_metadata is not None:
            self._usage.add(answer.usage_metadata)
            self.usage = _with_searches(self._usage.total(), self._searches)
        return says_more

    def _count(self, part: dict[str, Any]) -> int:
        """How many bytes a part says, noted."""
        blob = part.get("inlineData")
        if isinstance(blob, dict):
            self._media_tokens += _media_tokens(blob)
            return 1
        size = 0
        for name, value in part.items():
            if isinstance(value, str):
                size += len(value.encode()) if name == "text" else 0
            elif isinstance(value, dict):
                size += len(encode(value))
        self._text_bytes += size
        return size


def read_whole_generated(body: bytes) -> tuple[Usage | None, str | None]:
    """The usage and the finish reason of a whole answer. Raises StreamFailure."""
    answer = _read(body)
    if answer.error is not None and not answer.candidates:
        raise StreamFailure("upstream_error", "The provider reported an error in its answer.")
    candidates = answer.candidates or []
    finish = next((each.finish_reason for each in candidates if each.finish_reason), None) or answer.blocked
    used = None if answer.usage_metadata is None else from_gemini(answer.usage_metadata)
    return _with_searches(used, max(map(_searches, candidates), default=0)), finish


def _read(data: bytes) -> _Answer:
    """What is known of an answer; JSON of another shape passes as well. Raises StreamFailure for what is not JSON."""
    try:
        return _answer.decode(data)
    except msgspec.ValidationError:
        try:
            return _odd(decode(data))
        except ValueError:
            pass
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    raise StreamFailure("upstream_interrupted", "The provider sent something that is not JSON.")


def _odd(document: object) -> _Answer:
    """What can be used of an answer in which some field has an unexpected type."""
    if isinstance(document, list):
        # Errors come in a list of one where a list was asked for.
        document = document[0] if document else None
    if not isinstance(document, dict):
        return _Answer()
    candidates, feedback = document.get("candidates"), document.get("promptFeedback")
    return _Answer(
        candidates=[_odd_candidate(each) for each in candidates if isinstance(each, dict)]
        if isinstance(candidates, list)
        else None,
        prompt_feedback=feedback if isinstance(feedback, dict) else None,
        usage_metadata=document.get("usageMetadata"),
        error=document.get("error"),
    )


def _odd_candidate(document: dict[str, Any]) -> _Candidate:
    index, reason, content = document.get("index"), document.get("finishReason"), document.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return _Candidate(
        index=index if type(index) is int else 0,
        finish_reason=reason if isinstance(reason, str) else None,
        content=_Content([part for part in parts if isinstance(part, dict)]) if isinstance(parts, list) else None,
        grounding_metadata=document.get("groundingMetadata"),
    )


def _searches(candidate: _Candidate) -> int:
    """How many searches the provider says it ran for a candidate."""
    found = candidate.grounding_metadata
    queries = found.get("webSearchQueries") if isinstance(found, dict) else None
    return len(queries) if isinstance(queries, list) else 0


def _with_searches(usage: Usage | None, searches: int) -> Usage | None:
    return replace(usage, web_searches=searches) if usage is not None and searches else usage


def _media_tokens(blob: dict[str, Any]) -> int:
    """About how many tokens a picture or recording of the model's was."""
    kind, data = blob.get("mimeType"), blob.get("data")
    if isinstance(kind, str) and kind.startswith("image/"):
        return _TOKENS_PER_PICTURE
    return -(-len(data) // _BASE64_PER_TOKEN_OF_SOUND) if isinstance(data, str) else 0
