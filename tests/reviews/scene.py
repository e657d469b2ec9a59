"""A round with its experts, for the tests of the draw: a discipline with two fields, experts of many units."""

import datetime as dt

from reviews.models import Discipline, Dossier, Expert, ExpertTie, ScoreScheme
from reviews.services import draw as draws
from reviews.services import rounds
from tests import cast
from tests.applications import life
from tests.cast import moment

NOW = moment("2026-09-21 10:00")
NONCE = "17-4-22-9"


def make_disciplines() -> None:
    Discipline.objects.create(code="790", name_zh="经济学", name_en="Economics")
    Discipline.objects.create(code="790.43", parent_id="790", name_zh="劳动经济学", name_en="Labor economics")
    Discipline.objects.create(code="790.61", parent_id="790", name_zh="旅游经济学", name_en="Tourism economics")
    Discipline.objects.create(code="210", name_zh="农学", name_en="Agriculture")


def make_scheme(**values) -> ScoreScheme:
    criteria = [{"key": "scale", "label": {"zh": "规模", "en": "Scale"}, "guide": {"zh": "", "en": ""}, "max": 100}]
    words = {"code": "brand", "name_zh": "评分表", "name_en": "Score sheet", "criteria": criteria}
    return ScoreScheme.objects.create(**words | values)


def make_expert(office, number: int, *disciplines: str, account: bool = False, **values) -> Expert:
    """An expert of a unit of the own, from outside the province unless a region is given."""
    words = {
        "organization": office,
        "number": f"E{number:03d}",
        "name": f"专家{number}",
        "unit_name": f"单位{number}号",
        "term_starts_on": dt.date(2025, 1, 1),
        "term_ends_on": dt.date(2027, 12, 31),
    }
    if account:
        user = cast.User.objects.create_user(
            email=f"e{number}@example.org", password=cast.PASSWORD, name=f"专家{number}"
        )
        words["user"] = user
    expert = Expert.objects.create(**words | values)
    expert.disciplines.set(disciplines or ["790.43"])
    return expert


def make_experts(office, count: int, *disciplines: str, first: int = 1, **values) -> list[Expert]:
    return [make_expert(office, number, *disciplines, **values) for number in range(first, first + count)]


def tie(expert: Expert, kind: str, name: str, **values) -> ExpertTie:
    return ExpertTie.objects.create(expert=expert, kind=kind, name=name, **values)


def item_under_review(world, serial: int = 5):
    return life.item_with(world, serial, special_kinds=["EXPERT_REVIEW"], item_type="01", statutory_days=20)


def open_round(world, actor, item, scheme=None, **values):
    return rounds.open_round(
        organization=world.office,
        item=item,
        scheme=scheme or make_scheme(),
        actor=actor,
        **{"now": NOW, "seats": 3} | values,
    )


def make_group(round_, actor, *cases, discipline: str = "790.43"):
    group = rounds.add_group(round=round_, discipline=Discipline.objects.get(pk=discipline), actor=actor, now=NOW)
    for case in cases:
        add_dossier(group, case)
    return group


def add_dossier(group, case) -> Dossier:
    return Dossier.objects.create(group=group, case=case, seq=group.dossiers.count() + 1)


def drawn(group, operator, supervisor, nonce: str = NONCE, now=NOW):
    return draws.draw(draw=draws.freeze(group=group, actor=operator, now=now), nonce=nonce, actor=supervisor, now=now)


def names(seats) -> list[str]:
    return [seat.expert.number for seat in seats]
