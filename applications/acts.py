"""The buttons of the office: each verb with its words, its key, its form, its guards and its service."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from applications import act_forms as forms
from applications import consequences, fetching, queries, rules, services
from applications.desk import Desk
from applications.services.approvals import OBSTACLES
from applications.states import TRANSITIONS


def _nothing(_desk: Desk) -> list:
    return []


@dataclass(frozen=True)
class Act:
    """A button: what it says, what it asks, what stands against it, what it calls."""

    verb: str
    label: str
    form: type[forms.ActForm] = forms.ActForm
    obstacles: Callable[[Desk], list] = _nothing
    tone: str = "second"  # main, second, danger
    key: str = ""  # pressed on the desk
    brings: Callable[[Desk], list] = _nothing  # what it sets going, told before it is done
    service: Callable | None = None  # else the service of the verb's name
    is_rare: bool = False  # kept under "other steps"
    place: str = "decision"  # or "material": beside it; "request": with what a colleague asks; "own request"

    @property
    def asks_first(self) -> bool:
        """Whether another person gives the word before it is done (请示)."""
        return self.verb in TRANSITIONS and TRANSITIONS[self.verb].approver is not None

    def do(self, *, case, actor, now, **words):
        """Call the service, or ask for the word of the person whose word it needs."""
        if self.asks_first:
            return services.ask_approval(case=case, verb=self.verb, actor=actor, now=now, **words)
        return (self.service or getattr(services, self.verb))(case=case, actor=actor, now=now, **words)


# --- services whose arguments are not those of a form -----------------------------------------------------------------


def _accept(*, looked, **words):
    return services.after_looking(services.accept, looked=looked, **words)


def _accept_with_deferral(*, looked, **words):
    return services.after_looking(services.accept_with_deferral, looked=looked, **words)


def _pass_precheck(*, looked, **words):
    return services.after_looking(services.pass_precheck, looked=looked, **words)


def _check(case, material, **words):
    return services.check_material(material=material, **words)


def _supply(case, material, **words):
    return services.take_in_deferred(material=material, **words)


def _answer(case, request, **words):
    return services.answer_approval(request=request, **words)


def _take_back(case, request, **words):
    return services.take_back_request(request=request, **words)


# --- what stands against them --------------------------------------------------------------------------------


def _against_acceptance(desk: Desk) -> list:
    return rules.acceptance_obstacles(_looked_at(desk), desk.case.answers)


def _looked_at(desk: Desk) -> list:
    """The materials that were checked or are not there: what would still stand against an act after a look."""
    unchecked = rules.to_check(desk.materials, desk.case.answers)
    return [material for material in desk.materials if material not in unchecked]


def _against_correction(desk: Desk) -> list:
    return (
        [_("The once-only notice was sent already; a second one is not allowed.")] if desk.case.correction_sent else []
    )


def _against_precheck(desk: Desk) -> list:
    return rules.precheck_obstacles(desk.materials, desk.case.answers)


def _against_uncorrected(desk: Desk) -> list:
    return rules.uncorrected_obstacles(getattr(desk.case, "correction", None))


def _against_special(desk: Desk) -> list:
    return [] if desk.guide.special_kinds else [_("The guide of this item does not provide for this procedure.")]


def _against_extension(desk: Desk) -> list:
    return OBSTACLES["extend"](desk.case, now=desk.now, days=1)


def _against_more(desk: Desk) -> list:
    waits = desk.case.second_requests and queries.open_request_of(desk.case)
    return [_("What was asked for before has not been supplied yet.")] if waits else []


def _against_commitment(desk: Desk) -> list:
    return rules.commitment_obstacles(
        desk.guide, hasattr(desk.case, "pledge"), desk.materials, desk.case.answers, desk.user
    )


def _against_deferral(desk: Desk) -> list:
    return rules.deferred_acceptance_obstacles(desk.guide, _looked_at(desk), desk.case.answers, desk.standing)


def _against_grant(desk: Desk) -> list:
    reasons = rules.grant_obstacles(desk.decision, desk.user, bool(desk.outstanding))
    return reasons + rules.material_obstacles(desk.materials, desk.case.answers, fetching.lost(desk.case, desk.today))


def _against_refusal(desk: Desk) -> list:
    return rules.refusal_obstacles(desk.decision, desk.user)


ACTS = {
    act.verb: act
    for act in (
        # pre-check
        Act(
            "pass_precheck",
            _("Pass the pre-check"),
            forms.LookedForm,
            _against_precheck,
            tone="main",
            key="a",
            service=_pass_precheck,
        ),
        Act(
            "return_precheck",
            _("Return it, with everything to be changed"),
            forms.CorrectionForm,
            _against_correction,
            key="b",
            brings=consequences.of_correction,
        ),
        Act("receive", _("Received: the originals were seen"), forms.ReceiveForm, tone="main", key="a"),
        # acceptance
        Act("accept", _("Accept"), forms.LookedForm, _against_acceptance, tone="main", key="a", service=_accept),
        Act(
            "accept_with_deferral",
            _("Accept, the rest supplied later"),
            forms.LookedSureForm,
            _against_deferral,
            tone="main",
            key="r",
            brings=consequences.of_deferral,
            service=_accept_with_deferral,
        ),
        Act(
            "request_correction",
            _("Ask for corrections, once"),
            forms.CorrectionForm,
            _against_correction,
            key="b",
            brings=consequences.of_correction,
        ),
        Act("fix_on_spot", _("Put right on the spot"), forms.FixForm, is_rare=True),
        Act(
            "grant_on_commitment",
            _("Grant on commitment"),
            forms.SureForm,
            _against_commitment,
            tone="main",
            key="a",
            brings=consequences.of_grant,
        ),
        Act(
            "reject_acceptance",
            _("Do not accept"),
            forms.RejectForm,
            tone="danger",
            key="x",
            brings=consequences.of_rejection,
        ),
        Act(
            "reject_uncorrected",
            _("Do not accept: still not in order"),
            forms.UncorrectedForm,
            _against_uncorrected,
            tone="danger",
            brings=consequences.of_request,
        ),
        # examination
        Act("conclude", _("End the examination"), forms.ConcludeForm, tone="main", key="a"),
        Act(
            "ask_more",
            _("Ask for more, once more"),
            forms.AskMoreForm,
            _against_more,
            key="b",
            brings=consequences.of_request,
        ),
        Act(
            "start_special",
            _("Begin a special procedure"),
            forms.SpecialForm,
            _against_special,
            brings=consequences.of_special,
            is_rare=True,
        ),
        Act(
            "extend",
            _("Extend the period"),
            forms.ExtendForm,
            _against_extension,
            brings=consequences.of_request,
            is_rare=True,
        ),
        Act("end_special", _("End the special procedure"), forms.EndSpecialForm, tone="main", key="a"),
        Act("estimate_special", _("Tell a new estimate"), forms.EstimateForm),
        # decision
        Act(
            "grant",
            _("Grant"),
            forms.SureForm,
            _against_grant,
            tone="main",
            key="a",
            brings=consequences.of_grant,
        ),
        Act("return_to_examiner", _("Return to the examiner"), forms.ReturnForm, key="b"),
        Act(
            "refuse",
            _("Refuse"),
            forms.RefuseForm,
            _against_refusal,
            tone="danger",
            key="x",
            brings=consequences.of_refusal,
        ),
        Act("deliver", _("Delivered: close the case"), forms.DeliverForm, tone="main", key="a"),
        # other ends
        Act("assign", _("Hand over to a colleague"), forms.HandOverForm, key="t"),
        Act("transfer", _("Transfer to another region"), forms.TransferForm, is_rare=True),
        Act(
            "terminate",
            _("Terminate"),
            forms.TerminateForm,
            tone="danger",
            brings=consequences.of_termination,
            is_rare=True,
        ),
        Act("take_on", _("The successor of the unit takes it on"), forms.TakeOnForm, is_rare=True),
        Act("recuse", _("Stay away from this case"), forms.RecuseForm, is_rare=True),
        # after the end
        Act("check_commitment", _("Note the check of the commitment"), forms.CommitmentCheckForm),
        Act("order_rectification", _("Order to put right"), forms.RectifyForm),
        Act("correct_clerical", _("Correct a clerical error"), forms.ClericalForm, brings=consequences.of_request),
        Act("excuse_breach", _("Excuse the breach"), forms.ExcuseForm),
        Act("reopen", _("Reopen after reconsideration"), forms.ReopenForm),
        Act(
            "revoke",
            _("Revoke"),
            forms.RevokeForm,
            tone="danger",
            brings=consequences.of_revocation,
        ),
        Act("deregister", _("Deregister"), forms.DeregisterForm, tone="danger", brings=consequences.of_deregistration),
        # beside a material, and to a colleague
        Act("check_material", _("Check"), forms.CheckForm, service=_check, place="material"),
        Act("check_all", _("All others are in order"), service=services.check_all_materials, place="material", key="m"),
        Act("supply_deferred", _("Take in on paper"), forms.SupplyForm, service=_supply, place="material"),
        Act("answer_approval", _("Answer to a request"), forms.AnswerForm, service=_answer, place="request"),
        Act("take_back_request", _("Take it back"), forms.TakeBackForm, service=_take_back, place="own request"),
    )
}
VERBS = {"check_all": "check_material"}  # whose transition allows an act that has none of its own


@dataclass
class Offer:
    """An act as it is drawn: the form and every reason against it."""

    act: Act
    form: forms.ActForm
    reasons: list = field(default_factory=list)
    told: list = field(default_factory=list)  # the reasons beside the button; who holds the case is said above them all
    refused: list = field(default_factory=list)  # what the service said just now
    brings: list = field(default_factory=list)  # what it sets going
    is_asked: bool = False  # the address asks for its confirmation

    @property
    def needs_confirming(self) -> bool:
        """Whether a page with its consequences comes between the button and the act."""
        return isinstance(self.form, forms.SureForm)

    @property
    def asks(self) -> bool:
        return bool(self.form.visible_fields()) and not self.form.takes_one_press

    @property
    def has_tick(self) -> bool:
        """Whether a look at the unchecked materials can be told with the act itself."""
        return self.is_drawn and self.form.takes_one_press and bool(self.form.visible_fields()) and not self.reasons

    @property
    def is_drawn(self) -> bool:
        """Whether the form stands on the page and not behind a page with its consequences."""
        return self.is_open or not self.needs_confirming

    @property
    def is_open(self) -> bool:
        return bool(self.form.errors or self.refused or self.is_asked)


def may_act(desk: Desk, act: Act) -> bool:
    """Tell whether roles and state allow an act, and whether the case gives occasion for it."""
    if act.place == "request":
        return bool(desk.to_answer)
    if act.place == "own request":
        return bool(desk.asked_myself)
    return desk.may(VERBS.get(act.verb, act.verb)) and desk.gives_occasion(act.verb)


def offers(desk: Desk, posted: Offer | None = None, asked: str = "") -> list[Offer]:
    """List the acts of state and roles; an impossible one with every reason, the posted one as it came.

    `asked` is the verb whose confirmation is wanted.
    """
    found = []
    for act in ACTS.values():
        if act.place != "decision" or not may_act(desk, act):
            continue
        mine = posted if posted and posted.act is act else Offer(act, act.form(desk, act.verb))
        mine.told = [*act.obstacles(desk), *desk.asked_already(act.verb)]
        mine.reasons = [*desk.held, *mine.told]
        mine.brings = [] if mine.reasons else act.brings(desk)
        mine.is_asked = asked == act.verb and not mine.reasons
        found.append(mine)
    return found


def at_material(desk: Desk, sheet, posted: Offer | None = None) -> dict[str, Offer]:
    """Return the acts on the chosen material that roles and state allow, by verb."""
    found = {}
    for act in ACTS.values():
        if sheet is None or act.place != "material" or not may_act(desk, act) or not _fits(act.verb, desk, sheet):
            continue
        if posted and posted.act is act:
            found[act.verb] = posted
        else:
            options = {"sheet": sheet} if act.form is forms.CheckForm else {}
            found[act.verb] = Offer(act, act.form(desk, act.verb, **options))
        found[act.verb].reasons = desk.held
    return found


def _fits(verb: str, desk: Desk, sheet) -> bool:
    match verb:
        case "check_material":
            return sheet.is_in_hand
        case "check_all":
            return desk.unchecked > 0
        case _:
            return bool(sheet.promise and not sheet.promise.accepted_at)
