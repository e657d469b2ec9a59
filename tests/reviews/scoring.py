"""A round under review: a group with dossiers, seats that were taken, and experts who score."""

import datetime as dt
from types import SimpleNamespace

from accounts.models import Role, User
from applications import services
from applications.models import Case
from applications.services.special import start_special
from reviews.models import Discipline, Draw, Expert, Group, ReviewRound, ScoreScheme, Seat
from reviews.services import dossiers, sheets
from tests import cast
from tests.applications import life
from tests.cast import moment

NOW = "2026-09-18 10:00"
COMMENT = "材料扎实，指标口径清楚，带动就业的数据与社保记录一致；" * 3
CRITERIA = [
    {
        "key": "feature",
        "label": {"zh": "特色", "en": "Feature"},
        "guide": {"zh": "辨识度", "en": "Recognizable"},
        "max": 60,
    },
    {"key": "scale", "label": {"zh": "规模", "en": "Scale"}, "guide": {"zh": "人数", "en": "People"}, "max": 35},
    {
        "key": "honesty",
        "label": {"zh": "诚信", "en": "Integrity"},
        "guide": {"zh": "有无欠薪", "en": "No arrears"},
        "max": 5,
        "is_veto": True,
    },
]
QUESTIONS = [
    {
        "key": "level",
        "kind": "choice",
        "label": {"zh": "申报类别", "en": "Class"},
        "choices": [{"value": "D", "label": {"zh": "D类", "en": "Class D"}}],
    },
    {"key": "employer", "kind": "text", "label": {"zh": "工作单位", "en": "Employer"}},
    {"key": "brand", "kind": "text", "label": {"zh": "品牌", "en": "Brand"}, "anonymous": "name", "required": False},
    {"key": "award", "kind": "text", "label": {"zh": "奖", "en": "A"}, "anonymous": "omit", "required": False},
    {"key": "law", "kind": "text", "label": {"zh": "法", "en": "L"}, "anonymous": "keep", "required": False},
    {"key": "story", "kind": "longtext", "label": {"zh": "故事", "en": "Story"}, "required": False},
    {"key": "place", "kind": "region", "label": {"zh": "地区", "en": "Place"}, "required": False},
]
LIMITS = {"comment_min": 50, "trims_from": 5, "spread_most": 25, "deviation_most": 12, "vetoes_for_panel": 2}


def make_round(world, examiner, *, seats: int = 3, **options) -> SimpleNamespace:
    """A round being prepared with one group, and its experts with accounts; the draw is written down, not drawn."""
    scheme = ScoreScheme.objects.create(
        code="test", name_zh="评分表", name_en="Sheet", criteria=CRITERIA, **(LIMITS | options)
    )
    guide = {"promised_days": 20, "statutory_days": 20, "special_kinds": ["EXPERT_REVIEW"], "questions": QUESTIONS}
    world.item, world.guide = cast.make_item(world.province, world.office, [world.window], serial=7, **guide)
    round = ReviewRound.objects.create(
        organization=world.office,
        item=world.item,
        number="PS20260001",
        title_zh="评审",
        title_en="Review",
        scheme=scheme,
        seats=seats,
        created_by=examiner,
        created_at=moment(NOW),
    )
    discipline = Discipline.objects.create(code="790", name_zh="经济学", name_en="Economics")
    group = Group.objects.create(round=round, seq=1, discipline=discipline)
    return SimpleNamespace(world=world, round=round, group=group, scheme=scheme, discipline=discipline)


def make_expert(scene, number: int) -> Expert:
    user = User.objects.create_user(email=f"e{number}@example.org", password=cast.PASSWORD, name=f"专家{number}")
    return Expert.objects.create(
        organization=scene.world.office,
        user=user,
        number=f"E{number:03d}",
        name=f"专家{number}",
        unit_name=f"大学{number}",
        term_starts_on=dt.date(2025, 1, 1),
        term_ends_on=dt.date(2027, 1, 1),
    )


def make_case(scene, people, order: int = 1, at: str = NOW, **answers) -> Case:
    """An accepted case of one more applicant."""
    number = ("990101199003070015", "990101198808150026", "99010119900307004X")[order - 1]
    applicant = cast.make_person(f"a{order}@example.org", ("陈思远", "李一明", "王小川")[order - 1], number)
    case = cast.make_draft(scene.world, applicant, *life.ALL, now=moment(at), item=scene.world.item)
    if answers:
        case = services.save_answers(
            case=case, actor=applicant, answers=case.answers | answers, step="materials", now=moment(at)
        )
        case = Case.objects.get(pk=case.pk)
    case = cast.submit(case, applicant, moment(at))
    cast.check_all(case, people.clerk, moment(at))
    return services.accept(case=case, actor=people.clerk, now=moment(at))


def make_dossier(scene, people, case: Case, *, approve: bool = True):
    now = moment(NOW)
    dossier = dossiers.make_dossier(group=scene.group, case=case, actor=people.examiner, now=now)
    return dossiers.approve_dossier(dossier=dossier, actor=people.leader, now=now) if approve else dossier


def seat_all(scene, people, wanted: int, reserves: int = 2, *, seq: int = 1, start: int = 1) -> list[Seat]:
    """Write down a draw with its seats: taken ones that have promised confidentiality, then reserves; review begins."""
    now = moment(NOW)
    draw = Draw.objects.create(
        group=scene.group,
        seq=seq,
        algorithm="test",
        wanted=wanted,
        pool={"outside": 0},
        pool_hash="0" * 64,
        frozen_by=people.examiner,
        frozen_at=now,
    )
    seats = []
    for rank in range(1, wanted + reserves + 1):
        taken = rank <= wanted
        seats.append(
            Seat.objects.create(
                group=scene.group,
                draw=draw,
                expert=make_expert(scene, start + rank - 1),
                rank=rank,
                state="ACCEPTED" if taken else "RESERVE",
                invited_at=now if taken else None,
                answered_at=now if taken else None,
                committed_at=now if taken else None,
            )
        )
    ReviewRound.objects.filter(pk=scene.round.pk).update(state="REVIEWING", review_until=dt.date(2026, 10, 15))
    scene.round.refresh_from_db()
    for dossier in scene.group.dossiers.live():
        if dossier.case.state == "EXAMINING":
            start_special(
                case=dossier.case,
                actor=people.examiner,
                now=now,
                kind="EXPERT_REVIEW",
                basis="第45条",
                estimated_days=15,
            )
    return seats


def points(feature="50", scale="30", honesty="5"):
    given = {"feature": feature, "scale": scale, "honesty": honesty}
    return lambda key: given.get(key, "")


def sheet_of(seat: Seat, dossier, at: str = NOW):
    return sheets.open_sheet(dossier=dossier, actor=seat.expert.user, now=moment(at))


def score(seat: Seat, dossier, feature="50", scale="30", honesty="5", *, is_veto=False, comment=COMMENT, at=NOW):
    """Open, fill in and submit a sheet."""
    sheet = sheet_of(seat, dossier, at)
    return sheets.submit_sheet(
        sheet=sheet,
        version=sheet.version,
        points=points(feature, scale, honesty),
        comment=comment,
        is_veto=is_veto,
        actor=seat.expert.user,
        now=moment(at),
    )


def people_of(world) -> SimpleNamespace:
    make = cast.make_staff
    return SimpleNamespace(
        clerk=make("clerk@example.org", "李雪梅", Role.CLERK, world.county, world.office, [world.window]),
        examiner=make("examiner@example.org", "赵审", Role.EXAMINER, world.province, world.office),
        leader=make("leader@example.org", "钱批", Role.LEADER, world.province, world.office),
    )
