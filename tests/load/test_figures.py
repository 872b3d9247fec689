"""Medians, ratios and slopes say what they are called."""

from __future__ import annotations

import pytest

from tests.load.figures import after_warm_up, median, median_ratio, quantile, slope


def test_a_ratio_is_the_median_of_neighbours_and_not_that_of_medians():
    # The second pair ran while the machine was twice as slow: its ratio is as good as the others'.
    assert median_ratio([2.0, 4.0, 2.2], [1.0, 2.0, 1.0]) == 2.0
    assert median_ratio([10, 100, 1], [10, 1, 100]) == 1.0


def test_a_ratio_of_series_that_are_not_pairs_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        median_ratio([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 3), (0.99, 5), (1.0, 5)])
def test_a_quantile_is_a_value_that_was_seen(share, value):
    assert quantile([5, 1, 4, 2, 3], share) == value


def test_there_is_no_quantile_of_nothing():
    assert quantile([], 0.5) == 0.0


def test_a_slope_is_that_of_the_line_whatever_single_points_do():
    line = [(float(x), 3.0 + 0.5 * x) for x in range(12)]
    assert slope(line) == pytest.approx(0.5)
    wild = [*line[:5], (5.0, 1000.0), *line[6:9], (9.0, -1000.0), *line[10:]]
    assert slope(wild) == pytest.approx(0.5, abs=0.05)


def test_what_goes_up_and_down_has_no_slope():
    assert slope([(0.0, 1.0), (1.0, 2.0), (2.0, 1.0), (3.0, 2.0), (4.0, 1.0)]) == 0.0


@pytest.mark.parametrize("points", [[], [(1.0, 5.0)], [(1.0, 5.0), (1.0, 9.0)]], ids=["none", "one", "at one moment"])
def test_there_is_no_slope_without_two_moments(points):
    assert slope(points) == 0.0


def test_the_warm_up_is_the_beginning():
    assert after_warm_up(list(range(8)), 0.25) == [2, 3, 4, 5, 6, 7]
    assert after_warm_up([1], 0.25) == [1]


def test_the_median_is_in_the_middle():
    assert median([9, 1, 5]) == 5.0
