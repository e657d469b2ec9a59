"""The talent pool 人才库 on one screen: who may find a person, how a unit asks, how a vacancy goes online."""

from dataclasses import dataclass

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# --- What a profile says ----------------------------------------------------------------------------------------------


class Degree(IntegerChoices):
    """The highest education, so ordered that "at least" is a comparison."""

    SECONDARY = 1, _("secondary or below")
    COLLEGE = 2, _("junior college")
    BACHELOR = 3, _("bachelor")
    MASTER = 4, _("master")
    DOCTOR = 5, _("doctor")


class SchoolKind(TextChoices):
    DOUBLE_FIRST = "DOUBLE_FIRST", _("double first-class university")
    DOMESTIC = "DOMESTIC", _("other domestic school")
    OVERSEAS = "OVERSEAS", _("school abroad")


class Title(IntegerChoices):
    """Professional title 职称."""

    NONE = 0, _("no title")
    ASSISTANT = 1, _("junior title")
    INTERMEDIATE = 2, _("intermediate title")
    ASSOCIATE = 3, _("associate senior title")
    SENIOR = 4, _("senior title")


class Skill(IntegerChoices):
    """Vocational skill level 职业技能等级; a smaller level number is the higher skill in law, here the larger value."""

    NONE = 0, _("no skill certificate")
    LEVEL_5 = 1, _("level 5, junior worker")
    LEVEL_4 = 2, _("level 4, intermediate worker")
    LEVEL_3 = 3, _("level 3, senior worker")
    LEVEL_2 = 4, _("level 2, technician")
    LEVEL_1 = 5, _("level 1, senior technician")


class Available(IntegerChoices):
    """When somebody could begin, in months."""

    NOW = 0, _("at once")
    MONTH = 1, _("within 1 month")
    QUARTER = 3, _("within 3 months")
    HALF_YEAR = 6, _("within 6 months")
    OPEN = 12, _("not looking, open to a good offer")


class WorkKind(TextChoices):
    FULL_TIME = "FULL_TIME", _("full-time")
    PART_TIME = "PART_TIME", _("part-time")
    FLEXIBLE = "FLEXIBLE", _("flexible, keeping the present post")
    REMOTE = "REMOTE", _("remote")


class Trait(TextChoices):
    """What a card shows as a tag."""

    POSTDOC = "POSTDOC", _("postdoc")
    RETURNED = "RETURNED", _("returned from abroad")
    HOMEBOUND = "HOMEBOUND", _("wishes to come home")
    FRESH = "FRESH", _("graduates this year")


class ProofOf(TextChoices):
    """Which statement of a profile an office has verified."""

    DEGREE = "DEGREE", _("degree")
    TITLE = "TITLE", pgettext_lazy("proof", "title")
    SKILL = "SKILL", _("skill level")
    GRADE = "GRADE", _("talent grade")
    CERTIFICATE = "CERTIFICATE", _("certificate")


# --- Who finds whom ---------------------------------------------------------------------------------------------------


class Visibility(TextChoices):
    OPEN = "OPEN", _("everybody sees the facts, under a code")
    UNITS_ONLY = "UNITS_ONLY", _("verified units only")
    REGION_ONLY = "REGION_ONLY", _("verified units of one region only")
    HIDDEN = "HIDDEN", _("nobody")


class Purpose(TextChoices):
    """What a consent is for (个人信息保护法 第14条: one for each purpose)."""

    POOL = "POOL", _("be found in the talent pool")
    MATCH = "MATCH", _("be told of vacancies that fit")
    SHARE = "SHARE", _("show chosen facts to one unit")  # 第23条: separate, names the recipient


class Shared(TextChoices):
    """What a person may show to a unit after a request. Nothing of it is in the pool."""

    NAME = "NAME", pgettext_lazy("person", "name")
    PHONE = "PHONE", _("mobile number")
    EMAIL = "EMAIL", _("e-mail")
    SCHOOL = "SCHOOL", _("school")
    EMPLOYER = "EMPLOYER", _("present employer")


class LookKind(TextChoices):
    CARD = "CARD", _("read the card")
    COMPARED = "COMPARED", _("compared with others")
    SHARED = "SHARED", _("saw what was shown")


# --- A unit asks ------------------------------------------------------------------------------------------------------


class RequestState(TextChoices):
    SENT = "SENT", _("waiting for the answer")
    ACCEPTED = "ACCEPTED", pgettext_lazy("request", "accepted")
    REFUSED = "REFUSED", pgettext_lazy("request", "declined")
    EXPIRED = "EXPIRED", pgettext_lazy("request", "not answered in time")
    TAKEN_BACK = "TAKEN_BACK", pgettext_lazy("request", "taken back by the unit")
    ENDED = "ENDED", pgettext_lazy("request", "no longer shown")  # consent withdrawn, or its 30 days are over


class Ask(TextChoices):
    """The words of a request before it is accepted: templates only (domain 7.3)."""

    POST = "POST", _("We have a vacancy that seems to fit you and would like to talk with you.")
    ADVICE = "ADVICE", _("We look for an adviser for a project of ours; your present post stays as it is.")
    VISIT = "VISIT", _("We would like to invite you to see our place and meet the team.")


class Reason(TextChoices):
    """Why a person declines; a unit reads no more than this."""

    NOT_LOOKING = "NOT_LOOKING", _("not looking at present")
    NOT_FITTING = "NOT_FITTING", _("the vacancy does not fit")
    PLACE = "PLACE", _("the place does not fit")
    PAY = "PAY", _("the pay does not fit")
    NONE = "NONE", _("no reason given")


@dataclass(frozen=True)
class Move:
    """A verb of a request or a vacancy: the states it starts from, and the state it ends in."""

    verb: str
    sources: tuple
    target: str


_R = RequestState
REQUEST_MOVES = {
    m.verb: m
    for m in (
        Move("accept", (_R.SENT,), _R.ACCEPTED),
        Move("refuse", (_R.SENT,), _R.REFUSED),
        Move("block", (_R.SENT, _R.ACCEPTED), _R.REFUSED),
        Move("expire", (_R.SENT,), _R.EXPIRED),
        Move("take_back", (_R.SENT,), _R.TAKEN_BACK),
        Move("end", (_R.ACCEPTED,), _R.ENDED),
    )
}

# --- Vacancies --------------------------------------------------------------------------------------------------------


class VacancyState(TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("vacancy", "draft")
    REVIEW = "REVIEW", pgettext_lazy("vacancy", "being reviewed")
    ONLINE = "ONLINE", pgettext_lazy("vacancy", "online")
    PAUSED = "PAUSED", pgettext_lazy("vacancy", "paused")
    FILLED = "FILLED", pgettext_lazy("vacancy", "filled")
    EXPIRED = "EXPIRED", pgettext_lazy("vacancy", "expired")
    OFFLINE = "OFFLINE", pgettext_lazy("vacancy", "taken offline")


_V = VacancyState
VACANCY_MOVES = {
    m.verb: m
    for m in (
        Move("hand_in", (_V.DRAFT,), _V.REVIEW),
        Move("approve", (_V.REVIEW,), _V.ONLINE),
        Move("send_back", (_V.REVIEW,), _V.DRAFT),
        Move("pause", (_V.ONLINE,), _V.PAUSED),
        Move("resume", (_V.PAUSED,), _V.ONLINE),
        Move("fill", (_V.ONLINE, _V.PAUSED), _V.FILLED),
        Move("expire", (_V.ONLINE, _V.PAUSED), _V.EXPIRED),
        Move("take_offline", (_V.REVIEW, _V.ONLINE, _V.PAUSED), _V.OFFLINE),
        Move("edit", (_V.DRAFT, _V.PAUSED, _V.EXPIRED, _V.OFFLINE), _V.DRAFT),  # whatever changes is reviewed anew
    )
}


class Ground(TextChoices):
    """On what grounds words of a vacancy may discriminate; see rules/wording.py."""

    SEX = "SEX", _("sex")
    FAMILY = "FAMILY", _("marriage and children")
    ETHNICITY = "ETHNICITY", _("ethnicity")
    RELIGION = "RELIGION", _("religion")
    AGE = "AGE", _("age")
    HOUSEHOLD = "HOUSEHOLD", _("household registration")
    HEALTH = "HEALTH", _("health or disability")
    LOOKS = "LOOKS", _("looks")
    SCHOOL = "SCHOOL", _("kind of school")


class PayPeriod(TextChoices):
    """What a pay is for: without it a figure says nothing."""

    HOUR = "HOUR", _("an hour")
    DAY = "DAY", _("a day")
    MONTH = "MONTH", _("a month")
    YEAR = "YEAR", _("a year")


# --- Verified units ---------------------------------------------------------------------------------------------------


class UnitSize(TextChoices):
    MICRO = "MICRO", _("micro, under 20 people")
    SMALL = "SMALL", _("small, 20 to 299")
    MEDIUM = "MEDIUM", _("medium, 300 to 999")
    LARGE = "LARGE", _("large, 1,000 and more")


class CheckState(TextChoices):
    SUBMITTED = "SUBMITTED", pgettext_lazy("unit check", "being checked")
    PASSED = "PASSED", pgettext_lazy("unit check", "passed")
    RETURNED = "RETURNED", pgettext_lazy("unit check", "sent back")
