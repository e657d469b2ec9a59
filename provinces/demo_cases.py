"""Demo cases in every state, brought about by the same services that people use, at moments of the last weeks.

Read `STORIES`: who applies for what, which papers come later, and what happens how many working days ago.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Unit, User
from applications import queries, rules, services
from applications.models import Case, Material
from applications.services import conversation
from applications.services.rendering import render_paper
from certificates.models import Certificate
from certificates.services import seal_certificate
from policies.models import ServiceItem
from provinces import packs
from provinces.demo_accounts import sign_in_name
from provinces.models import PackRecord
from provinces.packs import Pack
from regions.queries import calendar_for
from talentportal.lib.typeset import compile_pdf
from talentportal.lib.uploads import UploadFacts
from talentportal.lib.workdays import WorkCalendar
from workstations.models import Window

KIND = "demo case"
LAYOUT = Path(__file__).parent / "layouts" / "sample.typ"
MORNING, PACE = time(9, 30), timedelta(minutes=20)  # the acts of a story on one day follow each other at this pace


@dataclass(frozen=True)
class Story:
    """One case: `acts` are (working days ago, verb); `later` is material -> working days after submission.

    `pledges`: the applicant asks for a decision on commitment.
    """

    key: str
    item: str
    who: str
    acts: tuple[tuple[int, str], ...]
    later: dict[str, int] = field(default_factory=dict)
    unit: str = ""
    clerk: str = "clerk"  # who also names the window
    answers: dict = field(default_factory=dict)
    pledges: bool = False


_TO_GRANT = ("submit", "accept", "conclude", "grant", "seal", "deliver")


def _finished(*days: int) -> tuple[tuple[int, str], ...]:
    return tuple(zip(days, _TO_GRANT, strict=True))


STORIES = (
    Story("draft", "talent-card", "applicant2", ((0, "begin"),)),
    Story("received", "talent-grading", "engineer", ((0, "submit"),)),
    Story(
        "received-with-promise",
        "talent-grading",
        "middle-dot",
        ((1, "submit"),),
        later={"achievements": 4, "unit-opinion": 5},
    ),
    Story("received-due-tomorrow", "schooling", "engineer", ((4, "submit"),)),
    Story("received-elsewhere", "talent-grading", "professor", ((2, "submit"),), clerk="other-clerk"),
    Story("correction", "returnee-car", "returnee", ((4, "submit"), (3, "correct"))),
    Story("corrected", "rent-subsidy", "middle-dot", ((6, "submit"), (5, "correct"), (2, "supply_correction"))),
    Story("examining", "rent-subsidy", "applicant", ((3, "submit"), (2, "accept"), (1, "ask"))),
    Story(
        "examining-deferred",
        "talent-grading",
        "graduate",
        ((4, "submit"), (3, "accept"), (1, "supply"), (1, "write")),
        later={"insurance": 3, "achievements": 5},
    ),
    Story("deemed-accepted", "rent-subsidy", "engineer", ((7, "submit"), (1, "deem_accepted"))),
    Story(
        "licence-deferred",
        "foreign-work-permit",
        "handler",
        ((3, "submit"), (2, "accept")),
        later={"health": 6},
        unit="company",
        clerk="other-clerk",
    ),
    Story(
        "wait-supply",
        "talent-grading",
        "returnee",
        ((4, "submit"), (3, "accept"), (1, "conclude")),
        later={"unit-opinion": 5},
    ),
    Story(
        "on-commitment",
        "hr-service-licence",
        "handler",
        ((32, "submit"), (31, "pass_precheck"), (30, "receive"), (30, "decide_on_commitment"), (29, "deliver")),
        unit="company",
        clerk="other-clerk",
        pledges=True,
    ),
    Story("precheck", "hr-service-licence", "handler", ((0, "submit"),), unit="company", clerk="other-clerk"),
    Story(
        "precheck-returned",
        "hr-service-licence",
        "handler2",
        ((2, "submit"), (1, "return_precheck")),
        unit="company",
        clerk="other-clerk",
    ),
    Story(
        "precheck-passed",
        "hr-service-licence",
        "handler2",
        ((3, "submit"), (2, "pass_precheck")),
        unit="institute",
        clerk="other-clerk",
    ),
    Story("archived", "title-certificate", "middle-dot", (*_finished(70, 70, 70, 70, 70, 69), (20, "archive"))),
    Story("revoked", "title-certificate", "rare", (*_finished(50, 50, 50, 50, 50, 49), (10, "revoke"))),
    Story("special", "talent-grading", "grower", ((5, "submit"), (4, "accept"), (2, "special"))),
    Story("extended", "settling-allowance", "professor", ((12, "submit"), (11, "accept"), (3, "extend"))),
    Story("reviewed", "talent-grading", "rare", ((5, "submit"), (4, "accept"), (1, "conclude"))),
    Story("granted", "talent-grading", "applicant2", ((5, "submit"), (4, "accept"), (1, "conclude"), (0, "grant"))),
    Story("ready", "title-certificate", "engineer", tuple((1, verb) for verb in _TO_GRANT[:-1])),
    Story("closed-grade", "talent-grading", "passport", _finished(30, 29, 26, 25, 25, 24)),
    Story("brand", "labor-brand", "florist", ((6, "submit"), (4, "accept")), unit="cooperative"),
    Story("card", "talent-card", "passport", ((1, "submit"), (1, "accept"))),
    Story(
        "ready-document",
        "settling-allowance",
        "passport",
        ((12, "submit"), (11, "accept"), (5, "conclude"), (3, "grant")),
    ),
    Story("closed-own", "title-certificate", "applicant", _finished(40, 40, 40, 40, 40, 39)),
    Story(
        "closed-granted", "title-certificate", "professor", _finished(22, 22, 22, 22, 22, 21), answers={"level": "full"}
    ),
    Story("closed-rural", "rural-talent", "grower", _finished(35, 34, 25, 22, 22, 20)),
    Story(
        "closed-refused", "rent-subsidy", "graduate", ((20, "submit"), (19, "accept"), (16, "object"), (15, "refuse"))
    ),
    Story("closed-transferred", "returnee-car", "passport", ((3, "submit"), (2, "transfer"))),
    Story("closed-not-accepted", "schooling", "graduate", ((8, "submit"), (7, "reject"))),
    Story("closed-withdrawn", "returnee-car", "rare", ((12, "submit"), (11, "accept"), (10, "withdraw"))),
    Story("closed-uncorrected", "rent-subsidy", "returnee", ((18, "submit"), (16, "correct"), (5, "lapse_correction"))),
    Story(
        "breach-schooling",
        "schooling",
        "professor",
        ((20, "submit"), (19, "accept"), (10, "lapse_deferral")),
        later={"residence": 4},
    ),
    Story(
        "breach-car",
        "returnee-car",
        "applicant2",
        ((25, "submit"), (24, "accept"), (15, "lapse_deferral")),
        later={"translation": 4},
    ),
    Story(
        "breach-settling",
        "settling-allowance",
        "grower",
        ((24, "submit"), (23, "accept"), (12, "lapse_deferral")),
        later={"insurance": 4},
    ),
    Story(
        "breach-same-city",
        "same-city-benefits",
        "handler2",
        ((21, "submit"), (20, "accept"), (9, "lapse_deferral")),
        later={"superior": 4},
        unit="institute",
    ),
)


def load(pack: Pack, now: datetime) -> str:
    """Bring about the stories that were not told yet; return how many cases there are.

    A story that would begin before the guide of today was in force is left out: an older guide may not know its verbs.
    """
    known = set(PackRecord.objects.filter(kind=KIND).values_list("key", flat=True))
    here = [story for story in STORIES if story.item in pack.services and story.who in pack.people]
    new = [story for story in here if story.key not in known]
    told = [play for story in new if (play := Play(pack, story, now)).is_timely]
    for play in told:
        with transaction.atomic():
            case = play.run()
            PackRecord.objects.create(kind=KIND, key=play.story.key, digest=case.public_id)
    return str(len(known) + len(told))


class Play:
    """A story on its way: the case as it stands and the moment it has reached."""

    def __init__(self, pack: Pack, story: Story, now: datetime):
        self.pack, self.story, self.now = pack, story, now
        self.applicant = user(story.who)
        self.item = ServiceItem.objects.get(code=story.item)
        self.window = Window.objects.get(code=window_of(pack, story))
        self.calendar: WorkCalendar = calendar_for(self.window.region)
        self.case: Case | None = None

    @property
    def moments(self) -> list[datetime]:
        return [self._moment(days, index) for index, (days, _verb) in enumerate(self.story.acts)]

    @property
    def is_timely(self) -> bool:
        """Whether the guide of today was in force when the story began."""
        guide = self.item.guides.in_force(timezone.localdate(self.now)).order_by("-version").first()
        return guide.effective_from <= timezone.localdate(self.moments[0])

    def run(self) -> Case:
        """Let everything happen in order, never later than now."""
        moments = self.moments
        self._begin(moments[0])
        for (_days, verb), moment in zip(self.story.acts, moments, strict=True):
            VERBS[verb](self, moment)
            self.case.refresh_from_db()
        return self.case

    def _moment(self, days: int, index: int) -> datetime:
        today = timezone.localdate(self.now)
        day = self.calendar.subtract(today, days) if days else today
        return min(timezone.make_aware(datetime.combine(day, MORNING)) + PACE * index, self.now)

    def _begin(self, at: datetime) -> None:
        unit = Unit.objects.get(uscc=self.pack.units[self.story.unit]["uscc"]) if self.story.unit else None
        self.case = services.start(item=self.item, actor=self.applicant, unit=unit, now=at)
        self.case = services.save_answers(
            case=self.case, actor=self.applicant, answers=self._answers(at), step="basics", now=at
        )
        services.choose_window(case=self.case, actor=self.applicant, window=self.window, now=at)
        self.case.refresh_from_db()

    def _answers(self, at: datetime) -> dict:
        known = packs.demo_answers()[self.story.item] | self.story.answers
        return answers(self.case.guide.questions, known, timezone.localdate(at), self.window.region_id)

    def materials(self) -> list[Material]:
        return queries.materials_of(self.case)

    def hand_in(self, material: Material, at: datetime) -> None:
        """Upload a sample page for a material."""
        content = sample_page(material.spec.name_zh, material.spec.name_en)
        digest = hashlib.sha256(content).hexdigest()
        facts = UploadFacts(kind="pdf", mime="application/pdf", size=len(content), sha256=digest, pages=1)
        name = f"{material.spec.name_zh}.pdf"
        file = ContentFile(content, name="sample.pdf")
        services.add_file(material=material, actor=self.applicant, file=file, facts=facts, name=name, now=at)

    def promised(self) -> list[Material]:
        return [material for material in self.materials() if material.spec.key in self.story.later]


def user(key: str) -> User:
    return User.objects.get(email=sign_in_name(key))


def window_of(pack: Pack, story: Story) -> str:
    """Return the code of the window: the clerk's own, the widest one for licences."""
    posts = pack.staff[story.clerk]["posts"]
    levels = pack.services[story.item].get("window_levels", packs.WINDOW_LEVELS)
    return posts[0 if "COUNTY" in levels else -1]["windows"][0]


def answers(questions: list[dict], known: dict, today: date, region: str) -> dict:
    """Turn the pack's answers into kept ones: days before today into dates, the region into its code."""
    found = {}
    for question in questions:
        value = region if question["kind"] == "region" else known.get(question["key"])
        if value is not None:
            is_day = question["kind"] == "date"
            found[question["key"]] = (today + timedelta(days=value)).isoformat() if is_day else value
    return found


@cache
def sample_page(name_zh: str, name_en: str) -> bytes:
    """Draw a page that stands for a paper."""
    return compile_pdf(
        LAYOUT, {"name": {"zh": name_zh, "en": name_en}}, datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone())
    )


# --- The verbs of the stories ----------------------------------------------------------------------------------------


def _nothing(play: Play, at: datetime) -> None:
    """A draft is only begun."""


def _submit(play: Play, at: datetime) -> None:
    materials = play.materials()
    missing = rules.missing_specs([m.spec for m in materials], play.case.answers, queries.specs_in_hand(materials))
    wanted = {spec.pk for spec in missing if spec.key not in play.story.later}
    for material in materials:
        if material.spec_id in wanted:
            play.hand_in(material, at)
    today = timezone.localdate(at)
    promises = {
        material.pk: {
            "reason": "BEING_ISSUED",
            "promised_on": play.calendar.add(today, play.story.later[material.spec.key]),
        }
        for material in play.promised()
    }
    services.promise_material(case=play.case, actor=play.applicant, promises=promises, now=at)
    name = play.applicant.person.name
    services.submit(
        case=play.case,
        actor=play.applicant,
        now=at,
        declares=True,
        agrees=bool(promises),
        signed_name=name,
        pledges=play.story.pledges,
        pledge_name=name,
    )
    services.confirm_submission(case=play.case, now=at)  # as a worker does at once


def _receive(play: Play, at: datetime) -> None:
    """Show every original at the window."""
    seen = [material.pk for material in play.materials()]
    services.receive(case=play.case, actor=user(play.story.clerk), now=at, seen=seen)


def _decide_on_commitment(play: Play, at: datetime) -> None:
    services.check_all_materials(case=play.case, actor=user(play.story.clerk), now=at)
    services.grant_on_commitment(case=play.case, actor=user("leader"), now=at)


def _ask(play: Play, at: datetime) -> None:
    """Ask the applicant a question that is not answered yet."""
    by = play.calendar.add(timezone.localdate(play.now), 3)
    text = "您好，租房合同上的门牌号和申请表不一致，请确认现在住的是哪一处，直接在这里回复即可。"
    conversation.send_message(case=play.case, actor=user(play.story.clerk), now=at, text=text, reply_by=by)


def _write(play: Play, at: datetime) -> None:
    """Write to the office, which has not read it yet."""
    text = "您好，社保缴费记录已经补交，业绩材料还在单位盖章，预计后天可以上传。"
    conversation.send_message(case=play.case, actor=play.applicant, now=at, text=text)


def _accept(play: Play, at: datetime) -> None:
    clerk = user(play.story.clerk)
    services.check_all_materials(case=play.case, actor=clerk, now=at)
    accept = services.accept_with_deferral if play.story.later else services.accept
    accept(case=play.case, actor=clerk, now=at)


def _correct(play: Play, at: datetime) -> None:
    material = next(material for material in play.materials() if material.files.exists())
    points = {material.pk: ("M02", "盖章处不清楚，请用原件重新扫描，保证文字和公章都能看清。")}
    services.request_correction(case=play.case, actor=user(play.story.clerk), points=points, now=at)


def _return_precheck(play: Play, at: datetime) -> None:
    material = next(material for material in play.materials() if material.files.exists())
    points = {material.pk: ("M02", "扫描件缺页，请把正、副本全部扫描后重新上传。")}
    services.return_precheck(case=play.case, actor=user(play.story.clerk), points=points, now=at)


def _supply_correction(play: Play, at: datetime) -> None:
    for point in play.case.correction.points.select_related("material__spec"):
        play.hand_in(point.material, at)
    services.supply_correction(case=play.case, actor=play.applicant, now=at)


def _supply(play: Play, at: datetime) -> None:
    """Hand in the first of the promised materials."""
    material = play.promised()[0]
    play.hand_in(material, at)
    services.supply_deferred(material=material, actor=play.applicant, now=at)


def _reject(play: Play, at: datetime) -> None:
    words = "孩子居住地不在本区，请向居住地所在县（市、区）的人才综合服务窗口提交。"
    services.reject_acceptance(case=play.case, actor=user(play.story.clerk), reason="N02", explanation=words, now=at)


def _special(play: Play, at: datetime) -> None:
    """Begin an expert review, unless the case is from before the guide knew it."""
    if "EXPERT_REVIEW" not in play.case.guide.special_kinds:
        return
    basis = "《高层次人才分类认定办法（示例）》第十二条"
    words = {"kind": "EXPERT_REVIEW", "basis": basis, "estimated_days": 7}
    services.start_special(case=play.case, actor=user("examiner"), now=at, **words)


def _extend(play: Play, at: datetime) -> None:
    reason = "需要向原工作地核实是否重复享受同类补贴，核实函尚未回复。"
    asked = services.ask_approval(case=play.case, verb="extend", actor=user("examiner"), now=at, reason=reason, days=5)
    services.answer_approval(request=asked, actor=user("leader"), now=at, approve=True)


def _transfer(play: Play, at: datetime) -> None:
    code = play.pack.staff["other-clerk"]["posts"][0]["windows"][0]
    reason = "申请人的工作单位在另一个区，应由工作地窗口办理。"
    services.transfer(case=play.case, actor=user("leader"), window=Window.objects.get(code=code), reason=reason, now=at)


def _conclude(play: Play, at: datetime) -> None:
    words = "经审查，申请人符合条件，材料真实有效，建议准予。"
    services.conclude(case=play.case, actor=user("examiner"), proposal="GRANT", opinion=words, now=at)


def _object(play: Play, at: datetime) -> None:
    words = "经核查，申请人在工作地有自有住房，不符合第 2 项条件，建议不予。"
    services.conclude(case=play.case, actor=user("examiner"), proposal="REFUSE", opinion=words, now=at)


def _refuse(play: Play, at: datetime) -> None:
    words = "申请人在工作地有自有住房，不符合办事指南受理条件第 2 项。"
    services.refuse(case=play.case, actor=user("leader"), reason="R01", reason_text=words, now=at)


def _archive(play: Play, at: datetime) -> None:
    for paper in play.case.papers.all():
        render_paper(paper=paper, now=at)  # nothing is archived before its papers are drawn
    services.archive(case=play.case, now=at)


def _revoke(play: Play, at: datetime) -> None:
    words = {
        "reason": "V05",
        "reason_text": "经核查，申请时提交的业绩证明系伪造，依照《中华人民共和国行政许可法》第六十九条第二款予以撤销。",
        "hearing": "已书面告知并听取意见，当事人承认材料不实，没有提出异议。",
    }
    services.revoke(case=play.case, actor=user("leader"), now=at, **words)


def _seal(play: Play, at: datetime) -> None:
    for certificate in Certificate.objects.filter(source=f"case:{play.case.pk}"):
        seal_certificate(certificate_id=certificate.pk, now=at)


VERBS: dict[str, Callable[[Play, datetime], object]] = {
    "begin": _nothing,
    "submit": _submit,
    "return_precheck": _return_precheck,
    "pass_precheck": lambda play, at: services.pass_precheck(case=play.case, actor=user(play.story.clerk), now=at),
    "receive": _receive,
    "decide_on_commitment": _decide_on_commitment,
    "ask": _ask,
    "write": _write,
    "archive": _archive,
    "revoke": _revoke,
    "transfer": _transfer,
    "special": _special,
    "extend": _extend,
    "accept": _accept,
    "correct": _correct,
    "supply_correction": _supply_correction,
    "supply": _supply,
    "reject": _reject,
    "conclude": _conclude,
    "object": _object,
    "refuse": _refuse,
    "seal": _seal,
    "grant": lambda play, at: services.grant(case=play.case, actor=user("leader"), now=at),
    "deliver": lambda play, at: services.deliver(case=play.case, actor=play.applicant, now=at),
    "withdraw": lambda play, at: services.withdraw(case=play.case, actor=play.applicant, now=at),
    "deem_accepted": lambda play, at: services.deem_accepted(case=play.case, now=at),
    "lapse_correction": lambda play, at: services.lapse_correction(case=play.case, now=at),
    "lapse_deferral": lambda play, at: services.lapse_deferral(case=play.case, now=at),
}
