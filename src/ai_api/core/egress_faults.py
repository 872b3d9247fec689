"""What goes wrong on the way out, and whether the peer may have read the request by then."""

from __future__ import annotations


class EgressError(Exception):
    """The way out failed. `sent` says whether the peer may have read the request."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class Unreachable(EgressError):
    """No connection, or it closed before anything of an answer."""


class BrokenOff(Unreachable):
    """It closed in the middle of its headers. There is no answer, but the request was read: it is not sent again unasked."""


class Forbidden(Unreachable):
    """The address is none that may be dialled for this provider key: nobody was."""


class TimedOut(EgressError):
    """Connecting, the first byte, or silence took too long."""


class Interrupted(EgressError):
    """The answer stopped in the middle, or is not HTTP."""
