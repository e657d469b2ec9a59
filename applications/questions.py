"""The typed questions of a guide as one ordinary Django form (shapes: `policies/guides.py`).

Answers are kept as JSON by the question's key. What somebody typed is kept even while it is not valid yet; what is
valid is kept in one spelling: ISO dates, numbers as text, "yes" and "no", region codes.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms import RegionField
from regions.models import Region
from talentportal.lib.bilingual import pick
from talentportal.lib.spoken import day as spoken_day

PREFIX = "q"
RADIO_LIMIT = 6  # more choices than this make a list to open
TEXT_LIMIT, LONG_LIMIT = 200, 2000
KEPT_LIMIT = 10_000  # characters kept of an answer that is not valid yet
FIRST_YEAR = 1900
YESNO = [("yes", _("Yes")), ("no", _("No"))]


class NumberField(forms.DecimalField):
    """A number as people type it: full-width digits, spaces and thousands separators are understood."""

    widget = forms.TextInput

    def to_python(self, value):
        value = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", value or ""))
        return super().to_python(value)

    def widget_attrs(self, _widget) -> dict:
        return {"inputmode": "decimal", "autocomplete": "off"}


class YearField(NumberField):
    def __init__(self, **options):
        super().__init__(max_digits=4, decimal_places=0, **options)

    def clean(self, value):
        year = super().clean(value)
        return None if year is None else int(year)


class DayField(forms.DateField):
    """A date with the browser's own picker and, where the guide says so, a first and a last day."""

    def __init__(self, *, first: date | None = None, last: date | None = None, **options):
        attrs = {"type": "date"}
        attrs |= {"min": first.isoformat()} if first else {}
        attrs |= {"max": last.isoformat()} if last else {}
        super().__init__(widget=forms.DateInput(attrs=attrs, format="%Y-%m-%d"), **options)
        self.first, self.last = first, last

    def validate(self, value):
        super().validate(value)
        if value and self.first and value < self.first:
            raise ValidationError(_("Not before %(date)s."), params={"date": spoken_day(self.first)})
        if value and self.last and value > self.last:
            raise ValidationError(_("Not later than %(date)s."), params={"date": spoken_day(self.last)})


def _choices(question: Mapping) -> list[tuple[str, str]]:
    return [(str(choice["value"]), pick(choice.get("label") or choice)) for choice in question.get("choices", [])]


def _text(question, options, _today):
    return forms.CharField(
        max_length=question.get("max_length") or TEXT_LIMIT, min_length=question.get("min_length"), **options
    )


def _longtext(question, options, _today):
    return forms.CharField(
        max_length=question.get("max_length") or LONG_LIMIT,
        min_length=question.get("min_length"),
        widget=forms.Textarea(attrs={"rows": 4}),
        **options,
    )


def _choice(question, options, _today):
    choices = _choices(question)
    if len(choices) <= RADIO_LIMIT:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    return forms.ChoiceField(choices=[("", "—"), *choices], **options)


def _multi(question, options, _today):
    return forms.MultipleChoiceField(choices=_choices(question), widget=forms.CheckboxSelectMultiple, **options)


def _yesno(_question, options, _today):
    return forms.ChoiceField(choices=YESNO, widget=forms.RadioSelect, **options)


def _date(question, options, today):
    return DayField(
        first=_bound_day(question.get("min"), today), last=_bound_day(question.get("max"), today), **options
    )


def _bound_day(value, today: date) -> date | None:
    return today if value == "today" else date.fromisoformat(value) if value else None


def _number(question, options, _today):
    return NumberField(min_value=question.get("min"), max_value=question.get("max"), max_digits=16, **options)


def _year(question, options, today):
    lowest, highest = question.get("min") or FIRST_YEAR, question.get("max") or today.year
    highest = today.year if highest == "today" else highest
    validators = [
        MinValueValidator(lowest, _("Enter a year from %(limit_value)s on.")),
        MaxValueValidator(highest, _("Enter a year up to %(limit_value)s.")),
    ]
    return YearField(validators=validators, **options)


def _region(_question, options, _today):
    return RegionField(**options)


_FIELDS = {
    "text": _text,
    "longtext": _longtext,
    "choice": _choice,
    "multi": _multi,
    "yesno": _yesno,
    "date": _date,
    "number": _number,
    "year": _year,
    "region": _region,
}


def field_of(question: Mapping, today: date) -> forms.Field:
    """Return the form field of one question."""
    label = pick(question["label"])
    options = {
        "label": label,
        "help_text": pick(question.get("help") or {}),
        "required": question.get("required", True),
        "error_messages": {
            "required": _("Answer this question: %(label)s") % {"label": label},
            "invalid_choice": _("This is none of the answers offered."),
            "max_length": _("At most %(limit_value)d characters fit here; these are %(show_value)d."),
        }
        | ({"invalid": _("This is not a day.")} if question["kind"] == "date" else {}),
    }
    field = _FIELDS[question["kind"]](question, options, today)
    if condition := question.get("shown_if"):
        values = " ".join(map(str, condition["in"]))
        field.widget.attrs |= {"data-when": f"{PREFIX}-{condition['question']}", "data-in": values}
    return field


def asked(questions: list, answers: Mapping) -> set[str]:
    """Return the keys of the questions that are asked in the situation that the answers describe."""
    found: set[str] = set()
    for question in questions:
        condition = question.get("shown_if")
        if not condition:
            found.add(question["key"])
        elif condition["question"] in found:
            given = answers.get(condition["question"])
            given = given if isinstance(given, list | tuple) else [given]
            if set(map(str, given)) & set(map(str, condition["in"])):
                found.add(question["key"])
    return found


class QuestionForm(forms.Form):
    """All questions of a guide. One that is not asked in the applicant's situation is neither required nor kept."""

    use_required_attribute = False

    def __init__(self, questions: list, today: date, *args, judge: Callable | None = None, **kwargs):
        self.judge = judge  # (answers, window) -> reasons by field: `applications.outcomes.judge`
        self.questions, self.keys = questions, {question["key"] for question in questions}
        super().__init__(*args, prefix=PREFIX, **kwargs)
        for question in questions:
            self.fields[question["key"]] = field_of(question, today)
        if self.is_bound:
            self.asked = asked(questions, self.typed())
            self.unasked = self.keys - self.asked
            for key in self.unasked:
                self.fields[key].required = False

    def add_prefix(self, field_name: str) -> str:
        """Keep the keys of questions apart from the portal's own fields."""
        return super().add_prefix(field_name) if field_name in self.keys else field_name

    def typed(self) -> dict:
        """Return what was typed or chosen, valid or not, by key; fit to be kept as JSON."""
        return {question["key"]: answer_of(question, self[question["key"]].data) for question in self.questions}

    def clean(self) -> dict:
        for key in self.unasked:
            self.cleaned_data[key] = None
            self.errors.pop(key, None)
        if self.judge:
            for key, reasons in self.judge(self.to_keep(), self.cleaned_data.get("window")).items():
                if key not in self.errors:
                    self.add_error(key if key in self.fields else None, reasons)
        return self.cleaned_data

    def to_keep(self) -> dict:
        """Return the answers to keep: in one spelling where valid, as typed where not."""
        cleaned = {key: as_json(value) for key, value in self.cleaned_data.items()}
        return {key: cleaned.get(key, typed) for key, typed in self.typed().items()}


def as_json(value):
    """Return a clean value in the spelling in which answers are kept."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case Region():
            return value.pk
        case int():
            return str(value)
        case _:
            return value


def plain(value, *, many: bool = False):
    """Return text, or a list of texts, that the database takes, whatever was sent: bounded, without NUL and halves."""
    if many:
        return [plain(part) for part in value[:100]] if isinstance(value, list | tuple) else []
    if not isinstance(value, str | int | float):
        return ""
    return str(value)[:KEPT_LIMIT].replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def answer_of(question: Mapping, value):
    """Return what was sent as the answer to a question, fit to be kept."""
    return plain(value, many=question["kind"] == "multi")


def question_form(
    guide,
    today: date,
    *,
    answers: Mapping | None = None,
    data: Mapping | None = None,
    judge: Callable | None = None,
) -> QuestionForm:
    """Return the form: bound to posted `data` and judged, or filled in with kept `answers`."""
    if data is not None:
        return QuestionForm(guide.questions, today, data, judge=judge)
    return QuestionForm(guide.questions, today, initial=answers)


def kept_form(guide, today: date, answers: Mapping) -> QuestionForm:
    """Return the form bound to kept answers, to see whether they are valid."""
    return QuestionForm(guide.questions, today, {f"{PREFIX}-{key}": value for key, value in answers.items()})


def readable(guide, today: date, answers: Mapping) -> list[tuple[str, str, str]]:
    """Return (key, label, answer in words) of every question asked in the applicant's situation."""
    form = kept_form(guide, today, answers)
    form.is_valid()
    return [
        (question["key"], pick(question["label"]), _in_words(form, question))
        for question in guide.questions
        if question["key"] in form.asked
    ]


def _in_words(form: QuestionForm, question: Mapping) -> str:
    value = form.cleaned_data.get(question["key"])
    if value in (None, "", []):
        return ""
    match question["kind"]:
        case "choice" | "yesno" | "multi":
            names = dict(YESNO) if question["kind"] == "yesno" else dict(_choices(question))
            chosen = value if isinstance(value, list) else [value]
            return str(_(", ")).join(str(names.get(one, one)) for one in chosen)
        case "date":
            return spoken_day(value)
        case "region":
            return pick(value, "name")
        case "number":
            return f"{value.normalize():,f}"
        case _:
            return str(value)
