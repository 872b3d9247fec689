"""Route health: a route that fails is left alone for a while, and then tried by one call before the others come back.

Pure but for the state it keeps: moments are Unix milliseconds, given by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

FAILURES_MAX = 3
"""Failures in a row after which a route is left alone; a provider that names its limit, or when to come back, or refuses the key
is believed at once."""
COOL_FIRST_MS = 5_000
COOL_MAX_MS = 300_000
RETRY_AFTER_MAX_MS = 60_000
"""A provider that wants to be left alone for longer is asked by one call after so long."""
PROBE_MS = 30_000
"""How long others wait for the call that tries a route again."""

_AT_ONCE = frozenset({"upstream_rate_limited", "upstream_auth"})
_NAMES_A_TIME = frozenset({"upstream_rate_limited", "upstream_overloaded"})
"""What says that it passes: a time named beside it is believed at once."""
_FAILURES = frozenset(
    {
        "upstream_unreachable",
        "upstream_error",
        "upstream_overloaded",
        "upstream_timeout",
        "upstream_interrupted",
        *_AT_ONCE,
    }
)

Standing = Literal["good", "cooling", "half_open"]


@dataclass(frozen=True, slots=True)
class Cooling:
    """Why a route is left alone, and until when. `turn` counts how often in a row; `told`: the provider named the time."""

    code: str
    turn: int
    until_ms: int
    told: bool


def cooling_since_ms(cooling: Cooling) -> int | None:
    """When a cooling began; None where the provider named its end, for then nobody wrote down when that was."""
    return None if cooling.told else cooling.until_ms - _cool_ms(cooling.turn)


def _cool_ms(turn: int) -> int:
    return min(COOL_FIRST_MS << min(turn - 1, 10), COOL_MAX_MS)


@dataclass(frozen=True, slots=True)
class _Probe:
    """The call that tries a route again, and how long the others wait for it."""

    call_id: UUID
    until_ms: int


class RouteHealth:
    """What one replica knows of the routes, its own experience and what others have told."""

    def __init__(self) -> None:
        self.changed: dict[UUID, Cooling | None] = {}
        """What others are still to be told: a cooling that began, or None where one ended."""
        self._failures: dict[UUID, int] = {}
        self._cooling: dict[UUID, Cooling] = {}
        self._probes: dict[UUID, _Probe] = {}

    def standing(self, route_id: UUID, now_ms: int) -> Standing:
        """Whether a route may be tried by everybody, by nobody, or by one call."""
        cooling = self._cooling.get(route_id)
        if cooling is None:
            return "good"
        probe = self._probes.get(route_id)
        is_probed = probe is not None and now_ms < probe.until_ms
        return "cooling" if now_ms < cooling.until_ms or is_probed else "half_open"

    def begin(self, route_id: UUID, call_id: UUID, now_ms: int) -> bool:
        """Whether this call may try the route. Of a route that is tried again, the first one may, until it is judged."""
        standing = self.standing(route_id, now_ms)
        if standing == "half_open":
            self._probes[route_id] = _Probe(call_id, now_ms + PROBE_MS)
        return standing != "cooling"

    def leave(self, route_id: UUID, call_id: UUID) -> None:
        """This call tries the route no more. Where it was the one to judge it, and has not, another one may."""
        probe = self._probes.get(route_id)
        if probe is not None and probe.call_id == call_id:
            del self._probes[route_id]

    def answered(self, route_id: UUID) -> None:
        """The provider served a call, or said what was wrong with it."""
        self._failures.pop(route_id, None)
        self._probes.pop(route_id, None)
        if self._cooling.pop(route_id, None) is not None:
            self.changed[route_id] = None

    def failed(self, route_id: UUID, code: str, now_ms: int, *, retry_after_s: float | None = None) -> None:
        """A try failed with this code; one that says nothing of the route changes nothing."""
        if code not in _FAILURES:
            return
        before = self._cooling.get(route_id)
        failures = self._failures[route_id] = self._failures.get(route_id, 0) + 1
        if before is not None and now_ms < before.until_ms:
            # One that was on its way when the others failed.
            return
        told = code in _NAMES_A_TIME and retry_after_s is not None
        if before is None and code not in _AT_ONCE and not told and failures < FAILURES_MAX:
            return
        turn = 1 if before is None else before.turn + 1
        wait_ms = _told_ms(retry_after_s) if told else _cool_ms(turn)
        cooling = Cooling(code, turn, now_ms + wait_ms, told)
        self._cooling[route_id] = self.changed[route_id] = cooling
        self._probes.pop(route_id, None)

    def soonest(self, route_ids: Iterable[UUID], now_ms: int) -> tuple[UUID, Cooling] | None:
        """Of routes that are left alone, the one whose time is over first; None where one may be tried now."""
        found = [(route_id, cooling) for route_id in route_ids if (cooling := self._waits(route_id, now_ms))]
        return min(found, key=lambda each: (each[1].told, each[1].until_ms), default=None)

    def heard(self, told: Mapping[UUID, Cooling]) -> None:
        """What other replicas know, all of it. What this one knows better, and has not told yet, stays."""
        for route_id, cooling in told.items():
            known = self._cooling.get(route_id)
            if route_id not in self.changed and (known is None or known.until_ms < cooling.until_ms):
                self._cooling[route_id] = cooling
        for route_id in [each for each in self._cooling if each not in told and each not in self.changed]:
            # Another one has found it well.
            del self._cooling[route_id]
            self._failures.pop(route_id, None)

    def take_changes(self) -> dict[UUID, Cooling | None]:
        """What is to be told, from now on held as told."""
        changed, self.changed = self.changed, {}
        return changed

    def not_told(self, changes: Mapping[UUID, Cooling | None]) -> None:
        """These could not be told; what came later stands."""
        self.changed = {**changes, **self.changed}

    def cooling(self, now_ms: int) -> dict[UUID, Cooling]:
        """The routes that nobody tries now."""
        return {route_id: each for route_id, each in self._cooling.items() if now_ms < each.until_ms}

    def _waits(self, route_id: UUID, now_ms: int) -> Cooling | None:
        cooling = self._cooling.get(route_id)
        if cooling is None:
            return None
        probe = self._probes.get(route_id)
        return replace(cooling, until_ms=max(cooling.until_ms, probe.until_ms if probe else 0, now_ms + 1))


def _told_ms(retry_after_s: float | None) -> int:
    return min(max(1_000, round((retry_after_s or 0.0) * 1000)), RETRY_AFTER_MAX_MS)


class RetryBudget:
    """How many calls may be tried again: one in ten, and a few each second, so that small houses fail over, too.

    A provider that is down must not be asked twice as often for it.
    """

    SHARE = 0.1
    EACH_S = 10.0
    MOST = 100.0

    def __init__(self) -> None:
        self._left = self.MOST
        self._earned_at_ms: int | None = None

    def earn(self, now_ms: int) -> None:
        """A call begins."""
        since_ms = 0 if self._earned_at_ms is None else max(0, now_ms - self._earned_at_ms)
        self._earned_at_ms = now_ms
        self._left = min(self.MOST, self._left + self.SHARE + since_ms / 1000 * self.EACH_S)

    def spend(self) -> bool:
        """Whether a call may be tried again."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
