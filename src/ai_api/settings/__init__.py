"""One typed tree of settings, built once by a composition root and passed down.

Environment `AI_API_*` with `__` for nesting; a secret `NAME` may also come from the file that `AI_API_NAME_FILE` names. What is
missing, short, malformed or contradictory refuses to start, naming the setting and never its value.
"""

from ai_api.settings.groups import Listen, Smtp
from ai_api.settings.in_force import SettingInForce, settings_in_force
from ai_api.settings.loading import SECRET_SETTINGS, SettingsRefused, load_settings
from ai_api.settings.oidc import Oidc
from ai_api.settings.tree import PREFIX, Settings

__all__ = [
    "PREFIX",
    "SECRET_SETTINGS",
    "Listen",
    "Oidc",
    "SettingInForce",
    "Settings",
    "SettingsRefused",
    "Smtp",
    "load_settings",
    "settings_in_force",
]
