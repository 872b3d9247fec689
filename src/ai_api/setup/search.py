"""One search over members, models, credentials and calls, by what whoever asks may know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from ai_api import access, catalog
from ai_api.catalog import Filter, Model
from ai_api.core.db import Tx
from ai_api.core.ids import first_id_of, time_of
from ai_api.setup import store_search
from ai_api.setup.store_search import FoundCall, FoundCredential, FoundMember, Slice

FOUND_MAX: Final = 8
"""Of each kind: whoever wants more asks the lists."""
CALLS_LOOKED_AT: Final = 5_000
"""Among how many of the newest calls a request id is looked for that says nothing of when it was made."""

_MODELS_LOOKED_AT: Final = 200
_CALL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f-]{0,27})?", re.ASCII)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{4,64}", re.ASCII)
_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)
_VERSION_7: Final = 7
# Ours are made where a request's head is read, its call's id once its body has come.
_BEFORE, _AFTER = timedelta(seconds=1), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who searches: an administrator finds everything, everybody else what is theirs and models that they see."""

    member_id: UUID
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, at most 8 of each kind."""

    members: Sequence[FoundMember]
    models: Sequence[Model]
    credentials: Sequence[FoundCredential]
    calls: Sequence[FoundCall]


async def search(tx: Tx, q: str, asker: Asker, *, limit: int = FOUND_MAX) -> Found:
    """What begins with `q`; of models also what has it within. Call ids from 8 characters on, request ids as they are."""
    own = None if asker.is_admin else asker.member_id
    return Found(
        members=await store_search.members(tx, q, limit=limit) if asker.is_admin else [],
        models=(await _models(tx, q, asker))[:limit],
        credentials=await store_search.credentials(tx, q, of=own, limit=limit),
        calls=await _calls(tx, q, own, limit),
    )


async def _models(tx: Tx, q: str, asker: Asker) -> list[Model]:
    if asker.is_admin:
        found = list((await catalog.page(tx, Filter(q=q), limit=_MODELS_LOOKED_AT)).items)
    else:
        visible = await access.visible_models(tx, asker.member_id)
        found = [model for model in visible if any(q.casefold() in name for name in _names(model))]
    return sorted(
        found, key=lambda model: (not any(name.startswith(q.casefold()) for name in _names(model)), model.slug)
    )


def _names(model: Model) -> tuple[str, ...]:
    return model.slug.casefold(), (catalog.bare_name(model.slug) or "").casefold(), model.display_name.casefold()


async def _calls(tx: Tx, q: str, own: UUID | None, limit: int) -> list[FoundCall]:
    found: list[FoundCall] = []
    if _CALL_ID.fullmatch(q.lower()):
        digits = q.lower().replace("-", "")
        within = Slice(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))) if len(digits) <= 32 else None
        found = await store_search.calls(tx, within, of=own, limit=limit) if within else []
    if found or not _REQUEST_ID.fullmatch(q):
        return found
    for within in _slices_with(q):
        found = await store_search.calls(tx, within, of=own, limit=limit, request_id=q)
        if found:
            return found
    return []


def _slices_with(request_id: str) -> list[Slice]:
    """Where in the ledger a request id may be: about when it was made, if it tells, and among the newest calls."""
    newest = Slice(_FIRST, _LAST, looked_at=CALLS_LOOKED_AT)
    try:
        made = UUID(request_id)
    except ValueError:
        return [newest]
    if made.version != _VERSION_7:
        return [newest]
    try:
        at = time_of(made)
        around = first_id_of(at - _BEFORE), first_id_of(at + _AFTER)
    except (OverflowError, ValueError):
        return [newest]
    return [Slice(*around, newest_first=False, looked_at=CALLS_LOOKED_AT), newest]
