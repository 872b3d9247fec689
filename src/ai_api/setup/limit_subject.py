"""Whose a limit is: found, and named, in whatever room the subject lives."""

from __future__ import annotations

from uuid import UUID

from ai_api import allocations, catalog, credentials, identity, providers
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.quotas import Subject
from ai_api.quotas.limit import SubjectKind


async def limit_subject(tx: Tx, kind: SubjectKind, subject_id: UUID | None) -> Subject:
    """The subject of a limit, with the member whose calls it is about where there is one.

    Raises Refusal `bad_limit` for an id where there is none to give or none where there is one, and `<kind>_not_found`.
    """
    if kind == "global":
        if subject_id is not None:
            raise _bad_id("A limit of the whole has no subject_id.")
        return Subject("global")
    if subject_id is None:
        raise _bad_id(f"Give the {kind.replace('_', ' ')} it is a limit of, as subject_id.")
    try:
        return Subject(kind, subject_id, await _member_of(tx, kind, subject_id))
    except Refusal as refusal:
        if refusal.kind != "not_found":
            raise
        # The rooms do not know in which field they were named.
        raise Refusal(refusal.code, refusal.kind, refusal.message, param="subject_id") from None


async def _member_of(tx: Tx, kind: SubjectKind, subject_id: UUID) -> UUID | None:
    if kind == "member":
        return (await identity.get_member(tx, subject_id)).id
    if kind == "allocation":
        return (await allocations.find(tx, subject_id)).member_id
    if kind == "credential":
        return (await credentials.find(tx, subject_id)).member_id
    if kind == "tag":
        await identity.get_tag(tx, subject_id)
    else:
        await providers.get_key(tx, subject_id)
    return None


async def name_of_subject(tx: Tx, subject: Subject) -> str:
    """What people call a subject."""
    if subject.id is None:
        return "everybody"
    if subject.kind == "member":
        return (await identity.get_member(tx, subject.id)).identifier
    if subject.kind == "allocation":
        allocation = await allocations.find(tx, subject.id)
        member = await identity.get_member(tx, allocation.member_id)
        return f"{member.identifier}: {(await catalog.get(tx, allocation.model_id)).slug}"
    if subject.kind == "credential":
        return (await credentials.find(tx, subject.id)).name
    if subject.kind == "tag":
        return (await identity.get_tag(tx, subject.id)).name
    return (await providers.get_key(tx, subject.id)).name


def _bad_id(message: str) -> Refusal:
    return Refusal("bad_limit", "invalid", message, param="subject_id")
