"""What a driver of an SDK is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from tests.conformance.asked import Asked, Fault, Refused, Told, Way

TIMEOUT_S = 20.0


class Driver(Protocol):
    """One dialect by its SDK. A client is made for a gateway's address and a secret, and tries nothing again."""

    package: str
    """The SDK's distribution."""
    raises: Mapping[Fault, frozenset[str]]
    """What its users have to catch: the names that `refused` may give for a request's own fault, and for the provider's."""

    def client(self, url: str, secret: str) -> AbstractAsyncContextManager[Any]:
        """A client."""
        ...

    async def ask(self, client: Any, model: str, asked: Asked, way: Way) -> Told:
        """Asks, and reads the answer from the SDK's typed objects. Raises what the SDK raises."""
        ...

    def refused(self, error: Exception) -> Refused:
        """What an SDK's exception says. Raises the exception where it is not one of the SDK's own for an answer."""
        ...
