"""The demo's publicity, one list that is open to objections and one whose time is over, and a call for experts.

Names are invented and say so. A notice that was told once is left alone: it belongs to the staff from then on.
"""

from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from provinces import loader
from provinces.demo_accounts import sign_in_name
from provinces.models import PackRecord
from provinces.packs import Pack
from regions.queries import calendar_for
from reviews.models import Discipline
from reviews.services import calls, publicity
from talentportal.lib.workdays import WorkCalendar, add_months

KIND = "demo notice"
MORNING = time(9, 30)
BY = "examiner"  # of the province's staff


@dataclass(frozen=True)
class Notice:
    key: str
    posted: int  # working days ago
    days: int
    title: tuple[str, str]
    text: tuple[str, str]
    entries: tuple[tuple[str, str, str, str], ...]  # names, what it is about
    withdrawn: str = ""  # the entry that its applicant took back


NOTICES = (
    Notice(
        "ended",
        8,
        5,
        (
            "州市级劳务品牌拟推荐名单公示（演示）",
            "Prefectural labor brands to be recommended (sample)",
        ),
        (
            "演示数据。拟推荐以下品牌参加省级认定，现予公示；一家已在公示期内撤回申报。",
            "Sample data. These brands are to be recommended for the provincial tier. One has been withdrawn since.",
        ),
        (
            ("示例茶叶加工技师（演示）", "Sample tea processors", "规模和培训达标", "Enough workers and training"),
            ("示例民族刺绣工（演示）", "Sample embroiderers", "规模和培训达标", "Enough workers and training"),
        ),
        "示例民族刺绣工（演示）",
    ),
    Notice(
        "open",
        1,
        7,
        ("省级劳务品牌拟认定名单公示（演示）", "Provincial labor brands about to be recognized (sample)"),
        (
            "演示数据。经专家评审，拟认定以下省级劳务品牌，现予公示。有异议的，请实名提出并写明事实。",
            "Sample data. After the experts' review these brands are about to be recognized at the provincial tier.",
        ),
        (
            ("示例花卉采后技工（演示）", "Sample flower handlers", "专家评审通过", "Passed by the experts"),
            ("示例咖啡烘焙师（演示）", "Sample coffee roasters", "专家评审通过", "Passed by the experts"),
            ("示例古建筑木工（演示）", "Sample timber-frame carpenters", "专家评审通过", "Passed by the experts"),
        ),
    ),
)


CALLED = ("21050", "630", "790", "880", "L01")  # codes of disciplines
CALL = {
    "title_zh": "省级劳务品牌评审专家征集公告（演示）",
    "title_en": "Call for experts on labor brands (sample)",
    "requirements_zh": (
        "演示数据。\n从事相关专业工作满五年，具有副高级以上职称或者高级技师等级，或者有同等业绩。\n"
        "客观公正，没有失信和学术不端记录，能按时完成线上评审。"
    ),
    "requirements_en": (
        "Sample data.\nFive years of work in the field, and an associate senior title, the level of senior technician, "
        "or results of equal weight.\nFair, with a clean record, and able to review online in time."
    ),
}


def load(pack: Pack, now: datetime) -> str:
    """Post the notices that were not told yet, each on its day; return how many there are."""
    if BY not in pack.staff:
        return "none"
    known = set(PackRecord.objects.filter(kind=KIND).values_list("key", flat=True))
    actor = User.objects.get(email=sign_in_name(BY))
    office = loader.offices(pack)[pack.site["department"]]
    calendar = calendar_for(office.region)
    new = [notice for notice in NOTICES if notice.key not in known]
    with transaction.atomic():
        for notice in new:
            made = _post(notice, office, actor, _moment(calendar, notice.posted, now))
            PackRecord.objects.create(kind=KIND, key=notice.key, digest=made.number)
        if not PackRecord.objects.filter(kind=KIND, key="call").exists():
            call = _call(office, actor, now)
            PackRecord.objects.create(kind=KIND, key="call", digest=call.number)
        publicity.end_publicities(now)
    return str(len(NOTICES))


def _call(office, actor: User, now: datetime):
    """Publish the call for experts, open for two months."""
    today, who = timezone.localdate(now), {"actor": actor, "now": now}
    chosen = Discipline.objects.filter(code__in=CALLED)
    days = {"opens_on": today, "closes_on": add_months(today, 2)}
    call = calls.write_call(organization=office, disciplines=chosen, **CALL, **days, **who)
    return calls.publish_call(call=call, **who)


def _moment(calendar: WorkCalendar, days: int, now: datetime) -> datetime:
    day = calendar.subtract(timezone.localdate(now), days)
    return min(timezone.make_aware(datetime.combine(day, MORNING)), now)


def _post(notice: Notice, office, actor: User, at: datetime):
    (title_zh, title_en), (text_zh, text_en) = notice.title, notice.text
    who = {"actor": actor, "now": at}
    words = {"title_zh": title_zh, "title_en": title_en, "text_zh": text_zh, "text_en": text_en}
    made = publicity.make_publicity(organization=office, days=notice.days, **words, **who)
    for name_zh, name_en, about_zh, about_en in notice.entries:
        said = {"name_zh": name_zh, "name_en": name_en, "text_zh": about_zh, "text_en": about_en}
        publicity.add_entry(
            publicity=made,
            unit="演示单位 / Sample unit",
            category_zh="劳务品牌",
            category_en="Labor brand",
            **said,
            **who,
        )
    made = publicity.post(publicity=made, **who)
    for entry in made.entries.filter(name_zh=notice.withdrawn):
        publicity.withdraw_entry(entry=entry, **who)
    return made
