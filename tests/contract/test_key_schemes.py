"""Keys that prove themselves otherwise than by standing in a header: AWS's signature, and Google's exchange for a token."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from ai_api.core.egress import Egress, Timeouts
from ai_api.core.errors import Refusal
from ai_api.providers import aws_signature, google_token
from ai_api.providers.aws_signature import AccessKey
from ai_api.providers.discover import probe
from ai_api.providers.port import LaneRequest, OpenKey, UpstreamError
from ai_api.providers.proof import Proofs
from ai_api.providers.wiring import derive
from tests.contract.families import AWS_KEY
from tests.support.anthropic_lane import CREATED_S, StoppedClock
from tests.support.service_account import PRIVATE_KEY, service_account
from tests.unit.core.raw_peer import Line, peer

pytestmark = pytest.mark.enable_socket

TIMEOUTS = Timeouts(2, 2, 2)
PROJECT = "/v1/projects/p/locations/europe-west1"


# ── AWS ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1/chat/completions",
        "https://bedrock-mantle.eu-central-1.api.aws/anthropic/v1/messages",
        "https://bedrock-runtime.ap-southeast-2.amazonaws.com/model/anthropic.claude%3A0/converse?b=2&a=1",
        "http://127.0.0.1:8081/v1/models",
    ],
)
@pytest.mark.parametrize("session", [None, "a-token/of+a=session"])
def test_a_signature_that_aws_would_not_make_itself(url: str, session: str | None) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    body = b'{"model": "x"}'
    ours = aws_signature.signed(
        LaneRequest(url, {"content-type": "application/json"}, body), "POST", AccessKey("AKID", "secret", session), now
    )
    theirs = AWSRequest(method="POST", url=url, data=body, headers={})
    signer = SigV4Auth(Credentials("AKID", "secret", session), "bedrock", aws_signature.region_of(url))
    theirs.context["timestamp"] = ours.headers["x-amz-date"]
    signer._modify_request_before_signing(theirs)
    canonical = signer.canonical_request(theirs)
    signature = signer.signature(signer.string_to_sign(theirs, canonical), theirs)
    assert ours.headers["authorization"].endswith(f"Signature={signature}")
    assert ours.headers.get("x-amz-security-token") == session
    assert (ours.url, ours.body) == (url, body)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://bedrock-runtime.us-gov-west-1.amazonaws.com/v1", "us-gov-west-1"),
        ("https://vpce-1a2b.bedrock-runtime.eu-west-3.vpce.amazonaws.com/v1", "eu-west-3"),
        ("http://127.0.0.1:80/v1", aws_signature.REGION_DEFAULT),
    ],
)
def test_a_request_is_signed_for_another_region(url: str, region: str) -> None:
    assert aws_signature.region_of(url) == region


@pytest.mark.parametrize("secret", ["ABSKQmVkcm9ja0FQSUtleQ==", "sk-abc:def", "AKIDEXAMPLEEXAMPLE12:short", "", ":"])
def test_an_api_key_is_taken_for_an_access_key(secret: str) -> None:
    assert aws_signature.read_access_key(secret) is None


def test_an_access_key_says_what_it_is_made_of() -> None:
    found = aws_signature.read_access_key(f"{AWS_KEY}:lent+for/a=while")
    assert found == AccessKey("AKIDEXAMPLEEXAMPLE12", AWS_KEY.split(":")[1], "lent+for/a=while")
    assert AWS_KEY.split(":")[1] not in repr(found)


# ── Google ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Tokens:
    """Gives out tokens, or answers as told, and notes what it was sent."""

    answers: list[tuple[str, bytes]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    async def play(self, line: Line) -> None:
        """One connection."""
        while True:
            head = (await line.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = next(int(each.split(":")[1]) for each in head.split("\r\n") if each.startswith("content-length"))
            form = parse_qs((await line.reader.readexactly(length)).decode())
            self.forms.append({name: value[0] for name, value in form.items()})
            token = json.dumps({"access_token": f"ya29.{len(self.forms)}", "expires_in": 3_599, "token_type": "Bearer"})
            status, body = self.answers.pop(0) if self.answers else ("200 OK", token.encode())
            await line.answer(body, status)

    def key(self, **changes: Any) -> OpenKey:
        """A key whose service account has its tokens from here."""
        account = service_account(private_key_id="k1", token_uri=f"{self.url}/token", **changes)
        wiring = derive("vertex", f"{self.url}{PROJECT}", None)
        return OpenKey(UUID(int=7), "vertex", wiring, account, private_network=True)


class MovingClock(StoppedClock):
    """A clock that is moved by hand."""

    later_s = 0

    def unix_ms(self) -> int:
        return (CREATED_S + self.later_s) * 1_000


@pytest.fixture
async def tokens() -> AsyncIterator[Tokens]:
    given = Tokens()
    async with peer(given.play) as server:
        given.url = server.url(path="")
        yield given


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    way_out = Egress()
    yield way_out
    await way_out.close()


def read(part: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


async def test_google_is_told_who_asks_in_words_it_does_not_take(tokens: Tokens, egress: Egress) -> None:
    key = tokens.key()
    shown = await Proofs(egress, MovingClock()).shown(key, TIMEOUTS)
    assert shown == replace(key, secret="ya29.1")
    (form,) = tokens.forms
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, signature = form["assertion"].split(".")
    assert read(head) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert read(claims) == {
        "iss": "gateway@p.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": f"{tokens.url}/token",
        "iat": CREATED_S,
        "exp": CREATED_S + 3_600,
    }
    signed = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    PRIVATE_KEY.public_key().verify(signed, f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


async def test_a_token_is_asked_for_with_each_call_or_kept_beyond_its_end(tokens: Tokens, egress: Egress) -> None:
    clock = MovingClock()
    proofs, key = Proofs(egress, clock), tokens.key()

    async def shown() -> str | None:
        return (await proofs.shown(key, TIMEOUTS)).secret

    assert set(await asyncio.gather(*(shown() for _ in range(9)))) == {"ya29.1"}
    clock.later_s = 3_298
    assert await shown() == "ya29.1"
    clock.later_s = 3_299
    assert await shown() == "ya29.2"
    proofs.forget(key.id)
    assert await shown() == "ya29.3"
    key = tokens.key(client_email="another@p.iam.gserviceaccount.com")
    assert await shown() == "ya29.4"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("400 Bad Request", b'{"error": "invalid_grant"}', "upstream_auth"),
        ("401 No", b"{}", "upstream_auth"),
        ("503 Oh", b"{}", "upstream_unreachable"),
        ("200 OK", b"<html>", "upstream_unreachable"),
        ("200 OK", b'{"access_token": "two\\nlines"}', "upstream_unreachable"),
        ("200 OK", b'{"access_token": 7}', "upstream_unreachable"),
        ("200 OK", b"[]", "upstream_unreachable"),
    ],
)
async def test_no_token_is_a_defect_or_is_kept(
    tokens: Tokens, egress: Egress, status: str, body: bytes, code: str
) -> None:
    proofs, key = Proofs(egress, MovingClock()), tokens.key()
    tokens.answers = [(status, body)]
    with pytest.raises(UpstreamError) as failed:
        await proofs.shown(key, TIMEOUTS)
    # The model's provider has not been asked: another route may be.
    assert (failed.value.code, failed.value.sent) == (code, False)
    assert (await proofs.shown(key, TIMEOUTS)).secret == "ya29.2"


async def test_the_secret_is_sent_inside_a_network_it_was_not_given_for(tokens: Tokens, egress: Egress) -> None:
    key = replace(tokens.key(), private_network=False)
    with pytest.raises(UpstreamError) as failed:
        await Proofs(egress, MovingClock()).shown(key, TIMEOUTS)
    assert (failed.value.code, tokens.forms) == ("upstream_auth", [])


async def test_a_service_account_cannot_be_tested(tokens: Tokens, egress: Egress) -> None:
    assert (await probe(egress, tokens.key())).ok
    tokens.answers = [("400 Bad Request", b'{"error": "invalid_grant"}')]
    found = await probe(egress, tokens.key())
    assert (found.ok, found.code, found.status) == (False, "upstream_auth", 400)


@pytest.mark.parametrize("secret", ["sk-plain", None])
@pytest.mark.parametrize("provider", ["vertex", "bedrock", "openai"])
async def test_a_plain_secret_is_exchanged_or_signed(egress: Egress, provider: str, secret: str | None) -> None:
    base = "https://host.example" + (PROJECT if provider == "vertex" else "/v1")
    key = OpenKey(UUID(int=7), provider, derive(provider, base, None), secret, private_network=False)
    proofs, request = Proofs(egress, MovingClock()), LaneRequest("https://host.example/v1", {}, b"")
    assert await proofs.shown(key, TIMEOUTS) is key
    assert proofs.signed(key, "POST", request) is request


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("{", "bad_secret"),
        ("{" * 20_000, "bad_secret"),
        ("[]", "bad_secret"),
        (service_account(type="authorized_user"), "bad_secret"),
        (service_account(client_email=None), "bad_secret"),
        (service_account(client_email=7), "bad_secret"),
        (service_account(private_key="-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "bad_secret"),
        (service_account(private_key=["x"]), "bad_secret"),
        (service_account(token_uri="http://169.254.169.254/token"), "bad_base_url"),
        (service_account(token_uri="https://u:p@host.example/token"), "bad_base_url"),
    ],
)
def test_a_broken_service_account_is_stored_or_repeated(secret: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        google_token.read_service_account(secret, private_network=False)
    assert refused.value.code == code
    assert "PRIVATE" not in refused.value.message
    assert refused.value.param in {"secret", "base_url"}
