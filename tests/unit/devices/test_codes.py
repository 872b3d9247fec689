"""The code that a member types, however they type it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ai_api.devices import rules


@given(st.text(max_size=60))
def test_what_is_no_code_is_looked_up(typed: str) -> None:
    code = rules.user_code_in(typed)
    assert code is None or (len(code) == 8 and set(code) <= set("BCDFGHJKLMNPQRSTVWXZ"))


@given(st.integers(0, 8), st.sampled_from(["", "-", " ", " - ", "\u2013", ".", "\u00a0"]), st.booleans())
def test_a_code_is_lost_by_how_it_is_typed(at: int, between: str, lower: bool) -> None:
    code = rules.new_user_code()
    typed = between + code[:at] + between + code[at:] + between
    assert rules.user_code_in(typed.lower() if lower else typed) == code
    assert rules.user_code_in(rules.shown_user_code(code)) == code


def test_codes_can_be_mistaken_for_one_another_or_for_words() -> None:
    codes = {rules.new_user_code() for _ in range(200)}
    assert len(codes) == 200
    assert not set("".join(codes)) & set("AEIOUY0123456789")


def test_a_program_s_code_is_taken_for_another_secret() -> None:
    code = rules.new_device_code()
    assert rules.looks_valid(code)
    for wrong in (code[:-1], code[:-1] + ("a" if code[-1] != "a" else "b"), "aiapi_lnk_" + code[10:], code + "\n"):
        assert not rules.looks_valid(wrong)


def test_a_suggested_name_is_too_long_for_a_credential() -> None:
    fields = dict.fromkeys(rules.Device.__slots__, None) | {"client_id": "c" * 100, "device_name": "d" * 60}
    assert len(rules.Device(**fields).suggested_name) <= 100
