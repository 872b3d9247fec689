"""Sealing secrets at rest: AES-256-GCM under a ring of keys, bound to the row they belong to.

A sealed value is `nonce (12 bytes) + ciphertext + tag`. The associated data is the key's id and the row's id, so that a
value copied to another row, or labelled with another key, does not open. The first key of the ring seals; all of them open.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealError(Exception):
    """A sealed value could not be opened: its key is not in the ring, or the value was altered or moved."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret at rest. `key_id` names the key of the ring that opens it."""

    key_id: str
    value: bytes


class KeyRing:
    """Encryption keys by id, the first one current."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise ValueError("an encryption key is needed")
        for key in keys.values():
            if len(key) != _KEY_BYTES:
                raise ValueError("an encryption key must be 32 bytes")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.ids = tuple(keys)
        """The ids of all keys, the current one first."""
        self.current_id = self.ids[0]

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """Reads `id:base64[,id:base64…]`. Raises ValueError, never repeating the text, when malformed."""
        keys: dict[str, bytes] = {}
        for part in text.split(","):
            key_id, colon, encoded = part.strip().partition(":")
            if not colon or not key_id.isidentifier() or len(key_id) > 32:
                raise ValueError("expected id:base64 pairs, each id a short identifier")
            if key_id in keys:
                raise ValueError("an encryption key id is given twice")
            try:
                keys[key_id] = base64.b64decode(encoded, validate=True)
            except ValueError:
                raise ValueError("an encryption key is not valid base64") from None
        return cls(keys)

    def seal(self, secret: str, row_id: UUID) -> Sealed:
        """Seals `secret` for the row `row_id` under the current key."""
        return self.seal_bytes(secret.encode(), row_id)

    def seal_bytes(self, secret: bytes, row_id: UUID) -> Sealed:
        """Seals bytes, which need not be text, for the row `row_id` under the current key."""
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._ciphers[self.current_id]
        sealed = cipher.encrypt(nonce, secret, _associated(self.current_id, row_id))
        return Sealed(self.current_id, nonce + sealed)

    def open(self, sealed: Sealed, row_id: UUID) -> str:
        """The secret sealed for `row_id`. Raises SealError."""
        try:
            return self.open_bytes(sealed, row_id).decode()
        except UnicodeDecodeError:
            raise SealError("the sealed value is not text") from None

    def open_bytes(self, sealed: Sealed, row_id: UUID) -> bytes:
        """The bytes sealed for `row_id`. Raises SealError."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise SealError(f"encryption key {sealed.key_id!r} is not in the ring")
        nonce, body = sealed.value[:_NONCE_BYTES], sealed.value[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, body, _associated(sealed.key_id, row_id))
        except (InvalidTag, ValueError):
            raise SealError("the sealed value was altered or belongs to another row") from None


def _associated(key_id: str, row_id: UUID) -> bytes:
    return key_id.encode() + b"\0" + row_id.bytes
