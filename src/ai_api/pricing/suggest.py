"""Prices as litellm's registry states them, read into prices that can be kept, and all that cannot be kept named. Pure.

A field is `{input|output}_cost_per_token`, `cache_read_input_token_cost` or the like, then perhaps `_above_200k_tokens` (for the
whole call from there on), then perhaps a service tier. Amounts are USD per unit. What is known and has no place here is named in
`outside`; what is not known at all in `unknown`, so that no price a provider charges is lost in silence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from ai_api.pricing.rules import Prices, PricesInvalid, ServiceTier, Tier

_NAME_OF: Final = {
    "input_cost_per_token": "input_nanos",
    "input_cost_per_token_cache_hit": "cached_read_nanos",
    "cache_read_input_token_cost": "cached_read_nanos",
    "cache_creation_input_token_cost": "cache_write_nanos",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h_nanos",
    "output_cost_per_token": "output_nanos",
    "output_cost_per_reasoning_token": "reasoning_nanos",
}
_TOKENS = re.compile(
    rf"(?P<what>{'|'.join(sorted(_NAME_OF, key=len, reverse=True))})"
    r"(?:_above_(?P<thousands>[1-9]\d{0,5})k_tokens)?(?:_(?P<service_tier>priority|flex|batches))?",
    re.ASCII,
)
_PER_REQUEST: Final = "input_cost_per_request"
_OUTSIDE = re.compile(
    r"(?:(?:input|output)_cost_per_(?:second|character|image|query|pixel|audio_token|image_token|video_token|video_per_second"
    r"|audio_per_second|text_message)|cache_(?:read|creation)_input_(?:audio|image)_token_cost|(?:ocr|annotation)_cost_per_page"
    r"|explicit_cache_read_input_token_cost|cost_per_second)(?:_above_\d+k_tokens)?(?:_(?:priority|flex|batches))?"
    r"|(?:search_context|google_maps_grounding)_cost_per_query|citation_cost_per_token|code_interpreter_cost_per_session"
    r"|tiered_pricing|off_peak_pricing|search_free_requests|web_search_billing_unit|provider_specific_entry"
    r"|regional_\w+_multiplier(?:_\w+)?",
    re.ASCII,
)
_OTHER_CURRENCY = re.compile(r"(?:input|output)_dbu_cost_per_token", re.ASCII)
"""The same prices once more, in units that the vendor sells; they add nothing."""
_NANOS_PER_MILLION: Final = Decimal(10**15)
_NANOS: Final = Decimal(10**9)

Place = tuple[str | None, int | None]
"""The service tier and the threshold in tokens that a price is for."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What could be published. `prices` is None where somebody has to say them by hand, and `by_hand` why.

    `outside` are facts that `prices` leaves out, each with the reason. `unknown` are facts about money of a kind never seen.
    """

    prices: Prices | None
    by_hand: tuple[str, ...]
    outside: Mapping[str, str]
    unknown: tuple[str, ...]


def suggest_prices(facts: Mapping[str, Any]) -> Suggested:
    """Reads the registry's facts about money, their numbers decimal strings of USD. Never raises."""
    stated: dict[Place, dict[str, int]] = defaultdict(dict)
    outside: dict[str, str] = {}
    unknown: list[str] = []
    for name in sorted(facts):
        matched = _TOKENS.fullmatch(name)
        if matched is None and name != _PER_REQUEST:
            if _OUTSIDE.fullmatch(name) is not None:
                outside[name] = "prices here have no place for it"
            elif _OTHER_CURRENCY.fullmatch(name) is None:
                unknown.append(name)
            continue
        reason = _state(stated, name, matched, facts[name])
        if reason is not None:
            outside[name] = reason
    by_hand = [
        f"{name} is {'0, which may mean free or unknown' if name in outside else 'not stated'}"
        for name in ("input_cost_per_token", "output_cost_per_token")
        if _NAME_OF[name] not in stated[None, None]
    ]
    prices = None
    if not by_hand:
        try:
            prices = _assembled(stated)
        except PricesInvalid as error:
            by_hand.append(f"they do not fit together: {error.message}")
    return Suggested(prices, tuple(by_hand), outside, tuple(unknown))


def _state(stated: dict[Place, dict[str, int]], name: str, matched: re.Match[str] | None, amount: object) -> str | None:
    """Puts one price into its place; the reason why it is left out, if it is."""
    place: Place = None, None
    what, scale = "per_request_nanos", _NANOS
    if matched is not None:
        above = int(matched["thousands"]) * 1_000 if matched["thousands"] else None
        place = matched["service_tier"], above
        what, scale = _NAME_OF[matched["what"]], _NANOS_PER_MILLION
    nanos = _nanos(amount, scale)
    if nanos is None:
        return "it is no amount of money"
    if nanos == 0:
        return "it is 0, which may mean free or unknown"
    if stated[place].setdefault(what, nanos) != nanos:
        return f"another field says another price for the same as {name}"
    return None


def _nanos(amount: object, scale: Decimal) -> int | None:
    """USD as nano-USD, half up: some of the registry's fractions have been through a float."""
    if not isinstance(amount, str):
        return None
    try:
        exact = Decimal(amount)
    except InvalidOperation:
        return None
    if not exact.is_finite() or exact < 0 or exact.adjusted() > 9:
        return None
    return int((exact * scale).to_integral_value(ROUND_HALF_UP))


def _assembled(stated: Mapping[Place, Mapping[str, int]]) -> Prices:
    """Raises PricesInvalid."""
    names = sorted({name for name, _ in stated if name is not None})
    return Prices(
        **stated[None, None],
        tiers=_tiers(stated, None),
        service_tiers=tuple(
            ServiceTier(name=name, **stated.get((name, None), {}), tiers=_tiers(stated, name)) for name in names
        ),
    )


def _tiers(stated: Mapping[Place, Mapping[str, int]], service_tier: str | None) -> tuple[Tier, ...]:
    found = sorted(
        above for name, above in stated if name == service_tier and above is not None and stated[name, above]
    )
    return tuple(Tier(above_input_tokens=above, **stated[service_tier, above]) for above in found)
