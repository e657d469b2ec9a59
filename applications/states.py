"""The whole life of a case on one screen: its states, who may move it, and the two names of each state."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where a case is, in the words a clerk sees. Deferral (容缺) is not a state but a flag on an accepted case."""

    DRAFT = "DRAFT", _("Draft")
    RECEIVED = "RECEIVED", _("Received, to be accepted")
    CORRECTION = "CORRECTION", _("To be corrected by the applicant")
    EXAMINING = "EXAMINING", _("Accepted, being examined")
    WAIT_SUPPLY = "WAIT_SUPPLY", _("Waiting for deferred materials")
    REVIEWED = "REVIEWED", _("Examined, to be decided")
    GRANTED = "GRANTED", _("Granted, certificate being made")
    READY = "READY", _("Ready for delivery")
    CLOSED = "CLOSED", _("Closed")


# In the words an applicant sees.
PUBLIC_LABELS = {
    State.DRAFT: _("Not submitted"),
    State.RECEIVED: _("Waiting for acceptance"),
    State.CORRECTION: _("Waiting for your corrections"),
    State.EXAMINING: _("Being handled"),
    State.WAIT_SUPPLY: _("Waiting for your materials"),
    State.REVIEWED: _("Being handled"),
    State.GRANTED: _("Certificate being made"),
    State.READY: _("Ready to collect"),
    State.CLOSED: _("Finished"),
}


class CloseType(TextChoices):
    GRANTED = "GRANTED", _("Granted")
    REFUSED = "REFUSED", _("Refused")
    NOT_ACCEPTED = "NOT_ACCEPTED", _("Not accepted")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    DEEMED_WITHDRAWN = "DEEMED_WITHDRAWN", _("Deemed withdrawn")
    ACCEPTANCE_REVOKED = "ACCEPTANCE_REVOKED", _("Acceptance revoked")
    TERMINATED = "TERMINATED", _("Terminated")


class Who(TextChoices):
    APPLICANT = "APPLICANT", _("Applicant")
    CLERK = "CLERK", _("Window clerk")
    EXAMINER = "EXAMINER", _("Examiner")
    LEADER = "LEADER", _("Approving leader")
    CERTIFICATE_CLERK = "CERTIFICATE_CLERK", _("Certificate clerk")
    SYSTEM = "SYSTEM", _("System")


@dataclass(frozen=True)
class Transition:
    """A verb, the states it starts from, the state it ends in (None: stays) and who may do it."""

    verb: str
    label: str
    sources: tuple[State, ...]
    target: State | None
    who: tuple[Who, ...]


_S, _W = State, Who
_BEFORE_DECISION = (_S.RECEIVED, _S.CORRECTION, _S.EXAMINING, _S.WAIT_SUPPLY, _S.REVIEWED)
_OWED = (_S.EXAMINING, _S.WAIT_SUPPLY, _S.REVIEWED)  # deferred materials may still be outstanding

TRANSITIONS = {
    t.verb: t
    for t in (
        Transition("start", _("Draft begun"), (), _S.DRAFT, (_W.APPLICANT,)),
        Transition("submit", _("Application submitted"), (_S.DRAFT,), _S.RECEIVED, (_W.APPLICANT,)),
        Transition("accept", _("Accepted"), (_S.RECEIVED,), _S.EXAMINING, (_W.CLERK,)),
        Transition(
            "accept_with_deferral", _("Accepted with incomplete materials"), (_S.RECEIVED,), _S.EXAMINING, (_W.CLERK,)
        ),
        Transition("deem_accepted", _("Deemed accepted"), (_S.RECEIVED,), _S.EXAMINING, (_W.SYSTEM,)),
        Transition("request_correction", _("Corrections asked for"), (_S.RECEIVED,), _S.CORRECTION, (_W.CLERK,)),
        Transition("supply_correction", _("Corrections supplied"), (_S.CORRECTION,), _S.RECEIVED, (_W.APPLICANT,)),
        Transition("lapse_correction", _("Correction period lapsed"), (_S.CORRECTION,), _S.CLOSED, (_W.SYSTEM,)),
        Transition("reject_acceptance", _("Not accepted"), (_S.RECEIVED,), _S.CLOSED, (_W.CLERK,)),
        Transition("supply_deferred", _("Deferred material supplied"), _OWED, None, (_W.APPLICANT, _W.CLERK)),
        Transition("check_material", _("Material checked"), (_S.RECEIVED, *_OWED), None, (_W.CLERK, _W.EXAMINER)),
        Transition("resume", _("All deferred materials are in"), (_S.WAIT_SUPPLY,), _S.REVIEWED, (_W.SYSTEM,)),
        Transition("lapse_deferral", _("Commitment not kept"), _OWED, _S.CLOSED, (_W.SYSTEM,)),
        Transition("conclude", _("Examined"), (_S.EXAMINING,), _S.REVIEWED, (_W.EXAMINER,)),
        Transition("hold_for_supply", _("Result held until supplied"), (_S.REVIEWED,), _S.WAIT_SUPPLY, (_W.SYSTEM,)),
        Transition("return_to_examiner", _("Returned to the examiner"), (_S.REVIEWED,), _S.EXAMINING, (_W.LEADER,)),
        Transition("grant", _("Granted"), (_S.REVIEWED,), _S.GRANTED, (_W.LEADER,)),
        Transition("refuse", _("Refused"), (_S.REVIEWED,), _S.CLOSED, (_W.LEADER,)),
        Transition("issue", _("Certificate issued"), (_S.GRANTED,), _S.READY, (_W.CERTIFICATE_CLERK, _W.SYSTEM)),
        Transition("deliver", _("Delivered"), (_S.READY,), _S.CLOSED, (_W.CLERK, _W.APPLICANT)),
        Transition("withdraw", _("Withdrawn"), _BEFORE_DECISION, _S.CLOSED, (_W.APPLICANT,)),
    )
}

OPEN_STATES = tuple(state for state in State if state not in (State.DRAFT, State.CLOSED))


def verbs_from(state: str) -> list[str]:
    """List the verbs that start from a state, in the order of the table."""
    return [verb for verb, transition in TRANSITIONS.items() if state in transition.sources]


class ClockKind(TextChoices):
    ACCEPT = "ACCEPT", _("acceptance")
    CORRECTION = "CORRECTION", _("correction")
    PROMISED = "PROMISED", _("promised period")
    STATUTORY = "STATUTORY", _("statutory period")
    DEFERRAL = "DEFERRAL", _("supply of deferred materials")
    DELIVERY = "DELIVERY", pgettext_lazy("clock", "delivery")


class ClockOwner(TextChoices):
    OFFICE = "OFFICE", _("office")
    APPLICANT = "APPLICANT", _("applicant")


class MaterialStatus(TextChoices):
    MISSING = "MISSING", _("missing")
    HELD = "HELD", _("already held")
    PROVIDED = "PROVIDED", _("provided")
    DEFERRED = "DEFERRED", _("to be supplied later")


class CheckResult(TextChoices):
    UNCHECKED = "UNCHECKED", _("not checked yet")
    ACCEPTED = "ACCEPTED", _("accepted")
    DEFECTIVE = "DEFECTIVE", _("not in order")


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


# The regular consequence in the guide names the close type of a broken commitment.
BREACH_CLOSES = {
    "DEEMED_WITHDRAWN": CloseType.DEEMED_WITHDRAWN,
    "ACCEPTANCE_REVOKED": CloseType.ACCEPTANCE_REVOKED,
    "REFUSED": CloseType.REFUSED,
    "TERMINATED": CloseType.TERMINATED,
}
