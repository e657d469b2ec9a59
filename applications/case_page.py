"""What the pages of a case show its applicant: clocks, how it stands, how it ended and what can be done about it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import queries
from applications.models import Case, CaseEvent
from applications.readings import read
from applications.services.clocks import calendar_of
from applications.states import (
    PUBLIC_LABELS,
    TRANSITIONS,
    ClockKind,
    ClockOwner,
    CloseType,
    DeregistrationReason,
    NonAcceptanceReason,
    RefusalReason,
    RevocationReason,
    State,
    TerminationReason,
)
from applications.wizard import holiday_runs
from certificates.models import Certificate
from policies.models import ResultKind
from talentportal.lib.citations import citation
from talentportal.lib.workdays import add_months
from talentportal.templatetags.portal import act_day
from talentportal.templatetags.portal import day as day_words

CLOCK_NAMES = {
    ClockKind.PRECHECK: gettext_lazy("The window’s time to pre-check"),
    ClockKind.ACCEPT: gettext_lazy("The window’s time to accept"),
    ClockKind.PROMISED: gettext_lazy("The office’s time to decide"),
    ClockKind.DELIVERY: gettext_lazy("The office’s time to deliver"),
    ClockKind.SPECIAL: gettext_lazy("Special procedure, as estimated"),
    ClockKind.CHECK: gettext_lazy("The office’s time to check your commitment"),
    ClockKind.CORRECTION: gettext_lazy("Your time to correct"),
    ClockKind.DEFERRAL: gettext_lazy("Your time to supply"),
    ClockKind.RECTIFY: gettext_lazy("Your time to put it right"),
}
ENDS = {
    ClockKind.PRECHECK: gettext_lazy("answered by %(day)s"),
    ClockKind.ACCEPT: gettext_lazy("accepted or answered by %(day)s"),
    ClockKind.PROMISED: gettext_lazy("decided by %(day)s"),
    ClockKind.DELIVERY: gettext_lazy("delivered by %(day)s"),
    ClockKind.SPECIAL: gettext_lazy("expected to end by %(day)s"),
    ClockKind.CHECK: gettext_lazy("checked by %(day)s"),
}
BEGINNINGS = {
    ClockKind.PRECHECK: gettext_lazy("sent on %(day)s"),
    ClockKind.ACCEPT: gettext_lazy("received on %(day)s"),
    ClockKind.PROMISED: gettext_lazy("accepted on %(day)s"),
    ClockKind.DELIVERY: gettext_lazy("decided on %(day)s"),
    ClockKind.SPECIAL: gettext_lazy("begun on %(day)s"),
    ClockKind.CHECK: gettext_lazy("decided on %(day)s"),
    ClockKind.CORRECTION: gettext_lazy("notice of %(day)s"),
    ClockKind.DEFERRAL: gettext_lazy("promised from %(day)s"),
    ClockKind.RECTIFY: gettext_lazy("order of %(day)s"),
}
PAUSES = {
    State.CORRECTION: gettext_lazy("It stands still until you send the corrections."),
    State.WAIT_SUPPLY: gettext_lazy("It stands still until the promised materials are in."),
    State.SPECIAL: gettext_lazy("It stands still while the special procedure lasts; those days are not counted."),
}
CASE_TONES = {
    State.PRECHECK_RETURNED: "amber",
    State.PRECHECK_PASSED: "amber",
    State.CORRECTION: "amber",
    State.WAIT_SUPPLY: "amber",
    State.SPECIAL: "indigo",
    State.READY: "ok",
    State.GRANTED: "ok",
    State.REVOKED: "seal",
}
BAD_ENDS = (
    CloseType.REFUSED,
    CloseType.NOT_ACCEPTED,
    CloseType.ACCEPTANCE_REVOKED,
    CloseType.TERMINATED,
    CloseType.DEEMED_WITHDRAWN,
)
GROUNDS = {
    code: label
    for reasons in (NonAcceptanceReason, RefusalReason, TerminationReason, RevocationReason, DeregistrationReason)
    for code, label in reasons.choices
}


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
    by_law: date | None = None  # the last day of the statutory period, beside the promised one
    is_extended: bool = False

    @property
    def day(self) -> int:
        """How many days of the limit are used up; those on which the clock stood are nobody's."""
        return max(min(self.total - self.left, self.total) - self.paused, 0)

    @property
    def limit(self) -> int:
        """How many days the limit has, without those on which the clock stood."""
        return self.total - self.paused

    @property
    def overdue(self) -> int:
        return max(-self.left, 0)

    @property
    def tone(self) -> str:
        if self.left < 0 or self.left * 10 < self.total:
            return "seal"
        return "amber" if self.left * 10 <= self.total * 4 or not self.is_office else ""


def clock_views(case: Case, today: date) -> list[ClockView]:
    """Return the running clocks of a case whose clocks were prefetched, the office's own first."""
    calendar = calendar_of(case)
    running = [clock for clock in case.clocks.all() if clock.finished_at is None]
    shown = [clock for clock in running if clock.kind != ClockKind.STATUTORY]
    by_law = next((clock.due_on for clock in running if clock.kind == ClockKind.STATUTORY), None)
    return [
        _clock_view(case, clock, calendar, today, by_law)
        for clock in sorted(shown, key=lambda c: c.owner != ClockOwner.OFFICE)
    ]


def _clock_view(case: Case, clock, calendar, today: date, by_law: date | None) -> ClockView:
    now, is_mine = read(clock, calendar, today), clock.owner == ClockOwner.APPLICANT
    ends = ENDS.get(clock.kind, gettext_lazy("at the latest %(day)s"))
    return ClockView(
        kind=clock.kind,
        name=_("Your time to bring the originals")
        if case.state == State.PRECHECK_PASSED and is_mine
        else CLOCK_NAMES[clock.kind],
        ends=ends % {"day": (act_day if is_mine else day_words)(clock.due_on)},
        begins=BEGINNINGS[clock.kind] % {"day": day_words(clock.started_on)},
        started_on=clock.started_on,
        due_on=clock.due_on,
        total=now.total,
        left=now.left,
        paused=now.paused,
        is_provisional=clock.is_provisional,
        is_office=not is_mine,
        pause_reason=PAUSES.get(case.state, _("It stands still.")) if clock.stopped_on else "",
        skipped=holiday_runs(calendar, clock.started_on, clock.due_on),
        by_law=by_law if clock.kind == ClockKind.PROMISED else None,
        is_extended=case.is_extended and clock.kind == ClockKind.PROMISED,
    )


# --- the words on top ------------------------------------------------------------------------------------------------


def status_words(case: Case) -> tuple[str, str]:
    """Return the public words of a case's state and their colour."""
    if case.state in (State.CLOSED, State.ARCHIVED):
        tone = "seal" if case.close_type in BAD_ENDS else "ok" if case.close_type == CloseType.GRANTED else ""
        return CloseType(case.close_type).label, tone
    words = PUBLIC_LABELS[case.state]
    if case.is_deferred and case.state in (State.EXAMINING, State.REVIEWED):
        return _("Accepted with materials to come · %(state)s") % {"state": words}, "amber"
    return words, CASE_TONES.get(case.state, "pine")


@dataclass(frozen=True)
class Verdict:
    """Why a case ended otherwise than hoped for, and what the applicant can do about it."""

    title: str
    reason: str
    text: str
    clauses: list
    remedies: list
    may_reapply: bool = True


def verdict_of(case: Case, events: list[CaseEvent], today: date) -> Verdict | None:
    """Return the reasons and remedies of a case that ended badly for the applicant, or was granted and revoked."""
    if case.state == State.REVOKED:
        return _revoked(case, today)
    if case.close_type not in BAD_ENDS:
        return None
    last = next((event for event in reversed(events) if event.to_state == State.CLOSED), None)
    decision = getattr(case, "decision", None)
    code = (decision.reason if decision else "") or (last.data.get("reason") if last else "") or ""
    text = (decision.reason_text if decision else "") or case.close_reason or (last.opinion if last else "")
    title = _("Closed: %(how)s") % {"how": CloseType(case.close_type).label}
    return Verdict(title, str(GROUNDS.get(code, "")), text, _clauses(case), remedies_of(case, today))


def _revoked(case: Case, today: date) -> Verdict:
    ended = getattr(case, "revocation", None)
    ground, text = (GROUNDS.get(ended.reason, ""), ended.reason_text) if ended else ("", "")
    title = _("Revoked: what was granted no longer holds")
    return Verdict(title, str(ground), text, _clauses(case), remedies_of(case, today))


@dataclass(frozen=True)
class Remedy:
    """A way to object, with its last day where the guide counts it."""

    words: dict
    last_on: date | None
    is_over: bool

    @property
    def is_litigation(self) -> bool:
        return self.words.get("kind") == "litigation"


def remedies_of(case: Case, today: date) -> list[Remedy]:
    """Return the ways to object against the end of a case, as its guide says them.

    The periods count from the day the decision could be read here; in calendar days or months, and a last day that is
    no working day gives way to the next one (民法典 第202条, 第203条).
    """
    told = timezone.localdate(case.decided_at or case.closed_at) if case.decided_at or case.closed_at else None
    if revocation := getattr(case, "revocation", None):
        told = timezone.localdate(revocation.ordered_at)
    return [_remedy(case, words, told, today) for words in case.guide.remedies]


def _remedy(case: Case, words: dict, told: date | None, today: date) -> Remedy:
    last_on = None
    if told and words.get("days"):
        last_on = told + timedelta(days=words["days"])
    elif told and words.get("months"):
        last_on = add_months(told, words["months"])
    if last_on:
        last_on = calendar_of(case).roll_forward(last_on)
    return Remedy(words, last_on, bool(last_on and last_on < today))


def other_case(case: Case) -> tuple[str, Case] | None:
    """Return the case that this one was transferred to or came from, with words for the link."""
    if case.close_type == CloseType.TRANSFERRED and (new := Case.objects.filter(transferred_from=case).first()):
        return _("It goes on as case %(no)s.") % {"no": new.case_no}, new
    if case.transferred_from_id:
        return _("It came from case %(no)s; the day of receipt is kept.") % {
            "no": case.transferred_from.case_no
        }, case.transferred_from
    return None


def special_of(case: Case):
    """Return the special procedure that a case is in, with its estimate."""
    return case.specials.filter(ended_at__isnull=True).first() if case.state == State.SPECIAL else None


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
