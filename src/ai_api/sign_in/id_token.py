"""Reading what a provider signed: its public keys, and the ID tokens that they verify. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from ai_api.sign_in.oidc_rules import SKEW_S

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Those with a key that is the provider's alone. Never `none`, and none whose key is our own secret or a public key's text."""
_KEY_TYPES: Final = frozenset({"RSA", "EC"})
_KEYS_MAX: Final = 100
_SUBJECT_CHARACTERS_MAX: Final = 255
# What the libraries raise for documents that are no tokens or keys, beside their own errors.
_MALFORMED: Final = (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class TokenRefused(Exception):
    """The token does not say what it must. The text is ours and holds nothing of the token."""


class KeyUnknown(TokenRefused):
    """The token is signed with a key that is not among the provider's, as far as they are known."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say to be for us, from them, about this trip, now."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


def keys_in(document: object) -> KeySet | None:
    """The keys of a JWKS that may sign; None where it has none. What is not understood is passed over, as the standard asks."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        return None
    found = [key for each in listed[:_KEYS_MAX] if (key := _key_in(each)) is not None]
    return KeySet(found) if found else None


def read_id_token(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of a token that is signed by one of `keys` and says what is expected.

    `exp`, `iat` and `nbf` may be off by `SKEW_S`. Raises KeyUnknown, TokenRefused.
    """
    try:
        read = jwt.decode(token, keys, algorithms=ALGORITHMS)
        _check_claims(read, expected)
    except InvalidKeyIdError:
        raise KeyUnknown("it is signed with a key that the provider does not publish") from None
    except JoseError as error:
        # Short names of theirs, such as `invalid_claim: nonce`; of the token itself at most the name of a claim or algorithm.
        raise TokenRefused(f"{error.error}: {error.description}"[:200]) from None
    except _MALFORMED:
        raise TokenRefused("it is malformed") from None
    return read.claims


def _key_in(document: object) -> Key | None:
    if not isinstance(document, dict) or document.get("kty") not in _KEY_TYPES or document.get("use") == "enc":
        return None
    try:
        return JWKRegistry.import_key(document)
    except _MALFORMED:
        return None


def _check_claims(read: jwt.Token, expected: Expected) -> None:
    claims = read.claims
    if any(name in claims and not isinstance(claims[name], str) for name in ("nonce", "azp", "at_hash")):
        raise TokenRefused("one of its claims is not text")
    if len(claims.get("sub", "")) > _SUBJECT_CHARACTERS_MAX:
        raise TokenRefused("its subject is longer than 255 characters")
    CodeIDToken(
        claims,
        read.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "sub": {"essential": True},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    ).validate(now=int(expected.now.timestamp()), leeway=SKEW_S)
