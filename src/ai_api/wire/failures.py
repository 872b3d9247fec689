"""How a provider's answer can turn out not to be one."""

from __future__ import annotations


class StreamFailure(Exception):
    """The provider's answer cannot be shown as complete: a malformed frame, an error frame, a missing end.

    `code` is an outcome (`upstream_interrupted`, `upstream_error`, …); `message` is safe to show. `before` are the good
    frames that came in the same read, ready for the client: what it gets must not depend on how the network cut the stream.
    """

    def __init__(self, code: str, message: str, *, before: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.before = before
