"""Finding one case among a million: by number, query code, name, the last four of a document number, telephone.

What was typed says by itself what it is. Whoever looks for a document number or a telephone says why, and every case
that comes out is noted (个人信息保护法 第51条; the masking standard of the domain book, 7.2).
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.contacts import read_contact
from accounts.models import Person, User
from accounts.queries import people_with_document, people_with_tail
from applications.models import Case, Viewing
from applications.office import QueueRow, row_of, with_row_parts
from applications.reach import Reach

CODE_LENGTH = 6
MOST = 50  # cases shown; who finds more adds something


class By(models.TextChoices):
    """What was looked for; `search:id` and the like stand in the log."""

    NUMBER = "number", _("case number")
    CODE = "code", _("query code")
    TAIL = "tail", _("last four of the document number")
    DOCUMENT = "id", _("document number")
    PHONE = "phone", _("telephone")
    NAME = "name", _("applicant’s name")


class Reason(models.TextChoices):
    """Why somebody looks for a person by a number of theirs."""

    AT_WINDOW = "AT_WINDOW", _("The person is at the window")
    CALLED = "CALLED", _("The person has called or written")
    UNIT = "UNIT", _("Their unit asks for them")
    ORDERED = "ORDERED", _("Supervision, complaint or review")


PERSONAL = (By.TAIL, By.DOCUMENT, By.PHONE)


@dataclass
class Found:
    """What came out of a search."""

    by: By
    rows: list[QueueRow] = field(default_factory=list)
    has_more: bool = False


def kind_of(words: str) -> By:
    """Tell what was typed."""
    compact = re.sub(r"[\s-]", "", words).upper()
    if re.fullmatch(r"\d{3}[\dX]", compact):
        return By.TAIL
    if re.fullmatch(r"(\+?86)?1\d{10}", compact):
        return By.PHONE
    if re.fullmatch(r"\d{17}[\dX]|\d{15}|[A-Z]{1,2}\d{7,10}", compact):
        return By.DOCUMENT
    if re.fullmatch(r"\d[\d-]{5,23}", words.strip()):
        return By.NUMBER
    return By.CODE if re.fullmatch(r"(?=.*\d)[A-Z0-9]{6}", compact) else By.NAME


def find(reach: Reach, words: str, *, user, now: datetime, reason: str = "") -> Found:
    """Find cases within reach, newest first; a personal search is noted with its reason, case by case."""
    by = kind_of(words)
    cases = with_row_parts(_cases(reach.cases(), by, words.strip()).order_by("-id"))
    found = list(cases[: MOST + 1])
    if by == By.NAME and any(case.query_code == words.strip().upper() for case in found):
        by = By.CODE  # one of letters only
    if by in PERSONAL or by == By.NAME:
        note = {"by": user, "what": f"search:{by}", "reason": str(Reason(reason).value) if reason else "", "at": now}
        Viewing.objects.bulk_create(Viewing(case=case, **note) for case in found[:MOST] or [None])
    return Found(by, [row_of(case, user, now) for case in found[:MOST]], len(found) > MOST)


def _cases(cases: QuerySet[Case], by: By, words: str) -> QuerySet[Case]:
    compact = re.sub(r"[\s-]", "", words).upper()
    match by:
        case By.NUMBER:
            return cases.filter(case_no__startswith=words)
        case By.CODE:
            return cases.filter(query_code=compact)
        case By.TAIL:
            return cases.filter(_of(people_with_tail(compact)))
        case By.DOCUMENT:
            return cases.filter(_of(people_with_document(compact)))
        case By.PHONE:
            contact = read_contact(compact)
            return cases.filter(applicant__in=User.objects.filter(phone=contact.value).values("pk"))
    named = Q(applicant_name__startswith=words)
    return cases.filter(named | Q(query_code=compact) if len(compact) == CODE_LENGTH else named)


def _of(people: QuerySet[Person]) -> Q:
    """The cases of these people; their ids first, so that each is found by its own index."""
    return Q(applicant__in=list(people.values_list("user", flat=True)[:2000]))
