"""What the pages of a case show its applicant: clocks, what to do, what happened and what comes next."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications import queries
from applications.models import Case, CaseEvent
from applications.services.clocks import calendar_of
from applications.states import (
    PUBLIC_LABELS,
    TRANSITIONS,
    ClockKind,
    ClockOwner,
    CloseType,
    CorrectionReason,
    NonAcceptanceReason,
    RefusalReason,
    State,
)
from applications.wizard import Row, holiday_runs, row_of
from certificates.models import Certificate
from policies.models import ResultKind
from talentportal.lib.citations import citation
from talentportal.templatetags.portal import act_day
from talentportal.templatetags.portal import day as day_words

CLOCK_NAMES = {
    ClockKind.ACCEPT: gettext_lazy("The window’s time to accept"),
    ClockKind.PROMISED: gettext_lazy("The office’s time to decide"),
    ClockKind.DELIVERY: gettext_lazy("The office’s time to deliver"),
    ClockKind.CORRECTION: gettext_lazy("Your time to correct"),
    ClockKind.DEFERRAL: gettext_lazy("Your time to supply"),
}
ENDS = {
    ClockKind.ACCEPT: gettext_lazy("accepted or answered by %(day)s"),
    ClockKind.PROMISED: gettext_lazy("decided by %(day)s"),
    ClockKind.DELIVERY: gettext_lazy("delivered by %(day)s"),
    ClockKind.CORRECTION: gettext_lazy("at the latest %(day)s"),
    ClockKind.DEFERRAL: gettext_lazy("at the latest %(day)s"),
}
BEGINNINGS = {
    ClockKind.ACCEPT: gettext_lazy("received on %(day)s"),
    ClockKind.PROMISED: gettext_lazy("accepted on %(day)s"),
    ClockKind.DELIVERY: gettext_lazy("decided on %(day)s"),
    ClockKind.CORRECTION: gettext_lazy("notice of %(day)s"),
    ClockKind.DEFERRAL: gettext_lazy("promised from %(day)s"),
}
PAUSES = {
    State.CORRECTION: gettext_lazy("It stands still until you send the corrections."),
    State.WAIT_SUPPLY: gettext_lazy("It stands still until the promised materials are in."),
}
CASE_TONES = {State.CORRECTION: "amber", State.WAIT_SUPPLY: "amber", State.READY: "ok", State.GRANTED: "ok"}
BAD_ENDS = (
    CloseType.REFUSED,
    CloseType.NOT_ACCEPTED,
    CloseType.ACCEPTANCE_REVOKED,
    CloseType.TERMINATED,
    CloseType.DEEMED_WITHDRAWN,
)


@dataclass(frozen=True)
class ClockView:
    """A deadline as the ruler shows it: `total` and `left` in working days, 0 left on the last day."""

    kind: str
    name: str
    ends: str
    begins: str
    started_on: date
    due_on: date
    total: int
    left: int
    paused: int
    is_provisional: bool
    is_office: bool
    pause_reason: str
    skipped: list

    @property
    def day(self) -> int:
        """Which day of the limit today is."""
        return max(min(self.total - self.left, self.total), 0)

    @property
    def overdue(self) -> int:
        return max(-self.left, 0)

    @property
    def tone(self) -> str:
        if self.left < 0 or self.left * 10 < self.total:
            return "seal"
        return "amber" if self.left * 10 <= self.total * 4 or not self.is_office else ""


def clock_views(case: Case, today: date) -> list[ClockView]:
    """Return the office's and the applicant's running clock of a case whose clocks were prefetched."""
    calendar = calendar_of(case)
    running = [clock for clock in case.clocks.all() if clock.finished_at is None and clock.kind != ClockKind.STATUTORY]
    return [
        _clock_view(case, clock, calendar, today)
        for clock in sorted(running, key=lambda c: c.owner != ClockOwner.OFFICE)
    ]


def _clock_view(case: Case, clock, calendar, today: date) -> ClockView:
    at = clock.stopped_on or today
    return ClockView(
        kind=clock.kind,
        name=CLOCK_NAMES[clock.kind],
        ends=ENDS[clock.kind] % {"day": (act_day if clock.owner == ClockOwner.APPLICANT else day_words)(clock.due_on)},
        begins=BEGINNINGS[clock.kind] % {"day": day_words(clock.started_on)},
        started_on=clock.started_on,
        due_on=clock.due_on,
        total=clock.days + clock.paused_days,
        left=calendar.between(at, clock.due_on),
        paused=clock.paused_days + (calendar.between(clock.stopped_on, today) if clock.stopped_on else 0),
        is_provisional=clock.is_provisional,
        is_office=clock.owner == ClockOwner.OFFICE,
        pause_reason=PAUSES.get(case.state, _("It stands still.")) if clock.stopped_on else "",
        skipped=holiday_runs(calendar, clock.started_on, clock.due_on),
    )


# --- what the applicant has to do ------------------------------------------------------------------------------------


@dataclass
class Todo:
    """What the applicant has to do now: by when, and for which materials."""

    kind: str  # correct, supply, collect
    title: str
    due_on: date | None = None
    rows: list = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.kind == "collect" or any(row.is_open for row in self.rows)


@dataclass
class TodoRow:
    """One material that is asked for: its row, by when, what is wrong with it."""

    row: Row
    due_on: date
    reason: str = ""
    cure: str = ""
    is_open: bool = True
    note: str = ""


def todo_of(case: Case, materials: list) -> Todo | None:
    """Return what the applicant has to do, from materials with their points and promises."""
    if case.state == State.CORRECTION:
        return _corrections(case, materials)
    if case.state == State.READY:
        return Todo("collect", _("Collect your result"), case.due_on)
    return _promised(case, materials)


def _corrections(case: Case, materials: list) -> Todo:
    sent_at, due_on = case.correction.sent_at, case.due_on or case.correction.due_on
    rows = []
    for material in materials:
        for point in material.points.all():
            row = row_of(material)
            fresh = any(kept.uploaded_at >= sent_at for kept in row.files)
            reason = CorrectionReason(point.reason).label
            rows.append(TodoRow(row, due_on, reason, point.cure, is_open=not fresh))
    count = len(rows)
    title = ngettext("Put %(count)s thing right", "Put %(count)s things right", count) % {"count": count}
    return Todo("correct", title, due_on, rows)


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


# --- the words on top ------------------------------------------------------------------------------------------------


def status_words(case: Case) -> tuple[str, str]:
    """Return the public words of a case's state and their colour."""
    if case.state == State.CLOSED:
        return CloseType(
            case.close_type
        ).label, "seal" if case.close_type in BAD_ENDS else "ok" if case.close_type == "GRANTED" else ""
    words = PUBLIC_LABELS[case.state]
    if case.is_deferred and case.state in (State.EXAMINING, State.REVIEWED):
        return _("Accepted with materials to come · %(state)s") % {"state": words}, "amber"
    return words, CASE_TONES.get(case.state, "pine")


@dataclass(frozen=True)
class Verdict:
    """Why a case ended without being granted, and what the applicant can do about it."""

    reason: str
    text: str
    clauses: list
    remedies: list
    may_reapply: bool = True


def verdict_of(case: Case, events: list[CaseEvent]) -> Verdict | None:
    """Return the reasons and remedies of a case that ended badly for the applicant."""
    if case.close_type not in BAD_ENDS:
        return None
    last = next((event for event in reversed(events) if event.to_state == State.CLOSED), None)
    code = (last.data.get("reason") if last else "") or ""
    decision = getattr(case, "decision", None)
    if decision and decision.reason:
        code = decision.reason
    labels = dict(NonAcceptanceReason.choices) | dict(RefusalReason.choices)
    text = (decision.reason_text if decision else "") or case.close_reason or (last.opinion if last else "")
    return Verdict(str(labels.get(code, "")), text, _clauses(case), case.guide.remedies)


def closed_of(case: Case, today: date) -> queries.Closed | None:
    """Return until when supplying later is closed because the promise of this case was not kept, while it is."""
    breach = getattr(case, "breach", None)
    ban = getattr(breach, "ban", None)
    return queries.closed_by(ban) if ban and ban.ends_on > today else None


def _clauses(case: Case) -> list[str]:
    return [citation(basis) for basis in case.guide.legal_basis]


def certificate_of(case: Case) -> Certificate | None:
    """Return the certificate that the case brought, the newest version of it."""
    if case.guide.result_kind != ResultKind.CERTIFICATE:
        return None
    return Certificate.objects.filter(source=f"case:{case.pk}").order_by("-version").first()


def may_withdraw(case: Case) -> bool:
    """Tell whether the applicant can still withdraw."""
    return case.state in TRANSITIONS["withdraw"].sources
