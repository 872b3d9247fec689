"""What needs somebody now, the most harmful first: asked of every room, in statements that stay small in a large house."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final

from ai_api import catalog, pricing, quotas
from ai_api.core import migrations
from ai_api.core.db import Tx, read_schema_state
from ai_api.quotas import Left, Reach, Subject
from ai_api.setup import store_attention
from ai_api.setup.attention_rules import MOST, NAMED_MAX, Case, Code, Finding, finding, ranked
from ai_api.setup.limit_subject import name_of_subject
from ai_api.setup.rights import missing_assurances

LIMITS_LOOKED_AT: Final = 10_000
"""Of members, allocations and credentials the newest so many limits are looked at; of all else every one."""


async def attention(tx: Tx, *, zone: str, now: datetime) -> list[Finding]:
    """Every condition that holds at `now`. `zone` is the organization's. Raises Refusal `registry_unreadable`."""
    found = [finding(code, await store_attention.cases(tx, code, now=now)) for code in store_attention.QUESTIONS]
    found += [finding(code, cases) for code, cases in (await _schema(tx)).items()]
    found += [finding(code, cases) for code, cases in (await _assurances(tx)).items()]
    found.append(finding("price_differs", await _prices(tx, now)))
    found.append(await _limits(tx, zone, now))
    return ranked([each for each in found if each is not None])


async def _schema(tx: Tx) -> Mapping[Code, Sequence[Case]]:
    revision, _ = await read_schema_state(tx)
    newest = await asyncio.to_thread(_newest)
    if revision is None or revision == newest:
        return {}
    return {"schema_old" if revision < newest else "build_old": [Case(None, revision, None)]}


@cache
def _newest() -> str:
    """Read once: it is a matter of this build's files."""
    return migrations.head()


async def _assurances(tx: Tx) -> Mapping[Code, Sequence[Case]]:
    by: dict[Code, list[Case]] = {"assurance_one_role": [], "assurance_switched_off": []}
    for missing in await missing_assurances(tx):
        cases = by["assurance_one_role" if missing.code == "one_role" else "assurance_switched_off"]
        cases += [Case(None, name, None) for name in missing.names]
    return by


async def _prices(tx: Tx, now: datetime) -> list[Case]:
    """Imported models whose price was made from what the registry says no more, and where that is not the price in force."""
    installed = await asyncio.to_thread(catalog.registry_version)
    origins = [each for each in await catalog.load_origins(tx) if each.price_facts and each.price_version != installed]
    if not origins:
        return []
    entries = tuple((each.provider, each.key) for each in origins)
    said = await asyncio.to_thread(_price_facts, entries, installed)
    here = await pricing.find_all_in_force(tx, [each.model_id for each in origins], now)
    models = {model.id: model for model in await catalog.load_models(tx)}
    found = []
    for origin, facts in zip(origins, said, strict=True):
        suggested = pricing.suggest_prices(facts).prices
        in_force = here.get(origin.model_id)
        if origin.model_id not in models or facts == origin.price_facts or suggested is None:
            continue
        if in_force is None or in_force.prices != suggested:
            found.append(Case(str(origin.model_id), models[origin.model_id].slug, None))
    return found


@lru_cache(maxsize=1)
def _price_facts(entries: tuple[tuple[str, str], ...], _installed: str) -> tuple[Mapping[str, Any], ...]:
    """What the installed registry says about money, by entry. It is 3 MB: only what was asked for last is remembered."""
    registry = catalog.read_registry()
    found = [registry.find(provider, key) for provider, key in entries]
    return tuple({} if entry is None else entry.price_facts for entry in found)


async def _limits(tx: Tx, zone: str, now: datetime) -> Finding | None:
    """Limits that are used to nine tenths, the tightest first; what each member has for themself is left out."""
    shared = [each for each in await quotas.load_shared(tx) if each.partition == "subject" and each.amount > 0]
    others = await store_attention.limits_to_look_at(tx, now=now, looked_at=LIMITS_LOOKED_AT)
    counted = [each for each in (*shared, *others) if each.metric != "concurrency"]
    left = await quotas.left_under(tx, counted, Reach(), zone=zone, at=now)
    tight = sorted((each for each in left if _is_nearly_used(each)), key=_used_share, reverse=True)
    cases = []
    for place, each in enumerate(tight):
        # The name is a question or two more; beyond those that are named nobody reads it.
        name = await name_of_subject(tx, Subject(each.scope, each.subject_id)) if place < NAMED_MAX else ""
        cases.append(Case(str(each.limit_id), f"{name} ({each.metric.replace('_', ' ')} {each.window})", None))
    return finding("limit_nearly_used", cases, at_least=len(others) >= MOST)


def _is_nearly_used(left: Left) -> bool:
    return left.limit is not None and 10 * (left.used + left.held) >= 9 * left.limit


def _used_share(left: Left) -> float:
    return (left.used + left.held) / (left.limit or 1)
