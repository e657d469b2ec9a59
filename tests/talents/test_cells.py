"""Small cells: nothing that is hidden follows from what is shown."""

from itertools import product

import pytest

from talents.rules.cells import hide_in_table, hide_small


def test_nothing_small_nothing_hidden():
    assert hide_small({"a": 5, "b": 12, "c": 0}, 5) == {"a": 5, "b": 12, "c": 0}


def test_a_lone_small_cell_takes_the_next_smallest_with_it():
    assert hide_small({"a": 2, "b": 40, "c": 9}, 5) == {"a": None, "b": 40, "c": None}


def test_small_cells_that_stay_small_together_take_another_with_them():
    assert hide_small({"a": 1, "b": 2, "c": 30, "d": 8}, 5) == {"a": None, "b": None, "c": 30, "d": None}


def test_without_a_known_total_one_hidden_cell_stays_alone():
    assert hide_small({"a": 2, "b": 40}, 5, total_is_known=False) == {"a": None, "b": 40}


@pytest.mark.parametrize(
    "rows",
    [
        [[2, 30, 40], [9, 20, 11], [50, 60, 70]],
        [[1, 0, 8], [0, 0, 9], [7, 6, 5]],
        [[3, 3], [3, 3]],
        [[1, 1, 20], [30, 40, 50], [8, 9, 10]],
        [[1, 10, 20, 30], [40, 2, 50, 60], [70, 80, 3, 90]],
    ],
)
def test_no_hidden_cell_of_a_table_follows_from_its_row_or_column(rows):
    shown = hide_in_table(rows, 5)
    for i, j in product(range(len(rows)), range(len(rows[0]))):
        assert shown[i][j] is not None or rows[i][j] > 0
        assert not (0 < rows[i][j] < 5 and shown[i][j] is not None)
    lines = [*zip(rows, shown, strict=True), *zip(zip(*rows, strict=True), zip(*shown, strict=True), strict=True)]
    for counts, seen in lines:
        hidden = [count for count, told in zip(counts, seen, strict=True) if told is None]
        assert not hidden or not any(seen) or (len(hidden) > 1 and sum(hidden) >= 5)


def test_a_table_without_small_cells_is_shown_whole():
    rows = [[5, 6], [0, 9]]
    assert hide_in_table(rows, 5) == rows
