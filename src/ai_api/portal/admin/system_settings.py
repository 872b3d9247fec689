"""/api/admin/system/settings: what the operator has set, and where, without what is secret."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from ai_api.portal.deps import AdminHolder, HouseDep
from ai_api.portal.shapes import Shown

router = APIRouter(prefix="/api/admin/system/settings", tags=["system"])


class SettingShown(Shown):
    """A setting by the name of its variable. `value` is written as in the environment; it is null where nothing is set, and of a
    secret always: `is_set` says whether there is one.

    `origin` is where it was said, and `variable` by which name: a file's path and a group of settings have names of their own.
    `program` is the command that runs, and `default` nobody.
    """

    name: str
    value: str | None
    is_secret: bool
    is_set: bool
    origin: Literal["environment", "file", "default", "program"]
    variable: str | None


class SettingsShown(Shown):
    """Every setting of the process that answers, in the order of the documentation; another one may have others."""

    items: list[SettingShown]


@router.get("", response_model=SettingsShown)
async def get_settings(_: AdminHolder, house: HouseDep) -> SettingsShown:
    """The settings in force. They are read once, when a process starts."""
    return SettingsShown(items=[SettingShown.model_validate(each) for each in house.settings.configured])
