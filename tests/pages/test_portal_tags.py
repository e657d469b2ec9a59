"""The deadline ruler and the dates people act on."""

import datetime as dt

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from talentportal.templatetags.portal import act_day, day, full_day, ruler_cells, ruler_tone, short_place
from tests.cast import moment

OCTOBER_8 = dt.date(2026, 10, 8)


@pytest.mark.parametrize(
    ("filtered", "zh", "en"),
    [
        (act_day, "10 月 8 日（星期四）", "Thursday 8 October 2026"),
        (day, "10 月 8 日", "8 October 2026"),
        (full_day, "2026 年 10 月 8 日", "8 October 2026"),
    ],
)
def test_dates(filtered, zh, en):
    with translation.override("zh-hans"):
        assert filtered(OCTOBER_8) == zh
        assert filtered(None) == ""
    with translation.override("en"):
        assert filtered(OCTOBER_8) == en


def test_a_moment_belongs_to_its_day_in_china():
    with translation.override("zh-hans"):
        assert day(moment("2026-10-08 00:30").astimezone(dt.UTC)) == "10 月 8 日"


@pytest.mark.parametrize(
    ("total", "left", "cells"),
    [
        (5, 2, "used used used now left"),  # picture 06: "2 working days left, day 3 of 5"
        (5, 5, "now left left left left"),
        (5, 1, "used used used used now"),
        (5, 0, "used used used used now"),  # the last day
        (5, -2, "used used used used used"),
    ],
)
def test_ruler_cells(total, left, cells):
    assert ruler_cells(total, left) == [f"is-{cell}" for cell in cells.split()]


def test_ruler_shows_stopped_days_and_no_today_once_finished():
    assert ruler_cells(5, 2, paused=2) == ["is-used", "is-paused", "is-paused", "is-now", "is-left"]
    assert ruler_cells(3, 1, live=False) == ["is-used", "is-used", "is-left"]


def test_ruler_counts_weeks_above_twenty_days():
    assert ruler_cells(22, 12) == ["is-used", "is-used", "is-now", "is-left", "is-left"]
    assert len(ruler_cells(20, 12)) == 20


@pytest.mark.parametrize(
    ("total", "left", "tone"),
    [(10, 5, "pine"), (10, 4, "amber"), (10, 1, "amber"), (20, 1, "seal"), (10, 0, "seal"), (10, -1, "seal")],
)
def test_ruler_tone_is_what_is_left(total, left, tone):
    assert ruler_tone(total, left) == tone


def test_places_on_the_map_are_short():
    names = [
        "西双版纳傣族自治州",
        "德宏傣族景颇族自治州",
        "延边朝鲜族自治州",
        "昆明市",
        "Dali Bai Autonomous Prefecture",
    ]
    assert [short_place(name) for name in names] == ["西双版纳", "德宏", "延边", "昆明市", "Dali"]


def test_addresses_with_one_value_changed():
    request = RequestFactory().get("/services/?who=person&q=a%26b&page=3")
    template = Template('{% load portal %}{% choose "who" "unit" %} {% drop "who" %}')
    assert template.render(Context({"request": request}, autoescape=False)) == "?who=unit&q=a%26b ?q=a%26b"
