"""A pool that cannot be opened leaves nothing open."""

from __future__ import annotations

import pytest

from ai_api.core.pool_opening import PoolOpening


class Made:
    """A connection, as far as the end of it goes."""

    def __init__(self) -> None:
        self.is_ended = False

    def terminate(self) -> None:
        self.is_ended = True


def test_connections_of_a_pool_that_was_given_up_stay_open():
    opening, early = PoolOpening(), Made()
    opening.note(early)
    opening.give_up()
    assert early.is_ended
    with pytest.raises(ConnectionError):
        opening.note(Made())


def test_connections_of_a_pool_that_is_open_are_kept_twice_and_ended():
    opening, made = PoolOpening(), Made()
    opening.note(made)
    opening.has_succeeded()
    later = Made()
    opening.note(later)
    opening.give_up()
    assert not made.is_ended
    assert not later.is_ended
