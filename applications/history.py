"""What happened to a case and what comes next, in words for its applicant."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications import rules
from applications.case_page import ClockView
from applications.models import Case, CaseEvent, Paper
from applications.services.clocks import calendar_of
from applications.states import ClockKind, CloseType, PaperKind, SpecialKind, State, Who
from talentportal.lib.bilingual import pick


@dataclass
class Entry:
    """A line of the history, or of what is expected."""

    title: str
    look: str = "is-done"
    at: datetime | None = None
    on: date | None = None
    when: str = ""
    text: str = ""
    who: str = ""
    papers: list = field(default_factory=list)


TITLES = {
    "submit_precheck": gettext_lazy("You sent the application for pre-check"),
    "return_precheck": gettext_lazy("The pre-check sent the application back"),
    "resubmit_precheck": gettext_lazy("You sent the application for pre-check again"),
    "pass_precheck": gettext_lazy("The pre-check is passed"),
    "receive": gettext_lazy("The window received your application"),
    "submit": gettext_lazy("You submitted the application"),
    "fix_on_spot": gettext_lazy("A small error was put right on the spot"),
    "accept": gettext_lazy("The window accepted your application"),
    "accept_with_deferral": gettext_lazy("The window accepted your application with materials still to come"),
    "deem_accepted": gettext_lazy("Your application counts as accepted"),
    "request_correction": gettext_lazy("The window asked for corrections"),
    "supply_correction": gettext_lazy("You sent the corrections"),
    "lapse_correction": gettext_lazy("The time to correct has passed"),
    "reject_uncorrected": gettext_lazy("The window did not accept your application"),
    "reject_acceptance": gettext_lazy("The window did not accept your application"),
    "start_special": gettext_lazy("A special procedure has begun"),
    "estimate_special": gettext_lazy("The office told a new estimate for the special procedure"),
    "end_special": gettext_lazy("The special procedure has ended"),
    "extend": gettext_lazy("The office’s period was extended"),
    "ask_more": gettext_lazy("The office asks for more, once more"),
    "supply_more": gettext_lazy("You answered the further request"),
    "supply_deferred": gettext_lazy("You supplied a promised material"),
    "check_material": gettext_lazy("The window checked a promised material"),
    "request_approval": gettext_lazy("You asked for more time to supply"),
    "take_back_request": gettext_lazy("You took your request for more time back"),
    "decline_request": gettext_lazy("More time to supply was declined"),
    "extend_deferral": gettext_lazy("You have more time to supply"),
    "resume": gettext_lazy("All promised materials are in"),
    "lapse_deferral": gettext_lazy("A promise was not kept"),
    "conclude": gettext_lazy("The examination is finished"),
    "hold_for_supply": gettext_lazy("The result is held until the promised materials are in"),
    "grant": gettext_lazy("Your application is granted"),
    "grant_on_commitment": gettext_lazy("Your application is granted on your commitment"),
    "refuse": gettext_lazy("Your application is refused"),
    "issue": gettext_lazy("Your result is made"),
    "deliver": gettext_lazy("The result was delivered"),
    "withdraw": gettext_lazy("You withdrew the application"),
    "terminate": gettext_lazy("The case was terminated"),
    "transfer": gettext_lazy("The case was transferred to another region"),
    "rate": gettext_lazy("You rated the case"),
    "archive": gettext_lazy("The case file was archived"),
    "revoke": gettext_lazy("What was granted was revoked"),
    "deregister": gettext_lazy("The certificate was deregistered"),
    "correct_clerical": gettext_lazy("A clerical error was corrected"),
    "reopen": gettext_lazy("The case was opened again after a reconsideration"),
    "check_commitment": gettext_lazy("Your commitment was checked"),
    "order_rectification": gettext_lazy("The check found something to put right"),
    "lapse_rectification": gettext_lazy("The time to put it right has passed"),
    "excuse_breach": gettext_lazy("The broken promise was excused"),
}
BAD = (
    *("lapse_correction", "reject_acceptance", "reject_uncorrected", "lapse_deferral"),
    *("refuse", "terminate", "revoke", "deregister", "decline_request", "lapse_rectification"),
)
OWN_REQUESTS = ("extend_deferral",)  # of the requests inside the office, those that the applicant made
PAPERS = {
    "submit_precheck": (PaperKind.RECEIPT, PaperKind.COMMITMENT),
    "return_precheck": (PaperKind.CORRECTION,),
    "receive": (PaperKind.RECEIPT,),
    "submit": (PaperKind.RECEIPT, PaperKind.COMMITMENT),
    "accept": (PaperKind.ACCEPTANCE,),
    "accept_with_deferral": (PaperKind.DEFERRAL,),
    "deem_accepted": (PaperKind.ACCEPTANCE, PaperKind.DEFERRAL),
    "request_correction": (PaperKind.CORRECTION,),
    "lapse_correction": (PaperKind.LAPSE,),
    "reject_uncorrected": (PaperKind.NON_ACCEPTANCE,),
    "reject_acceptance": (PaperKind.NON_ACCEPTANCE,),
    "start_special": (PaperKind.SPECIAL,),
    "estimate_special": (PaperKind.SPECIAL,),
    "extend": (PaperKind.EXTENSION,),
    "ask_more": (PaperKind.SECOND_REQUEST,),
    "lapse_deferral": (PaperKind.LAPSE, PaperKind.REFUSAL),
    "grant": (PaperKind.GRANT,),
    "grant_on_commitment": (PaperKind.GRANT, PaperKind.COMMITMENT),
    "refuse": (PaperKind.REFUSAL,),
    "withdraw": (PaperKind.WITHDRAWAL,),
    "deliver": (PaperKind.SERVICE_RECEIPT,),
    "terminate": (PaperKind.TERMINATION,),
    "transfer": (PaperKind.TRANSFER,),
    "revoke": (PaperKind.REVOCATION,),
    "deregister": (PaperKind.DEREGISTRATION,),
    "correct_clerical": (PaperKind.CLERICAL,),
    "reopen": (PaperKind.REOPENING,),
    "order_rectification": (PaperKind.RECTIFICATION,),
}


def history(case: Case, events: list[CaseEvent], papers: list[Paper], materials: list) -> list[Entry]:
    """Return what happened, in words for the applicant; what is internal to the office is left out."""
    names = {material.spec.key: pick(material.spec, "name") for material in materials}
    promised = {material.spec.key for material in materials if getattr(material, "deferral", None)}
    there = sum(
        m.status in rules.IN_HAND and m.spec.key not in promised and rules.applies(m.spec, case.answers)
        for m in materials
    )
    shown = [event for event in events if _is_public(event, promised)]
    issued = {(event.at, kind) for event in shown for kind in PAPERS.get(event.verb, ())}
    return [_entry(case, event, _papers(event, papers, issued), names, there) for event in shown]


def _is_public(event: CaseEvent, promised: set) -> bool:
    if event.verb == "check_material":
        return event.data.get("material") in promised and event.from_state != State.RECEIVED
    if event.verb in ("request_approval", "decline_request", "take_back_request"):
        return event.data.get("asked") in OWN_REQUESTS
    return event.verb in TITLES


def _entry(case: Case, event: CaseEvent, papers: list, names: dict, there: int) -> Entry:
    return Entry(
        title=TITLES[event.verb],
        look="is-bad" if event.verb in BAD else "is-done",
        at=event.at,
        text=_sentence(case, event, names, there),
        who=_who(case, event),
        papers=papers,
    )


def _papers(event: CaseEvent, papers: list[Paper], issued: set) -> list[Paper]:
    """Return the papers of a step: those of its kinds and its moment, or else those that no step has for its own."""
    of_kind = [paper for paper in papers if paper.kind in PAPERS.get(event.verb, ())]
    own = [paper for paper in of_kind if paper.issued_at == event.at]
    return own or [paper for paper in of_kind if (paper.issued_at, paper.kind) not in issued]


def _sentence(case: Case, event: CaseEvent, names: dict, there: int) -> str:
    data = event.data
    match event.verb:
        case "submit" | "submit_precheck" if data.get("missing"):
            return _("%(there)s materials handed in, %(missing)s promised for later.") % {
                "there": there,
                "missing": data["missing"],
            }
        case "submit" | "submit_precheck":
            return _("All materials were there.")
        case "pass_precheck" if data.get("originals"):
            return _("Bring to the window: %(names)s.") % {"names": _listed(names, data["originals"])}
        case "accept_with_deferral":
            return _("The core materials are in order. The time to decide runs from this day.")
        case "accept":
            return _("The time to decide runs from this day.")
        case "deem_accepted":
            return _("No notice was sent in time, so it counts as accepted from the day of receipt.")
        case "return_precheck":
            return event.opinion or _("Everything is listed once, in the notice. Only what it names can be changed.")
        case "request_correction":
            return event.opinion or _(
                "Everything is listed once, in the notice. The office’s clock stands still until you send it."
            )
        case "supply_deferred":
            late = _("after the promised day") if data.get("late") else ""
            return " ".join(filter(None, [names.get(data.get("material"), ""), late]))
        case "check_material":
            verdict = _("in order") if data.get("ok") else _("not in order: %(reason)s") % {"reason": event.opinion}
            return _("%(name)s: %(reason)s") % {"name": names.get(data.get("material"), ""), "reason": verdict}
        case "estimate_special":
            return f"{_new_estimate(data['days'])} {event.opinion}"
        case "start_special" | "order_rectification" | "check_commitment":
            return event.opinion or _special_words(data)
        case "extend":
            return event.opinion
        case "reject_acceptance" | "reject_uncorrected" | "withdraw" | "terminate" | "transfer" | "ask_more":
            return event.opinion
        case "request_approval" | "decline_request" | "extend_deferral" | "revoke" | "deregister" | "reopen":
            return event.opinion
        case "lapse_correction":
            return _("The application counts as withdrawn. You can apply again at any time.")
        case "lapse_deferral" if case.close_type:
            return _("%(material)s did not arrive in time. Result: %(result)s.") % {
                "material": _listed(names, data.get("materials", [])),
                "result": CloseType(case.close_type).label,
            }
    return ""


def _listed(names: dict, keys: list) -> str:
    return str(_(", ")).join(names.get(key, key) for key in keys)


def _special_words(data: dict) -> str:
    kind = dict(SpecialKind.choices).get(data.get("kind"), "")
    days = data.get("days")
    if not days:
        return str(kind)
    words = ngettext(
        "%(kind)s, about %(days)s working day. It is not counted as the office’s time.",
        "%(kind)s, about %(days)s working days. They are not counted as the office’s time.",
        days,
    )
    return words % {"kind": kind, "days": days}


def _new_estimate(days: int) -> str:
    words = ngettext(
        "About %(days)s working day from this day on.", "About %(days)s working days from this day on.", days
    )
    return words % {"days": days}


def _who(case: Case, event: CaseEvent) -> str:
    """Name the window or the office; staff by name only at the window."""
    if event.actor_role == Who.CLERK and case.window:
        return " · ".join(filter(None, [pick(case.window, "name"), event.actor.name if event.actor else ""]))
    if event.actor_role in (Who.EXAMINER, Who.LEADER, Who.CERTIFICATE_CLERK):
        return pick(case.organization, "name")
    return ""


def expected(case: Case, clocks: list[ClockView]) -> list[Entry]:
    """Return where the case is now and what comes next, with the last day of each step."""
    due = {clock.kind: clock.due_on for clock in clocks}
    promised = due.get(ClockKind.PROMISED)
    entries = {
        State.PRECHECK: _in_precheck,
        State.PRECHECK_RETURNED: _in_correction,
        State.PRECHECK_PASSED: _originals_awaited,
        State.SPECIAL: _in_special,
        State.RECEIVED: _before_acceptance,
        State.CORRECTION: _in_correction,
        State.EXAMINING: _in_examination,
        State.REVIEWED: _in_examination,
        State.WAIT_SUPPLY: _held,
        State.GRANTED: _being_made,
        State.READY: _ready,
    }.get(case.state)
    return entries(case, due, promised) if entries else []


def _now(title: str, text: str = "", on: date | None = None) -> Entry:
    return Entry(title, "is-now", on=on, text=text, when=_("Now"))


def _next(title: str, on: date | None = None, text: str = "", when: str = "") -> Entry:
    return Entry(title, "is-next", on=on, text=text, when=when or (_("At the latest") if on else ""))


def _in_precheck(case: Case, due: dict, _promised) -> list[Entry]:
    return [
        _now(
            _("The window looks at your application online"),
            _("Nothing needs to be brought yet. If something is missing, it says everything at once."),
            due.get(ClockKind.PRECHECK),
        ),
        _next(_("Acceptance"), text=_within_acceptance(case)),
        _next(_("Decision"), text=_days_after_acceptance(case)),
        _last_step(case),
    ]


def _originals_awaited(case: Case, due: dict, _promised) -> list[Entry]:
    return [
        _now(_("The window waits for the originals"), on=due.get(ClockKind.CORRECTION)),
        _next(_("Acceptance"), text=_within_acceptance(case), when=_("After the originals were seen")),
        _next(_("Decision"), text=_days_after_acceptance(case)),
        _last_step(case),
    ]


def _in_special(case: Case, due: dict, promised) -> list[Entry]:
    return [
        _now(
            _("The special procedure runs"),
            _("The office’s clock stands still meanwhile; afterwards it goes on where it stopped."),
            due.get(ClockKind.SPECIAL),
        ),
        _next(_("Decision"), promised, _("This day moves by as many working days as the procedure takes.")),
        _last_step(case),
    ]


def _within_acceptance(case: Case) -> str:
    days = case.guide.accept_days
    words = ngettext(
        "The window says within %(days)s working day whether it accepts.",
        "The window says within %(days)s working days whether it accepts.",
        days,
    )
    return words % {"days": days}


def _before_acceptance(case: Case, due: dict, _promised) -> list[Entry]:
    accept_by = due.get(ClockKind.ACCEPT)
    decide_by = calendar_of(case).add(accept_by, case.guide.promised_days) if accept_by else None
    return [
        _now(
            _("The window looks at your materials"),
            _("If it says nothing by then, your application counts as accepted."),
            accept_by,
        ),
        _next(_("Decision"), decide_by, _days_after_acceptance(case)),
        _last_step(case),
    ]


def _days_after_acceptance(case: Case) -> str:
    days = case.guide.promised_days
    return ngettext("%(days)s working day after acceptance.", "%(days)s working days after acceptance.", days) % {
        "days": days
    }


def _in_correction(case: Case, due: dict, _promised) -> list[Entry]:
    days = case.guide.precheck_days if case.state == State.PRECHECK_RETURNED else case.guide.accept_days
    again = ngettext(
        "The window looks again within %(days)s working day.",
        "The window looks again within %(days)s working days.",
        days,
    )
    return [
        _now(_("Waiting for your corrections"), on=due.get(ClockKind.CORRECTION)),
        _next(_("Acceptance"), text=again % {"days": days}, when=_("After your corrections")),
        _next(_("Decision"), text=_days_after_acceptance(case)),
        _last_step(case),
    ]


def _still_to_come(case: Case) -> bool:
    return case.is_deferred and case.commitment.items.filter(supplied_at=None, accepted_at=None).exists()


def _in_examination(case: Case, _due: dict, promised) -> list[Entry]:
    now = _("The office decides") if case.state == State.REVIEWED else _("The office examines your application")
    text = _("Supplying materials later does not slow this step down.") if _still_to_come(case) else ""
    return [
        _now(now, text),
        _next(_("Decision"), promised, _("We tell you at once; you can see it here.")),
        _last_step(case),
    ]


def _held(case: Case, due: dict, promised) -> list[Entry]:
    return [
        _now(
            _("Waiting for your materials"),
            _("The examination is finished; only the promised materials are missing."),
            due.get(ClockKind.DEFERRAL),
        ),
        _next(_("Decision"), promised),
        _last_step(case),
    ]


def _being_made(case: Case, due: dict, _promised) -> list[Entry]:
    return [_now(_("Your result is being made"), on=due.get(ClockKind.DELIVERY)), _next(_("Collect it here"))]


def _ready(_case: Case, due: dict, _promised) -> list[Entry]:
    return [
        _now(_("Your result is ready"), _("Open it here, or collect it at the window."), due.get(ClockKind.DELIVERY))
    ]


def _last_step(case: Case) -> Entry:
    name = pick(case.guide.result_name) or _("Result")
    when = _("After all materials are in") if case.is_deferred or hasattr(case, "commitment") else ""
    days = case.guide.delivery_days
    text = ngettext(
        "Within %(days)s working day after the decision.", "Within %(days)s working days after the decision.", days
    )
    return _next(_("You receive: %(result)s") % {"result": name}, text=text % {"days": days}, when=when)
