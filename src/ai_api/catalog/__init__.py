"""The catalog: models members can call, what they offer, and who may see the restricted ones."""

from ai_api.catalog.find import find, get, load_models, page
from ai_api.catalog.policy import Lists, models_naming_tag, set_policy
from ai_api.catalog.publish import publish
from ai_api.catalog.remove import remove
from ai_api.catalog.revise import Changes, archive, revise, unarchive
from ai_api.catalog.rules import (
    ALLOWED_MEMBERS_MAX,
    OPERATIONS,
    POLICY_TAGS_MAX,
    Draft,
    Model,
    Names,
    bare_name,
    index,
    is_slug,
    resolve,
)
from ai_api.catalog.store import Filter

__all__ = [
    "ALLOWED_MEMBERS_MAX",
    "OPERATIONS",
    "POLICY_TAGS_MAX",
    "Changes",
    "Draft",
    "Filter",
    "Lists",
    "Model",
    "Names",
    "archive",
    "bare_name",
    "find",
    "get",
    "index",
    "is_slug",
    "load_models",
    "models_naming_tag",
    "page",
    "publish",
    "remove",
    "resolve",
    "revise",
    "set_policy",
    "unarchive",
]
