"""A tag rule: whom it gives its tag when they sign in for the first time, by what is known of them then. Pure.

Patterns are administrators' own and are tried on the event loop, so they are RE2's: the time a match takes grows with the length
of the text alone, whatever the pattern. A pattern has to match the whole of what it is tried on: one that matched a part would
give a tag for `admin` to `not-admin@elsewhere.example`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import re2

from ai_api.core.errors import Refusal

RuleKind = Literal["always", "domain", "suffix", "local_part", "identifier", "claim"]
RULE_NAME_CHARACTERS_MAX: Final = 100
RULE_VALUE_CHARACTERS_MAX: Final = 200
CLAIM_NAME_CHARACTERS_MAX: Final = 200
TRIED_CHARACTERS_MAX: Final = 1_000
"""Claims whose values are longer match no rule."""
TRIED_VALUES_MAX: Final = 1_000
"""Of a claim that is a list, how many of its values are tried."""
RULES_MAX: Final = 500
"""How many rules there are at most: each first sign-in tries them all."""

_PATTERN_BYTES_MAX: Final = 1 << 20
_PATTERNS: Final = frozenset({"local_part", "identifier", "claim"})
_DOMAIN = re.compile(r"[^\s@.]+(\.[^\s@.]+)*")


@dataclass(frozen=True, slots=True)
class TagRule:
    """A rule. `value` is a domain, the end of one, or a pattern, by `kind`; `claim` names the claim of a rule on one."""

    id: UUID
    name: str
    kind: RuleKind
    value: str | None
    claim: str | None
    tag_id: UUID
    enabled: bool
    created_at: datetime
    updated_at: datetime

    def audited(self) -> dict[str, Any]:
        """The fields an audit row compares."""
        return {
            "name": self.name,
            "kind": self.kind,
            "value": self.value,
            "claim": self.claim,
            "tag_id": self.tag_id,
            "enabled": self.enabled,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRuleDraft:
    """A rule to be made, or what one becomes by a change."""

    name: str
    kind: RuleKind
    value: str | None = None
    claim: str | None = None
    tag_id: UUID
    enabled: bool = True


def check_rule(draft: TagRuleDraft) -> None:
    """That a rule says all it needs and nothing that it has no use for. Raises Refusal `bad_tag_rule`, naming the field."""
    if not draft.name.strip() or len(draft.name) > RULE_NAME_CHARACTERS_MAX or not draft.name.isprintable():
        raise _bad("name", f"A name is 1 to {RULE_NAME_CHARACTERS_MAX} printable characters.")
    _check_claim(draft)
    if draft.kind == "always":
        if draft.value is not None:
            raise _bad("value", "A rule for everybody has no value.")
        return
    if not draft.value or len(draft.value) > RULE_VALUE_CHARACTERS_MAX:
        raise _bad("value", f"This kind of rule needs a value of at most {RULE_VALUE_CHARACTERS_MAX} characters.")
    if draft.kind in _PATTERNS:
        _check_pattern(draft.value)
    elif draft.kind == "domain" and _DOMAIN.fullmatch(draft.value) is None:
        raise _bad("value", "Give a domain such as example.com, without an @.")
    elif draft.kind == "suffix" and (draft.value[0] not in "@." or _DOMAIN.fullmatch(draft.value[1:]) is None):
        # Without a boundary, example.com would also be the end of anybody-elses-example.com.
        raise _bad("value", "Give the end of an identifier from its @ or a dot on, such as .example.com.")


def matches(rule: TagRule, identifier: str, claims: Mapping[str, Any]) -> bool:
    """Whether a member with this identifier, who signed in with these claims, gets the rule's tag.

    Identifiers are compared in whatever case, claims exactly. A claim that is a list matches by any of its values.
    """
    value = rule.value or ""
    if rule.kind == "always":
        return True
    if rule.kind == "claim":
        return any(_is_whole(value, text, exact_case=True) for text in _texts(claims.get(rule.claim or "")))
    local_part, at, domain = identifier.lower().rpartition("@")
    if rule.kind == "domain":
        return bool(at) and domain == value.lower()
    if rule.kind == "suffix":
        return bool(at) and f"@{domain}".endswith(value.lower())
    return _is_whole(value, identifier if rule.kind == "identifier" or not at else local_part, exact_case=False)


def tag_rule_not_found() -> Refusal:
    """The answer for an id that names no rule."""
    return Refusal("tag_rule_not_found", "not_found", "There is no such rule.")


def too_many_rules() -> Refusal:
    """The answer to one rule more than there may be."""
    return Refusal("too_many_tag_rules", "conflict", f"There are {RULES_MAX} rules, and may not be more. Delete some.")


def check_for_all(rule: TagRule) -> None:
    """Whether a rule can be applied to members who are here already. Raises Refusal `tag_rule_needs_claims`."""
    if rule.kind == "claim":
        message = (
            "What a provider says of a member is known only while they sign in: a rule on a claim is applied then."
        )
        raise Refusal("tag_rule_needs_claims", "conflict", message)


def _check_claim(draft: TagRuleDraft) -> None:
    if draft.kind != "claim":
        if draft.claim is not None:
            raise _bad("claim", "Only a rule of the kind claim names one.")
    elif not draft.claim or len(draft.claim) > CLAIM_NAME_CHARACTERS_MAX:
        raise _bad("claim", f"Name the claim, in at most {CLAIM_NAME_CHARACTERS_MAX} characters.")


def _check_pattern(value: str) -> None:
    try:
        _compiled(value, exact_case=True)
        _compiled(value, exact_case=False)
    except re2.error:
        message = "This is no pattern of RE2's, or too large a one. It has neither look-around nor back-references."
        raise _bad("value", message) from None


def _is_whole(pattern: str, text: str, *, exact_case: bool) -> bool:
    if len(text) > TRIED_CHARACTERS_MAX:
        return False
    return _compiled(pattern, exact_case=exact_case).fullmatch(text) is not None


def _compiled(pattern: str, *, exact_case: bool) -> Any:
    """The pattern, ready to be tried; the library keeps the last ones. Raises re2.error."""
    options = re2.Options()
    options.max_mem = _PATTERN_BYTES_MAX
    # Else the library writes patterns to standard error.
    options.log_errors = False
    options.never_capture = True
    options.case_sensitive = exact_case
    return re2.compile(pattern, options)


def _texts(claim: Any) -> Iterator[str]:
    """The values of a claim as text: of a list each, of numbers and flags as JSON writes them; of objects none."""
    for value in claim[:TRIED_VALUES_MAX] if isinstance(claim, list | tuple) else (claim,):
        if isinstance(value, str):
            # Half a surrogate pair is valid in JSON's escapes, but no text that a pattern could be tried on.
            if not any("\ud800" <= character <= "\udfff" for character in value):
                yield value
        elif isinstance(value, bool | int | float):
            yield json.dumps(value)


def _bad(field: str, message: str) -> Refusal:
    return Refusal("bad_tag_rule", "invalid", message, param=field)
