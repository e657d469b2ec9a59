"""The whole life of a labor brand 劳务品牌 on one screen: tiers, stages, evaluation, removal, subsidy."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tier(TextChoices):
    """How high a brand was recognized, the highest first."""

    NATIONAL = "NATIONAL", pgettext_lazy("tier", "National")
    PROVINCIAL = "PROVINCIAL", pgettext_lazy("tier", "Provincial")
    PREFECTURAL = "PREFECTURAL", pgettext_lazy("tier", "Prefectural")
    COUNTY = "COUNTY", pgettext_lazy("tier", "County")


class Stage(TextChoices):
    """Where a brand stands. Only brands that are or were recognized appear on the map."""

    CANDIDATE = "CANDIDATE", _("candidate")
    CULTIVATION = "CULTIVATION", _("in cultivation")
    APPLYING = "APPLYING", _("applying")
    RECOGNIZED = "RECOGNIZED", pgettext_lazy("brand", "recognized")
    RECTIFYING = "RECTIFYING", _("putting things right")
    REMOVED = "REMOVED", pgettext_lazy("brand", "removed")
    MERGED = "MERGED", _("continued in another brand")


ON_THE_MAP = (Stage.RECOGNIZED, Stage.RECTIFYING)


@dataclass(frozen=True)
class Step:
    """A verb in the life of a brand, the stages it starts from and the stage it ends in (None: stays)."""

    verb: str
    label: str
    sources: tuple[Stage, ...]
    target: Stage | None


_G = Stage
STEPS = {
    s.verb: s
    for s in (
        Step("enter", _("Entered in the county's library"), (_G.CANDIDATE,), _G.CULTIVATION),
        Step("apply", _("Application handed in"), (_G.CANDIDATE, _G.CULTIVATION), _G.APPLYING),
        Step("end_application", _("Application ended without recognition"), (_G.APPLYING,), _G.CULTIVATION),
        Step(
            "recognize",
            _("Recognized"),
            (_G.CANDIDATE, _G.CULTIVATION, _G.APPLYING, _G.RECOGNIZED, _G.REMOVED),
            _G.RECOGNIZED,
        ),
        Step("keep", _("Kept after the evaluation"), (_G.RECOGNIZED, _G.RECTIFYING), _G.RECOGNIZED),
        Step("order_rectification", _("Ordered to put things right"), (_G.RECOGNIZED,), _G.RECTIFYING),
        Step("downgrade", _("Downgraded"), (_G.RECOGNIZED, _G.RECTIFYING), _G.RECOGNIZED),
        Step("give_notice", _("Notice of removal given"), (_G.RECOGNIZED, _G.RECTIFYING), None),
        Step("defend", _("Statement handed in"), (_G.RECOGNIZED, _G.RECTIFYING), None),
        Step("remove", _("Removed"), (_G.RECOGNIZED, _G.RECTIFYING), _G.REMOVED),
        Step("drop_removal", _("Removal dropped"), (_G.RECOGNIZED, _G.RECTIFYING), None),
        Step("succeed", _("Continued in another brand"), (_G.RECOGNIZED, _G.RECTIFYING), _G.MERGED),
    )
}


class OwnerKind(TextChoices):
    REGIONAL = "REGIONAL", _("regional public brand")
    ENTERPRISE = "ENTERPRISE", _("enterprise brand")


class Category(TextChoices):
    SKILL = "SKILL", _("skill")
    SERVICE = "SERVICE", _("quality service")
    CULTURE = "CULTURE", _("culture and tourism")
    LIVELIHOOD = "LIVELIHOOD", _("daily life")
    HERITAGE = "HERITAGE", _("heritage")


class CountyKind(TextChoices):
    """What a county lives on, for the map's filter."""

    AGRICULTURE = "AGRICULTURE", _("agricultural county")
    INDUSTRY = "INDUSTRY", _("industrial county")
    CULTURE = "CULTURE", _("county of culture and tourism")
    PORT = "PORT", _("port county")


class TrademarkState(TextChoices):
    NONE = "NONE", _("no trademark")
    APPLIED = "APPLIED", _("applied for")
    REGISTERED = "REGISTERED", _("registered")
    LOST = "LOST", _("lost to a third party")


class EndReason(TextChoices):
    """Why a recognition no longer stands."""

    EXPIRED = "EXPIRED", pgettext_lazy("recognition", "expired")
    DOWNGRADED = "DOWNGRADED", pgettext_lazy("recognition", "downgraded")
    REMOVED = "REMOVED", pgettext_lazy("recognition", "removed")
    SUCCEEDED = "SUCCEEDED", pgettext_lazy("recognition", "passed to the successor")


class EndorsementLevel(TextChoices):
    """Who looks at an application before the office that decides it."""

    COUNTY = "COUNTY", _("county check")
    PREFECTURE = "PREFECTURE", _("prefecture endorsement")


class Grade(TextChoices):
    """Grade of an evaluation: excellent from 90, qualified from 60 points."""

    EXCELLENT = "EXCELLENT", _("excellent")
    QUALIFIED = "QUALIFIED", _("qualified")
    UNQUALIFIED = "UNQUALIFIED", _("unqualified")


class RemovalGround(TextChoices):
    """Why a brand may be removed (domain 6.5)."""

    FRAUD = "FRAUD", _("fraud in the application or the figures")
    ACCIDENT = "ACCIDENT", _("serious accident")
    ARREARS = "ARREARS", _("group wage arrears")
    DISSOLVED = "DISSOLVED", _("builder dissolved without a successor")
    REPORTS = "REPORTS", _("two yearly reports missed")
    TRADEMARK = "TRADEMARK", _("trademark lost to a third party")
    UNQUALIFIED = "UNQUALIFIED", _("still unqualified after putting things right")


class RemovalState(TextChoices):
    NOTIFIED = "NOTIFIED", _("notice given, statement awaited")
    DEFENDED = "DEFENDED", _("statement handed in")
    DECIDED = "DECIDED", _("decided, in publicity")
    CARRIED_OUT = "CARRIED_OUT", _("carried out")
    DROPPED = "DROPPED", pgettext_lazy("removal", "dropped")


OPEN_REMOVALS = (RemovalState.NOTIFIED, RemovalState.DEFENDED, RemovalState.DECIDED)


class SubsidyState(TextChoices):
    ENTITLED = "ENTITLED", _("entitled")
    APPLIED = "APPLIED", pgettext_lazy("subsidy", "applied for")
    CHECKED = "CHECKED", _("checked")
    APPROVED = "APPROVED", pgettext_lazy("subsidy", "approved")
    PAID = "PAID", _("paid")
    RECOVERED = "RECOVERED", _("recovered")
    FORFEITED = "FORFEITED", _("forfeited before payment")


# verb: (from, to)
SUBSIDY_STEPS = {
    "apply": ((SubsidyState.ENTITLED,), SubsidyState.APPLIED),
    "check": ((SubsidyState.APPLIED,), SubsidyState.CHECKED),
    "approve": ((SubsidyState.CHECKED,), SubsidyState.APPROVED),
    "pay": ((SubsidyState.APPROVED,), SubsidyState.PAID),
    "recover": ((SubsidyState.PAID,), SubsidyState.RECOVERED),
    "forfeit": (
        (SubsidyState.ENTITLED, SubsidyState.APPLIED, SubsidyState.CHECKED, SubsidyState.APPROVED),
        SubsidyState.FORFEITED,
    ),
}


# state: (the verb that is next at the office, the role that it waits for)
SUBSIDY_NEXT = {
    SubsidyState.APPLIED: ("check", "EXAMINER"),
    SubsidyState.CHECKED: ("approve", "LEADER"),
    SubsidyState.APPROVED: ("pay", "EXAMINER"),
}
SUBSIDY_WORDS = {
    "check": pgettext_lazy("subsidy", "check"),
    "approve": pgettext_lazy("subsidy", "approval"),
    "pay": pgettext_lazy("subsidy", "payment"),
}


class UpgradeRule(TextChoices):
    """What a brand gets for a higher tier when a lower one was paid before."""

    FULL = "FULL", _("the full amount of the new tier")
    DIFFERENCE = "DIFFERENCE", _("the difference to what was paid for lower tiers")


class SkillLevel(TextChoices):
    """The five vocational skill levels."""

    L5 = "5", _("junior worker (level 5)")
    L4 = "4", _("intermediate worker (level 4)")
    L3 = "3", _("senior worker (level 3)")
    L2 = "2", _("technician (level 2)")
    L1 = "1", _("senior technician (level 1)")


class EnquiryKind(TextChoices):
    HIRE = "HIRE", _("I want to hire")
    LEARN = "LEARN", _("I want to learn the trade")
