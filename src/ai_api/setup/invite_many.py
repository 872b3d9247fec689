"""Making many members from a list that somebody pasted: a result for each line, and no line that is half done."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from ai_api import identity
from ai_api.audit import Actor
from ai_api.core.db import Database, Tx
from ai_api.core.errors import Refusal
from ai_api.core.undone import undone
from ai_api.identity import By, Draft, Role, Who
from ai_api.setup.send_link import Post, SentLink, send_link

LINES_MAX: Final = 5_000
BATCH: Final = 500
"""How many lines one transaction makes: a failure of the database loses at most so many, and says which."""

_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<identifier>[^<>]*)>\s*")
_HEADINGS: Final = frozenset({"identifier", "email", "e-mail"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What everybody on the list gets. `invite` makes a link for each."""

    role: Role = "member"
    tag_ids: Sequence[UUID] = ()
    invite: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line: `made`, `exists` (somebody had the identifier, and was not touched) or `wrong`."""

    number: int
    identifier: str
    display_name: str
    result: Literal["made", "exists", "wrong"]
    member_id: UUID | None = None
    problem: Refusal | None = None
    sent: SentLink | None = None


@dataclass(slots=True)
class _Batch:
    """What one transaction works on, and the members it made."""

    lines: list[Line] = field(default_factory=list)
    made: list[UUID] = field(default_factory=list)


def read_lines(text: str) -> list[tuple[int, str, str]]:
    """Number, identifier and name of each line that is not empty: `ana@example.com`, `Ana <ana@example.com>` or CSV.

    A first line that says what the columns are is left out.

    Raises Refusal `too_many_lines`, `nobody_named`.
    """
    named = list(_read(text.removeprefix("\ufeff").splitlines()))
    if len(named) > LINES_MAX:
        raise Refusal("too_many_lines", "invalid", f"At most {LINES_MAX} members at once.", param="lines")
    if not named:
        raise Refusal("nobody_named", "invalid", "Name at least one member, one on each line.", param="lines")
    return named


async def invite_many(
    database: Database,
    actor: Actor,
    named: Sequence[tuple[int, str, str]],
    order: Order,
    *,
    by: By,
    post: Post,
    now: datetime,
    dry_run: bool = False,
) -> list[Line]:
    """Makes members, 500 in a transaction; the result of each line in their order. With `dry_run` nothing stays.

    Raises Refusal `owner_required`, `tag_not_found`, before anything was made; StoreUnavailable: batches before stay.
    """
    identity.check_role(order.role, by=by)
    async with database.transaction() as tx:
        for tag_id in order.tag_ids:
            await identity.get_tag(tx, tag_id)
    results: list[Line] = []
    seen: set[str] = set()
    for start in range(0, len(named), BATCH):
        fresh = _without_repeated(named[start : start + BATCH], seen)
        async with database.transaction() as tx, undone(tx, only_if=dry_run):
            batch = await _make(tx, actor, fresh, order, by=by, post=post, now=now)
        results += [replace(line, member_id=None, sent=None) if dry_run else line for line in batch]
    return results


async def _make(
    tx: Tx, actor: Actor, lines: Sequence[Line], order: Order, *, by: By, post: Post, now: datetime
) -> list[Line]:
    batch = _Batch()
    for line in lines:
        batch.lines.append(await _make_one(tx, actor, line, order, by=by, now=now))
        made = batch.lines[-1].member_id
        if made is not None:
            batch.made.append(made)
    if batch.made:
        for tag_id in order.tag_ids:
            await identity.add_tag_members(tx, actor, tag_id, Who(member_ids=batch.made), now=now)
    if not order.invite:
        return batch.lines
    return [
        line
        if line.member_id is None
        else replace(line, sent=await send_link(tx, actor, line.member_id, "invitation", by=by, post=post, now=now))
        for line in batch.lines
    ]


async def _make_one(tx: Tx, actor: Actor, line: Line, order: Order, *, by: By, now: datetime) -> Line:
    if line.problem is not None:
        return line
    draft = Draft(identifier=line.identifier, display_name=line.display_name, role=order.role)
    try:
        member = await identity.create_member(tx, actor, draft, by=by, now=now)
    except Refusal as refusal:
        if refusal.code == "identifier_taken":
            return replace(line, result="exists")
        return replace(line, result="wrong", problem=refusal)
    return replace(line, member_id=member.id)


def _without_repeated(named: Sequence[tuple[int, str, str]], seen: set[str]) -> list[Line]:
    lines = []
    for number, identifier, name in named:
        line = Line(number, identifier, name or identifier, "made")
        if identifier.lower() in seen:
            problem = Refusal("repeated", "invalid", "An earlier line has this identifier.", param="identifier")
            line = replace(line, result="wrong", problem=problem)
        seen.add(identifier.lower())
        lines.append(line)
    return lines


def _read(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    for number, text in enumerate(lines, 1):
        match = _NAMED.fullmatch(text)
        if match is not None:
            yield number, match["identifier"].strip(), match["name"].strip('" \t')
            continue
        cells = _cells(text)
        is_heading = number == 1 and cells[0].lower() in _HEADINGS
        if any(cells) and not is_heading:
            yield number, cells[0], " ".join(cell for cell in cells[1:] if cell)


def _cells(text: str) -> list[str]:
    """The cells of a line of CSV, separated by whichever of comma, semicolon and tab stands first; at least one."""
    separator = next((character for character in text if character in ",;\t"), ",")
    try:
        found = next(csv.reader([text], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        # A cell that is longer than any name: the line is shown as it is, and refused for that.
        found = [text]
    return [cell.strip() for cell in found] or [""]
