"""The demo's labor brands and think tank: the brands that a report names, and samples for every county.

`<name>/brands/`: `brands.csv` has one line per brand, `trades.yaml` what its trade is, `named.yaml` what the report
says, `around.yaml` and `offers.csv` what goes on around them, `experts.csv` the think tank. Texts are written
"Chinese | English". A brand that is there already, by its code or its name, is left alone: it belongs to the staff from
then on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from string import Template
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, Unit, User
from laborbrands.models import (
    Ambassador,
    Brand,
    BrandEvent,
    BrandOccupation,
    BrandStat,
    Builder,
    Cooperation,
    Opening,
    Plan,
    PlanTask,
    Recognition,
    ReportedFigure,
    Studio,
    Team,
    TeamMember,
    TrainingClass,
)
from laborbrands.states import Stage, Tier, TrademarkState
from provinces import demo_brand_past, packs
from provinces.demo_accounts import sign_in_name
from provinces.packs import Pack
from regions.models import Region
from reviews.models import Expert, ExpertTie
from reviews.states import TieKind

SAMPLE = "演示数据 / Sample data"
TIERS = {"C": Tier.COUNTY, "F": Tier.PREFECTURAL, "P": Tier.PROVINCIAL, "N": Tier.NATIONAL}
RECOGNIZED_IN = {"C": (3, 15), "F": (6, 20), "P": (9, 10), "N": (11, 18)}  # month and day of a year
LAST_YEAR, LAST_DAY = 2026, (1, 8)  # the report of January 12 counts them all
KEPT_ON = date(2026, 1, 10)
FIGURES = {2023: Decimal("0.82"), 2024: Decimal("0.91"), 2025: Decimal(1)}  # of the workers that the table gives
SHARES = {  # of the practitioners
    "driven_jobs": Decimal("1.35"),
    "new_jobs": Decimal("0.08"),
    "exported_in_province": Decimal("0.22"),
    "exported_out": Decimal("0.18"),
    "poverty_lifted": Decimal("0.12"),
    "trained": Decimal("0.06"),
}
LEVELS = {  # of those trained
    "certified_junior": Decimal("0.35"),
    "certified_intermediate": Decimal("0.20"),
    "certified_senior": Decimal("0.10"),
    "certified_technician": Decimal("0.02"),
    "certified_senior_technician": Decimal("0.005"),
}
INCOME = {"agriculture": 4100, "manufacturing": 5600, "culture": 4700, "household": 5000, "logistics": 5300}
OUTPUT = 46000  # yuan a year and worker
DESTINATIONS = {"330000": Decimal("0.5"), "440000": Decimal("0.3"), "310000": Decimal("0.2")}  # of those outside
TERM_YEARS = 3


def load(pack: Pack, now: datetime) -> str:
    """Add the brands and experts that are missing, with all that is around them; say how many there are."""
    folder = packs.FOLDER / pack.name / "brands"
    if not (folder / "brands.csv").exists():
        return "none"
    with transaction.atomic():
        file = _File.read(pack, folder, now)
        rows = file.missing()
        _add(file, rows)
        experts = _experts(file)
    return f"{len(file.rows)} brands, {len(rows)} new; {experts} experts"


def text(field_name: str, words: str) -> dict:
    """Split "Chinese | English" into the two fields of a name."""
    zh, _bar, en = words.partition(" | ")
    return {f"{field_name}_zh": zh, f"{field_name}_en": en}


@dataclass
class _File:
    """The files of a province's brands, and the rows of the database that they speak of."""

    folder: Path
    now: datetime
    pack: Pack
    rows: list[dict]
    trades: dict[str, dict]
    named: dict[str, dict]
    around: dict
    regions: dict[str, Region]
    offices: dict[str, Organization]  # by region
    brands: dict[str, Brand] = field(default_factory=dict)  # those just made, by code

    @classmethod
    def read(cls, pack: Pack, folder: Path, now: datetime) -> "_File":
        texts = [packs.read_yaml(folder / f"{name}.yaml") for name in ("trades", "named", "around")]
        regions = Region.objects.defer("outline").in_bulk()
        uscc = [entry["uscc"] for entry in pack.organizations.values()]
        offices = {office.region_id: office for office in Organization.objects.filter(uscc__in=uscc)}
        return cls(folder, now, pack, packs.read_csv(folder / "brands.csv"), *texts, regions, offices)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def missing(self) -> list[dict]:
        """Return the rows of brands that are not there; the name of one that is gone may be taken again."""
        codes = set(Brand.objects.values_list("code", flat=True))
        names = set(Brand.objects.exclude(stage__in=(Stage.REMOVED, Stage.MERGED)).values_list("name_zh", flat=True))
        return [row for row in self.rows if row["code"] not in codes and row["name_zh"] not in names]

    def office(self, region: Region) -> Organization:
        """Return the office of a region, or of the closest one above it."""
        codes = reversed(region.path.split("/"))
        return next(self.offices[code] for code in codes if code in self.offices)

    def user(self, key: str) -> User:
        return User.objects.get(email=sign_in_name(key))


def _add(file: _File, rows: list[dict]) -> None:
    brands = Brand.objects.bulk_create(_brand(file, row) for row in rows)
    file.brands = {brand.code: brand for brand in brands}
    Recognition.objects.bulk_create(one for row in rows for one in _recognitions(file, row))
    BrandEvent.objects.bulk_create(one for row in rows for one in _events(file, row))
    reporter, verifier = file.user("leader"), file.user("examiner")
    BrandStat.objects.bulk_create(one for row in rows for one in _stats(file, row, reporter, verifier))
    units = {unit.uscc: unit for unit in Unit.objects.all()}
    Builder.objects.bulk_create(one for row in rows for one in _builders(file, row, units))
    BrandOccupation.objects.bulk_create(one for row in rows for one in _occupations(file, row))
    TrainingClass.objects.bulk_create(one for row in rows for one in _held(file, row))
    demo_brand_past.subsidies(list(file.brands.values()), examiner=verifier, leader=reporter)
    Studio.objects.bulk_create(_studio(file, row) for row in rows if row["master"])
    _teams(file, rows)
    _plans(file, rows)
    _offers(file)
    Ambassador.objects.bulk_create(_ambassadors(file))
    _cooperation(file)
    _reported(file)


# --- The brand itself ------------------------------------------------------------------------------------------------


def _brand(file: _File, row: dict) -> Brand:
    trade, region, entry = file.trades[row["trade"]], file.regions[row["region"]], _said_of(file, row)
    return Brand(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        category=trade["category"],
        industry_id=trade["industry"],
        industry_code=trade["gbt"],
        occupation_code=trade["code"],
        **text("short", file.named.get(row["code"], {}).get("short", "")),
        **text("product", trade["product"]),
        region=region,
        longitude=row["longitude"],
        latitude=row["latitude"],
        department=file.office(region),
        destinations=_destinations(row),
        stage=Stage.RECOGNIZED,
        is_sample=entry is None,
        source=SAMPLE if entry is None else file.around["report"],
        created_at=file.now,
        **_words(file, row, entry),
    )


def _said_of(file: _File, row: dict) -> dict | None:
    """Return what the report says of a brand; None for a sample."""
    entry = file.named.get(row["code"])
    return None if entry is None or entry.get("is_sample") else entry


def _words(file: _File, row: dict, entry: dict | None) -> dict:
    """Return slogan and story as the report has them, and nothing else; or a sample's story, year and trademark."""
    if entry is not None:
        return text("slogan", entry.get("slogan", "")) | text("story", entry.get("story", ""))
    has_mark = {"trademark_state": TrademarkState.APPLIED} if "N" in row["recognized"] else {}
    return _story(file, row) | has_mark | {"founded_year": row["founded"]}


def _story(file: _File, row: dict) -> dict:
    region, trade = file.regions[row["region"]], file.trades[row["trade"]]
    product = text("product", trade["product"])
    story = text("story", file.around["stories"][trade["industry"]])
    return {
        key: Template(line).substitute(
            place=region.name_zh if key.endswith("zh") else region.name_en, product=product[f"product_{key[-2:]}"]
        )
        for key, line in story.items()
    }


def _destinations(row: dict) -> list[dict]:
    outside = int(row["workers"]) * SHARES["exported_out"]
    return [{"province": code, "count": int(outside * share)} for code, share in DESTINATIONS.items()]


def _steps(row: dict) -> Iterator[tuple[str, date]]:
    """Read "C22 P25": the letter of a tier and the day of its recognition."""
    for step in row["recognized"].split():
        year = 2000 + int(step[1:])
        yield step[0], date(year, *(LAST_DAY if year == LAST_YEAR else RECOGNIZED_IN[step[0]]))


def _recognitions(file: _File, row: dict) -> Iterator[Recognition]:
    """Standing ones; the provincial and the national tier are valid to the end of the second year from now."""
    brand = file.brands[row["code"]]
    for letter, day in _steps(row):
        prefix = file.pack.organizations["department"]["document_prefix"] if letter in "PN" else "人社"
        yield Recognition(
            brand=brand,
            tier=TIERS[letter],
            recognized_on=day,
            valid_until=date(file.today.year + 2, 12, 31) if letter in "PN" else None,
            document_no=f"{prefix}示〔{day.year}〕{_hash(row) % 90 + 1}号（演示）",
            source=SAMPLE,
        )


def _events(file: _File, row: dict) -> Iterator[BrandEvent]:
    brand, steps = file.brands[row["code"]], list(_steps(row))
    entered = "县级培育，建品牌档案 | Taken into the county's library, a file opened"
    first = steps[0][1].replace(month=1, day=5)
    yield BrandEvent(brand=brand, verb="enter", on=first, at=_at(first), **text("text", entered))
    for letter, day in steps:
        yield BrandEvent(brand=brand, verb="recognize", on=day, at=_at(day), tier=TIERS[letter])
    letter, day = steps[-1]
    if letter in "PN" and day.year < LAST_YEAR:
        grade = "优秀 | Follow-up evaluation: excellent" if letter == "N" else "合格 | Follow-up evaluation: qualified"
        words = text("text", f"跟踪评价：{grade}")
        yield BrandEvent(brand=brand, verb="keep", on=KEPT_ON, at=_at(KEPT_ON), tier=TIERS[letter], **words)


def _stats(file: _File, row: dict, reporter: User, verifier: User) -> Iterator[BrandStat]:
    begun = next(_steps(row))[1].year - 1
    for year, growth in FIGURES.items():
        if year < begun:
            continue
        yield BrandStat(
            brand=file.brands[row["code"]],
            year=year,
            source=SAMPLE,
            reported_by=reporter,
            reported_at=_at(date(year + 1, 1, 6)),
            verified_by=verifier,
            verified_at=_at(date(year + 1, 1, 9)),
            **_figures(int(row["workers"]) * growth, file.trades[row["trade"]]["industry"]),
        )


def _figures(workers: Decimal, industry: str) -> dict:
    counts = {key: int(workers * share) for key, share in SHARES.items()}
    income = Decimal(INCOME[industry])
    return {
        "practitioners": int(workers),
        **counts,
        **{key: int(counts["trained"] * share) for key, share in LEVELS.items()},
        "monthly_income_yuan": income * Decimal("1.12"),
        "industry_income_yuan": income,
        "output_yuan": Decimal(int(workers) * OUTPUT),
        "complaints": int(workers) // 9000,
    }


def _hash(row: dict) -> int:
    return crc32(row["code"].encode())


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


# --- Who builds it ---------------------------------------------------------------------------------------------------


def _builders(file: _File, row: dict, units: dict[str, Unit]) -> Iterator[Builder]:
    brand, starts = file.brands[row["code"]], date(int(row["founded"]), 3, 1)
    keys = file.named.get(row["code"], {}).get("builders", [])
    for key in keys:
        entry = file.pack.units[key]
        unit = units[entry["uscc"]]
        yield Builder(brand=brand, unit=unit, name_zh=entry["name"], name_en=entry["name_en"], starts_on=starts)
    yield Builder(
        brand=brand,
        name_zh=f"{row['name_zh']}品牌促进会（演示）",
        name_en=f"Association of {row['name_en']} (sample)",
        is_lead=not keys,
        starts_on=starts,
    )


def _occupations(file: _File, row: dict) -> Iterator[BrandOccupation]:
    trade, brand = file.trades[row["trade"]], file.brands[row["code"]]
    usual = {trade["code"]: trade["name"]} | trade.get("more", {})
    professions = {code: (words, False) for code, words in usual.items()}
    professions = file.named.get(row["code"], {}).get("professions", professions)
    for order, (code, (words, is_reported)) in enumerate(professions.items(), start=1):
        yield BrandOccupation(brand=brand, code=code, order=order, is_sample=not is_reported, **text("name", words))


def _held(file: _File, row: dict) -> Iterator[TrainingClass]:
    """The classes of the last year, for a brand whose professions the report counts; together they are its figures."""
    if "professions" not in file.named.get(row["code"], {}):
        return iter(())
    counts = _figures(Decimal(row["workers"]), file.trades[row["trade"]]["industry"])
    host = f"{file.regions[row['region']].name_zh}示例技工学校"
    professions = list(file.brands[row["code"]].occupations.all())
    return demo_brand_past.classes(
        professions, max(FIGURES), counts["trained"], [counts[name] for name in LEVELS], host
    )


def _studio(file: _File, row: dict) -> Studio:
    master = row["master"]
    return Studio(
        brand=file.brands[row["code"]],
        **text("name", f"{master}技能大师工作室 | Skill-master studio of {master}"),
        master=master,
        region_id=row["region"],
        founded_year=int(row["founded"]) + 3,
        is_sample=True,
    )


def _teams(file: _File, rows: list[dict]) -> None:
    led = [row for row in rows if row["leader"]]
    teams = Team.objects.bulk_create(_team(file, row) for row in led)
    names = [row["leader"] for row in led]
    members = file.around["team"]["members"].items()
    TeamMember.objects.bulk_create(
        TeamMember(
            team=team,
            name=names[(place * 7 + number) % len(names)],
            unit=file.regions[row["region"]].name_zh + unit,
            duty=duty,
        )
        for place, (team, row) in enumerate(zip(teams, led, strict=True))
        for number, (unit, duty) in enumerate(members, start=1)
    )


def _team(file: _File, row: dict) -> Team:
    head = file.regions[row["region"]].name_zh[-1] + "长"  # 县长, 市长, 区长, 州长
    since = date(int(f"20{row['recognized'][1:3]}"), 2, 1)
    return Team(
        brand=file.brands[row["code"]], leader=row["leader"], leader_post=f"副{head}", since=since, is_sample=True
    )


def _plans(file: _File, rows: list[dict]) -> None:
    planned = [row for row in rows if row["plan"]]
    plans = Plan.objects.bulk_create(
        Plan(
            brand=file.brands[row["code"]],
            year=row["plan"],
            title_zh=f"{row['name_zh']}{row['plan']}年建设方案",
            title_en=f"Plan for {row['name_en']}, {row['plan']}",
            is_sample=True,
        )
        for row in planned
    )
    PlanTask.objects.bulk_create(
        task for plan, row in zip(plans, planned, strict=True) for task in _tasks(file, plan, row)
    )


def _tasks(file: _File, plan: Plan, row: dict) -> Iterator[PlanTask]:
    owner = f"{file.regions[row['region']].name_zh}人力资源和社会保障局"
    for month, words in file.around["team"]["tasks"].items():
        due = date(int(plan.year), month, 28)
        done = due - timedelta(days=_hash(row) % 9 + 1)
        yield PlanTask(
            plan=plan, owner=owner, due_on=due, done_on=done if done <= file.today else None, **text("text", words)
        )


# --- What goes on around it ------------------------------------------------------------------------------------------


def _offers(file: _File) -> None:
    """Jobs and classes open for so many days from the day of loading."""
    rows = [row for row in packs.read_csv(file.folder / "offers.csv") if row["brand"] in file.brands]
    Opening.objects.bulk_create(_opening(file, row) for row in rows if row["kind"] == "JOB")
    brands = [file.brands[row["brand"]] for row in rows]
    first = {one.brand_id: one for one in BrandOccupation.objects.filter(brand__in=brands).order_by("-order")}
    TrainingClass.objects.bulk_create(_class(file, row, first) for row in rows if row["kind"] == "CLASS")


def _opening(file: _File, row: dict) -> Opening:
    return Opening(
        brand=file.brands[row["brand"]],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        text_zh=row["text_zh"],
        text_en=row["text_en"],
        unit_name=row["unit"],
        region_zh=row["place_zh"],
        region_en=row["place_en"],
        posts=row["number"],
        contact="12333",
        opens_on=file.today - timedelta(days=10),
        closes_on=file.today + timedelta(days=int(row["days"])),
        is_sample=True,
    )


def _class(file: _File, row: dict, occupations: dict[int, BrandOccupation]) -> TrainingClass:
    brand = file.brands[row["brand"]]
    starts = file.today + timedelta(days=int(row["days"]))
    return TrainingClass(
        brand=brand,
        occupation=occupations.get(brand.pk),
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        level="4",
        host=row["unit"],
        place=row["place_zh"],
        hours=120,
        places=row["number"],
        starts_on=starts,
        ends_on=starts + timedelta(days=30),
        apply_until=starts - timedelta(days=3),
        contact="12333",
        is_sample=True,
    )


def _ambassadors(file: _File) -> Iterator[Ambassador]:
    for code, (is_group, name, words, *is_reported) in file.around["ambassadors"].items():
        if code in file.brands:
            yield Ambassador(
                brand=file.brands[code],
                is_group=is_group,
                **text("name", name),
                **text("text", words),
                starts_on=KEPT_ON,
                ends_on=KEPT_ON.replace(year=KEPT_ON.year + TERM_YEARS),
                morals_signed_on=KEPT_ON,
                is_sample=not is_reported,
            )


def _cooperation(file: _File) -> None:
    for code, entry in file.around["cooperation"].items():
        values = {**text("name", entry["name"]), **text("text", entry["text"]), "partner_code": entry["partner"]}
        row, _is_new = Cooperation.objects.get_or_create(code=code, defaults=values)
        row.brands.add(*[file.brands[brand] for brand in entry["brands"] if brand in file.brands])


def _reported(file: _File) -> None:
    for key, entry in file.around["reported"].items():
        values = {
            "value": entry["value"],
            "is_about": entry["about"],
            **text("label", entry["label"]),
            **text("source", entry["source"]),
        }
        where = {"key": key, "region_id": file.pack.site["region"]}
        ReportedFigure.objects.get_or_create(**where, defaults=values)


# --- The think tank --------------------------------------------------------------------------------------------------


def _experts(file: _File) -> int:
    """Add the experts who are missing to the department's pool, for a term that began with last year."""
    pool = file.offices[file.pack.site["region"]]
    rows = packs.read_csv(file.folder / "experts.csv")
    there = set(Expert.objects.filter(organization=pool).values_list("number", flat=True))
    missing = [row for row in rows if row["number"] not in there]
    accounts = {user.email: user for user in User.objects.filter(posts__role="EXPERT", expert=None)}
    experts = Expert.objects.bulk_create(_expert(file, row, pool, accounts) for row in missing)
    through = Expert.disciplines.through
    through.objects.bulk_create(
        through(expert_id=expert.pk, discipline_id=code)
        for expert, row in zip(experts, missing, strict=True)
        for code in row["disciplines"].split()
    )
    advisers = file.around["advisers"]
    ExpertTie.objects.bulk_create(
        ExpertTie(expert=expert, kind=TieKind.ADVISER, name=advisers[expert.number], declared_at=file.now)
        for expert in experts
        if expert.number in advisers
    )
    return len(rows)


def _expert(file: _File, row: dict, pool: Organization, accounts: dict[str, User]) -> Expert:
    begins = date(file.today.year - 1, 1, 1)
    return Expert(
        organization=pool,
        user=accounts.get(sign_in_name(row["account"])) if row["account"] else None,
        number=row["number"],
        name=row["name"],
        unit_name=row["unit"],
        unit_uscc=row["uscc"],
        region_id=row["region"] or None,
        title=row["title"],
        term_starts_on=begins,
        term_ends_on=begins.replace(year=begins.year + TERM_YEARS),
        is_think_tank=True,
        is_sample=True,
    )
