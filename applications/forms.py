"""Input of applicants: the window, promises, signature, withdrawal, public query."""

from collections.abc import Iterable
from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from applications import rules, touchpoints
from applications.questions import DayField, plain
from applications.states import DeferralReason, RatingLevel
from talentportal.lib import names, numbers, spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.workdays import WorkCalendar
from workstations.queries import by_place

FEW = 6


class ByPlace(ModelChoiceIterator):
    """Many windows in groups by prefecture, the home one first."""

    def __iter__(self):
        yield "", self.field.empty_label
        rows = self.queryset.select_related("region").defer("region__outline")
        for place in by_place(rows, self.field.home, lambda window: window.region.path):
            yield place.name, [self.choice(window) for window in place.rows]


class WindowField(forms.ModelChoiceField):
    """Choose among windows; a few are laid open, more make a list by prefecture."""

    def __init__(self, windows, *, home: str, **options):
        few = windows.count() <= FEW
        self.home, self.iterator = home, ModelChoiceIterator if few else ByPlace
        widget, empty = (forms.RadioSelect, None) if few else (forms.Select, _("Choose"))
        super().__init__(windows, widget=widget, empty_label=empty, **options)

    def label_from_instance(self, window) -> str:
        return _("%(name)s — %(address)s") % {"name": pick(window, "name"), "address": pick(window, "address")}


def window_field(windows, home: str) -> WindowField:
    """Return the field that chooses the window to handle a case; `home` is the code of the prefecture put first."""
    return WindowField(
        windows,
        home=home,
        label=_("Which window handles your case?"),
        help_text=_("It receives your application and keeps the deadlines; you need not go there."),
        error_messages={
            "required": _("Choose the window that will handle your case."),
            "invalid_choice": _("This window does not handle this service item. Choose another one."),
        },
    )


class UnitForm(forms.Form):
    """For which unit a handler applies."""

    use_required_attribute = False
    unit = forms.ModelChoiceField(
        None,
        label=_("For which unit do you apply?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose the unit."), "invalid_choice": _("You do not act for this unit.")},
    )

    def __init__(self, units, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        if len(only := list(units[:2])) == 1:
            self.fields["unit"].initial = only[0].pk


class WhomField(forms.ModelChoiceField):
    """Choose among the people who gave one a power of attorney."""

    def label_from_instance(self, attorney) -> str:
        person = attorney.grantor.person
        words = {"name": person.name, "number": person.id_masked, "day": spoken.day(attorney.ends_on - timedelta(1))}
        return _("For %(name)s, document %(number)s, until %(day)s") % words


class WhomForm(forms.Form):
    """For whom an agent applies: for oneself, or under a power of attorney."""

    use_required_attribute = False
    attorney = WhomField(
        None,
        label=_("For whom do you apply?"),
        help_text=_("Under a power of attorney that a window recorded. You sign with your own name; they are told."),
        widget=forms.RadioSelect,
        empty_label=_("For myself"),
        blank=True,  # else Django leaves "for myself" out of the choices
        required=False,
        to_field_name="public_id",
        error_messages={"invalid_choice": _("This power of attorney is not in force today.")},
    )

    def __init__(self, attorneys, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["attorney"].queryset = attorneys


class PromiseForm(forms.Form):
    """Reason and day for each material to be supplied later; `latest` gives the last day of each."""

    use_required_attribute = False

    def __init__(
        self, materials: Iterable, latest: dict[int, date], calendar: WorkCalendar, today: date, *args, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.materials, self.latest, self.calendar, self.today = list(materials), latest, calendar, today
        for material in self.materials:
            self._add(material, pick(material.spec, "name"))

    def _add(self, material, name: str) -> None:
        first, last = self.calendar.add(self.today, 1), self.latest[material.pk]
        self.fields[f"reason_{material.pk}"] = forms.ChoiceField(
            label=_("%(name)s: why is it not there yet?") % {"name": name},
            choices=[("", _("Choose")), *DeferralReason.choices],
            error_messages={"required": _("%(name)s: choose why it is not there yet.") % {"name": name}},
        )
        self.fields[f"day_{material.pk}"] = DayField(
            first=first,
            last=last,
            initial=last,
            label=_("%(name)s: which day will you supply it?") % {"name": name},
            error_messages={"required": _("%(name)s: choose the day on which you will supply it.") % {"name": name}},
        )

    def clean(self) -> dict:
        for material in self.materials:
            day = self.cleaned_data.get(f"day_{material.pk}")
            for reason in (
                rules.promise_obstacles(day, self.today, self.latest[material.pk], self.calendar) if day else []
            ):
                said = {"name": pick(material.spec, "name"), "reason": reason}
                self.add_error(f"day_{material.pk}", _("%(name)s: %(reason)s") % said)
        return self.cleaned_data

    def rows(self) -> list[tuple]:
        """Return (material, field of the reason, field of the day)."""
        return [(m, self[f"reason_{m.pk}"], self[f"day_{m.pk}"]) for m in self.materials]

    def promises(self) -> dict[int, dict]:
        """Return the promises as they stand, valid or not, for `promise_material`."""
        return promises_in(self.data, [material.pk for material in self.materials])


def promises_in(data, ids: Iterable[int]) -> dict[int, dict]:
    """Read the promises of these materials out of posted data, as typed."""
    return {
        pk: {
            "reason": plain(data.get(f"reason_{pk}"))[:20],
            "promised_on": plain(data.get(f"day_{pk}"))[:10] or None,
        }
        for pk in ids
    }


class SignForm(forms.Form):
    """The last step: everything is true; where materials come later, the promise; where the guide decides on it, the
    commitment to the conditions.
    """

    use_required_attribute = False
    declares = forms.BooleanField(
        label=_("What I state and hand in is true, complete and my own."),
        error_messages={"required": _("Confirm that what you state is true.")},
    )
    agrees = forms.BooleanField(
        label=_("I have read the promises and agree to them."),
        error_messages={"required": _("Agree to the promises.")},
    )
    signed_name = forms.CharField(
        label=_("Your name, typed"),
        help_text=_("As in your identity document. It counts as your signature, with or without handwriting."),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Sign with your name as in your identity document.")},
    )
    signature = forms.CharField(required=False, max_length=60_000, widget=forms.HiddenInput)
    pledges = forms.BooleanField(label=_("I want this and commit myself."), required=False)
    pledge_name = forms.CharField(
        label=_("Your name, typed"),
        help_text=_("Only if you commit yourself; as in your identity document."),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args, commits: bool, may_pledge: bool = False, signer: str = "", behalf: str = "", **kwargs):
        """`signer`: the name that must be signed, where it is known already; `behalf`: for whom, if not oneself."""
        super().__init__(*args, **kwargs)
        if behalf:
            words = _("What I state and hand in for %(name)s is true and complete.")
            self.fields["declares"].label = words % {"name": behalf}
        self.signer = signer
        if not may_pledge:
            for name in ("pledges", "pledge_name"):
                del self.fields[name]
        if not commits:
            for name in ("agrees", "signed_name", "signature"):
                del self.fields[name]

    def clean_signed_name(self) -> str:
        return self._own("signed_name")

    def clean_pledge_name(self) -> str:
        return self._own("pledge_name") if self.cleaned_data.get("pledges") else self.cleaned_data["pledge_name"]

    def _own(self, field: str) -> str:
        typed = self.cleaned_data[field]
        if self.signer and not names.is_same(typed, self.signer):
            raise ValidationError(_("Sign with your name as in your identity document."))
        return typed


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you withdraw?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class QueryForm(forms.Form):
    """Case number and query code. Whatever is wrong gets the same words."""

    use_required_attribute = False
    case_no = forms.CharField(
        label=_("Case number"),
        help_text=_("24 digits, on the receipt."),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Enter the case number.")},
    )
    code = forms.CharField(
        label=_("Query code"),
        help_text=_("6 letters and digits, beside the case number."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Enter the query code.")},
    )

    def clean_case_no(self) -> str:
        return numbers.clean_short_code(self.cleaned_data["case_no"])

    def clean_code(self) -> str:
        return numbers.clean_short_code(self.cleaned_data["code"])


class MoreTimeForm(forms.Form):
    """How many working days more somebody needs for promised materials, `most` at most, and why."""

    use_required_attribute = False
    days = forms.IntegerField(
        label=_("How many working days more do you need?"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Say how many working days more you need.")},
    )
    reason = forms.CharField(
        label=_("Why do you need more time?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why you need more time.")},
    )

    def __init__(self, *args, most: int, **kwargs):
        super().__init__(*args, **kwargs)
        days, limits = self.fields["days"], _("Between 1 and %(limit)s working days.") % {"limit": most}
        days.help_text = limits
        days.error_messages["invalid"] = limits
        days.validators += [MinValueValidator(1, limits), MaxValueValidator(most, limits)]


class RatingForm(forms.Form):
    """A rating of one step: the level, single points, words, named or not."""

    use_required_attribute = False

    def __init__(self, *args, touch_point: str, aspects: dict, **kwargs):
        super().__init__(*args, **kwargs)
        self.aspects = aspects
        self.fields["level"] = forms.TypedChoiceField(
            label=touchpoints.NAMES[touch_point],
            choices=RatingLevel.choices,
            coerce=int,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one of the five levels.")},
        )
        for key, label in aspects.items():
            self.fields[f"aspect_{key}"] = forms.TypedChoiceField(
                label=label,
                choices=[("", _("no answer")), *RatingLevel.choices],
                coerce=int,
                empty_value=None,
                required=False,
            )
        self.fields["comment"] = forms.CharField(
            label=_("What was good, what was not?"),
            max_length=1000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
        )
        self.fields["is_named"] = forms.BooleanField(
            label=_("With my name: the head of the window may contact me about it"), required=False
        )

    def rating(self) -> dict:
        """Return what `services.ratings.rate` takes."""
        data = self.cleaned_data
        return {
            "level": data["level"],
            "aspects": {key: data[f"aspect_{key}"] for key in self.aspects if data[f"aspect_{key}"]},
            "comment": data["comment"],
            "is_named": data["is_named"],
        }

    def aspect_fields(self) -> list:
        """Return the fields of the single points."""
        return [self[f"aspect_{key}"] for key in self.aspects]


class CloseAccountForm(forms.Form):
    """The last word before an account is closed."""

    use_required_attribute = False
    understands = forms.BooleanField(
        label=_("I have read what is deleted and what is kept, and want to close my account for good."),
        error_messages={"required": _("Confirm that you want to close your account.")},
    )


class ReceiptForm(forms.Form):
    """The PDF of a receipt, to be checked."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("PDF of the receipt"),
        help_text=_("at most 2 MB; it is checked and not kept"),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"required": _("Choose the file first.")},
    )
    most_bytes = 2 * 1024 * 1024

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > self.most_bytes:
            raise forms.ValidationError(_("This file is larger than 2 MB. Our receipts are much smaller."))
        content = file.read()
        if not content.startswith(b"%PDF-"):
            raise forms.ValidationError(_("This is not a PDF. Choose the file as you received it."))
        return content
