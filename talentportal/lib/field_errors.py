"""Errors of forms that name their field: a list of them above a form reads by itself; fields needed sometimes."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NamedErrors:
    """A form, before `forms.Form` among the bases, whose general errors name the field and the limits of a number."""

    def full_clean(self) -> None:
        for field in self.fields.values():
            _name(field)
        super().full_clean()


def _name(field) -> None:
    said, name = field.error_messages, {"label": field.label}
    if said.get("required") == forms.Field.default_error_messages["required"]:
        said["required"] = _("“%(label)s” is needed.") % name
    if isinstance(field, forms.DecimalField):
        _name_decimal(field)
    elif isinstance(field, forms.IntegerField) and field.max_value:
        limits = name | {"least": field.min_value, "most": field.max_value}
        said["invalid"] = _("“%(label)s”: a whole number from %(least)s to %(most)s.") % limits
        said["min_value"] = said["max_value"] = said["invalid"]


def _name_decimal(field: forms.DecimalField) -> None:
    words = {"label": field.label, "places": field.decimal_places}
    if field.max_value is None:
        wrong = _("“%(label)s”: a number that is not below zero, with at most %(places)s decimal places.") % words
    else:
        words |= {"least": field.min_value or 0, "most": field.max_value}
        wrong = _("“%(label)s”: from %(least)s to %(most)s, with at most %(places)s decimal places.") % words
    codes = ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits")
    field.error_messages |= dict.fromkeys(codes, wrong)


def needed_sometimes(field: forms.Field) -> forms.Field:
    """Let a field be left out, and its label not say that it may: what else is filled in decides."""
    field.required = field.widget.is_required = False
    field.is_conditional = True
    return field
