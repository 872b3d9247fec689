"""Google's way to prove who asks: a service account signs a statement, and is given an access token for an hour.

    service account's JSON ── signed statement (RFC 7523) ──► its `token_uri` ──► access token

Source: Google, "Using OAuth 2.0 for Server to Server Applications". Nothing here asks a metadata server or the environment.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ai_api.core.addresses import check_base_url
from ai_api.core.errors import Refusal

SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
TOKEN_URI_DEFAULT: Final = "https://oauth2.googleapis.com/token"  # noqa: S105  -- an address, no secret
LIFETIME_S: Final = 3_600

_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JSON_CHARS_MAX: Final = 16_384
_TOKEN_CHARS_MAX: Final = 8_192


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Who asks, with what private key (PEM), and where tokens are given out."""

    email: str
    private_key: str = field(repr=False)
    key_id: str | None
    token_uri: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token, and for how many seconds it is good."""

    value: str = field(repr=False)
    lives_s: int


def is_service_account(secret: str) -> bool:
    """Whether a secret is a service account's JSON; any other is an access token itself."""
    return secret.lstrip().startswith("{")


def read_service_account(secret: str, *, private_network: bool) -> ServiceAccount:
    """The service account in its JSON. Raises Refusal `bad_secret`, `bad_base_url`, never repeating what was given."""
    try:
        found = json.loads(secret) if len(secret) <= _JSON_CHARS_MAX else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("type") != "service_account":
        raise _bad(
            "The secret is no JSON of a service account: give the whole file that Google made, or an access token."
        )
    account = ServiceAccount(
        email=_text(found, "client_email"),
        private_key=_text(found, "private_key"),
        key_id=_text(found, "private_key_id") if "private_key_id" in found else None,
        token_uri=_text(found, "token_uri") if "token_uri" in found else TOKEN_URI_DEFAULT,
    )
    check_base_url(account.token_uri, private_network=private_network)
    _loaded(account)
    return account


def grant(account: ServiceAccount, now_s: int) -> bytes:
    """The form that asks for a token, at this Unix second. Some milliseconds of CPU. Raises Refusal `bad_secret`."""
    head: dict[str, Any] = {"alg": "RS256", "typ": "JWT"}
    if account.key_id is not None:
        head["kid"] = account.key_id
    claims = {
        "iss": account.email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": now_s,
        "exp": now_s + LIFETIME_S,
    }
    said = b".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    proof = _encoded(_loaded(account).sign(said, padding.PKCS1v15(), hashes.SHA256()))
    return urlencode({"grant_type": _GRANT, "assertion": b".".join((said, proof)).decode()}).encode()


def read_token(body: bytes) -> AccessToken | None:
    """The token in an answer of the `token_uri`; None where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    token = found.get("access_token") if isinstance(found, dict) else None
    if not isinstance(token, str) or not 0 < len(token) <= _TOKEN_CHARS_MAX or not _fits_a_header(token):
        return None
    lives_s = found.get("expires_in")
    return AccessToken(token, lives_s if type(lives_s) is int and 0 < lives_s <= LIFETIME_S else LIFETIME_S)


def _loaded(account: ServiceAccount) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(account.private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _bad("The private key of the service account cannot be read.")
    return key


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise _bad(f"The service account's JSON has no {name}.")
    return value


def _fits_a_header(token: str) -> bool:
    return token.isascii() and all(33 <= ord(character) <= 126 for character in token)


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _bad(message: str) -> Refusal:
    return Refusal("bad_secret", "invalid", message, param="secret")
