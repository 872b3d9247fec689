"""Allocations, credentials and limits: administrators', and one's own."""

from __future__ import annotations

from tests.support.portal_writes.examples import change, deletion, verb, write
from tests.support.portal_writes.stage import Ask, Stage

MY_ALLOCATION, MY_CREDENTIAL = "/api/me/allocations/{allocation_id}", "/api/me/credentials/{credential_id}"


@write("POST", "/api/me/allocations", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/me/allocations", {"model_id": await stage.claimable()}, 201)


verb(f"{MY_ALLOCATION}/pause", Stage.claimed, epoch="member")
verb(f"{MY_ALLOCATION}/resume", Stage.claimed, epoch="member", first="pause")


@write("POST", "/api/me/credentials", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/me/credentials", {"name": "my key"}, 201)


change(MY_CREDENTIAL, Stage.my_credential, {"name": "Renamed"}, epoch="member")
verb(f"{MY_CREDENTIAL}/pause", Stage.my_credential, epoch="member")
verb(f"{MY_CREDENTIAL}/resume", Stage.my_credential, epoch="member", first="pause")
verb(f"{MY_CREDENTIAL}/revoke", Stage.my_credential, epoch="member")
verb(f"{MY_CREDENTIAL}/rotate", Stage.my_credential, epoch="member", status=201)
# A new secret that leads to a holder they may know: there is nothing for replicas to forget.
verb(f"{MY_CREDENTIAL}/playground-token", Stage.my_credential, epoch="none", status=201)


# ── allocations and credentials ──────────────────────────────────────────────────────────────────────────────────────
ALLOCATION, CREDENTIAL = "/api/admin/allocations/{allocation_id}", "/api/admin/credentials/{credential_id}"


@write("POST", "/api/admin/allocations", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/allocations", {"member_id": await stage.member(), "model_id": await stage.model()}, 201)


change(ALLOCATION, Stage.allocation, {"monthly_tokens": 5}, epoch="member")
verb(f"{ALLOCATION}/pause", Stage.allocation, epoch="member")
verb(f"{ALLOCATION}/resume", Stage.allocation, epoch="member", first="pause")
verb(f"{ALLOCATION}/quarantine", Stage.allocation, epoch="member")
verb(f"{ALLOCATION}/release", Stage.allocation, epoch="member", first="quarantine")
verb(f"{ALLOCATION}/revoke", Stage.allocation, epoch="member")
verb(f"{ALLOCATION}/unlock", Stage.allocation, epoch="member", first="revoke")


@write("POST", "/api/admin/credentials", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/credentials", {"member_id": await stage.member(), "name": "key"}, 201)


change(CREDENTIAL, Stage.credential, {"name": "Renamed"}, epoch="member")
verb(f"{CREDENTIAL}/pause", Stage.credential, epoch="member")
verb(f"{CREDENTIAL}/resume", Stage.credential, epoch="member", first="pause")
verb(f"{CREDENTIAL}/revoke", Stage.credential, epoch="member")
verb(f"{CREDENTIAL}/rotate", Stage.credential, epoch="member", status=201)


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────
LIMIT = "/api/admin/limits/{limit_id}"


@write("POST", "/api/admin/limits", epoch="member")
async def _(stage: Stage) -> Ask:
    of = {"subject_kind": "member", "subject_id": await stage.member()}
    return Ask("/api/admin/limits", {**of, "metric": "requests", "window_kind": "day", "amount": 5}, 201)


change(LIMIT, Stage.limit, {"amount": 7}, epoch="member")
deletion(LIMIT, Stage.limit, epoch="member")
