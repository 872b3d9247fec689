"""Limits that an allocation begins with when its member claims it: kept with the model, as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ai_api.core.errors import Refusal
from ai_api.core.money import format_usd, parse_usd
from ai_api.quotas.terms import Terms, check, kind_of

DEFAULT_LIMITS_MAX: Final = 20
"""How many limits a claimed allocation begins with at most."""


def default_limits_document(terms: Sequence[Terms]) -> list[dict[str, Any]]:
    """The limits as they are kept, audited and shown; an amount of money is a decimal string of USD.

    Each is of the whole allocation: shared out over credentials, a member would have it once more with every new one. Raises
    Refusal `bad_limit`, `bad_time_zone`, `limit_out_of_range`, or `limit_exists` for two that count the same.
    """
    if len(terms) > DEFAULT_LIMITS_MAX:
        raise _bad(f"An allocation begins with at most {DEFAULT_LIMITS_MAX} limits.")
    for each in terms:
        check(each, "allocation")
        if each.partition != "subject":
            raise _bad("A limit that members claim is one of the allocation as a whole.")
    if len({(kind_of(each), each.on_exceed) for each in terms}) < len(terms):
        raise Refusal(
            "limit_exists", "conflict", "Two of these limits are of one kind. Give one.", param="default_limits"
        )
    return [_document(each) for each in terms]


def ordered_limits_document(terms: Sequence[Terms]) -> list[dict[str, Any]]:
    """The limits of a credential that is made later, in the same form; `default_limits_terms` reads it.

    Raises Refusal `bad_limit`, `bad_time_zone`, `limit_out_of_range`, or `limit_exists` for two of one kind: what the making
    would raise.
    """
    for each in terms:
        check(each, "credential")
    if len({(kind_of(each), each.on_exceed) for each in terms}) < len(terms):
        raise Refusal("limit_exists", "conflict", "Two of these limits are of one kind. Give one.", param="limits")
    return [_document(each) for each in terms]


def default_limits_terms(documents: Sequence[Mapping[str, Any]]) -> tuple[Terms, ...]:
    """The limits that `default_limits_document` or `ordered_limits_document` wrote down."""
    return tuple(
        Terms(
            metric=each["metric"],
            amount=parse_usd(each["amount"]) if each["metric"] == "cost" else each["amount"],
            window_kind=each["window_kind"],
            window_s=each["window_s"],
            zone=each["zone"],
            on_exceed=each["on_exceed"],
        )
        for each in documents
    )


def _document(terms: Terms) -> dict[str, Any]:
    return {
        "metric": terms.metric,
        "window_kind": terms.window_kind,
        "window_s": terms.window_s,
        "zone": terms.zone,
        "on_exceed": terms.on_exceed,
        "amount": format_usd(terms.amount) if terms.metric == "cost" else terms.amount,
    }


def _bad(message: str) -> Refusal:
    return Refusal("bad_limit", "invalid", message, param="default_limits")
