"""Money as integer nano-dollars: exact in the program, a decimal string of USD outside. No float touches it.

One nano-USD is 10⁻⁹ USD. A 64-bit column of them holds about 9.2 billion USD, which is the largest amount written here.
"""

import re
from typing import Final

NANOS_PER_USD: Final = 10**9
NANOS_MAX: Final = 2**63 - 1
"""The largest amount a bigint column holds. Amounts may be negative down to `-NANOS_MAX`."""

_DECIMALS = 9
_TEXT_MAX = 64
_PLAIN_DECIMAL = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)


class MoneyError(ValueError):
    """A text is not an amount of USD that can be kept exactly. Its subclasses say why."""


class MoneyFormatError(MoneyError):
    """Not a plain decimal: a float, an exponent, NaN, infinity, a sign "+", grouping, spaces, or no text at all."""


class MoneyPrecisionError(MoneyError):
    """Finer than one nano-USD: it could only be kept by rounding it."""


class MoneyRangeError(MoneyError):
    """Further from zero than `NANOS_MAX`."""


def parse_usd(text: str) -> int:
    """The nano-USD that a decimal string of USD says, exactly: `"0.075"` → 75,000,000.

    Accepts an optional minus, digits without superfluous leading zeros, and an optional fraction. Zeros after the ninth
    decimal say nothing and are accepted. Raises `MoneyFormatError`, `MoneyPrecisionError` or `MoneyRangeError`.
    """
    if not isinstance(text, str):
        raise MoneyFormatError(f'an amount of USD is a decimal string such as "1.25", not {type(text).__name__}')
    match = _PLAIN_DECIMAL.fullmatch(text) if len(text) <= _TEXT_MAX else None
    if match is None:
        raise MoneyFormatError(f'{text[:_TEXT_MAX]!r} is not a plain decimal amount of USD such as "1.25"')
    minus, whole, fraction = match.groups(default="")
    fraction = fraction.rstrip("0")
    if len(fraction) > _DECIMALS:
        raise MoneyPrecisionError(f"{text!r} is finer than one nano-dollar: at most {_DECIMALS} decimals are kept")
    nanos = int(whole) * NANOS_PER_USD + int(fraction.ljust(_DECIMALS, "0"))
    if nanos > NANOS_MAX:
        raise MoneyRangeError(f"{text!r} is more than the {NANOS_MAX // NANOS_PER_USD} USD that can be kept")
    return -nanos if minus else nanos


def format_usd(nanos: int) -> str:
    """The one decimal string of USD for an amount: `1_250` → `"0.00000125"`, `2_500_000_000` → `"2.50"`.

    Canonical and lossless: always at least two decimals, never more than nine, no zeros at the end beyond the second.
    `parse_usd` gives the same amount back. Raises `MoneyRangeError` for what no column could hold.
    """
    if abs(nanos) > NANOS_MAX:
        raise MoneyRangeError(f"{nanos} nano-USD is more than can be kept")
    whole, rest = divmod(abs(nanos), NANOS_PER_USD)
    fraction = f"{rest:09d}".rstrip("0").ljust(2, "0")
    return f"{'-' if nanos < 0 else ''}{whole}.{fraction}"
