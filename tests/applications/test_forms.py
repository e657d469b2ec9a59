"""Promises and signatures as applicants enter them."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from applications.forms import PromiseForm, QueryForm, SignForm, promises_in, window_field
from talentportal.lib.workdays import WorkCalendar
from tests import cast
from workstations.models import Window

TODAY = dt.date(2026, 9, 18)
LATEST = dt.date(2026, 9, 24)
HOLIDAYS = frozenset({dt.date(2026, 9, 22)})
CALENDAR = WorkCalendar(HOLIDAYS, frozenset({dt.date(2026, 9, 20)}), frozenset(), "CN")
MATERIAL = SimpleNamespace(pk=7, spec=SimpleNamespace(name_zh="作品", name_en="Works"))


def promise(reason="BY_POST", day="2026-09-23"):
    data = {"reason_7": reason, "day_7": day}
    return PromiseForm([MATERIAL], {7: LATEST}, CALENDAR, TODAY, data)


@pytest.mark.parametrize("day", ["2026-09-19", "2026-09-18", "2026-09-22", "2026-09-25", "2099-01-01", "", "soon"])
def test_a_promise_needs_a_working_day_within_the_limit(day):
    form = promise(day=day)
    assert not form.is_valid()
    assert form.promises() == {7: {"reason": "BY_POST", "promised_on": day or None}}


@pytest.mark.parametrize("day", ["2026-09-20", "2026-09-21", "2026-09-24"])  # a make-up Sunday counts
def test_a_promise_within_the_limit_is_taken(day):
    assert promise(day=day).is_valid()


@pytest.mark.parametrize("reason", ["", "BECAUSE"])
def test_a_promise_needs_one_of_the_reasons(reason):
    assert list(promise(reason=reason).errors) == ["reason_7"]


def test_the_day_field_tells_the_browser_its_limits():
    html = str(promise()["day_7"])
    assert 'min="2026-09-20"' in html
    assert 'max="2026-09-24"' in html


def test_errors_name_the_material():
    with override("en"):
        form = promise(reason="", day="2026-09-22")
        assert form.errors["reason_7"] == ["Works: choose why it is not there yet."]
        assert form.errors["day_7"] == ["Works: Tuesday 22 September 2026 is not a working day."]


def test_promises_are_read_only_for_materials_of_the_draft():
    sent = {"reason_7": "BY_POST", "day_7": "2026-09-23", "day_8": "2026-09-23", "reason_9": "x" * 500}
    assert promises_in(sent, [7]) == {7: {"reason": "BY_POST", "promised_on": "2026-09-23"}}


def test_without_deferral_only_the_declaration_is_asked_for():
    assert list(SignForm(commits=False).fields) == ["declares"]
    assert set(SignForm({"declares": "on"}, commits=True).errors) == {"agrees", "signed_name"}


def test_number_and_code_are_understood_as_people_type_them():
    form = QueryForm({"case_no": " 5301 1420-2609 1800 0100 0014", "code": "abc–def".replace("–", "-")})
    assert form.is_valid()
    assert form.cleaned_data == {"case_no": "530114202609180001000014", "code": "ABCDEF"}


@pytest.mark.django_db
def test_many_windows_are_a_list_by_prefecture_with_the_home_one_first(world):
    city = cast.make_region("532900", "PREFECTURE", "大理州", world.province)
    far = cast.make_region("532901", "COUNTY", "大理市", city)
    for n in range(6):
        cast.make_window(f"far{n}", far, world.office)
    provincial = cast.make_window("p1", world.province, world.office)
    windows = Window.objects.order_by("region__path", "code")
    for home, sizes in (("530100", [2, 1, 6]), ("532900", [6, 1, 2])):  # Kunming, the province itself, Dali
        empty, *groups = window_field(windows, home).choices
        assert empty[0] == ""
        assert [len(choices) for _name, choices in groups] == sizes
    assert window_field(windows, "530100").clean(str(provincial.pk)) == provincial


@pytest.mark.django_db
def test_few_windows_lie_open(world):
    field = window_field(Window.objects.order_by("code"), "530100")
    assert (field.widget.input_type, len(list(field.choices))) == ("radio", 2)
