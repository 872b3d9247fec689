"""The catalog: models members can call, their names, what they offer, and who may see the restricted ones."""

from ai_api.catalog.alias import (
    Meaning,
    create_alias,
    delete_alias,
    get_alias,
    load_aliases,
    move_alias,
    page_aliases,
    preview_alias,
)
from ai_api.catalog.find import find, get, load_models, page
from ai_api.catalog.imports import FactReview, Origin, OriginDraft, check_importable, facts_of, review_facts
from ai_api.catalog.litellm_registry import SOURCE, Entry, Found, Registry, read_registry, registry_version
from ai_api.catalog.policy import Decided, Lists, TagDecides, decided_by_tags, models_naming_tag, set_policy
from ai_api.catalog.publish import publish
from ai_api.catalog.reapply import apply_facts, get_origin, link, load_origins, note_price_facts
from ai_api.catalog.remove import remove
from ai_api.catalog.revise import Changes, archive, revise, unarchive
from ai_api.catalog.rules import (
    ALIAS_CHARACTERS_MAX,
    ALLOWED_MEMBERS_MAX,
    OPERATIONS,
    POLICY_TAGS_MAX,
    Alias,
    Draft,
    Model,
    Names,
    bare_name,
    index,
    is_slug,
    resolve,
)
from ai_api.catalog.store import Filter
from ai_api.catalog.store_aliases import AliasFilter

__all__ = [
    "ALIAS_CHARACTERS_MAX",
    "ALLOWED_MEMBERS_MAX",
    "OPERATIONS",
    "POLICY_TAGS_MAX",
    "SOURCE",
    "Alias",
    "AliasFilter",
    "Changes",
    "Decided",
    "Draft",
    "Entry",
    "FactReview",
    "Filter",
    "Found",
    "Lists",
    "Meaning",
    "Model",
    "Names",
    "Origin",
    "OriginDraft",
    "Registry",
    "TagDecides",
    "apply_facts",
    "archive",
    "bare_name",
    "check_importable",
    "create_alias",
    "decided_by_tags",
    "delete_alias",
    "facts_of",
    "find",
    "get",
    "get_alias",
    "get_origin",
    "index",
    "is_slug",
    "link",
    "load_aliases",
    "load_models",
    "load_origins",
    "models_naming_tag",
    "move_alias",
    "note_price_facts",
    "page",
    "page_aliases",
    "preview_alias",
    "publish",
    "read_registry",
    "registry_version",
    "remove",
    "resolve",
    "review_facts",
    "revise",
    "set_policy",
    "unarchive",
]
