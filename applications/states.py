"""The whole life of a case on one screen: its states, who may move it, and the two names of each state."""

from dataclasses import dataclass

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where a case is, in the words a clerk sees. Deferral (容缺) is not a state but a flag on an accepted case."""

    DRAFT = "DRAFT", _("Draft")
    PRECHECK = "PRECHECK", _("To be pre-checked")
    PRECHECK_RETURNED = "PRECHECK_RETURNED", _("Returned by the pre-check")
    PRECHECK_PASSED = "PRECHECK_PASSED", _("Pre-check passed, originals awaited")
    RECEIVED = "RECEIVED", _("Received, to be accepted")
    CORRECTION = "CORRECTION", _("To be corrected by the applicant")
    EXAMINING = "EXAMINING", _("Accepted, being examined")
    SPECIAL = "SPECIAL", _("Special procedure, office clock stopped")
    WAIT_SUPPLY = "WAIT_SUPPLY", _("Waiting for deferred materials")
    REVIEWED = "REVIEWED", _("Examined, to be decided")
    GRANTED = "GRANTED", _("Granted, certificate being made")
    READY = "READY", _("Ready for delivery")
    CLOSED = "CLOSED", _("Closed")
    REVOKED = "REVOKED", _("Revoked")
    ARCHIVED = "ARCHIVED", _("Archived")


# In the words an applicant sees.
PUBLIC_LABELS = {
    State.DRAFT: _("Not submitted"),
    State.PRECHECK: _("Being pre-checked"),
    State.PRECHECK_RETURNED: _("Please change it and send it again"),
    State.PRECHECK_PASSED: _("Pre-check passed: bring the originals"),
    State.RECEIVED: _("Waiting for acceptance"),
    State.CORRECTION: _("Waiting for your corrections"),
    State.EXAMINING: _("Being handled"),
    State.SPECIAL: _("In a special procedure"),
    State.WAIT_SUPPLY: _("Waiting for your materials"),
    State.REVIEWED: _("Being handled"),
    State.GRANTED: _("Certificate being made"),
    State.READY: _("Ready to collect"),
    State.CLOSED: _("Finished"),
    State.REVOKED: _("Revoked"),
    State.ARCHIVED: _("Finished"),
}


class CloseType(TextChoices):
    GRANTED = "GRANTED", _("Granted")
    REFUSED = "REFUSED", _("Refused")
    NOT_ACCEPTED = "NOT_ACCEPTED", _("Not accepted")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    DEEMED_WITHDRAWN = "DEEMED_WITHDRAWN", _("Deemed withdrawn")
    ACCEPTANCE_REVOKED = "ACCEPTANCE_REVOKED", _("Acceptance revoked")
    TERMINATED = "TERMINATED", _("Terminated")
    TRANSFERRED = "TRANSFERRED", _("Transferred to another region")


class Who(TextChoices):
    APPLICANT = "APPLICANT", _("Applicant")
    CLERK = "CLERK", _("Window clerk")
    EXAMINER = "EXAMINER", _("Examiner")
    LEADER = "LEADER", _("Approving leader")
    HEAD = "HEAD", _("Head of the window")
    CERTIFICATE_CLERK = "CERTIFICATE_CLERK", _("Certificate clerk")
    SYSTEM = "SYSTEM", _("System")


@dataclass(frozen=True)
class Transition:
    """A verb, the states it starts from, the state it ends in (None: stays) and who may do it.

    `row` is its line in the table of 38 (docs/decisions/0023); `approver` gives the word before the verb is done for
    those in `who`, by answering a request 请示.
    """

    verb: str
    label: str
    sources: tuple[State, ...]
    target: State | None
    who: tuple[Who, ...]
    row: int | None = None
    approver: Who | None = None


_S, _W = State, Who
_PRECHECK = (_S.PRECHECK, _S.PRECHECK_RETURNED, _S.PRECHECK_PASSED)
_BEFORE_DECISION = (*_PRECHECK, _S.RECEIVED, _S.CORRECTION, _S.EXAMINING, _S.SPECIAL, _S.WAIT_SUPPLY, _S.REVIEWED)
_OWED = (_S.EXAMINING, _S.SPECIAL, _S.WAIT_SUPPLY, _S.REVIEWED)  # deferred materials may still be outstanding
_ENDED = (_S.CLOSED, _S.ARCHIVED)
_OPEN = (*_BEFORE_DECISION, _S.GRANTED, _S.READY)
_OFFICE = (_W.CLERK, _W.EXAMINER, _W.LEADER)

TRANSITIONS = {
    t.verb: t
    for t in (
        # draft and pre-check 预审
        Transition("start", _("Draft begun"), (), _S.DRAFT, (_W.APPLICANT, _W.CLERK), 1),
        Transition("submit_precheck", _("Sent for pre-check"), (_S.DRAFT,), _S.PRECHECK, (_W.APPLICANT,), 2),
        Transition(
            "return_precheck", _("Returned by the pre-check"), (_S.PRECHECK,), _S.PRECHECK_RETURNED, (_W.CLERK,), 3
        ),
        Transition(
            "resubmit_precheck", _("Sent for pre-check again"), (_S.PRECHECK_RETURNED,), _S.PRECHECK, (_W.APPLICANT,), 4
        ),
        Transition("pass_precheck", _("Pre-check passed"), (_S.PRECHECK,), _S.PRECHECK_PASSED, (_W.CLERK,), 5),
        Transition("submit", _("Application submitted"), (_S.DRAFT,), _S.RECEIVED, (_W.APPLICANT,), 6),
        Transition(
            "receive",
            _("Received at the window"),
            (_S.DRAFT, _S.PRECHECK_PASSED),
            _S.RECEIVED,
            (_W.CLERK, _W.SYSTEM),
            6,
        ),
        # acceptance 受理
        Transition("fix_on_spot", _("Put right on the spot"), (_S.RECEIVED,), None, (_W.CLERK,), 7),
        Transition("accept", _("Accepted"), (_S.RECEIVED,), _S.EXAMINING, (_W.CLERK,), 8),
        Transition(
            "accept_with_deferral",
            _("Accepted with incomplete materials"),
            (_S.RECEIVED,),
            _S.EXAMINING,
            (_W.CLERK,),
            9,
        ),
        Transition("request_correction", _("Corrections asked for"), (_S.RECEIVED,), _S.CORRECTION, (_W.CLERK,), 10),
        Transition("supply_correction", _("Corrections supplied"), (_S.CORRECTION,), _S.RECEIVED, (_W.APPLICANT,), 11),
        Transition(
            "lapse_correction",
            _("Correction period lapsed"),
            (_S.CORRECTION, _S.PRECHECK_RETURNED, _S.PRECHECK_PASSED),
            _S.CLOSED,
            (_W.SYSTEM,),
            12,
        ),
        Transition(
            "reject_uncorrected", _("Not accepted"), (_S.RECEIVED,), _S.CLOSED, (_W.CLERK,), 13, approver=_W.LEADER
        ),
        Transition("reject_acceptance", _("Not accepted"), (_S.RECEIVED,), _S.CLOSED, (_W.CLERK,), 14),
        Transition("deem_accepted", _("Deemed accepted"), (_S.RECEIVED,), _S.EXAMINING, (_W.SYSTEM,), 15),
        # examination 审查
        Transition("start_special", _("Special procedure begun"), (_S.EXAMINING,), _S.SPECIAL, (_W.EXAMINER,), 16),
        Transition(
            "end_special", _("Special procedure ended"), (_S.SPECIAL,), _S.EXAMINING, (_W.EXAMINER, _W.SYSTEM), 17
        ),
        Transition("overrun_special", _("Special procedure overrun"), (_S.SPECIAL,), None, (_W.SYSTEM,), 18),
        Transition("estimate_special", _("New estimate told"), (_S.SPECIAL,), None, (_W.EXAMINER,), 18),
        Transition("extend", _("Period extended"), (_S.EXAMINING,), None, (_W.EXAMINER,), 19, approver=_W.LEADER),
        Transition("supply_deferred", _("Deferred material supplied"), _OWED, None, (_W.APPLICANT, _W.CLERK), 20),
        Transition(
            "ask_more", _("Asked for more, once more"), (_S.EXAMINING,), None, (_W.EXAMINER,), 21, approver=_W.LEADER
        ),
        Transition("supply_more", _("More supplied"), (_S.EXAMINING,), None, (_W.APPLICANT, _W.CLERK), 21),
        Transition(
            "check_material",
            _("Material checked"),
            (_S.PRECHECK, _S.RECEIVED, *_OWED),
            None,
            (_W.CLERK, _W.EXAMINER),
        ),
        Transition("endorse", _("Checked and passed on"), (_S.EXAMINING,), None, (_W.CLERK, _W.EXAMINER, _W.LEADER)),
        Transition("conclude", _("Examined"), (_S.EXAMINING,), _S.REVIEWED, (_W.EXAMINER,), 22),
        Transition(
            "return_to_examiner",
            _("Returned to the examiner"),
            (_S.REVIEWED,),
            _S.EXAMINING,
            (_W.LEADER, _W.SYSTEM),
            23,
        ),
        # promised materials 容缺
        Transition(
            "hold_for_supply", _("Result held until supplied"), (_S.REVIEWED,), _S.WAIT_SUPPLY, (_W.SYSTEM,), 24
        ),
        Transition("resume", _("All deferred materials are in"), (_S.WAIT_SUPPLY,), _S.REVIEWED, (_W.SYSTEM,), 25),
        Transition("lapse_deferral", _("Commitment not kept"), _OWED, _S.CLOSED, (_W.SYSTEM,), 26),
        Transition(
            "extend_deferral",
            _("More time to supply"),
            _OWED,
            None,
            (_W.APPLICANT,),
            approver=_W.HEAD,
        ),
        # decision 决定
        Transition("grant", _("Granted"), (_S.REVIEWED,), _S.GRANTED, (_W.LEADER,), 27),
        Transition("grant_on_commitment", _("Granted on commitment"), (_S.RECEIVED,), _S.GRANTED, (_W.LEADER,), 27),
        Transition("refuse", _("Refused"), (_S.REVIEWED,), _S.CLOSED, (_W.LEADER,), 28),
        Transition("issue", _("Certificate issued"), (_S.GRANTED,), _S.READY, (_W.CERTIFICATE_CLERK, _W.SYSTEM), 29),
        Transition("deliver", _("Delivered"), (_S.READY,), _S.CLOSED, (_W.CLERK, _W.APPLICANT), 30),
        # other ends
        Transition("withdraw", _("Withdrawn"), _BEFORE_DECISION, _S.CLOSED, (_W.APPLICANT,), 31),
        Transition(
            "terminate", _("Terminated"), (*_BEFORE_DECISION, _S.GRANTED, _S.READY), _S.CLOSED, (_W.LEADER,), 32
        ),
        Transition("transfer", _("Transferred"), _BEFORE_DECISION, _S.CLOSED, (_W.LEADER,), 33),
        # after the end
        Transition("rate", _("Rated"), _ENDED, None, (_W.APPLICANT,), 34),
        Transition("archive", _("Archived"), (_S.CLOSED,), _S.ARCHIVED, (_W.SYSTEM,), 35),
        Transition("revoke", _("Revoked"), _ENDED, _S.REVOKED, (_W.LEADER,), 36),
        Transition("deregister", _("Deregistered"), _ENDED, None, (_W.LEADER,), 37),
        Transition(
            "correct_clerical",
            _("Clerical error corrected"),
            _ENDED,
            None,
            (_W.CERTIFICATE_CLERK,),
            38,
            approver=_W.LEADER,
        ),
        Transition("reopen", _("Reopened after reconsideration"), _ENDED, _S.EXAMINING, (_W.LEADER,)),
        Transition("check_commitment", _("Commitment checked"), _ENDED, None, (_W.EXAMINER,)),
        Transition("order_rectification", _("Ordered to put right"), _ENDED, None, (_W.EXAMINER,)),
        Transition("lapse_rectification", _("Not put right in time"), _ENDED, None, (_W.SYSTEM,)),
        Transition("excuse_breach", _("Breach excused"), _ENDED, None, (_W.LEADER,)),
        Transition("take_on", _("Taken on by the successor of the unit"), _OPEN, None, (_W.CLERK,)),
        # between the office's own people 回避、请示
        Transition("recuse", _("Stays away"), _OPEN, None, (*_OFFICE, _W.CERTIFICATE_CLERK)),
        Transition(
            "assign",
            _("Given to a colleague"),
            tuple(s for s in _S if s not in (_S.DRAFT, _S.CLOSED, _S.REVOKED, _S.ARCHIVED)),
            None,
            (*_OFFICE, _W.CERTIFICATE_CLERK),
        ),
        Transition("request_approval", _("Approval asked for"), tuple(s for s in _S if s != _S.DRAFT), None, ()),
        Transition("decline_request", _("Request declined"), tuple(s for s in _S if s != _S.DRAFT), None, ()),
        Transition("take_back_request", _("Request taken back"), tuple(s for s in _S if s != _S.DRAFT), None, ()),
    )
}

ENDED_STATES = (State.CLOSED, State.REVOKED, State.ARCHIVED)
OPEN_STATES = tuple(state for state in State if state not in (State.DRAFT, *ENDED_STATES))


def verbs_from(state: str) -> list[str]:
    """List the verbs that start from a state, in the order of the table."""
    return [verb for verb, transition in TRANSITIONS.items() if state in transition.sources]


class ClockKind(TextChoices):
    PRECHECK = "PRECHECK", _("pre-check")
    ACCEPT = "ACCEPT", _("acceptance")
    CORRECTION = "CORRECTION", _("correction")
    PROMISED = "PROMISED", _("promised period")
    STATUTORY = "STATUTORY", _("statutory period")
    SPECIAL = "SPECIAL", _("special procedure")
    DEFERRAL = "DEFERRAL", _("supply of deferred materials")
    DELIVERY = "DELIVERY", pgettext_lazy("clock", "delivery")
    CHECK = "CHECK", _("check of the commitment")
    RECTIFY = "RECTIFY", _("putting right")


class ClockOwner(TextChoices):
    OFFICE = "OFFICE", _("office")
    APPLICANT = "APPLICANT", _("applicant")
    THIRD = "THIRD", _("third party")  # experts, laboratories, the hearing: never counted as the office's time


class Channel(TextChoices):
    """How a case came in."""

    ONLINE = "ONLINE", _("online")
    WINDOW = "WINDOW", _("on paper at the window")
    BATCH = "BATCH", _("by the unit's docking officer")


class SpecialKind(TextChoices):
    """What stops the office's clock: nothing else does (许可法 第45条)."""

    EXPERT_REVIEW = "EXPERT_REVIEW", _("expert review")
    HEARING = "HEARING", _("hearing")
    INSPECTION = "INSPECTION", _("inspection or test")
    ON_SITE = "ON_SITE", _("check on site")


class TouchPoint(TextChoices):
    INTAKE = "INTAKE", _("handing in")
    ACCEPTANCE = "ACCEPTANCE", _("acceptance")
    CLOSING = "CLOSING", _("the end of the case")


class RatingLevel(IntegerChoices):
    """Five levels, 1 the best; 4 and 5 are bad ratings (国办发〔2019〕51号)."""

    VERY_SATISFIED = 1, _("very satisfied")
    SATISFIED = 2, _("satisfied")
    FAIR = 3, _("fairly satisfied")
    DISSATISFIED = 4, _("dissatisfied")
    VERY_DISSATISFIED = 5, _("very dissatisfied")


class RatingChannel(TextChoices):
    PC = "PC", _("website")
    MOBILE = "MOBILE", _("mobile phone")
    QR = "QR", _("QR code at the window")
    TABLET = "TABLET", _("tablet in the hall")


class RequestState(TextChoices):
    OPEN = "OPEN", _("waiting for an answer")
    APPROVED = "APPROVED", _("approved")
    DECLINED = "DECLINED", _("declined")
    DROPPED = "DROPPED", _("no longer needed")


class MaterialStatus(TextChoices):
    MISSING = "MISSING", _("missing")
    HELD = "HELD", _("already held")
    PROVIDED = "PROVIDED", _("provided")
    DEFERRED = "DEFERRED", _("to be supplied later")


class CheckResult(TextChoices):
    UNCHECKED = "UNCHECKED", _("not checked yet")
    ACCEPTED = "ACCEPTED", _("accepted")
    DEFECTIVE = "DEFECTIVE", _("not in order")
    CONFLICT = "CONFLICT", _("contradicts what was declared, being verified")


class ScanState(TextChoices):
    PENDING = "PENDING", _("being scanned")
    CLEAN = "CLEAN", _("scanned, clean")
    INFECTED = "INFECTED", _("infected")
    NOT_SCANNED = "NOT_SCANNED", _("not scanned for viruses")


class Proposal(TextChoices):
    GRANT = "GRANT", _("grant")
    REFUSE = "REFUSE", _("refuse")


class PaperKind(TextChoices):
    """Official documents 文书, numbered per organization, kind and year."""

    RECEIPT = "RECEIPT", _("Receipt of materials")
    ACCEPTANCE = "ACCEPTANCE", _("Acceptance notice")
    DEFERRAL = "DEFERRAL", _("Notice of acceptance with incomplete materials")
    COMMITMENT = "COMMITMENT", _("Deferral commitment")
    CORRECTION = "CORRECTION", _("Correction notice")
    NON_ACCEPTANCE = "NON_ACCEPTANCE", _("Non-acceptance notice")
    GRANT = "GRANT", _("Decision to grant")
    REFUSAL = "REFUSAL", _("Decision to refuse")
    WITHDRAWAL = "WITHDRAWAL", _("Withdrawal notice")
    LAPSE = "LAPSE", _("Notice of lapse")
    SPECIAL = "SPECIAL", _("Notice of a special procedure")
    EXTENSION = "EXTENSION", _("Notice of extension")
    SECOND_REQUEST = "SECOND_REQUEST", _("Notice of a second request")
    TERMINATION = "TERMINATION", _("Notice of termination")
    TRANSFER = "TRANSFER", _("Notice of transfer")
    RECTIFICATION = "RECTIFICATION", _("Order to put right")
    REVOCATION = "REVOCATION", _("Decision to revoke")
    DEREGISTRATION = "DEREGISTRATION", _("Notice of deregistration")
    CLERICAL = "CLERICAL", _("Notice of a corrected clerical error")
    REOPENING = "REOPENING", _("Notice of reopening")
    SERVICE_RECEIPT = "SERVICE_RECEIPT", _("Service receipt")


class DeferralReason(TextChoices):
    """Why a material is not there yet, chosen by the applicant."""

    BEING_ISSUED = "BEING_ISSUED", _("The issuing office is still making it")
    BEING_SEALED = "BEING_SEALED", _("My unit is still sealing it")
    BEING_TRANSLATED = "BEING_TRANSLATED", _("It is being translated or notarized")
    BY_POST = "BY_POST", _("It is on its way by post")
    ELSEWHERE = "ELSEWHERE", _("It is kept in another place")


class CorrectionReason(TextChoices):
    M01 = "M01", _("missing")
    M02 = "M02", _("illegible")
    M03 = "M03", _("expired")
    M04 = "M04", _("not signed or sealed")
    M05 = "M05", _("wrong version of the form")
    M06 = "M06", _("does not agree with the form")
    M07 = "M07", _("copy instead of original, or the other way round")
    M08 = "M08", _("translation missing")
    M09 = "M09", _("authority of the agent missing")


class NonAcceptanceReason(TextChoices):
    N01 = "N01", _("not a matter of this office")
    N02 = "N02", _("not in this region")
    N03 = "N03", _("no application needed")
    N04 = "N04", _("still not in order after correction")
    N05 = "N05", _("outside the period of the call")
    N06 = "N06", _("applicant not eligible")
    N07 = "N07", _("false materials")


class RefusalReason(TextChoices):
    R01 = "R01", _("condition not met")
    R02 = "R02", _("quota used up")
    R03 = "R03", _("review not passed")
    R04 = "R04", _("objection upheld")
    R05 = "R05", _("integrity veto")
    R06 = "R06", _("deferred materials not supplied")
    R07 = "R07", _("false materials")


class TerminationReason(TextChoices):
    T01 = "T01", _("death of the applicant")
    T02 = "T02", _("unit dissolved")
    T03 = "T03", _("item abolished")
    T04 = "T04", _("force majeure")
    T05 = "T05", _("contact lost")  # never for licences


class RevocationReason(TextChoices):
    """许可法 第69条."""

    V01 = "V01", _("abuse of duty")
    V02 = "V02", _("beyond competence")
    V03 = "V03", _("procedure broken")
    V04 = "V04", _("not eligible")
    V05 = "V05", _("fraud or bribery")
    V06 = "V06", _("other ground of law")


class DeregistrationReason(TextChoices):
    """许可法 第70条."""

    D01 = "D01", _("expired and not renewed")
    D02 = "D02", _("death or loss of capacity")
    D03 = "D03", _("unit ended")
    D04 = "D04", _("revoked or withdrawn by law")
    D05 = "D05", _("cannot be carried out: force majeure")
    D06 = "D06", _("given up by the holder")


# The regular consequence in the guide names the close type of a broken commitment.
BREACH_CLOSES = {
    "DEEMED_WITHDRAWN": CloseType.DEEMED_WITHDRAWN,
    "ACCEPTANCE_REVOKED": CloseType.ACCEPTANCE_REVOKED,
    "REFUSED": CloseType.REFUSED,
    "TERMINATED": CloseType.TERMINATED,
}
