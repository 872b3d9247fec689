"""Which member somebody is for whom a provider vouches: bound by issuer and subject, once and for all.

Their first sign-in is found by what the provider calls them. It binds by itself a member who has no other way in yet; whoever
has one shows it first, by being signed in with it in the same browser. So a provider that would vouch for anybody's address
takes nothing over that is in use.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api import identity
from ai_api.audit import Actor, note
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.identity import By, Draft, Member
from ai_api.sign_in import oidc_rules, store_oidc
from ai_api.sign_in.oidc_rules import MemberIdentity, OidcProvider, Vouched


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request comes from. `proved_member_id` is whom the browser is signed in as, with a proof that is fresh."""

    address: str | None
    request_id: str | None
    proved_member_id: UUID | None = None

    def by(self, member: Member) -> Actor:
        """The member as the actor of what their own sign-in writes."""
        return Actor("member", member.id, member.identifier, self.address, self.request_id)


async def find_vouched(tx: Tx, vouched: Vouched) -> Member | None:
    """The active member that is bound to whom the provider vouches for. Raises Refusal `member_disabled`."""
    bound = await store_oidc.find_identity(tx, vouched.issuer, vouched.subject)
    return None if bound is None else _active(await identity.get_member(tx, bound.member_id))


async def bind_vouched(
    tx: Tx, provider: OidcProvider, vouched: Vouched, *, domains: Collection[str], visit: Visit, now: datetime
) -> Member:
    """The member who signs in through this provider for the first time, bound from now on; made, where that is permitted.

    `domains` are those whose people the organization takes in, whichever provider vouches for them. They get the tags that the
    tag rules have for what the provider says of them.

    Raises Refusal `oidc_identifier_missing`, `oidc_email_unverified`, `oidc_not_registered`, `oidc_other_account`,
    `oidc_sign_in_first`, `member_disabled`, `bad_identifier`, `identifier_taken`.
    """
    identifier = oidc_rules.identifier_of(provider, vouched.claims)
    member = await _member_called(tx, identifier)
    if member is None and oidc_rules.may_register(provider, identifier, domains):
        member = await _register(tx, provider, vouched, identifier=identifier, visit=visit, now=now)
    elif member is None or member.kind != "person":
        raise oidc_rules.not_registered(provider, identifier)
    else:
        await _check_may_bind(tx, provider, _active(member), visit)
    bound = MemberIdentity(uuid7(), member.id, vouched.issuer, vouched.subject, now)
    if not await store_oidc.insert_identity(tx, bound):
        raise _other_account(provider)
    after = {"issuer": bound.issuer, "subject": bound.subject}
    await note(
        tx,
        visit.by(member),
        action="member.bind_identity",
        target_kind="member",
        target_id=member.id,
        before=None,
        after=after,
    )
    await identity.apply_tag_rules(tx, visit.by(member), member, vouched.claims, now=now)
    return member


async def list_identities(tx: Tx, member_id: UUID) -> list[MemberIdentity]:
    """What providers know a member as, one of each issuer. Raises Refusal `member_not_found`."""
    await identity.get_member(tx, member_id)
    return await store_oidc.list_identities(tx, member_id)


async def remove_identity(tx: Tx, actor: Actor, member_id: UUID, identity_id: UUID, *, by: By) -> None:
    """Unbinds a member from what a provider knows them as; sessions go on.

    Raises Refusal `member_not_found`, `identity_not_found`, `owner_required`.
    """
    identity.check_ways_in(await identity.get_member(tx, member_id), by=by)
    gone = await store_oidc.delete_identity(tx, member_id, identity_id)
    if gone is None:
        raise Refusal("identity_not_found", "not_found", "There is no such identity of this member.")
    await note(
        tx,
        actor,
        action="member.unbind_identity",
        target_kind="member",
        target_id=member_id,
        before={"issuer": gone.issuer, "subject": gone.subject},
        after=None,
    )


async def _member_called(tx: Tx, identifier: str) -> Member | None:
    try:
        return await identity.find_member(tx, identifier)
    except Refusal as refusal:
        if refusal.kind != "not_found":
            raise
        return None


async def _register(
    tx: Tx, provider: OidcProvider, vouched: Vouched, *, identifier: str, visit: Visit, now: datetime
) -> Member:
    name = oidc_rules.display_name_of(provider, vouched.claims, identifier=identifier)
    draft = Draft(identifier=identifier, display_name=name, identity="oidc")
    actor = Actor("system", None, f"sign-in with {provider.name}", visit.address, visit.request_id)
    return await identity.create_member(tx, actor, draft, by=By(None, "member"), now=now)


async def _check_may_bind(tx: Tx, provider: OidcProvider, member: Member, visit: Visit) -> None:
    known_as = await store_oidc.list_identities(tx, member.id)
    if any(each.issuer == provider.issuer for each in known_as):
        raise _other_account(provider)
    has_another_way = bool(known_as) or await identity.has_password(tx, member.id)
    if has_another_way and visit.proved_member_id != member.id:
        message = (
            f"This member signs in in another way. Sign in so in this browser, and within ten minutes with {provider.label}: "
            "from then on both will do."
        )
        raise Refusal("oidc_sign_in_first", "conflict", message)


def _active(member: Member) -> Member:
    if member.status != "active":
        raise Refusal("member_disabled", "forbidden", "This member is disabled. Ask an administrator.")
    return member


def _other_account(provider: OidcProvider) -> Refusal:
    message = (
        f"This member is bound to another account at {provider.label}. Sign in with that one, or ask an administrator to "
        "take it away."
    )
    return Refusal("oidc_other_account", "conflict", message)
