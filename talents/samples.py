"""Invented people for the demo and the benchmarks, drawn so that a large pool has the shape of a province's.

Shares are rounded: education, majors and titles as in a talent pool of a western province, places by how many of its
talents each prefecture has. Nobody of them is real, and none of the names belongs to a place of work or a school.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from talents.catalogs import majors
from talents.limits import CONFIRM_DAYS
from talents.states import Available, Degree, SchoolKind, Skill, Title, Trait, Visibility, WorkKind

SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏普和刀木"
GIVEN = "英华玉明秀文丽建国志平海春晓红云军伟芳敏静强磊洋艳勇杰娟涛超霞刚桂兰波辉宁林鑫鹏宇浩博思雨欣悦涵子轩梓晨瑞"
DEGREES = {Degree.DOCTOR: 35, Degree.MASTER: 145, Degree.BACHELOR: 460, Degree.COLLEGE: 235, Degree.SECONDARY: 125}
TITLES = {Title.NONE: 550, Title.ASSISTANT: 150, Title.INTERMEDIATE: 190, Title.ASSOCIATE: 85, Title.SENIOR: 25}
SKILLS = {
    Skill.NONE: 700,
    Skill.LEVEL_5: 96,
    Skill.LEVEL_4: 108,
    Skill.LEVEL_3: 72,
    Skill.LEVEL_2: 17,
    Skill.LEVEL_1: 7,
}
YEARS = {(0, 0): 90, (1, 2): 150, (3, 5): 210, (6, 10): 240, (11, 15): 140, (16, 20): 80, (21, 30): 70, (31, 38): 20}
DISCIPLINES = {
    "08": 334,
    "12": 166,
    "13": 98,
    "05": 88,
    "10": 83,
    "07": 66,
    "02": 52,
    "04": 36,
    "03": 35,
    "09": 29,
    "06": 7,
    "01": 6,
}
AVAILABLE = {Available.NOW: 22, Available.MONTH: 26, Available.QUARTER: 24, Available.HALF_YEAR: 10, Available.OPEN: 18}
SCHOOLS = {SchoolKind.DOUBLE_FIRST: 18, SchoolKind.DOMESTIC: 74, SchoolKind.OVERSEAS: 8}
SEEN = {Visibility.OPEN: 50, Visibility.UNITS_ONLY: 38, Visibility.REGION_ONLY: 12}
LANGUAGES = {(): 45, ("en",): 40, ("en", "ja"): 4, ("th",): 3, ("vi",): 3, ("en", "fr"): 2, ("my",): 2, ("en", "ko"): 1}
INDUSTRIES = {"C": 18, "F": 14, "L": 8, "E": 10, "M": 9, "I": 11, "P": 12, "Q": 8, "A": 5, "J": 3, "R": 2}
FIRST_CITY = 0.486  # share of the capital's prefecture; the others follow by rank
BEGUN = {  # discipline: what people of it know; the headline is made of two
    "01": "伦理研究 逻辑教学 文化策划 学术编辑", "02": "财务分析 风险控制 跨境结算 投资研究 税务筹划",
    "03": "合同审查 知识产权 合规管理 社区治理 劳动法务", "04": "课程设计 学前教育 职业培训 教育信息化 体育训练",
    "05": "公文写作 翻译 新媒体运营 对外汉语 品牌策划", "06": "文物保护 地方史志 博物馆策展",
    "07": "数据分析 统计建模 化学分析 环境监测 生物信息 地理信息",
    "08": "车联网架构 嵌入式开发 电池安全 机械设计 AUTOSAR Python Kubernetes 智能座舱 水电站运维 "
    "有色金属冶炼 结构设计 软件测试 边缘计算 光伏系统 工业机器人",
    "09": "茶叶加工 咖啡种植 花卉育种 农产品检测 林业碳汇 动物疫病防控",
    "10": "临床护理 影像诊断 中药炮制 公共卫生 康复治疗 药品注册 傣医药",
    "12": "人力资源 供应链管理 项目管理 会计核算 旅游策划 电子商务 物业管理 信息系统",
    "13": "界面设计 室内设计 民族服饰 影视后期 陶瓷工艺 动画制作",
}  # fmt: skip
ENDS = (
    "五年项目经验",
    "带过十人团队",
    "负责过省级项目",
    "熟悉行业标准",
    "愿意到基层工作",
    "能独立承担工作",
    "有跨境项目经历",
)


def people(cities: dict[str, list[str]], now: datetime, seed: int = 1) -> Iterator[dict]:
    """Yield the facts of profiles without end, the same for the same seed; `cities` are prefectures with counties.

    `region_id` and `audience_id` are codes; the rest are values of the model.
    """
    draw, shares = random.Random(seed), _city_shares(list(cities))  # noqa: S311 (not a secret)
    while True:
        city = _one(draw, shares)
        yield _facts(draw, draw.choice(cities[city] or [city]), city, list(cities), now)


def name(draw: random.Random) -> str:
    """Return an invented name."""
    return draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=draw.choice((1, 2, 2))))


def _facts(draw: random.Random, region: str, city: str, cities: list[str], now: datetime) -> dict:
    degree, discipline, years = _one(draw, DEGREES), _one(draw, DISCIPLINES), draw.randint(*_one(draw, YEARS))
    known, seen = draw.sample(BEGUN[discipline].split(), 3), _one(draw, SEEN)
    school = _one(draw, SCHOOLS) if degree > Degree.SECONDARY else ""
    changed = now - timedelta(seconds=draw.randrange(80 * 86_400))
    title = _one(draw, TITLES) if years else Title.NONE
    return {
        "visibility": seen,
        "audience_id": city if seen == Visibility.REGION_ONLY else None,
        "degree": degree,
        "school_kind": school,
        "major": _major(draw, discipline) if degree > Degree.SECONDARY else "",
        "graduation_year": now.year - years,
        "work_since": now.year - years if years else None,
        "industry": _one(draw, INDUSTRIES) if years else "",
        "title": title,
        "skill": _one(draw, SKILLS) if degree <= Degree.COLLEGE else Skill.NONE,
        "languages": list(_one(draw, LANGUAGES)) if degree > Degree.SECONDARY else [],
        "skills": known,
        "traits": _traits(draw, degree, school, years),
        "region_id": region,
        "wanted_regions": sorted({city, *draw.sample(cities, draw.choice((0, 0, 1, 2)))})
        if draw.random() < 0.6
        else [],
        "wanted_kinds": draw.choice([[WorkKind.FULL_TIME], [WorkKind.FULL_TIME, WorkKind.REMOTE], [WorkKind.FLEXIBLE]]),
        "pay_from": draw.choice([None, 1]) and draw.randint(4, 10 + 6 * degree) * 1000,
        "available": _one(draw, AVAILABLE),
        "headline": f"{known[0]}、{known[1]}",
        "summary": f"{draw.choice(ENDS)}，{known[2]}；{draw.choice(ENDS)}。",
        "confirmed_at": changed,
        "confirm_by": changed + timedelta(days=CONFIRM_DAYS),
        "created_at": changed,
        "updated_at": changed,
    }


def _traits(draw: random.Random, degree: int, school: str, years: int) -> list[str]:
    fits = {
        Trait.POSTDOC: degree == Degree.DOCTOR and draw.random() < 0.2,
        Trait.RETURNED: school == SchoolKind.OVERSEAS,
        Trait.HOMEBOUND: draw.random() < 0.08,
        Trait.FRESH: years == 0,
    }
    return [trait for trait, fit in fits.items() if fit]


def _major(draw: random.Random, discipline: str) -> str:
    codes, weights = _majors_of(discipline)
    return draw.choices(codes, weights)[0]


@cache
def _majors_of(discipline: str) -> tuple[list[str], list[float]]:
    codes = sorted(majors().below(discipline), key=lambda code: (code[4:], code))  # the first major of each class first
    return codes, [1 / (rank + 1) ** 0.9 for rank in range(len(codes))]


def _city_shares(cities: list[str]) -> dict[str, float]:
    rest = sum(1 / (rank + 1) ** 0.6 for rank in range(1, len(cities))) or 1
    shares = {city: (1 - FIRST_CITY) / (rank + 1) ** 0.6 / rest for rank, city in enumerate(cities)}
    return shares | {cities[0]: FIRST_CITY}


def _one(draw: random.Random, shares: dict):
    return draw.choices(list(shares), list(shares.values()))[0]
