"""The writes an answer is made of, in order, and where in them something is told to happen. Pure."""

from dataclasses import dataclass
from typing import Literal

from tests.support.upstream import reply
from tests.support.upstream.answer import Answer, Stream
from tests.support.upstream.behaviour import Behaviour, Place

Kind = Literal["opening", "content", "finish", "usage", "terminal", "error"]

BLOCK_BYTES = 64 * 1024
_CLOSING: tuple[Kind, ...] = ("finish", "usage", "terminal")


@dataclass(frozen=True, slots=True)
class Step:
    """One write; `states_usage` marks the one after which the client knows the tokens."""

    kind: Kind
    data: bytes
    states_usage: bool = False


def stream_steps(answer: Answer, stream: Stream) -> list[Step]:
    """The frames of a stream, changed as the answer's behaviour says; timing and cuts are left to the player."""
    behaviour = answer.behaviour
    has_comments = answer.style.comments and not answer.ask.as_list
    comment = answer.style.comment() if has_comments else b""
    steps = [Step("opening", frame) for frame in stream.opening]
    steps += [Step("content", comment + frame) for frame in stream.content]
    for kind in _CLOSING:
        frames: list[bytes] = getattr(stream, kind)
        last = len(frames) - 1
        steps += [Step(kind, frame, kind == stream.usage_in and i == last) for i, frame in enumerate(frames)]
    if behaviour.malformed_at is not None:
        at = min(index_of(behaviour.malformed_at, steps), len(steps) - 1)
        steps[at] = Step(steps[at].kind, _broken_off(steps[at].data, answer.style.newline))
    if (error_at := _error_at(answer)) is not None:
        at = index_of(error_at, steps)
        frame = reply.WRITERS[answer.ask.dialect].error_frame(answer, at)
        return [*steps[:at], Step("error", frame)]
    dropped: tuple[Kind, ...] = ()
    if behaviour.missing_end is not None:
        dropped = _CLOSING if behaviour.missing_end == "finish" else ("terminal",)
    return [step for step in steps if step.kind not in dropped]


def body_steps(behaviour: Behaviour, body: bytes, *, slices: int) -> list[Step]:
    """A whole body in large blocks, or in so many slices where something happens between them."""
    if behaviour.malformed_at is not None:
        # As long as the sound one: the fault is in the JSON, not in the framing.
        half = len(body) // 2
        body = body[:half] + b" " * (len(body) - half)
    size = BLOCK_BYTES
    if behaviour.cut_at is not None or behaviour.hang_at is not None or behaviour.chunk_delay_ms:
        size = -(-len(body) // max(2, slices))
    starts = range(0, len(body), size)
    return [Step("content", body[start : start + size], start == starts[-1]) for start in starts]


def index_of(place: Place, steps: list[Step]) -> int:
    """The index of the step before which a place lies: of chunk k, or of the first step of a closing group.

    What the answer does not have is at the next thing it has; past the end it is the number of steps.
    """
    kinds = [step.kind for step in steps]
    if isinstance(place, int):
        content = [index for index, kind in enumerate(kinds) if kind == "content"]
        if place < len(content):
            return content[place]
        place = "finish"
    wanted = _CLOSING[_CLOSING.index(place) :] if place in _CLOSING else _CLOSING
    return next((index for index, kind in enumerate(kinds) if kind in wanted), len(steps))


def _error_at(answer: Answer) -> int | None:
    if answer.behaviour.error_at is not None:
        return answer.behaviour.error_at
    # Only responses have a way to end in failure; the others break off with an error.
    if answer.finish == "failed" and answer.ask.dialect != "responses":
        return len(answer.pieces)
    return None


def _broken_off(frame: bytes, newline: bytes) -> bytes:
    """A frame whose JSON ends halfway, with its blank line in place."""
    return frame[: len(frame) // 2] + newline + newline
