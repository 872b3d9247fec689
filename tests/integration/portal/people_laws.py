"""What holds of people with rights after anything that happened to them; and what may happen, by who does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Final
from uuid import UUID

from ai_api.core.db import Hot
from ai_api.core.errors import Refusal
from ai_api.gateway.credential_checks import check_credential
from ai_api.gateway.people import Holder

MEMBERS_OWN: Final = {
    "claim", "call", "member pause", "member resume", "issue", "playground", "rotate", "rescope",
    "member pauses credential", "member resumes credential", "member revokes credential",
}  # fmt: skip
"""What members do themselves."""
ADMINISTRATORS: Final = {
    "role", "disable", "enable", "delete", "tag", "untag", "restrict", "open", "deny", "grant", "unlock",
    "admin pause", "admin resume", "admin quarantine", "admin release", "admin revoke",
    "admin pauses credential", "admin resumes credential", "later",
}  # fmt: skip
"""What administrators do, and time."""
_ENDS_QUARANTINE: Final = {"admin release", "admin revoke"}
_ENDS_PAUSE: Final = {"admin resume", "admin quarantine", "admin revoke"}

_LOOKS: Final = {
    "members": "SELECT id, kind, role, status FROM members WHERE id = ANY($1)",
    "allocations": (
        "SELECT id, member_id, model_id, state, paused_by, unlocked_at FROM allocations WHERE member_id = ANY($1)"
    ),
    "credentials": (
        "SELECT id, member_id, paused_by, revoked_at, expires_at FROM credentials WHERE member_id = ANY($1)"
    ),
}
_USED: Final = """
SELECT a.member_id, a.model_id, sum(q.settled)::bigint AS used FROM quota_accounts q JOIN allocations a ON a.id = q.subject_id
WHERE a.member_id = ANY($1) AND q.metric = 'total_tokens' GROUP BY a.member_id, a.model_id
"""

Rows = Mapping[UUID, SimpleNamespace]


@dataclass(frozen=True)
class Seen:
    """What the database says of some people at one moment, by id; and what they used, by member and model."""

    members: Rows
    allocations: Rows
    credentials: Rows
    used: Mapping[tuple[UUID, UUID], int]


@dataclass(frozen=True)
class Secret:
    """A secret that was given out, of which credential, and when it ends by itself, if before that."""

    hash: bytes
    credential_id: UUID
    ends_at: datetime | None = None


async def look(hot: Hot, member_ids: Sequence[UUID]) -> Seen:
    """What there is of these members."""
    rows = {
        name: {row["id"]: SimpleNamespace(**row) for row in await hot.fetch(statement, member_ids)}
        for name, statement in _LOOKS.items()
    }
    used = {(row["member_id"], row["model_id"]): row["used"] for row in await hot.fetch(_USED, member_ids)}
    return Seen(**rows, used=used)


def states_hold(name: str, before: Seen, after: Seen, *, rotated: UUID | None) -> None:
    """One live allocation of a pair, an owner, and nothing that an administrator said is ended by anybody else."""
    live = Counter((each.member_id, each.model_id) for each in after.allocations.values() if each.state != "revoked")
    assert max(live.values(), default=0) <= 1, "two live allocations of one member and one model"
    owners = [each for each in after.members.values() if each.role == "owner" and each.status == "active"]
    assert any(each.kind == "person" for each in owners), "nobody is left to give rights"
    for was in before.allocations.values():
        now = after.allocations[was.id]
        is_stopped = was.state == "quarantined" or was.paused_by == "admin"
        if name in MEMBERS_OWN and (is_stopped or (was.state == "revoked" and was.unlocked_at is None)):
            assert now == was, f"a member ended what an administrator had said: {name}"
        if was.state == "quarantined" and now.state != "quarantined":
            assert name in _ENDS_QUARANTINE, f"{name} ended a quarantine"
        if was.paused_by == "admin" and now.paused_by != "admin":
            assert name in _ENDS_PAUSE, f"{name} ended an administrator's pause"
    for was in before.credentials.values():
        now = after.credentials[was.id]
        assert was.revoked_at in {None, now.revoked_at}, "a revocation is for good"
        if was.paused_by == "admin" and now.paused_by != "admin":
            assert name == "admin resumes credential", f"{name} ended an administrator's pause of a credential"
    if rotated is not None:
        (successor,) = after.credentials.keys() - before.credentials.keys()
        assert after.credentials[successor].paused_by == before.credentials[rotated].paused_by, "rotated out of a pause"


def amounts_hold(seen: Seen, *, default: int, grants: Mapping[tuple[UUID, UUID], int]) -> None:
    """Nobody used more of a model than its default, once, and as much for each grant by an administrator."""
    for pair, used in seen.used.items():
        assert used <= default * (1 + grants.get(pair, 0)), "more was used than was ever given"


def secrets_hold(
    seen: Seen,
    secrets: Sequence[Secret],
    holders: Mapping[bytes, Holder | None],
    disabled: Collection[UUID],
    *,
    now: datetime,
) -> None:
    """A secret opens exactly while its credential is in force and its member is not disabled."""
    for secret in secrets:
        of = seen.credentials[secret.credential_id]
        in_time = all(end is None or end > now for end in (of.expires_at, secret.ends_at))
        in_force = of.revoked_at is None and of.paused_by is None and in_time
        is_open = _opens(holders.get(secret.hash), now)
        assert is_open == (in_force and of.member_id not in disabled), f"{of}, {secret.ends_at}, at {now}"


def _opens(holder: Holder | None, now: datetime) -> bool:
    try:
        check_credential(holder, now)
    except Refusal:
        return False
    return True
