"""Regions as drawings."""

from regions.maps import Drawing, draw, shade

SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]


def test_north_is_up_and_the_map_fills_its_width():
    drawing = draw({"a": [[SQUARE]]}, {"a": [0, 2]}, width=120, margin=10)
    assert drawing.shapes[0].path.startswith("M10 110L110 110L110 10")
    assert (drawing.shapes[0].x, drawing.shapes[0].y) == (10, 10)
    assert (drawing.width, drawing.height) == (120, 120)


def test_every_nesting_of_rings_is_drawn_and_a_label_found():
    bare, nested = draw({"a": SQUARE}, {}, width=120), draw({"a": [[SQUARE], [SQUARE]]}, {}, width=120)
    assert nested.shapes[0].path == bare.shapes[0].path * 2
    assert (bare.shapes[0].x, bare.shapes[0].y) == (60, 60)


def test_regions_without_outline_are_left_out():
    assert draw({"a": None}, {}) == Drawing(600, 0, [])


def test_shades_go_from_nothing_to_the_highest():
    assert [shade(n, 10) for n in (0, 1, 5, 10)] == [1, 1, 3, 5]
    assert shade(0, 0) == 1
