"""What comes out of a granted case. An app above registers its function under the key that guides name.

Exactly one registration per key; a missing key is an error. This is the project's only inversion.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from applications.models import Case
from applications.states import PaperKind
from certificates.faces import FIELDS
from certificates.services import request_certificate
from policies.models import ResultKind
from talentportal.lib.workdays import add_months


@dataclass(frozen=True)
class Outcome:
    """What an app above has to say about cases of its guides.

    `grant(case, *, actor, now)` brings the result about. `faults(case, *, now)` maps a question's key, or "window", to
    the reasons why the case cannot be handed in with its answers; the case may not be saved yet. `obstacles(case, verb,
    *, actor, now)` lists the reasons why `conclude` (with the proposal to grant), `grant` or `refuse` (also as a
    proposal) cannot be yet, in the transaction of the verb. `accepted(case, *, now)` hears that the examination begins,
    `ended(case, *, now)` of a case that closes any other way, while it is locked. `page(case, user)` names the address
    of what it keeps about a case. `shown(case)` returns what a public list says of it, by field.
    """

    grant: Callable
    faults: Callable | None = None
    obstacles: Callable | None = None
    accepted: Callable | None = None
    ended: Callable | None = None
    page: Callable | None = None
    shown: Callable | None = None


_outcomes: dict[str, Outcome] = {}


def register_outcome(key: str, grant: Callable, **others: Callable) -> None:
    """Register what happens to cases of guides whose outcome is `key`; see `Outcome`."""
    outcome = Outcome(grant, **others)
    if _outcomes.setdefault(key, outcome) != outcome:
        raise ValueError(f"outcome {key} is registered twice")


def run(case: Case, *, actor, now: datetime) -> None:
    """Do what a granted case brings about, in the transaction of the decision. KeyError when nobody registered it."""
    _outcomes[case.guide.outcome].grant(case, actor=actor, now=now)


def faults(case: Case, *, now: datetime) -> dict[str, list]:
    """Return what the app above has against the answers of a case by question, "window" among them: see `Outcome`."""
    found = _outcomes[case.guide.outcome].faults
    return found(case, now=now) if found else {}


def judge(case: Case, *, now: datetime) -> Callable:
    """Return what a form asks about the answers and the window that are typed for a case: `faults` by field."""

    def judged(answers: dict, window) -> dict[str, list]:
        tried = copy(case)
        tried.answers = answers
        if window is not None:
            tried.window, tried.region = window, window.region
        return faults(tried, now=now)

    return judged


def obstacles(case: Case, verb: str, *, actor, now: datetime) -> list:
    """List what the app above has against a verb: see `Outcome`."""
    found = _outcomes[case.guide.outcome].obstacles
    return found(case, verb, actor=actor, now=now) if found else []


def accepted(case: Case, *, now: datetime) -> None:
    """Tell the app above that a case was accepted, by whichever way."""
    if hears := _outcomes[case.guide.outcome].accepted:
        hears(case, now=now)


def page_of(case: Case, user) -> str:
    """Return the address of the page that the app above keeps about a case, for the office or the applicant, or ""."""
    page = _outcomes[case.guide.outcome].page
    return page(case, user) if page else ""


def shown(case: Case) -> dict[str, str]:
    """Return what the app above wants a public list to say of a case, {} where it says nothing."""
    show = _outcomes[case.guide.outcome].shown
    return show(case) if show else {}


def ended(case: Case, *, now: datetime) -> None:
    """Tell the app above that a case closed without a grant."""
    if hears := _outcomes[case.guide.outcome].ended:
        hears(case, now=now)


def issue_certificate(case: Case, *, actor, now: datetime) -> None:
    """Number the certificate of a case and let a worker seal it; nothing for items without a certificate."""
    if case.guide.result_kind != ResultKind.CERTIFICATE:
        return
    today, months = timezone.localdate(now), case.guide.result_valid_months
    request_certificate(
        source=f"case:{case.pk}",
        kind=case.guide.certificate_kind,
        organization=case.organization,
        holder=case.applicant.person,
        unit=case.unit if case.guide.by_unit else None,
        face=_face(case),
        approved_on=today,
        valid_until=add_months(today, months) if months else None,
        now=now,
        actor=actor,
    )


def _face(case: Case) -> dict:
    """Return what the certificate prints: the answers to questions of its fields, the unit, the decision's number."""
    face = {
        question["key"]: _said(question, case.answers[question["key"]])
        for question in case.guide.questions
        if question["key"] in FIELDS and case.answers.get(question["key"])
    }
    if case.unit is not None:
        face["unit"] = case.unit.name
    return face | {"document_no": case.papers.get(kind=PaperKind.GRANT).number}


def reprinted(case: Case, field: str, words: str) -> dict | str:
    """Return what a field of the certificate says once corrected to these words, as `labels_of` knows them."""
    question = next((question for question in case.guide.questions if question["key"] == field), {})
    named = [choice["value"] for choice in question.get("choices", []) if words in choice["label"].values()]
    return _said(question, named[0]) if named else words


def _said(question: dict, answer) -> dict | str:
    """Return an answer as people read it: of a choice the label with its value beside it, else the text."""
    chosen = {choice["value"]: choice["label"] | {"value": choice["value"]} for choice in question.get("choices", [])}
    return chosen.get(answer, str(answer))


register_outcome("certificate", issue_certificate)
