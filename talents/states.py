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


# --- Internships 实习 and traineeships 就业见习: two different things (domain 7.6) ------------------------------------


class PlaceKind(TextChoices):
    INTERNSHIP = "INTERNSHIP", _("internship of a student")
    TRAINEESHIP = "TRAINEESHIP", _("traineeship of an unemployed graduate or young person")


class BaseLevel(TextChoices):
    PROVINCIAL = "PROVINCIAL", pgettext_lazy("tier", "Provincial")
    PREFECTURAL = "PREFECTURAL", pgettext_lazy("tier", "Prefectural")
    COUNTY = "COUNTY", pgettext_lazy("tier", "County")


class ApplicationState(TextChoices):
    """Somebody asks for a place."""

    SENT = "SENT", pgettext_lazy("place", "sent")
    TAKEN = "TAKEN", pgettext_lazy("place", "taken")
    DECLINED = "DECLINED", pgettext_lazy("place", "declined")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("place", "withdrawn")


class AgreementState(TextChoices):
    """The agreement 协议: an internship needs unit, school and student; a traineeship the base and the trainee."""

    SIGNING = "SIGNING", _("being signed")
    RUNNING = "RUNNING", _("running")
    FINISHED = "FINISHED", pgettext_lazy("agreement", "finished")
    BROKEN_OFF = "BROKEN_OFF", _("ended early")
    CANCELLED = "CANCELLED", pgettext_lazy("agreement", "cancelled before it began")


class ClaimState(TextChoices):
    """A claim of subsidy: the base pays first, the fund pays it back later."""

    SUBMITTED = "SUBMITTED", pgettext_lazy("claim", "being checked")
    APPROVED = "APPROVED", pgettext_lazy("claim", "approved")
    REFUSED = "REFUSED", pgettext_lazy("claim", "refused")
    PAID = "PAID", pgettext_lazy("claim", "paid")


# --- Recruitment events 招聘活动 --------------------------------------------------------------------------------------


class RecruitKind(TextChoices):
    CLOUD = "CLOUD", _("cloud recruitment")
    FAIR = "FAIR", _("job fair")
    DOCTORS = "DOCTORS", _("job fair for doctors and postdocs")


class RecruitState(TextChoices):
    """Whether an announced event is running is a matter of the time, not of a state."""

    DRAFT = "DRAFT", pgettext_lazy("event", "draft")
    ANNOUNCED = "ANNOUNCED", pgettext_lazy("event", "announced")
    OVER = "OVER", pgettext_lazy("event", "over")
    CANCELLED = "CANCELLED", pgettext_lazy("event", "cancelled")


class BoothState(TextChoices):
    ASKED = "ASKED", pgettext_lazy("booth", "asked for")
    ADMITTED = "ADMITTED", pgettext_lazy("booth", "admitted")
    REFUSED = "REFUSED", pgettext_lazy("booth", "refused")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("booth", "withdrawn")


class TalkState(TextChoices):
    """A place in the queue of a booth, and what became of the talk."""

    WAITING = "WAITING", pgettext_lazy("talk", "waiting")
    CALLED = "CALLED", pgettext_lazy("talk", "called")
    TALKED = "TALKED", pgettext_lazy("talk", "talked")
    INTENTION = "INTENTION", pgettext_lazy("talk", "both want to go on")
    ABSENT = "ABSENT", pgettext_lazy("talk", "did not come")
    LEFT = "LEFT", pgettext_lazy("talk", "left the queue")


WAITING_TALKS = (TalkState.WAITING, TalkState.CALLED)
HELD_TALKS = (TalkState.TALKED, TalkState.INTENTION)

_E, _B, _T = RecruitState, BoothState, TalkState
RECRUIT_MOVES = {
    m.verb: m
    for m in (
        Move("write", (_E.DRAFT,), _E.DRAFT),
        Move("stream", (_E.ANNOUNCED,), _E.ANNOUNCED),
        Move("announce", (_E.DRAFT,), _E.ANNOUNCED),
        Move("cancel", (_E.ANNOUNCED,), _E.CANCELLED),
        Move("close", (_E.ANNOUNCED,), _E.OVER),
    )
}
BOOTH_MOVES = {
    m.verb: m
    for m in (
        Move("ask", (_B.REFUSED, _B.WITHDRAWN), _B.ASKED),  # once more; the first time makes the row
        Move("admit", (_B.ASKED,), _B.ADMITTED),
        Move("refuse", (_B.ASKED,), _B.REFUSED),
        Move("withdraw", (_B.ASKED, _B.ADMITTED), _B.WITHDRAWN),
    )
}
TALK_MOVES = {
    m.verb: m
    for m in (
        Move("call", (_T.WAITING,), _T.CALLED),
        Move("leave", (_T.WAITING,), _T.LEFT),
        Move("talked", (_T.CALLED,), _T.TALKED),
        Move("intention", (_T.CALLED,), _T.INTENTION),
        Move("absent", (_T.CALLED,), _T.ABSENT),
    )
}
