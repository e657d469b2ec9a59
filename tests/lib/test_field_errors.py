"""Errors of numbers name their field and its limits; a number with decimal places is not called a whole one."""

import pytest
from django import forms
from django.utils.translation import override

from talentportal.lib.field_errors import NamedErrors


class Points(NamedErrors, forms.Form):
    points = forms.DecimalField(label="Scale", min_value=0, max_value=10, decimal_places=2)
    income = forms.DecimalField(label="Income", min_value=0, max_digits=8, decimal_places=2, required=False)
    count = forms.IntegerField(label="Count", min_value=1, max_value=9, required=False)


@pytest.mark.parametrize("wrong", ["10.5", "-1", "1.234", "x", "NaN"])
def test_points_say_their_limits(wrong):
    with override("en"):
        said = Points({"points": wrong}).errors["points"]
    assert said == ["“Scale”: from 0 to 10, with at most 2 decimal places."]


@pytest.mark.parametrize("wrong", ["-1", "1.234", "x", "123456789"])
def test_an_amount_without_a_highest_one(wrong):
    with override("en"):
        said = Points({"points": "7.5", "income": wrong}).errors["income"]
    assert said == ["“Income”: a number that is not below zero, with at most 2 decimal places."]


def test_a_count_is_a_whole_number():
    with override("en"):
        assert Points({"points": "7.5", "count": "1.5"}).errors["count"] == ["“Count”: a whole number from 1 to 9."]
