"""Members: what they are, and who may make, change and end them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.errors import Refusal

Kind = Literal["person", "service"]
Identity = Literal["local", "oidc"]
Role = Literal["member", "admin", "owner"]
Status = Literal["active", "disabled"]
MemberOrder = Literal["id", "identifier"]

_RANK: Final[dict[Role, int]] = {"member": 0, "admin": 1, "owner": 2}
_IDENTIFIER = re.compile(r"[^\s\x00-\x1f\x7f]{1,254}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class Member:
    """A person or a service account. `responsible_member_id` is set for service accounts alone."""

    id: UUID
    kind: Kind
    identity: str
    identifier: str
    display_name: str
    role: Role
    status: Status
    responsible_member_id: UUID | None
    created_at: datetime
    updated_at: datetime

    def audited(self) -> dict[str, Any]:
        """The fields an audit row compares."""
        return {
            "kind": self.kind,
            "identifier": self.identifier,
            "display_name": self.display_name,
            "role": self.role,
            "status": self.status,
            "responsible_member_id": self.responsible_member_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A member to be made. A service account names who answers for it; a person names nobody.

    `identity` says who knows them: `local` is this gateway.
    """

    identifier: str
    display_name: str
    identity: Identity = "local"
    kind: Kind = "person"
    role: Role = "member"
    responsible_member_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What to change of a member; None leaves a field as it is."""

    display_name: str | None = None
    role: Role | None = None
    status: Status | None = None
    responsible_member_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which members to list; None does not narrow. `q` is part of an identifier or a display name.

    `unanswered` are active service accounts whose responsible member is disabled. `tag_id` is a tag that applies to them: given
    to them, or everyone's.
    """

    q: str | None = None
    ids: frozenset[UUID] | None = None
    kind: Kind | None = None
    role: Role | None = None
    status: Status | None = None
    responsible_member_id: UUID | None = None
    unanswered: bool | None = None
    tag_id: UUID | None = None
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class By:
    """In whose right a member is made, changed or deleted. `member_id` is None for the command line, which acts as an owner."""

    member_id: UUID | None
    role: Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the portal, with the role they have now: by an access token, or by a session of a browser.

    `proved_at` is when they last proved who they are; None for a token, which was made by somebody who had.
    """

    member_id: UUID
    kind: Kind
    identifier: str
    display_name: str
    role: Role
    token_id: UUID | None = None
    session_id: UUID | None = None
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PasswordHolder:
    """A member with the hash of their password, None where they have none: they sign in otherwise, or not at all."""

    member: Member
    password_hash: str | None

    @property
    def usable_hash(self) -> str | None:
        """The hash by which they can sign in now: that of an active person."""
        is_active_person = self.member.kind == "person" and self.member.status == "active"
        return self.password_hash if is_active_person else None


def check_identifier(identifier: str) -> str:
    """The identifier, if it can be one: 1 to 254 characters without spaces. Raises Refusal `bad_identifier`."""
    if _IDENTIFIER.fullmatch(identifier) is None:
        message = "An identifier is 1 to 254 characters without spaces, such as an e-mail address."
        raise Refusal("bad_identifier", "invalid", message, param="identifier")
    return identifier


def check_name(name: str, *, param: str) -> str:
    """A name on one line: 1 to 200 characters, not only spaces. Raises Refusal `bad_name`."""
    if _NAME.fullmatch(name) is None or not name.strip():
        raise Refusal("bad_name", "invalid", "A name is 1 to 200 characters on one line.", param=param)
    return name


def check_role(role: Role, *, by: By) -> None:
    """Whether `by` may make members of this role. Raises Refusal `owner_required`."""
    if role == "owner":
        _check_owner(by)


def check_new(draft: Draft, *, by: By) -> None:
    """Whether `by` may make this member. Raises Refusal."""
    check_identifier(draft.identifier)
    check_name(draft.display_name, param="display_name")
    check_role(draft.role, by=by)
    if draft.kind == "service" and draft.role == "owner":
        raise _service_owner()
    if draft.kind == "service" and draft.responsible_member_id is None:
        message = "A service account needs a person who answers for it: give responsible_member_id."
        raise Refusal("responsible_member_needed", "invalid", message, param="responsible_member_id")
    if draft.kind == "person" and draft.responsible_member_id is not None:
        raise _responsible_for_person()


def check_change(member: Member, changes: Changes, *, by: By) -> None:
    """Whether `by` may change `member` so. Raises Refusal. That an owner stays is checked apart, under lock."""
    if changes.display_name is not None:
        check_name(changes.display_name, param="display_name")
    if member.role == "owner" or changes.role == "owner":
        _check_owner(by)
    if changes.role is not None and by.member_id == member.id and _RANK[changes.role] > _RANK[member.role]:
        raise Refusal("own_role", "forbidden", "Nobody raises their own role; another owner can.", param="role")
    if changes.role == "owner" and member.kind == "service":
        raise _service_owner()
    if changes.responsible_member_id is not None and member.kind == "person":
        raise _responsible_for_person()


def check_others(member: Member, *, by: By) -> None:
    """Whether `by` may end sessions or access tokens of `member`. Raises Refusal `owner_required`."""
    if member.role == "owner" and by.member_id != member.id:
        _check_owner(by)


def check_deletion(member: Member, *, by: By) -> None:
    """Whether `by` may delete `member`. Raises Refusal `owner_required`."""
    if member.role == "owner":
        _check_owner(by)


def check_ways_in(member: Member, *, by: By) -> None:
    """Whether `by` may take a way to sign in from `member`. Raises Refusal `owner_required`."""
    if member.role == "owner":
        _check_owner(by)


def check_responsible(responsible: Member | None) -> None:
    """Whether somebody can answer for a service account: an active person. Raises Refusal `bad_responsible_member`."""
    if responsible is None or responsible.kind != "person" or responsible.status != "active":
        message = "The responsible member must be an active person."
        raise Refusal("bad_responsible_member", "invalid", message, param="responsible_member_id")


def is_active_owner(member: Member) -> bool:
    """Whether a member counts as an owner. A service account never does."""
    return member.role == "owner" and member.status == "active" and member.kind == "person"


def last_owner() -> Refusal:
    """Nobody would be left to give rights."""
    message = "This is the last active owner. Make another member owner first."
    return Refusal("last_owner", "conflict", message)


def member_not_found() -> Refusal:
    """No such member, or not yours to see."""
    return Refusal("member_not_found", "not_found", "There is no such member.")


def _check_owner(by: By) -> None:
    if by.role != "owner":
        raise Refusal("owner_required", "forbidden", "Only owners make, change or delete owners.")


def _service_owner() -> Refusal:
    return Refusal("service_owner", "invalid", "A service account cannot be owner.", param="role")


def _responsible_for_person() -> Refusal:
    message = "Only a service account has a responsible member."
    return Refusal("responsible_member_of_person", "invalid", message, param="responsible_member_id")
