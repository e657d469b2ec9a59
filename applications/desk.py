"""One case as it lies on the desk of a member of staff: its sheets, its clocks, its people, what was done and said."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries import person_of
from applications import office, queries, questions, rules
from applications.models import Case, Material
from applications.services.clocks import calendar_of, path_of
from applications.states import TRANSITIONS, CheckResult, CorrectionReason, MaterialStatus, ScanState, Who
from applications.views.files import SHOWN_INLINE
from applications.wizard import Row, row_of
from notifications.models import DeliveryState, Message
from policies.conditions import Answer, evaluate
from policies.guides import facts_told
from policies.models import Necessity
from policies.situation import age_on
from regions.models import Region
from talentportal.lib.bilingual import pick

SHEET_WORDS = {  # state of a sheet: what its tab says, its colour
    "ok": (gettext_lazy("in order"), "ok"),
    "bad": (gettext_lazy("not in order"), "seal"),
    "todo": (gettext_lazy("to check"), "pine"),
    "later": (gettext_lazy("to come"), "amber"),
    "missing": (gettext_lazy("missing"), "amber"),
}
CHECKED = {CheckResult.ACCEPTED: "ok", CheckResult.DEFECTIVE: "bad", CheckResult.UNCHECKED: "todo"}
RELATED = ("item__catalog_item", "guide__item__catalog_item", "organization", "region", "window", "applicant", "unit")


@dataclass(frozen=True)
class Sheet:
    """One material with its number, what was handed in for it and how the check went."""

    number: int
    row: Row

    @property
    def material(self) -> Material:
        return self.row.material

    @property
    def state(self) -> str:
        if self.material.status in rules.IN_HAND:
            return CHECKED[self.material.check_result]
        return "later" if self.material.status == MaterialStatus.DEFERRED else "missing"

    @property
    def words(self) -> str:
        return SHEET_WORDS[self.state][0]

    @property
    def tone(self) -> str:
        return SHEET_WORDS[self.state][1]

    @property
    def promise(self):
        return getattr(self.material, "deferral", None)

    @property
    def is_in_hand(self) -> bool:
        return self.material.status in rules.IN_HAND

    @property
    def checks(self) -> list[str]:
        return [pick(check) for check in self.material.spec.checks]

    @property
    def points(self) -> list[tuple[str, str]]:
        """What the correction notice said of it: the defect and its cure."""
        return [(CorrectionReason(point.reason).label, point.cure) for point in self.material.points.all()]

    def file(self, public_id: str | None):
        """Return the file of this id, or the newest one."""
        return next((kept for kept in self.row.files if kept.public_id == public_id), self.row.newest)


class Desk:
    """What a member of staff needs to see of a case at one moment. Reads only; each part is read once."""

    def __init__(self, case: Case, user, now: datetime):
        self.case, self.user, self.now = case, user, now
        self.today = timezone.localdate(now)
        self.guide = case.guide

    @cached_property
    def roles(self) -> set[str]:
        return queries.roles_on(self.case, self.user, self.today) - {Who.APPLICANT}

    def may(self, verb: str) -> bool:
        """Tell whether the roles and the state allow a verb, whatever else stands against it."""
        return not rules.may_do(verb, self.case.state, self.roles)

    @property
    def may_move(self) -> bool:
        """Whether it is this person's turn to move the case on."""
        return any(transition.target and self.may(verb) for verb, transition in TRANSITIONS.items())

    @property
    def turn(self) -> list[str]:
        """Whose turn it is, in words: everybody who could move the case on from here; nobody where the portal does."""
        who = [
            one
            for transition in TRANSITIONS.values()
            if transition.target and transition.verb != "withdraw" and self.case.state in transition.sources
            for one in transition.who
            if Who.SYSTEM not in transition.who
        ]
        who = who or ([Who.APPLICANT] if self.case.state == "WAIT_SUPPLY" else [])
        return [Who(one).label for one in dict.fromkeys(who)]

    @property
    def held(self) -> list:
        """Who else works on it, as reason against acting."""
        return rules.claim_obstacles(self.case, self.user, self.now)

    # --- materials

    @cached_property
    def materials(self) -> list[Material]:
        return queries.materials_of(self.case)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The materials that the guide asks for in the applicant's situation, numbered."""
        shown = [m for m in self.materials if rules.applies(m.spec, self.case.answers)]
        return [
            Sheet(number, row_of(material, is_required=material.spec.necessity != Necessity.OPTIONAL))
            for number, material in enumerate(shown, start=1)
        ]

    def sheet(self, number: str | None) -> Sheet | None:
        """Return the sheet of this number, or the first one to check, or the first."""
        chosen = next((sheet for sheet in self.sheets if str(sheet.number) == number), None)
        waiting = next((sheet for sheet in self.sheets if sheet.state == "todo"), None)
        return chosen or waiting or next(iter(self.sheets), None)

    @property
    def unchecked(self) -> int:
        return len(rules.to_check(self.materials, self.case.answers))

    @property
    def promises(self) -> list:
        """The promised materials, with their days."""
        return [material.deferral for material in self.materials if hasattr(material, "deferral")]

    @property
    def outstanding(self) -> list:
        """Promised materials that were not accepted yet."""
        return [promise for promise in self.promises if not promise.accepted_at]

    # --- time and people

    @cached_property
    def calendar(self):
        return calendar_of(self.case)

    @cached_property
    def clocks(self) -> list[office.ClockFace]:
        return list(office.faces(self.case, self.today).values())

    @cached_property
    def standing(self) -> rules.Standing:
        return queries.standing_of(self.case, self.today)

    @cached_property
    def person(self):
        return person_of(self.case.applicant)

    @cached_property
    def eligibility(self) -> Answer | None:
        """The guide's rule tree, asked of what the answers and the identity tell: help for checking, no decision."""
        if not self.guide.eligibility:
            return None
        facts = facts_told(self.guide.questions, self.case.answers)
        place = Region.objects.filter(code=facts.pop("region", "")).first()
        facts |= {"region": place.path} if place else {}
        if self.person and not self.guide.by_unit:
            facts["age"] = age_on(self.person.birth_date, timezone.localdate(self.case.received_at))
        return evaluate(self.guide.eligibility, facts)

    @cached_property
    def decision(self):
        return getattr(self.case, "decision", None)

    @cached_property
    def commitment(self):
        return getattr(self.case, "commitment", None)

    # --- what was filled in, done and said

    @cached_property
    def answers(self) -> list[tuple[str, str, str]]:
        return questions.readable(self.guide, self.today, self.case.answers)

    @cached_property
    def events(self) -> list:
        """The steps, newest first, each with `label`, `about` (a material's name) and `who` (the role in words)."""
        names = {material.spec.key: pick(material.spec, "name") for material in self.materials}
        events = list(self.case.events.select_related("actor").order_by("-seq"))
        for event in events:
            event.label = TRANSITIONS[event.verb].label
            event.about = names.get(event.data.get("material"), "")
            event.is_bad = event.data.get("ok") is False
            event.who = Who(event.actor_role).label if event.actor_role in Who.values else ""
        return events

    @cached_property
    def papers(self) -> list:
        return list(self.case.papers.order_by("id"))

    @cached_property
    def messages(self) -> list:
        """What the applicant was told about the case, newest first, each with `failed` deliveries."""
        told = Message.objects.filter(recipient=self.case.applicant, path=path_of(self.case)).order_by("-id")
        found = list(told.prefetch_related("deliveries"))
        for message in found:
            message.failed = [d for d in message.deliveries.all() if d.state == DeliveryState.FAILED]
        return found

    @property
    def has_undelivered(self) -> bool:
        return any(message.failed for message in self.messages)


@dataclass(frozen=True)
class View:
    """The file on the desk and what can be done with it in a browser."""

    file: object

    @property
    def kind(self) -> str:
        """How it is shown: image, pdf, download, or why it is not: infected, scanning."""
        if self.file.scan_state == ScanState.INFECTED:
            return "infected"
        if self.file.scan_state == ScanState.PENDING:
            return "scanning"
        if self.file.kind not in SHOWN_INLINE:
            return "download"
        return "pdf" if self.file.kind == "pdf" else "image"

    @property
    def warning(self) -> str:
        return _("not scanned for viruses") if self.file.scan_state == ScanState.NOT_SCANNED else ""
