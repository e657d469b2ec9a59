"""Field by field: what was filled in, what a source of the portal says of the same, what stood there before.

A source is the identity record, the register of units or a valid certificate in the wallet. It helps to check; a
difference is shown and judged by people. Reads only.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import UnitMember
from applications import questions
from applications.desk import Desk
from certificates.faces import FIELDS, in_both
from certificates.models import Certificate
from policies.matching.situation import age_on
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick


@dataclass(frozen=True)
class Told:
    """What a source says: its words, the source's name, and the words with which the answer is compared."""

    words: str
    source: str
    same_as: Callable[[str, str], bool] | None = None  # (kept answer, its words) -> whether it says the same


@dataclass(frozen=True)
class Line:
    """One field of the form beside what is known of it."""

    label: str
    filled: str
    told: Told | None = None
    is_same: bool | None = None  # None: nothing to compare with
    before: str | None = None  # None: never changed


def fold(text: str) -> str:
    """Return a text without what does not count in a comparison: width, case, spaces and brackets."""
    return re.sub(r"[\s()（）·・.,，-]", "", unicodedata.normalize("NFKC", text or "")).casefold()


def lines(desk: Desk) -> list[Line]:
    """Compare the applicant's name and every answer of a case; a constant number of statements."""
    earlier = before(desk)
    kept = desk.case.answers
    known = _known(desk)
    asked = {question["key"]: question for question in desk.guide.questions}
    found = [_name(desk), *_identity(desk)]
    for key, label, words in desk.answers:
        told = _told(asked[key], known)
        found.append(Line(label, words, told, _is_same(told, str(kept.get(key, "")), words), earlier.get(key)))
    return found


def vouched(desk: Desk, sheet) -> list[tuple[str, str]]:
    """Return (label, words) of the record with which the portal vouches for a material that nobody had to hand in."""
    source, _colon, kind = sheet.material.spec.fetch_from.partition(":")
    if source == "identity" and desk.person:
        person = desk.person
        told = [(_("Name"), person.name), (person.get_document_type_display(), person.id_masked)]
        return [*told, (_("Date of birth"), spoken.day(person.birth_date)), (_("Identity"), person.get_level_display())]
    held = Certificate.objects.filter(holder=desk.person, unit=None, kind__code=kind).select_related(
        "kind", "organization"
    )
    if source != "certificate" or (certificate := held.order_by("-approved_on", "-id").first()) is None:
        return []
    told = [(pick(certificate.kind, "name"), certificate.number), (_("Name"), certificate.holder_name)]
    told += [(pick(FIELDS[key]), pick(in_both(value))) for key, value in certificate.face.items() if key in FIELDS]
    if certificate.valid_until:
        told.append((_("valid until"), spoken.day(certificate.valid_until)))
    return [*told, (_("status"), certificate.get_status_display())]


def before(desk: Desk) -> dict[str, str]:
    """Return key -> words of the answer that stood there before its last change, from the events."""
    old: dict = {}
    for event in desk.events:  # newest first
        changed = event.data.get("changed")
        for key, (value, _new) in changed.items() if isinstance(changed, dict) else ():
            old.setdefault(key, value)
    if not old:
        return {}
    words = questions.readable(desk.guide, desk.today, {**desk.case.answers, **old})
    return {key: said for key, _label, said in words if key in old}


def _is_same(told: Told | None, kept: str, words: str) -> bool | None:
    if told is None or not words:
        return None
    return told.same_as(kept, words) if told.same_as else fold(told.words) == fold(words)


def _name(desk: Desk) -> Line:
    case = desk.case
    if case.unit is not None and desk.guide.by_unit:
        told = Told(case.unit.name, _("register of units"))
    else:
        told = Told(desk.person.name, _("identity record")) if desk.person else None
    return Line(_("Name"), case.applicant_name, told, _is_same(told, "", case.applicant_name))


def _identity(desk: Desk) -> list[Line]:
    """Return what the identity record tells beyond the form; nobody had to fill it in."""
    if desk.person is None or desk.guide.by_unit:
        return []
    source = _("identity record")
    return [
        Line(desk.person.get_document_type_display(), "", Told(desk.person.id_masked, source)),
        Line(_("Date of birth"), "", Told(spoken.day(desk.person.birth_date), source)),
    ]


# --- what the sources say ------------------------------------------------------------------------------------------


def _known(desk: Desk) -> dict[str, Told]:
    """Return fact or key of a question -> what a source says of it."""
    known = {}
    if unit := _unit(desk):
        known |= dict.fromkeys(("unit", "employer"), Told(unit.name, _("register of units")))
        known["uscc"] = Told(unit.uscc, _("register of units"))
    if desk.person:
        known["age"] = Told(str(age_on(desk.person.birth_date, desk.today)), _("identity record"))
        known |= _from_certificates(desk)
    return known


def _unit(desk: Desk):
    if desk.case.unit is not None:
        return desk.case.unit
    member = UnitMember.objects.filter(user=desk.case.applicant_id, left_at__isnull=True).select_related("unit").first()
    return member.unit if member else None


def _from_certificates(desk: Desk) -> dict[str, Told]:
    held = Certificate.objects.valid_on(desk.today).filter(holder=desk.person, unit=None).select_related("kind")
    known = {}
    for certificate in held.order_by("approved_on", "id"):  # the newest of a kind counts
        source = f"{pick(certificate.kind, 'name')} {certificate.number}"
        face = {
            key: pick(value) if isinstance(value, Mapping) else str(value) for key, value in certificate.face.items()
        }
        level = certificate.face.get("level")
        if certificate.kind.code == "talent-grade" and isinstance(level, Mapping) and (grade := level.get("value")):
            known["grade"] = Told(pick(level), source, lambda kept, _words, grade=grade: kept == grade)
        if certificate.kind.code == "senior-title":
            known |= {key: Told(face[key], source) for key in ("series", "discipline") if key in face}
    return known


def _told(question: Mapping, known: Mapping[str, Told]) -> Told | None:
    """Return what is known of a question: by the fact that its answer tells, else by its key where it asks for text."""
    if question.get("fact"):
        return known.get(question["fact"]) if question["fact"] in ("age", "grade") else None
    return known.get(question["key"]) if question["kind"] == "text" else None
