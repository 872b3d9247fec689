"""Personal access tokens: made, listed, revoked by their member, and verified at the portal's door."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import NEWEST_FIRST, Page, id_in, page_by_id
from ai_api.identity import secret as form
from ai_api.identity import store, store_tokens
from ai_api.identity.rules import check_name, member_not_found
from ai_api.identity.token_rules import (
    ACCESS_TOKENS_MAX,
    USE_NOTED_EVERY,
    AccessToken,
    TokenHolder,
    access_token_invalid,
    check_expiry,
    is_usable,
)


async def issue_access_token(
    tx: Tx, actor: Actor, member_id: UUID, *, name: str, expires_at: datetime | None, now: datetime
) -> tuple[AccessToken, str]:
    """A new token of a member, and its secret, which is not kept. `expires_at` None is never.

    Raises Refusal `bad_name`, `bad_expiry`, `member_not_found`, `member_disabled`, `too_many_access_tokens`.
    """
    check_name(name, param="name")
    check_expiry(expires_at, now=now)
    member = (await store.lock_members(tx, [member_id])).get(member_id)
    if member is None:
        raise member_not_found()
    if member.status != "active":
        raise Refusal("member_disabled", "conflict", "A disabled member gets no access tokens.")
    if await store_tokens.count_live_tokens(tx, member_id, now=now) >= ACCESS_TOKENS_MAX:
        message = f"A member has at most {ACCESS_TOKENS_MAX} live access tokens; revoke one first."
        raise Refusal("too_many_access_tokens", "conflict", message)
    secret = form.new_secret()
    token = AccessToken(
        id=uuid7(),
        member_id=member_id,
        name=name,
        display=form.display_of(secret),
        expires_at=expires_at,
        revoked_at=None,
        last_used_at=None,
        created_at=now,
    )
    await store_tokens.insert_token(tx, token, secret_hash=form.hash_of(secret))
    after = {"member_id": member_id, "name": name, "display": token.display, "expires_at": expires_at}
    await note(
        tx,
        actor,
        action="access_token.create",
        target_kind="access_token",
        target_id=token.id,
        before=None,
        after=after,
    )
    return token, secret


async def count_access_tokens(tx: Tx, member_id: UUID, *, now: datetime) -> int:
    """How many tokens of a member open the door."""
    return await store_tokens.count_live_tokens(tx, member_id, now=now)


async def list_access_tokens(tx: Tx, member_id: UUID, *, limit: int, cursor: str | None) -> Page[AccessToken]:
    """One page of a member's tokens, the newest first, revoked ones too. Raises Refusal `bad_cursor`."""
    found = await store_tokens.list_tokens(tx, member_id, before_id=id_in(cursor, NEWEST_FIRST), limit=limit + 1)
    return page_by_id(found, [each.id for each in found], limit=limit, sort=NEWEST_FIRST)


async def revoke_access_token(tx: Tx, actor: Actor, member_id: UUID, token_id: UUID, *, now: datetime) -> AccessToken:
    """The member's token, which from now on opens nothing. Revoking twice changes nothing.

    Raises Refusal `access_token_not_found`, also for a token of somebody else.
    """
    token = await store_tokens.lock_token(tx, token_id, member_id)
    if token is None:
        raise Refusal("access_token_not_found", "not_found", "There is no such access token.")
    if token.revoked_at is not None:
        return token
    revoked = await store_tokens.revoke_token(tx, token_id, now=now)
    await note(
        tx,
        actor,
        action="access_token.revoke",
        target_kind="access_token",
        target_id=token_id,
        before={"member_id": member_id, "name": token.name, "display": token.display, "revoked_at": None},
        after={"member_id": member_id, "name": token.name, "display": token.display, "revoked_at": now},
    )
    return revoked


async def verify_access_token(tx: Tx, secret: str, *, now: datetime) -> TokenHolder:
    """Who stands behind a token, with the role they have at this moment.

    Raises Refusal `access_token_invalid` for all that does not open: mistyped (without a look-up), unknown, expired,
    revoked, or of a disabled member.
    """
    if not form.looks_valid(secret):
        raise access_token_invalid()
    holder = await store_tokens.find_holder(tx, form.hash_of(secret))
    if holder is None or not is_usable(holder, now=now):
        raise access_token_invalid()
    return holder


async def note_use(tx: Tx, token_id: UUID, *, now: datetime) -> None:
    """Writes down that a token was used `now`, unless a use within the last minute is there or the row is busy."""
    await store_tokens.touch_token(tx, token_id, now=now, unless_after=now - USE_NOTED_EVERY)
