"""What most answers stay below: what is held at first."""

from __future__ import annotations

from uuid import UUID

from ai_api.gateway.typical import ALLOCATIONS_MAX, ANSWERS_MAX, OUTPUT_TOKENS_MIN, TypicalOutput

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_nothing_known_is_a_thousand():
    assert TypicalOutput().of(ONE) == OUTPUT_TOKENS_MIN


def test_short_answers_are_still_a_thousand():
    typical = TypicalOutput()
    for _ in range(ANSWERS_MAX):
        typical.note(ONE, 12)
    assert typical.of(ONE) == OUTPUT_TOKENS_MIN


def test_nineteen_of_twenty_stay_below_it():
    typical = TypicalOutput()
    answers = [*range(2_000, 2_000 + ANSWERS_MAX)]
    for tokens in reversed(answers):
        typical.note(ONE, tokens)
    assert sum(tokens < typical.of(ONE) for tokens in answers) == 95
    assert typical.of(OTHER) == OUTPUT_TOKENS_MIN


def test_old_answers_are_forgotten():
    typical = TypicalOutput()
    typical.note(ONE, 50_000)
    for _ in range(ANSWERS_MAX):
        typical.note(ONE, 1_500)
    assert typical.of(ONE) == 1_500


def test_it_knows_a_bounded_number_of_allocations():
    typical = TypicalOutput()
    typical.note(ONE, 9_000)
    for number in range(ALLOCATIONS_MAX):
        typical.note(UUID(int=100 + number), 5_000)
    assert typical.of(ONE) == OUTPUT_TOKENS_MIN
