"""The application's own role of the database, and which assurance is missing that nobody changes what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.setup import store_rights


@dataclass(frozen=True, slots=True)
class Missing:
    """An assurance that is missing, and in words what would give it. `names` are the tables or triggers it is missing of."""

    code: Literal["one_role", "trigger_off"]
    detail: str
    names: tuple[str, ...]


async def grant_rights(tx: Tx, role: str) -> None:
    """Gives the application's role what it needs, and no right to change audit events or call records.

    To be called as the owner of the tables, after each migration. Raises Refusal `role_missing`, `role_owns`.
    """
    if not await store_rights.has_role(tx, role):
        raise Refusal("role_missing", "invalid", f"The database has no role {role!r}: create it, then migrate again.")
    if await store_rights.is_above(tx, role):
        message = f"The role {role!r} owns the tables or is a superuser. Migrate as another role, which owns them."
        raise Refusal("role_owns", "invalid", message)
    await store_rights.grant(tx, role)


async def missing_assurances(tx: Tx) -> list[Missing]:
    """What does not hold of: this process could not change audit events and call records; the database refuses changes."""
    found: list[Missing] = []
    changeable = await store_rights.changeable(tx)
    if changeable:
        detail = (
            f"This program's role of the database could change {', '.join(changeable)}. Migrate as the owner of the tables "
            "and serve as another role, named by AI_API_DATABASE_APP_ROLE."
        )
        found.append(Missing("one_role", detail, tuple(changeable)))
    for table, name in await store_rights.triggers_off(tx):
        detail = f"The trigger {name} on {table} is switched off or missing: enable it."
        found.append(Missing("trigger_off", detail, (f"{name} on {table}",)))
    return found
