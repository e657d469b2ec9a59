"""A person's own situation: the questions of the matcher as a form, and where the answers are kept.

They go by POST into the session and nowhere else: not into addresses, logs or tables. They end with the session.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RegionField
from accounts.queries import person_of
from policies.matching.facts import FACTS, Fact, Kind, known
from regions.models import Region
from talentportal.lib.bilingual import pick

KEY = "situation"  # in the session
ASKED_FIRST = ("region", "degree", "grade", "title", "age", "employer")
MORE_AT_ONCE = 3  # further questions offered with the results


class WholeNumberField(forms.IntegerField):
    """A whole number as people type it: full-width digits and spaces are understood."""

    widget = forms.TextInput

    def to_python(self, value):
        return super().to_python(re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value or ""))))

    def widget_attrs(self, _widget) -> dict:
        return {"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}


class SituationForm(forms.Form):
    """Questions about some facts; every one but the place may be left open. `facts()` is what was told."""

    use_required_attribute = False

    def __init__(self, keys: Iterable[str], *args, needed: Iterable[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        for key in keys:
            self.fields[key] = _field(FACTS[key], required=key in needed)

    def facts(self) -> dict:
        """Return the facts told, fit for JSON and for rules; what was left open is absent."""
        return {key: _plain(value) for key, value in self.cleaned_data.items() if value not in (None, "")}


def _field(fact: Fact, *, required: bool) -> forms.Field:
    options = {"label": fact.question, "help_text": fact.help, "required": required}
    match fact.kind:
        case Kind.PLACE:
            return RegionField(**options, error_messages={"required": _("Choose the place; the rules depend on it.")})
        case Kind.NUMBER:
            return WholeNumberField(min_value=0, max_value=fact.highest, **options)
        case Kind.FLAG:
            choices = [("yes", _("Yes")), ("no", _("No"))]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    values = reversed(fact.choices.items()) if fact.kind is Kind.ORDER else fact.choices.items()
    return forms.ChoiceField(choices=[("", _("Not said")), *values], **options)


def _plain(value):
    if isinstance(value, Region):
        return value.path
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def typed(facts: Mapping) -> dict:
    """Return facts as the form takes them: the code of the place, yes and no."""
    found = {key: value for key in FACTS if (value := facts.get(key)) is not None}
    if "region" in found:
        found["region"] = found["region"].rpartition("/")[2]
    return {
        key: {True: "yes", False: "no"}[value] if isinstance(value, bool) else value for key, value in found.items()
    }


def kept(session) -> dict:
    """Return the facts told in this session; what rules could not read is left out."""
    told = session.get(KEY)
    return {key: told[key] for key in FACTS if known(told, key) is not None} if isinstance(told, dict) else {}


def keep(session, facts: Mapping) -> None:
    """Remember facts until the session ends."""
    session[KEY] = dict(facts)


def forget(session) -> None:
    """Forget them now."""
    session.pop(KEY, None)


def age_on(born: date, day: date) -> int:
    """Return the full years of somebody on a day (周岁)."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def from_identity(user, day: date) -> dict:
    """Return what the real-name record of a user tells."""
    person = person_of(user) if user.is_authenticated else None
    return {"age": age_on(person.birth_date, day)} if person else {}


def in_words(facts: Mapping) -> list[tuple[str, str]]:
    """Return (label, what was told) of every fact, to be read back to the person."""
    lines = []
    for key, fact in FACTS.items():
        if (have := known(facts, key)) is not None:
            region = Region.objects.filter(code=have[-1]).first() if fact.kind is Kind.PLACE else None
            lines.append((fact.label, pick(region, "name") if region else fact.told(have)))
    return lines
