"""Taking calls in: whether this replica has room for one more, and for its body. Whoever has to go is told before the body.

A body counts from when its length is known, or as it comes in, until its provider has begun to answer: before that another
provider may have to be asked. It counts as often as it is in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from starlette.types import Receive

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import BodyPart
from ai_api.observability.lag import LoopLag
from ai_api.protocols import body
from ai_api.wire import json_body
from ai_api.wire.json_body import BadBody, JsonBody
from ai_api.wire.operations import WHOLE_OPERATIONS

OPERATIONS = ("chat", "responses", "messages", "generate", "embed", *WHOLE_OPERATIONS)
FEW_CALLS = 16
"""With fewer under way it is not they that make the loop late, and sending others away would not make it quicker."""
_LATE_SHARE = 1 / 3
"""Of the lag at which nobody is let in: from there on, the later the loop is, the more are turned away."""
_WAITING_SHARE = 2 / 3
"""Of the waiting calls at which nobody is let in: from there on, the more wait, the more are turned away."""
# As it came, as what was made of it, and as what is on its way out; the second of them goes once it is admitted.
_READ_COPIES, _SENT_COPIES = 3, 2


_BUSY = "The gateway has as much to do as it can. Try again."
_LARGE = "Too many large requests are under way. Try again."


def _overloaded(message: str) -> Refusal:
    return Refusal("overloaded", "unavailable", message, retry_after_s=1)


_NO = _overloaded(_BUSY)
"""What thousands a second may be told. It is said and never raised: an error that is raised again grows."""


def body_caps(usual_bytes: int) -> Mapping[str, int]:
    """The most bytes a body may have, by operation. Those that carry more, or less, than a conversation are named here."""
    return dict.fromkeys(OPERATIONS, usual_bytes)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a replica takes in. `body_bytes_max` is of one body, by operation; the others are of all together, but `body_s`:
    how long one body may take, in seconds.
    """

    body_bytes_max: Mapping[str, int]
    body_s: float
    bodies_bytes_max: int
    open_calls_max: int
    waiting_calls_max: int
    lag_s_max: float


class Intake:
    """Counts what is taken in and not done yet."""

    def __init__(self, bounds: Bounds, lag: LoopLag, waiting: Callable[[], int] = lambda: 0) -> None:
        """`waiting` says how many calls wait for this replica itself: to be admitted, or for their record."""
        self.bounds = bounds
        self.open_calls = 0
        self.held_bytes = 0
        """Of bodies that are being read, or are not sent yet."""
        self.shed: Counter[str] = Counter()
        """Calls sent away for want of room, since the start of this replica: `lag`, `waiting`, `open_calls`, `bodies`."""
        self._lag = lag
        self._waiting = waiting
        self._coming = 0
        self._late_from_s = bounds.lag_s_max * _LATE_SHARE
        self._many_from = int(bounds.waiting_calls_max * _WAITING_SHARE)
        self._part_turned_away = 0.0
        self._by_holder: dict[bytes, int] = {}
        # One credential leaves room for others, and has room for the largest body there can be.
        largest = _READ_COPIES * max(bounds.body_bytes_max.values())
        self._holder_bytes_max = min(bounds.bodies_bytes_max, max(bounds.bodies_bytes_max * 3 // 4, largest))

    @property
    def waiting_calls(self) -> int:
        """Calls that wait for this replica: to begin, to be admitted, or for their record; not for their provider."""
        return self._coming + self._waiting()

    @property
    def is_pressed(self) -> bool:
        """Whether some of those who come may have to go: cheap to ask of every call."""
        return self.waiting_calls >= self._many_from or (
            self.open_calls >= FEW_CALLS
            and (self._lag.lag_s > self._late_from_s or self.open_calls >= self.bounds.open_calls_max)
        )

    def turn_away(self, *, is_asked_again: bool = False) -> Refusal | None:
        """The refusal for one who comes while this replica `is_pressed`; None lets it in. By no chance, and evenly spread.

        Of a replica that takes all or none, as many would be let in as come between two looks at the clock: they would be
        late together, and then there would be nobody. Where `is_asked_again`, None counts nobody as let in.
        """
        if self.open_calls >= self.bounds.open_calls_max:
            return self._turned_away("open_calls")
        late = (
            _above(self._late_from_s, self._lag.lag_s, self.bounds.lag_s_max) if self.open_calls >= FEW_CALLS else 0.0
        )
        many = _above(self._many_from, self.waiting_calls, self.bounds.waiting_calls_max)
        part = self._part_turned_away + max(late, many)
        if part < 1.0:
            if not is_asked_again:
                self._part_turned_away = part
            return None
        self._part_turned_away = part - 1.0
        return self._turned_away("lag" if late > many else "waiting")

    def expect(self, calls: int) -> None:
        """So many calls more were let in that have not begun; fewer, when they have."""
        self._coming += calls

    def enter(self) -> None:
        """One call more. Raises Refusal `overloaded`: running calls are never cut, new ones are not begun."""
        if self._lag.lag_s > self.bounds.lag_s_max and self.open_calls >= FEW_CALLS:
            raise self._sent_away("lag")
        if self._waiting() > self.bounds.waiting_calls_max:
            raise self._sent_away("waiting")
        if self.open_calls >= self.bounds.open_calls_max:
            raise self._sent_away("open_calls")
        self.open_calls += 1

    def leave(self) -> None:
        """One call less."""
        self.open_calls -= 1

    def take(self, secret_hash: bytes, size_bytes: int) -> None:
        """Room for so many bytes of a body. Raises Refusal `overloaded`."""
        if size_bytes > self._holder_bytes_max:
            raise Refusal("body_too_large", "too_large", "The request takes more memory than the gateway has for one.")
        held = self._by_holder.get(secret_hash, 0) + size_bytes
        if held > self._holder_bytes_max or self.held_bytes + size_bytes > self.bounds.bodies_bytes_max:
            raise self._sent_away("bodies")
        self._by_holder[secret_hash] = held
        self.held_bytes += size_bytes

    def give_back(self, secret_hash: bytes, size_bytes: int) -> None:
        """Gives back what was taken."""
        self.held_bytes -= size_bytes
        held = self._by_holder[secret_hash] - size_bytes
        if held:
            self._by_holder[secret_hash] = held
        else:
            del self._by_holder[secret_hash]

    def _sent_away(self, reason: str) -> Refusal:
        self.shed[reason] += 1
        return _overloaded(_LARGE if reason == "bodies" else _BUSY)

    def _turned_away(self, reason: str) -> Refusal:
        self.shed[reason] += 1
        return _NO


def _above(from_here: float, what: float, to_there: float) -> float:
    """How far `what` has come between the two: 0 to 1."""
    return min(1.0, max(0.0, (what - from_here) / (to_there - from_here)))


class Stay:
    """One call's part of the intake, given back at the end of the block at the latest."""

    __slots__ = ("_body", "_body_bytes", "_entered", "_held_bytes", "_intake", "_secret_hash", "read_whole")

    def __init__(self, intake: Intake) -> None:
        self.read_whole = False
        """Whether the body was read to its end: if not, the rest of it may still be on its way."""
        self._intake = intake
        self._entered = False
        self._secret_hash = b""
        self._held_bytes = 0
        self._body: JsonBody | None = None
        self._body_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()
        if self._entered:
            self._intake.leave()

    def enter(self) -> None:
        """Takes the call in. Raises Refusal `overloaded`."""
        self._intake.enter()
        self._entered = True

    async def read(
        self, receive: Receive, secret_hash: bytes, operation: str, *, announced_bytes: int | None
    ) -> bytes | bytearray:
        """The body of a call of this credential, as bytes. Raises Refusal, body.ClientLeft."""
        self._secret_hash = secret_hash
        bounds = self._intake.bounds
        data = await body.read(
            receive,
            announced_bytes=announced_bytes,
            limit_bytes=bounds.body_bytes_max[operation],
            within_s=bounds.body_s,
            hold=lambda size_bytes: self._hold(_READ_COPIES * size_bytes),
        )
        self.read_whole = True
        return data

    def parse(self, data: bytes | bytearray) -> JsonBody:
        """What the body says. Raises Refusal."""
        try:
            self._hold((_READ_COPIES - 1) * len(data) + json_body.document_bytes(data))
            self._body, self._body_bytes = json_body.read(data), len(data)
        except BadBody as error:
            raise Refusal("bad_request", "invalid", str(error)) from None
        return self._body

    def body_grows(self, more: bytes) -> None:
        """Room for what is put into the body. Raises Refusal."""
        try:
            self._hold(self._held_bytes + (_READ_COPIES - 1) * len(more) + json_body.document_bytes(more))
        except BadBody as error:
            raise Refusal("bad_request", "invalid", str(error)) from None
        self._body_bytes += len(more)

    def body_needed(self, part: BodyPart) -> None:
        """What of the body is still needed: the rest is let go of, and its room given back."""
        if self._body is not None:
            self._body.forget(fields=part == "nothing")
            self._give_back(_SENT_COPIES * self._body_bytes if part == "fields" else 0)

    def _hold(self, size_bytes: int) -> None:
        more = size_bytes - self._held_bytes
        if more > 0:
            self._intake.take(self._secret_hash, more)
            self._held_bytes = size_bytes

    def _give_back(self, but_bytes: int = 0) -> None:
        less = self._held_bytes - but_bytes
        if less > 0:
            self._intake.give_back(self._secret_hash, less)
            self._held_bytes = but_bytes
