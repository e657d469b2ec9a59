"""Everything the portal knows an applicant by, to be kept from experts."""

import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import override

from accounts.models import Person
from applications.models import Case
from applications.questions import readable
from regions.models import Region
from reviews.rules.anonymity import Known, how_shown, parts_of
from talentportal.lib.refusals import LANGUAGES

YEAR = re.compile(r"(19|20)\d{2}")


def known_names(case: Case, today: date, further: list[str] = ()) -> list[Known]:
    """Return the names, contacts and numbers of the applicant, the agent, the unit, its people and their places.

    `further` are names that the office adds. Answers that are names themselves (see `how_shown`) count with them.
    """
    found = [Known(case.applicant_name, "applicant"), *_of_user(case.applicant, "applicant")]
    found += _of_user(case.agent, "person") if case.agent else []
    found += _of_unit(case) if case.unit else []
    found += [name for region in _regions(case) for name in _of_region(region)]
    found += [Known(case.case_no or "", "number"), Known(case.public_id, "number")]
    found += [name for key, text in named_answers(case, today) for name in _named(case, key, text)]
    found += [Known(word, "name") for word in further]
    return [one for one in found if one.word]


def named_answers(case: Case, today: date) -> Iterator[tuple[str, str]]:
    """Yield (key, answer in words) of the answers that are names, in either language."""
    keys = {q["key"] for q in case.guide.questions if how_shown(q) == "name"}
    for language in LANGUAGES.values():
        with override(language):
            yield from ((key, text) for key, _label, text in readable(case.guide, today, case.answers) if key in keys)


def _named(case: Case, key: str, text: str) -> list[Known]:
    kind = next(q["kind"] for q in case.guide.questions if q["key"] == key)
    mark = {"unit": "unit", "person": "person"}.get(kind, "name")
    return [Known(part, mark) for part in parts_of(text)]


def _of_user(user, mark: str) -> list[Known]:
    phone = (user.phone or "").removeprefix("+")
    email = user.email or ""
    words = [Known(user.name, mark), Known(phone, "contact"), Known(phone.removeprefix("86"), "contact")]
    words += [
        Known(email, "contact"),
        Known(email.partition("@")[0] if len(email.partition("@")[0]) > 3 else "", "contact"),
    ]
    person = Person.objects.filter(user=user).first()
    if person:
        number = str(person.id_number)
        words += [Known(person.name, mark), Known(number, "number"), Known(number[-6:], "number")]
        words += [Known(number[-4:], "number")] if not YEAR.fullmatch(number[-4:]) else []
        words += [Known(person.id_masked, "number")]
    return words


def _of_unit(case: Case) -> Iterator[Known]:
    unit = case.unit
    yield from (Known(unit.name, "unit"), Known(unit.name_en, "unit"), Known(unit.uscc, "number"))
    for member in unit.members.select_related("user"):
        yield from _of_user(member.user, "person")


def _regions(case: Case) -> list[Region]:
    """The county and the prefectures above it, of the case and of the unit; the province is that of everybody."""
    paths = [case.region.path] + ([case.unit.region.path, case.unit.work_region.path] if case.unit else [])
    codes = {code for path in paths for code in path.split("/")[1:]}
    return list(Region.objects.filter(code__in=codes))


def _of_region(region: Region) -> list[Known]:
    return [Known(region.name_zh, "region"), Known(region.name_en, "region"), Known(region.code, "number")]
