"""Names and points on a map, without a database."""

from hypothesis import given
from hypothesis import strategies as st

from laborbrands.rules import layout


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_a_scale_of_round_steps_spreads_all_values(values):
    steps = layout.scale(values)
    assert len(steps.breaks) == 4
    assert all(1 <= steps.shade(value) <= 5 for value in values)
    assert steps.shade(min(values)) == 1
    if max(values) - min(values) >= 10:
        assert steps.shade(max(values)) >= 3
    assert list(steps.breaks) == sorted(set(steps.breaks))


def test_the_scale_of_picture_10():
    counts = [28, 26, 25, 24, 20, 19, 18, 17, 17, 15, 14, 12, 9, 9, 6, 6]
    assert layout.scale(counts).breaks == (10, 15, 20, 25)
    assert layout.scale([]).breaks == (1, 2, 3, 4)


@given(st.text(min_size=1, max_size=20))
def test_a_place_near_a_center_is_always_the_same_and_near(key):
    at = layout.near((102.7, 25.0), key)
    assert at == layout.near((102.7, 25.0), key)
    assert (at[0] - 102.7) ** 2 + (at[1] - 25.0) ** 2 <= (layout.NEAR + 0.0002) ** 2


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=30))
def test_points_of_a_crowd_do_not_cover_each_other(places):
    crowd = layout.Crowd(6)
    put = [crowd.put(x, y, 5) for x, y in places]
    for i, (a, b) in enumerate(put):
        for c, d in put[i + 1 :]:
            assert (a - c) ** 2 + (b - d) ** 2 >= (2 * 5) ** 2 - 3


def test_names_keep_apart_and_inside():
    names = layout.Names(200, 100)
    first = names.beside("昆明呈贡花匠", 20, 50, 9, 13, "national", must=False)
    assert (first.anchor, first.x) == ("start", 33)
    assert names.beside("建水陶匠", 20, 50, 9, 13, "national", must=False) != first
    assert names.beside("很长很长很长很长很长很长很长的名字", 20, 50, 9, 13, "brand", must=False) is None


def test_a_name_of_note_may_cover_a_point_but_no_other_name():
    names = layout.Names(400, 40)
    names.reserve(200, 20, 200, weak=True)
    assert names.beside("花匠", 200, 20, 5, 13, "brand", must=False) is None
    assert names.beside("花匠", 200, 20, 5, 13, "brand", must=True)
