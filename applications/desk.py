"""One case as it lies on the desk of a member of staff: its sheets, its clocks, its people, what was done and said."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit, User
from accounts.queries import person_of
from applications import office, queries, questions, rules
from applications.models import Case, Material
from applications.services.claims import LEASE
from applications.services.clocks import calendar_of, path_of
from applications.services.revocation import valid_certificate
from applications.states import (
    TRANSITIONS,
    CheckResult,
    CloseType,
    CorrectionReason,
    MaterialStatus,
    RequestState,
    ScanState,
    State,
    Who,
)
from applications.views.files import SHOWN_INLINE
from applications.wizard import Row, row_of
from certificates.faces import FIELDS
from notifications.models import DeliveryState, Message
from policies.guides import facts_told
from policies.matching.conditions import Answer, evaluate
from policies.matching.situation import age_on
from policies.models import Necessity
from regions.models import Region
from talentportal.lib import pages, spoken
from talentportal.lib.bilingual import pick
from workstations.models import Window, WindowStatus

SHEET_WORDS = {  # state of a sheet: what its tab says, its colour
    "ok": (gettext_lazy("in order"), "ok"),
    "bad": (gettext_lazy("not in order"), "seal"),
    "todo": (gettext_lazy("to check"), "pine"),
    "later": (gettext_lazy("to come"), "amber"),
    "missing": (gettext_lazy("missing"), "amber"),
    "conflict": (gettext_lazy("contradicts the declaration"), "seal"),
}
NOT_ASKED = (gettext_lazy("not handed in"), "soft")  # an optional material that is not there
CHECKED = {
    CheckResult.ACCEPTED: "ok",
    CheckResult.DEFECTIVE: "bad",
    CheckResult.UNCHECKED: "todo",
    CheckResult.CONFLICT: "conflict",
}
SIDEWAYS = ("withdraw", "terminate", "transfer", "revoke", "reopen")  # steps for which nobody waits
AWAITED = {  # whom a case waits for where the portal may go on by itself, too
    State.PRECHECK_PASSED: [Who.APPLICANT],
    State.WAIT_SUPPLY: [Who.APPLICANT],
    State.SPECIAL: [Who.EXAMINER],
}
RELATED = ("item__catalog_item", "guide__item__catalog_item", "organization", "region", "window", "applicant", "unit")

OCCASIONS = {  # verb: whether a case gives occasion for it
    "reject_uncorrected": lambda case: case.correction_sent,
    "take_on": lambda case: case.unit and case.unit.successions.exists(),
    "grant_on_commitment": lambda case: case.guide.notify_commit,
    "revoke": lambda case: case.close_type == CloseType.GRANTED and not hasattr(case, "revocation"),
    "deregister": lambda case: case.close_type == CloseType.GRANTED and not hasattr(case, "revocation"),
    "correct_clerical": lambda case: case.close_type == CloseType.GRANTED,
    "check_commitment": lambda case: (check := getattr(case, "commitment_check", None)) and not check.is_kept,
    "reopen": lambda case: case.close_type in rules.REOPENABLE,
    "order_rectification": lambda case: (
        (check := getattr(case, "commitment_check", None)) and check.is_kept is False and not check.rectify_by
    ),
    "excuse_breach": lambda case: (breach := getattr(case, "breach", None)) and not breach.is_excused,
}


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
    def _said(self) -> tuple:
        lacks_nothing = self.state == "missing" and not self.row.is_required
        return NOT_ASKED if lacks_nothing else SHEET_WORDS[self.state]

    @property
    def words(self) -> str:
        return self._said[0]

    @property
    def tone(self) -> str:
        return self._said[1]

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
        return self.version(public_id) or self.row.newest

    def version(self, public_id: str | None):
        """Return the file of this id, or None."""
        return next((kept for kept in self.row.files if kept.public_id == public_id), None)

    def before(self, kept):
        """Return the version before a file, or None."""
        earlier = [other for other in self.row.files if other.version < kept.version]
        return earlier[-1] if earlier else None


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
        return any(self.may(verb) for verb in self._onward)

    @property
    def _onward(self) -> list[str]:
        """The verbs that move this case on from its state."""
        return [
            verb
            for verb, transition in TRANSITIONS.items()
            if transition.target
            and verb not in SIDEWAYS
            and self.case.state in transition.sources
            and self.gives_occasion(verb)
        ]

    @property
    def turn(self) -> list[str]:
        """Whose turn it is, in words: everybody who could move the case on from here; nobody where the portal does."""
        onward = [TRANSITIONS[verb] for verb in self._onward]
        who = [one for transition in onward for one in transition.who if Who.SYSTEM not in transition.who]
        who += [TRANSITIONS[one.verb].approver for one in self.requests if one.state == RequestState.OPEN]
        who = who or AWAITED.get(self.case.state, [])
        return [Who(one).label for one in dict.fromkeys(who)]

    @property
    def held(self) -> list:
        """Who else works on it, as reason against acting."""
        return rules.claim_obstacles(self.case, self.user, self.now)

    @property
    def is_kept(self) -> bool:
        """Whether this person holds it for most of a lease yet."""
        return self.case.claimed_by_id == self.user.pk and self.case.claimed_until > self.now + LEASE * 2 / 3

    # --- what colleagues ask, and what a step needs

    @cached_property
    def requests(self) -> list:
        """The requests for approval, newest first, each with `label`, `told` and `is_held`."""
        found = list(self.case.approval_requests.select_related("asked_by", "answered_by").order_by("-id"))
        for request in found:
            request.label, request.told = TRANSITIONS[request.verb].label, self._facts_in_words(request.facts)
            request.is_held = bool(self.held) and self.case.claimed_by_id != request.asked_by_id
        return found

    def _facts_in_words(self, facts: dict) -> list[tuple[str, str]]:
        """Return (label, words) of what a request asks to do."""
        labels = {"days": _("Working days"), "what": _("What it says now"), "corrected": _("What it has to say")}
        told = [(label, facts[key]) for key, label in labels.items() if facts.get(key)]
        if "corrected" in facts:
            told.insert(0, (_("Where"), self.name_of_field(facts.get("field", ""))))
        names = {str(material.pk): pick(material.spec, "name") for material in self.materials}
        for pk, (reason, cure, *_question) in facts.get("points", {}).items():
            told.append((names.get(pk, ""), f"{CorrectionReason(reason).label}; {cure}"))
        return told

    @property
    def to_answer(self) -> list:
        """The open requests that wait for the word of this person."""
        return [
            request
            for request in self.requests
            if request.state == RequestState.OPEN
            and TRANSITIONS[request.verb].approver in self.roles
            and request.asked_by_id != self.user.pk
        ]

    @property
    def asked_myself(self) -> list:
        """The open requests of this person, which may be taken back."""
        return [one for one in self.requests if one.state == RequestState.OPEN and one.asked_by_id == self.user.pk]

    def asked_already(self, verb: str) -> list:
        """Say who asked for the approval of a verb and still waits, as reason against asking again."""
        return [
            _("%(name)s asked for it on %(day)s; the answer is awaited.")
            % {"name": request.asked_by.name, "day": spoken.day(timezone.localdate(request.asked_at))}
            for request in self.requests
            if request.verb == verb and request.state == RequestState.OPEN
        ]

    def gives_occasion(self, verb: str) -> bool:
        """Tell whether the case is of the sort for which a verb is meant at all; else its button is not shown."""
        case, occasion = self.case, OCCASIONS.get(verb)
        return occasion is None or bool(occasion(case))

    @property
    def colleagues(self):
        """The other people who could examine this case."""
        officers = queries.second_officers(self.case, self.user, self.today)
        return User.objects.filter(pk__in=[person.pk for person in officers]).order_by("name")

    @property
    def team(self):
        """The other people who could go on with this case in its state: those whose turn it is."""
        turn = {one for verb in self._onward for one in TRANSITIONS[verb].who} & set(queries.POST_ROLES.values())
        posts = [queries.posts_on(self.case, who, self.today).values("user") for who in turn]
        people = User.objects.filter(pk__in=[row["user"] for rows in posts for row in rows]).exclude(pk=self.user.pk)
        return people.order_by("name")

    @property
    def printed_fields(self) -> list[tuple[str, str]]:
        """The fields of the certificate of this case that could be printed anew, with their names."""
        certificate = valid_certificate(self.case)
        if certificate is None:
            return []
        return [(key, self.name_of_field(key)) for key in ("holder", *certificate.face) if key in ("holder", *FIELDS)]

    def name_of_field(self, key: str):
        """Return how a place that a clerical error stands in is called; without a key only the letter."""
        if key == "holder":
            return _("name of the holder, as it is registered")
        return pick(FIELDS[key]) if key in FIELDS else _("only in the letter")

    @property
    def successors(self):
        """The units that followed upon the unit of this case."""
        gone = {"predecessions__old": self.case.unit_id, "predecessions__starts_on__lte": self.today}
        return Unit.objects.filter(**gone).distinct()

    @property
    def other_windows(self):
        """The windows outside the region of this case, for a transfer."""
        windows = Window.objects.filter(status=WindowStatus.OPEN, items__item=self.case.item)
        return windows.exclude(region=self.case.region_id).select_related("region").distinct()

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

    @cached_property
    def specials(self) -> list:
        """The special procedures, newest first."""
        return list(self.case.specials.select_related("started_by").order_by("-id"))

    @property
    def more_asked(self) -> list:
        """The requests after the once-only notice, newest first."""
        if not self.case.second_requests:
            return []
        return list(self.case.further_requests.select_related("asked_by", "authorized_by").order_by("-seq"))

    @property
    def after_the_end(self) -> list[tuple[str, str, str]]:
        """What became of a right that was granted: (name, day, words)."""
        case, told = self.case, []
        if check := getattr(case, "commitment_check", None) if case.guide.notify_commit else None:
            said = _("conditions met") if check.is_kept else _("conditions not met")
            words = f"{said}. {check.findings}" if check.checked_at else ""
            told.append((_("Check of the commitment, until"), check.due_on, words))
        if end := getattr(case, "revocation", None) if case.close_type else None:
            name = case.get_state_display() if case.state == "REVOKED" else TRANSITIONS["deregister"].label
            told.append((name, timezone.localdate(end.ordered_at), end.reason_text))
        return told

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
        told = Message.objects.filter(recipient=self.case.applicant, path__startswith=path_of(self.case)).order_by(
            "-id"
        )
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

    @cached_property
    def pages(self) -> list[pages.Size]:
        """The pages of a PDF as pictures; none when it cannot be drawn, then the browser tries."""
        if self.kind != "pdf":
            return []
        try:
            with self.file.file.open("rb") as content:
                return pages.sizes(content.read())
        except (pages.CannotDraw, FileNotFoundError):
            return []

    @property
    def warning(self) -> str:
        return _("not scanned for viruses") if self.file.scan_state == ScanState.NOT_SCANNED else ""
