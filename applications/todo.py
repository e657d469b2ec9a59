"""What the applicant of a case has to do now: by when, for which points, and what is still open of each."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import queries, questions, rules
from applications.models import Case, CorrectionPoint
from applications.states import TRANSITIONS, ClockKind, CorrectionReason, State
from applications.wizard import Row, row_of

HANDED_IN_AT_ONCE = ("correct", "more")  # everything together, by a button at the end


@dataclass
class Todo:
    """What the applicant has to do now: by when, and for which points."""

    kind: str  # correct, more, supply, bring, rectify, collect
    title: str
    due_on: date | None = None
    rows: list = dataclass_field(default_factory=list)
    note: str = ""

    @property
    def is_open(self) -> bool:
        return self.kind in ("collect", "bring", "rectify") or any(row.is_open for row in self.rows)

    @property
    def is_sent_at_once(self) -> bool:
        return self.kind in HANDED_IN_AT_ONCE

    @property
    def takes_files(self) -> bool:
        """Whether the page that takes files and answers is open."""
        return self.is_sent_at_once or self.kind == "supply"


@dataclass
class TodoRow:
    """One point: the row of its material, by when, what is wrong with it, which answer may be changed with it."""

    row: Row
    due_on: date
    reason: str = ""
    cure: str = ""
    is_open: bool = True
    note: str = ""
    point: CorrectionPoint | None = None
    question: dict | None = None
    answer: str = ""
    field: object = None  # of the answer, on the page that takes it
    answer_errors: list = dataclass_field(default_factory=list)
    reply: str = ""  # words typed there


def todo_of(case: Case, materials: list) -> Todo | None:
    """Return what the applicant has to do, from materials with their points and promises."""
    match case.state:
        case State.CORRECTION | State.PRECHECK_RETURNED:
            return _corrections(case, materials)
        case State.PRECHECK_PASSED:
            return _originals(case, materials)
        case State.READY:
            return Todo("collect", _("Collect your result"), case.due_on)
    return _more(case, materials) or _promised(case, materials) or _rectification(case)


def _corrections(case: Case, materials: list) -> Todo:
    sent_at, due_on = case.correction.sent_at, case.due_on or case.correction.due_on
    asked = {question["key"]: question for question in case.guide.questions}
    points = [(material, point) for material in materials for point in material.points.all()]
    said = _answers(case, sent_at) if any(point.question for _material, point in points) else {}
    rows = []
    for material, point in points:
        question, answer = asked.get(point.question), said.get(point.question, "")
        rows.append(_point(material, point.reason, point.cure, due_on, sent_at, point, question, answer))
    count = len(rows)
    title = ngettext("Put %(count)s thing right", "Put %(count)s things right", count) % {"count": count}
    return Todo("correct", title, due_on, rows, case.correction.note)


def _answers(case: Case, at: datetime) -> dict[str, str]:
    """Return key of a question -> its answer in words."""
    return {key: words for key, _label, words in questions.readable(case.guide, at.date(), case.answers)}


def _point(material, reason: str, cure: str, due_on: date, since: datetime, point=None, question=None, answer=""):
    row = row_of(material)
    fresh = any(kept.uploaded_at >= since for kept in row.files)
    label = CorrectionReason(reason).label
    return TodoRow(row, due_on, label, cure, not fresh, point=point, question=question, answer=answer)


def _more(case: Case, materials: list) -> Todo | None:
    request = queries.open_request_of(case) if case.second_requests and case.state == State.EXAMINING else None
    if request is None:
        return None
    named = {material.pk: material for material in materials}
    rows = [
        _point(named[point["material"]], point["reason"], point["cure"], request.due_on, request.sent_at)
        for point in request.points
        if point["material"] in named
    ]
    count = len(rows)
    title = ngettext("Answer %(count)s further question", "Answer %(count)s further questions", count)
    return Todo("more", title % {"count": count}, request.due_on, rows, request.reason)


def _originals(case: Case, materials: list) -> Todo:
    rows = [TodoRow(row_of(material), case.due_on) for material in rules.originals(materials, case.answers)]
    count = len(rows)
    title = ngettext("Bring %(count)s original to the window", "Bring %(count)s originals to the window", count)
    return Todo("bring", title % {"count": count}, case.due_on, rows)


def _promised(case: Case, materials: list) -> Todo | None:
    if case.state not in TRANSITIONS["supply_deferred"].sources:
        return None
    rows = []
    for material in materials:
        promise = getattr(material, "deferral", None)
        if promise is None or promise.accepted_at:
            continue
        rows.append(
            TodoRow(row_of(material), promise.due_on, is_open=promise.supplied_at is None, note=material.check_note)
        )
    waiting = [row for row in rows if row.is_open]
    if not rows:
        return None
    count = len(waiting) or len(rows)
    words = (
        ngettext("Supply %(count)s material", "Supply %(count)s materials", count)
        if waiting
        else ngettext("%(count)s material is being checked", "%(count)s materials are being checked", count)
    )
    due_on = min((row.due_on for row in waiting), default=None)
    return Todo("supply", words % {"count": count}, due_on, sorted(rows, key=lambda row: row.due_on))


def _rectification(case: Case) -> Todo | None:
    """What the check after a commitment ordered to be put right."""
    running = any(c.kind == ClockKind.RECTIFY and c.finished_at is None for c in case.clocks.all())
    check = getattr(case, "commitment_check", None) if running else None
    if check is None or check.rectified_at:
        return None
    return Todo("rectify", _("Put right what the check found"), check.rectify_by, note=check.findings)


def more_time_of(case: Case):
    """Return the request for more time that the applicant made last, None where there is none."""
    return case.approval_requests.filter(verb="extend_deferral").order_by("-pk").first()
