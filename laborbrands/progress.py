"""Where an application for recognition stands, step by step, in the words of the timeline (`_timeline.html`)."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from applications.states import CloseType, State
from laborbrands import reviewing
from laborbrands.models import BrandApplication
from laborbrands.rules.recognition import ENDORSED_BY
from laborbrands.states import EndorsementLevel
from talentportal.lib.bilingual import pick
from talentportal.lib.spoken import day

DECIDED = (State.GRANTED, State.READY, State.CLOSED, State.ARCHIVED, State.REVOKED)


@dataclass
class Step:
    """A step: when it was done, or nothing yet. `is_now`: what is being waited for."""

    title: object
    at: datetime | None = None
    text: object = ""
    is_bad: bool = False
    is_now: bool = False
    papers: list = field(default_factory=list)

    @property
    def look(self) -> str:
        return "is-bad" if self.is_bad else "is-now" if self.is_now else "is-done" if self.at else ""


def steps_of(application: BrandApplication) -> list[Step]:
    """List the steps of an application, the next one marked; scores and names of experts are never among them."""
    case = application.case
    steps = [_accepted(application), *_words(application), _review(case), _publicity(case), _decision(case)]
    if case.close_type in ("", CloseType.GRANTED) and (waiting := next((s for s in steps if not s.at), None)):
        waiting.is_now = True
    return steps


def _accepted(application: BrandApplication) -> Step:
    return Step(_("Accepted"), application.created_at)


def _words(application: BrandApplication) -> list[Step]:
    """The words of county and prefecture, those given and those still to come."""
    given = {row.level: row for row in application.endorsements.all()}
    return [_word(level, given.get(level)) for level in ENDORSED_BY.get(application.tier, ())]


def _word(level: str, row) -> Step:
    title = EndorsementLevel(level).label
    if row is None:
        return Step(title)
    said = _("%(office)s: recommended") if row.is_favorable else _("%(office)s: not recommended")
    return Step(title, row.at, said % {"office": pick(row.organization, "name")}, is_bad=not row.is_favorable)


def _review(case) -> Step:
    standing = reviewing.standing_of(case)
    is_done = standing and not standing.needs_more
    return Step(_("Expert review"), standing.at if is_done else None, _("Experts have scored.") if is_done else "")


def _publicity(case) -> Step:
    entry = reviewing.entry_of(case)
    if entry is None:
        return Step(_("Publicity"))
    words = {"first": day(entry.publicity.starts_on), "last": day(entry.publicity.ends_on)}
    return Step(_("Publicity"), entry.publicity.posted_at, _("From %(first)s to %(last)s") % words)


def _decision(case) -> Step:
    if not case.close_type and case.state not in DECIDED:
        return Step(_("Decision"))
    is_granted = case.close_type in ("", CloseType.GRANTED)
    said = _("Recognized; the plate is issued.") if is_granted else CloseType(case.close_type).label
    return Step(_("Decision"), case.decided_at or case.closed_at, said, is_bad=not is_granted)
