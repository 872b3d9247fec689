"""Rotates encryption keys: what is sealed with another key of the ring is sealed anew with its first, while calls go on.

It may be stopped at any moment and begun again, and more than one may run: a row is either as it was or sealed anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ai_api.core.db import Hot
from ai_api.core.errors import Refusal, StatementUndone
from ai_api.core.seal import KeyRing, SealError
from ai_api.jobs import store_sealed
from ai_api.jobs.sealed_rows import PLACES, Place

PASSES_MAX = 5
"""Rows that were locked, or sealed with an old key meanwhile, are met in the next pass."""


@dataclass(slots=True)
class Rotated:
    """What a rotation did, by table: rows sealed anew, and rows that no key of the ring opens, which stay as they are."""

    sealed_anew: Counter[str] = field(default_factory=Counter)
    unopened: Counter[str] = field(default_factory=Counter)


async def rotate(hot: Hot, ring: KeyRing, *, although_unknown: bool = False) -> Rotated:
    """Seals everything anew with the ring's first key, in short statements.

    Raises Refusal `key_unknown_to_processes` before anything is changed, when a process that runs has not that key: it could not
    open what is sealed with it (`although_unknown` goes on all the same). Raises StoreUnavailable.
    """
    hosts = await store_sealed.hosts_without(hot, ring.current_id)
    if hosts and not although_unknown:
        raise _unknown(ring.current_id, hosts)
    done = Rotated()
    for place in PLACES:
        await _rotate_place(hot, ring, place, done)
    return done


async def rows_by_key(hot: Hot) -> dict[str, dict[str, int]]:
    """How many rows need each key: by table, then by the key's id. Reads every sealed table once."""
    return {place.table: await store_sealed.count(hot, place) for place in PLACES}


def left_of(rows: Mapping[str, Mapping[str, int]], current_id: str) -> int:
    """How many of these rows need another key than the current one."""
    return sum(count for keys in rows.values() for key_id, count in keys.items() if key_id != current_id)


async def _rotate_place(hot: Hot, ring: KeyRing, place: Place, done: Rotated) -> None:
    for _ in range(PASSES_MAX):
        met, unopened = await _pass(hot, ring, place, done)
        if met == unopened:
            done.unopened[place.table] = unopened
            return


async def _pass(hot: Hot, ring: KeyRing, place: Place, done: Rotated) -> tuple[int, int]:
    """Walks a table once: how many rows there were to be sealed anew, and how many of them nothing opens."""
    met = unopened = 0
    after: tuple[object, ...] = tuple(least for _, _, least in place.ids)
    while rows := await store_sealed.batch(hot, place, ring.current_id, after):
        anew = []
        for row in rows:
            row_id = place.row_id(row.columns)
            try:
                anew.append((row, ring.seal_bytes(ring.open_bytes(row.sealed, row_id), row_id).value))
            except SealError:
                unopened += 1
        met += len(rows)
        done.sealed_anew[place.table] += await _replaced(hot, ring, place, anew)
        after = rows[-1].ids
    return met, unopened


async def _replaced(hot: Hot, ring: KeyRing, place: Place, anew: list[tuple[store_sealed.Row, bytes]]) -> int:
    try:
        return await store_sealed.replace(hot, place, ring.current_id, anew) if anew else 0
    except StatementUndone:
        # Nothing of it happened: the next pass meets these rows again.
        return 0


def _unknown(key_id: str, hosts: list[str]) -> Refusal:
    message = (
        f"{len(hosts)} running processes do not have the encryption key {key_id!r}, on {', '.join(sorted(set(hosts)))}. "
        "Add it behind the others in AI_API_ENCRYPTION_KEYS of every process and restart them, then put it in front."
    )
    return Refusal("key_unknown_to_processes", "conflict", message)
