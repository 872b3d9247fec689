"""A program that asks for a credential by a code: its two codes, its states, and what it is answered (RFC 8628). Pure."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core import secret_form
from ai_api.core.errors import Refusal
from ai_api.core.secret_form import TAIL_CHARACTERS

State = Literal["pending", "approved", "denied", "collected", "expired"]
Decision = Literal["approved", "denied"]
PollError = Literal["authorization_pending", "slow_down", "access_denied", "expired_token", "invalid_grant"]
"""Why a poll is given no credential, in the words of RFC 8628 and RFC 6749."""

LIVES: Final = timedelta(minutes=10)
"""How long a code is good, for the member and for the program alike."""
KEPT: Final = timedelta(days=1)
"""How long it is remembered that there was a code, after its time."""
INTERVAL_S: Final = 5
"""How long a program waits between two polls, and how much longer after each that came too soon."""
INTERVAL_S_MAX: Final = 60
EARLY_S: Final = 1
"""What a poll may come too soon by: networks are not even."""
OPEN_MAX: Final = 1_000
"""How many codes may wait for a member, in all."""
OPEN_OF_NETWORK_MAX: Final = 50
CLIENT_CHARACTERS_MAX: Final = 100
DEVICE_CHARACTERS_MAX: Final = 60
USER_AGENT_CHARACTERS_MAX: Final = 300

_PREFIX: Final = "aiapi_dev_"
_DEVICE_CODE = re.compile(rf"{_PREFIX}[0-9A-Za-z]{{{TAIL_CHARACTERS}}}", re.ASCII)
# No vowels, so that no word comes of it, and nothing that looks like a digit or another letter.
_ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
_USER_CODE_CHARACTERS: Final = 8
_TYPED_CHARACTERS_MAX: Final = 40
_BETWEEN = re.compile(r"[\s\-_.\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program says of itself. None of it is proven."""

    client_id: str
    device_name: str | None
    operations: tuple[str, ...]
    address: str | None
    network: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Device:
    """A program that asks for a credential. Its codes are kept nowhere.

    `network` is what its address is counted with. `ordered` is the credential as its member chose it, in plain values;
    `credential_id` the one that was made of it.
    """

    id: UUID
    client_id: str
    device_name: str | None
    operations: tuple[str, ...]
    address: str | None
    network: str
    user_agent: str
    created_at: datetime
    expires_at: datetime
    interval_s: int
    polled_at: datetime | None
    decision: Decision | None
    decided_at: datetime | None
    member_id: UUID | None
    ordered: Mapping[str, Any] | None
    collected_at: datetime | None
    credential_id: UUID | None

    def state(self, now: datetime) -> State:
        """What it is at a moment; the first that applies of collected, denied, expired, approved, pending."""
        if self.collected_at is not None:
            return "collected"
        if self.decision == "denied":
            return "denied"
        if self.expires_at <= now:
            return "expired"
        return "approved" if self.decision == "approved" else "pending"

    @property
    def suggested_name(self) -> str:
        """What to call its credential."""
        return self.client_id if self.device_name is None else f"{self.client_id[:36]} on {self.device_name}"


@dataclass(frozen=True, slots=True)
class Begun:
    """A new code for a program, one for its member, and how to go on. Both are told once."""

    device: Device
    device_code: str
    user_code: str

    def __repr__(self) -> str:
        """Without the codes: this may end in a log."""
        return f"Begun({self.device.id})"


def new_device_code() -> str:
    """A new code of a program, from 256 random bits."""
    return secret_form.new(_PREFIX)


def looks_valid(device_code: str) -> bool:
    """Whether `device_code` has the form and the checksum of one."""
    return _DEVICE_CODE.fullmatch(device_code) is not None and secret_form.checksum_fits(device_code)


def new_user_code() -> str:
    """A new code for a member to type: eight letters, from 34 random bits. They do for minutes, and for few guesses."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_USER_CODE_CHARACTERS))


def user_code_in(typed: str) -> str | None:
    """The code in what somebody typed, whatever its case, with dashes or blanks or without; None where it cannot be one."""
    if len(typed) > _TYPED_CHARACTERS_MAX:
        return None
    code = _BETWEEN.sub("", typed).upper()
    return code if len(code) == _USER_CODE_CHARACTERS and set(code) <= set(_ALPHABET) else None


def shown_user_code(user_code: str) -> str:
    """A code as people read it: `WDJB-MJHT`."""
    half = _USER_CODE_CHARACTERS // 2
    return f"{user_code[:half]}-{user_code[half:]}"


def hash_of_user_code(user_code: str) -> bytes:
    """What is stored of a member's code."""
    return hashlib.sha256(b"user code " + user_code.encode()).digest()


def is_seen_by(device: Device, member_id: UUID, now: datetime) -> bool:
    """Whether a member who has the code may know of it: it waits for somebody, or they decided it."""
    return device.member_id == member_id if device.decision is not None else device.expires_at > now


def poll_error(device: Device | None, client_id: str, now: datetime) -> PollError | None:
    """Why a program is not given its credential, whatever the pace of its polls; None where it is to be given it.

    A code that is unknown, used up, or another program's is told in one word, so that none can be told from the others.
    """
    if device is None or device.client_id != client_id:
        return "invalid_grant"
    errors: Mapping[State, PollError | None] = {
        "collected": "invalid_grant",
        "denied": "access_denied",
        "expired": "expired_token",
        "pending": "authorization_pending",
        "approved": None,
    }
    return errors[device.state(now)]


def audited(device: Device) -> dict[str, Any]:
    """A program as the audit trail shows it."""
    return {
        "client_id": device.client_id,
        "device_name": device.device_name,
        "operations": device.operations,
        "address": device.address,
        "user_agent": device.user_agent,
        "asked_at": device.created_at,
    }


def device_code_not_found() -> Refusal:
    """One message whatever the reason: who guesses learns nothing."""
    minutes = int(LIVES.total_seconds() // 60)
    message = (
        f"No program waits with this code: it was mistyped, or is over. A code is good for {minutes} minutes; start again "
        "where it is shown."
    )
    return Refusal("device_code_not_found", "not_found", message)


def device_already_decided(state: State) -> Refusal:
    """The answer to a second decision."""
    message = f"This is {state} already. Start again where the code is shown, or revoke the credential."
    return Refusal("device_already_decided", "conflict", message, details={"state": state})
