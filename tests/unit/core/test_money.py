"""Money in and out of text: exact, canonical, and typed refusals instead of rounding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.money import (
    NANOS_MAX,
    NANOS_PER_USD,
    MoneyError,
    MoneyFormatError,
    MoneyPrecisionError,
    MoneyRangeError,
    format_usd,
    parse_usd,
)

AMOUNTS = st.integers(min_value=-NANOS_MAX, max_value=NANOS_MAX)


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("0", 0),
        ("0.00", 0),
        ("-0", 0),
        ("1", NANOS_PER_USD),
        ("1.25", 1_250_000_000),
        ("0.075", 75_000_000),
        ("0.000000001", 1),
        ("0.00000000100000", 1),
        ("-2.5", -2_500_000_000),
        ("10000", 10_000 * NANOS_PER_USD),
        ("9223372036.854775807", NANOS_MAX),
        ("-9223372036.854775807", -NANOS_MAX),
    ],
)
def test_a_decimal_string_is_read_exactly(text, nanos):
    assert parse_usd(text) == nanos


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1 ", " 1", "1\n", "+1", "1e-7", "1E5", "1e999999999", "NaN", "nan", "Infinity", "-inf", "0x10", "1_000",
        "1,000", "1,5", ".5", "1.", ".", "-", "--1", "007", "00.5", "$1", "1 USD", "\u0661", "1.\u0662", "1.2.3", "9" * 65,
        "0." + "0" * 70, None, 1, 1.25, True, b"1",
    ],
)  # fmt: skip
def test_what_is_not_a_plain_decimal_string_is_refused(text):
    with pytest.raises(MoneyFormatError):
        parse_usd(text)


@pytest.mark.parametrize("text", ["0.0000000001", "1.0000000009999", "-0.12345678901"])
def test_more_precision_than_a_nano_is_refused_and_never_rounded(text):
    with pytest.raises(MoneyPrecisionError, match="nano"):
        parse_usd(text)


@pytest.mark.parametrize("text", ["9223372036.854775808", "-9223372036.854775808", "9" * 60])
def test_more_than_a_column_holds_is_refused(text):
    with pytest.raises(MoneyRangeError):
        parse_usd(text)


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (0, "0.00"),
        (1, "0.000000001"),
        (1_250, "0.00000125"),
        (10, "0.00000001"),
        (75_000_000, "0.075"),
        (2_500_000_000, "2.50"),
        (5 * NANOS_PER_USD, "5.00"),
        (-1, "-0.000000001"),
        (-1_500_000_000, "-1.50"),
        (12_345 * NANOS_PER_USD, "12345.00"),
        (NANOS_MAX, "9223372036.854775807"),
    ],
)
def test_an_amount_is_written_in_one_form(nanos, text):
    assert format_usd(nanos) == text


@pytest.mark.parametrize("nanos", [NANOS_MAX + 1, -NANOS_MAX - 1])
def test_an_amount_no_column_holds_is_not_written(nanos):
    with pytest.raises(MoneyRangeError):
        format_usd(nanos)


@given(AMOUNTS)
def test_writing_and_reading_loses_nothing(nanos):
    assert parse_usd(format_usd(nanos)) == nanos


@given(AMOUNTS)
def test_the_written_form_is_canonical(nanos):
    text = format_usd(nanos)
    assert format_usd(parse_usd(text)) == text
    fraction = text.rpartition(".")[2]
    assert 2 <= len(fraction) <= 9
    assert len(fraction) == 2 or not fraction.endswith("0")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_named_error(text):
    try:
        nanos = parse_usd(text)
    except MoneyError:
        return
    assert abs(nanos) <= NANOS_MAX
    assert parse_usd(format_usd(nanos)) == nanos


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9 - 1))
def test_amounts_beyond_a_float_stay_exact(whole, rest):
    """2**53 nano-USD is only nine million dollars."""
    assert parse_usd(f"{whole}.{rest:09d}") == whole * NANOS_PER_USD + rest
