"""Prices as documents: JSON of integers for the store, decimal strings of USD for people and the API. Both are strict.

    {"input_nanos": 1250000000, "tiers": [{"above_input_tokens": 200000, "input_nanos": 2500000000}],
     "service_tiers": {"flex": {"input_nanos": 625000000}}, "per_request_nanos": 0}

The same with `_usd` for `_nanos` and `"1.25"` for `1250000000`. What is not stated is absent; on the way in, null is the
same as absent. An unknown key is refused: a price that nobody would charge must not look accepted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from ai_api.core.money import MoneyError, format_usd, parse_usd
from ai_api.pricing.rules import PRICE_NANOS_MAX, Prices, PricesInvalid, ServiceTier, Tier, TokenPrices

_TOKEN_PRICES: Final = tuple(each.name.removesuffix("_nanos") for each in fields(TokenPrices))
_ALL_PRICES: Final = tuple(each.name.removesuffix("_nanos") for each in fields(Prices) if each.name.endswith("_nanos"))


@dataclass(frozen=True, slots=True)
class _Notation:
    """How an amount is named and written. `read` takes a value and its path, and raises PricesInvalid."""

    suffix: str
    read: Callable[[Any, str], int]
    write: Callable[[int], int | str]


def prices_to_json(prices: Prices) -> dict[str, Any]:
    """The document for the store: plain dicts, lists and integers. `prices_from_json` gives equal prices back."""
    return _write(prices, _NANOS)


def prices_from_json(document: object) -> Prices:
    """Reads the store's document. Raises PricesInvalid, naming the field, for anything it does not fully understand."""
    return _read(document, _NANOS)


def prices_to_usd(prices: Prices) -> dict[str, Any]:
    """The document for the API: USD as decimal strings, per million tokens, per request or per unit."""
    return _write(prices, _USD)


def prices_from_usd(document: object) -> Prices:
    """Reads the API's document. Raises PricesInvalid, naming the field; JSON numbers are refused, as floats lose nanos."""
    return _read(document, _USD)


def _write(prices: Prices, notation: _Notation) -> dict[str, Any]:
    document = _write_amounts(prices, _ALL_PRICES, notation)
    if prices.tiers:
        document["tiers"] = _write_tiers(prices.tiers, notation)
    if prices.service_tiers:
        document["service_tiers"] = {
            each.name: _write_amounts(each, _TOKEN_PRICES, notation)
            | ({"tiers": _write_tiers(each.tiers, notation)} if each.tiers else {})
            for each in prices.service_tiers
        }
    return document


def _write_tiers(tiers: tuple[Tier, ...], notation: _Notation) -> list[dict[str, Any]]:
    return [
        {"above_input_tokens": each.above_input_tokens} | _write_amounts(each, _TOKEN_PRICES, notation)
        for each in tiers
    ]


def _write_amounts(stated: TokenPrices, names: tuple[str, ...], notation: _Notation) -> dict[str, Any]:
    amounts = ((name, getattr(stated, f"{name}_nanos")) for name in names)
    return {f"{name}{notation.suffix}": notation.write(nanos) for name, nanos in amounts if nanos is not None}


def _read(document: object, notation: _Notation) -> Prices:
    members = _members(document, "", _ALL_PRICES, notation, beside=("tiers", "service_tiers"))
    amounts = _read_amounts(members, "", notation)
    named = members.get("service_tiers", {})
    if not isinstance(named, Mapping):
        raise PricesInvalid("service_tiers", "an object by the tier's name is needed")
    return Prices(
        **amounts,
        tiers=_read_tiers(members, "", notation),
        service_tiers=tuple(_read_service_tier(str(name), named[name], notation) for name in sorted(named, key=str)),
    )


def _read_service_tier(name: str, document: object, notation: _Notation) -> ServiceTier:
    path = f"service_tiers.{name[:40]}"
    members = _members(document, path, _TOKEN_PRICES, notation, beside=("tiers",))
    amounts, tiers = _read_amounts(members, path, notation), _read_tiers(members, path, notation)
    try:
        return ServiceTier(name=name, **amounts, tiers=tiers)
    except PricesInvalid as error:
        raise error.under(path) from None


def _read_tiers(members: Mapping[str, Any], parent: str, notation: _Notation) -> tuple[Tier, ...]:
    listed = members.get("tiers", [])
    path = _join(parent, "tiers")
    if not isinstance(listed, list):
        raise PricesInvalid(path, "a list is needed")
    return tuple(_read_tier(each, f"{path}[{position}]", notation) for position, each in enumerate(listed))


def _read_tier(document: object, path: str, notation: _Notation) -> Tier:
    members = _members(document, path, _TOKEN_PRICES, notation, beside=("above_input_tokens",))
    amounts = _read_amounts(members, path, notation)
    try:
        return Tier(above_input_tokens=members.get("above_input_tokens", 0), **amounts)
    except PricesInvalid as error:
        raise error.under(path) from None


def _members(
    document: object, path: str, prices: tuple[str, ...], notation: _Notation, *, beside: tuple[str, ...]
) -> dict[str, Any]:
    """The document's members that are not null, each of a name that belongs here."""
    if not isinstance(document, Mapping):
        raise PricesInvalid(path, "an object is needed")
    known = {f"{name}{notation.suffix}" for name in prices} | set(beside)
    for name in document:
        if name not in known:
            raise PricesInvalid(_join(path, str(name)[:64]), f"unknown; known here: {', '.join(sorted(known))}")
    return {name: value for name, value in document.items() if value is not None}


def _read_amounts(members: Mapping[str, Any], path: str, notation: _Notation) -> dict[str, int]:
    return {
        f"{name.removesuffix(notation.suffix)}_nanos": notation.read(value, _join(path, name))
        for name, value in members.items()
        if name.endswith(notation.suffix)
    }


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _read_nanos(value: Any, path: str) -> int:
    if type(value) is not int or not 0 <= value <= PRICE_NANOS_MAX:
        raise PricesInvalid(path, f"a whole number of nano-USD from 0 to {PRICE_NANOS_MAX} is needed")
    return value


def _read_usd(value: Any, path: str) -> int:
    try:
        nanos = parse_usd(value)
    except MoneyError as error:
        raise PricesInvalid(path, str(error)) from error
    if not 0 <= nanos <= PRICE_NANOS_MAX:
        raise PricesInvalid(path, f"from 0 to {format_usd(PRICE_NANOS_MAX)} USD is needed")
    return nanos


_NANOS: Final = _Notation("_nanos", _read_nanos, int)
_USD: Final = _Notation("_usd", _read_usd, format_usd)
