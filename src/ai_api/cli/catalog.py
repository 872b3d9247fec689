"""`ai-api catalog`: models and suggested prices from the registry that comes with litellm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer

from ai_api import catalog, pricing, setup
from ai_api.audit import Actor
from ai_api.catalog import Registry
from ai_api.cli.run import refusing
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database, Tx
from ai_api.core.errors import Refusal
from ai_api.core.undone import undone
from ai_api.settings import load_settings
from ai_api.setup import Review

T = TypeVar("T")

app = typer.Typer(name="catalog", help="Models and suggested prices from litellm's registry.", no_args_is_help=True)

_ACTOR = Actor(kind="cli", member_id=None, name="ai-api catalog", address=None, request_id=None)

Slug = Annotated[str, typer.Argument(help="The model's slug.")]


@app.command("import")
def import_command(
    provider: Annotated[str, typer.Argument(help="The provider, exactly as the registry calls it.")],
    keys: Annotated[list[str], typer.Argument(help="The models, exactly by their keys there.")],
    slug: Annotated[
        str | None, typer.Option("--slug", help="The slug of a single model, if not made of these.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be made, and make nothing.")] = False,
) -> None:
    """Make models from the registry: all of them or none, visible to nobody, their prices only suggested."""
    if slug is not None and len(keys) != 1:
        raise typer.BadParameter("Give --slug with one model only.")

    async def work(tx: Tx, now: datetime, registry: Registry) -> list[str]:
        lines: list[str] = []
        async with undone(tx, only_if=dry_run):
            for key in keys:
                model = await setup.import_model(tx, _ACTOR, registry, provider=provider, key=key, slug=slug)
                lines += _told(await setup.review_import(tx, model.id, registry, now=now))
        return lines

    with refusing():
        _print(_run(work))
        typer.echo("Nothing was made." if dry_run else "Publish prices with `ai-api catalog apply --price`.", err=True)


@app.command("search")
def search_command(
    words: Annotated[list[str], typer.Argument(help="Words, each of which is in the provider or the key.")],
    provider: Annotated[str | None, typer.Option("--provider", help="Only this provider's, by its exact name.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many are shown.")] = 50,
) -> None:
    """Search the registry: provider, key, and what each can be asked for here. Needs no database."""
    with refusing():
        found = catalog.read_registry().search(" ".join(words), provider=provider, limit=limit)
        for entry in found.entries:
            served = ", ".join(sorted(entry.operations)) or f"not served: {entry.mode or 'unknown'}"
            typer.echo(f"{entry.provider}  {entry.key}  {served}")
        typer.echo(f"{len(found.entries)} of {found.total} in litellm {found.version}", err=True)


@app.command("link")
def link_command(
    slug: Slug,
    provider: Annotated[str, typer.Argument(help="The provider, exactly as the registry calls it.")],
    key: Annotated[str, typer.Argument(help="The model, exactly by its key there.")],
) -> None:
    """Compare a model that is there with an entry of the registry from now on. Nothing of the model changes."""

    async def work(tx: Tx, now: datetime, registry: Registry) -> list[str]:
        model = await _found(tx, slug)
        await setup.link_model(tx, _ACTOR, model.id, registry, provider=provider, key=key)
        return list(_told(await setup.review_import(tx, model.id, registry, now=now)))

    with refusing():
        _print(_run(work))


@app.command("diff")
def diff_command(
    slug: Annotated[str | None, typer.Argument(help="A model's slug; all imported ones with news if left out.")] = None,
) -> None:
    """Show what the installed registry says that is not so here. Nothing is changed."""

    async def work(tx: Tx, now: datetime, registry: Registry) -> list[str]:
        if slug is not None:
            return list(_told(await setup.review_import(tx, (await _found(tx, slug)).id, registry, now=now)))
        reviews = await setup.review_imports(tx, registry, now=now)
        return [line for review in reviews if review.has_news for line in _told(review)]

    with refusing():
        _print(_run(work))


@app.command("apply")
def apply_command(
    slug: Slug,
    price: Annotated[bool, typer.Option("--price", help="Publish the suggested price instead.")] = False,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", help="A fact about money that the price leaves out. Repeat it.")
    ] = None,
) -> None:
    """Store what the registry says of a model, except in fields that were changed here; or publish its suggested price."""
    if leave_out and not price:
        raise typer.BadParameter("Give --leave-out with --price.")

    async def work(tx: Tx, now: datetime, registry: Registry) -> list[str]:
        model, version = await _found(tx, slug), registry.version
        if price:
            await setup.apply_suggested_price(
                tx, _ACTOR, model.id, registry, version=version, leave_out=leave_out or (), now=now
            )
        else:
            await setup.apply_import(tx, _ACTOR, model.id, registry, version=version)
        return list(_told(await setup.review_import(tx, model.id, registry, now=now)))

    with refusing():
        _print(_run(work))


async def _found(tx: Tx, slug: str) -> catalog.Model:
    model = await catalog.find(tx, slug)
    if model is None:
        raise Refusal("model_not_found", "not_found", "There is no such model.", param="slug")
    return model


def _told(review: Review) -> Iterator[str]:
    """An imported model beside the registry, a line for each thing to know."""
    origin, price = review.origin, review.price
    yield f"{review.model.slug}: {origin.key} of {origin.provider}, {origin.source} {origin.facts_version}, now {review.version}"
    if review.entry is None:
        yield "  the registry has it no more"
        return
    if review.entry.withdrawn_on:
        yield f"  withdrawn on {review.entry.withdrawn_on}"
    for name in review.entry.left_out:
        yield f"  {name} cannot be kept"
    for each in review.facts:
        state = ", changed here and kept" if each.kept else ", to be applied" if each.applies else ""
        yield f"  {each.name}: imported {_json(each.before)}, now {_json(each.now)}, here {_json(each.here)}{state}"
    for name in price.changed:
        yield f"  {name}: imported {_json(price.before.get(name))}, now {_json(price.now.get(name))}"
    yield f"  price here: {_prices(price.here.prices) if price.here else 'none'}"
    suggested = price.suggested
    state = ", to be applied" if price.applies else ""
    yield f"  price suggested: {_prices(suggested.prices) if suggested.prices else 'by hand'}{state}"
    for reason in (*suggested.by_hand, *(f"{name} is not understood" for name in suggested.unknown)):
        yield f"    {reason}"
    for name, reason in suggested.outside.items():
        yield f"    left out: {name} {_json(price.now.get(name))}, {reason}"


def _json(value: object) -> str:
    return "unknown" if value is None else json.dumps(value, sort_keys=True)


def _prices(prices: pricing.Prices) -> str:
    return _json(pricing.prices_to_usd(prices))


def _print(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)


def _run(work: Callable[[Tx, datetime, Registry], Coroutine[Any, Any, T]]) -> T:
    """What `work` gives in one transaction. Raises SettingsRefused, and the refusals of `work` and of reading the registry."""
    settings, registry = load_settings(), catalog.read_registry()

    async def run() -> T:
        database = Database(settings.database_url.get_secret_value(), pool_size=1)
        try:
            async with database.transaction() as tx:
                return await work(tx, SystemClock().now(), registry)
        finally:
            await database.close()

    return asyncio.run(run())
