"""Every state of a review on one screen: experts, seats, score sheets, publicity, objections."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExpertStatus(TextChoices):
    ACTIVE = "ACTIVE", _("active")
    SUSPENDED = "SUSPENDED", _("suspended")
    RETIRED = "RETIRED", _("retired")


class ExpertApplicationState(TextChoices):
    """What became of an application to join the pool of experts."""

    SUBMITTED = "SUBMITTED", pgettext_lazy("expert application", "being looked at")
    ACCEPTED = "ACCEPTED", pgettext_lazy("expert application", "taken into the pool")
    REFUSED = "REFUSED", pgettext_lazy("expert application", "not taken")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("expert application", "withdrawn")


class TieKind(TextChoices):
    """Why an expert keeps away from an applicant 回避: known beforehand, or declared."""

    UNIT = "UNIT", _("same unit now or in the last three years")
    GROUP = "GROUP", _("unit of the same legal group")
    KIN = "KIN", _("relative")
    TEACHER = "TEACHER", _("supervisor or student")
    COAUTHOR = "COAUTHOR", _("wrote or worked together in the last five years")
    RECOMMENDER = "RECOMMENDER", _("recommended the applicant")
    ADVISER = "ADVISER", _("adviser of the project or brand")
    DECIDING = "DECIDING", _("member of the deciding body")
    HOME = "HOME", _("from the applicant's county")
    OWN = "OWN", _("own application in the same round")
    EXPERT_ASKED = "EXPERT_ASKED", _("the expert asked to stay away")
    APPLICANT_ASKED = "APPLICANT_ASKED", _("the applicant asked to avoid the expert")


class RoundState(TextChoices):
    """A round of review 评审轮次, from its making to its results."""

    PREPARING = "PREPARING", _("being prepared")
    DRAWN = "DRAWN", _("experts drawn, being invited")
    REVIEWING = "REVIEWING", _("being reviewed")
    SCORED = "SCORED", _("scored")
    CLOSED = "CLOSED", pgettext_lazy("round", "closed")


class SeatState(TextChoices):
    """An expert's place in a group, in the order drawn."""

    RESERVE = "RESERVE", _("in reserve")
    INVITED = "INVITED", _("invited")
    ACCEPTED = "ACCEPTED", pgettext_lazy("seat", "accepted")
    DECLINED = "DECLINED", pgettext_lazy("seat", "declined")
    EXPIRED = "EXPIRED", _("did not answer in time")
    DISMISSED = "DISMISSED", _("stood down for a conflict")
    UNNEEDED = "UNNEEDED", _("not needed")


class SheetState(TextChoices):
    """A score sheet 评分表: an expert's view of one dossier."""

    DRAFT = "DRAFT", _("being filled in")
    SUBMITTED = "SUBMITTED", _("submitted")
    VOIDED = "VOIDED", _("voided")


class PublicityState(TextChoices):
    """A publicity period 公示."""

    DRAFT = "DRAFT", _("being prepared")
    OPEN = "OPEN", _("open to objections")
    INTERRUPTED = "INTERRUPTED", _("interrupted")
    ENDED = "ENDED", _("ended")
    REMOVED = "REMOVED", _("taken off the website")


class EntryState(TextChoices):
    """One applicant's line in a publicity."""

    SHOWN = "SHOWN", _("shown")
    WITHDRAWN = "WITHDRAWN", _("withdrawn by the applicant")
    STRUCK = "STRUCK", _("struck off after an objection")


class ObjectionState(TextChoices):
    """An objection 异议: blocks the award of its own applicant alone, as long as it is open."""

    RECEIVED = "RECEIVED", _("received")
    INVESTIGATING = "INVESTIGATING", _("being investigated")
    NOT_TAKEN = "NOT_TAKEN", _("not taken up")
    UPHELD = "UPHELD", _("upheld")
    PARTLY = "PARTLY", _("partly upheld")
    REJECTED = "REJECTED", _("rejected")


OPEN_OBJECTIONS = (ObjectionState.RECEIVED, ObjectionState.INVESTIGATING)
