"""What the labor brands of a province stand on: its industries, the kinds of its counties, and fields of expertise."""

from datetime import datetime

from laborbrands.models import CountyProfile, Industry
from provinces import packs
from provinces.packs import Pack
from reviews.models import Discipline


def load(pack: Pack, ledger, now: datetime) -> str:
    """Write the industries, kinds of counties and disciplines that are new or have changed; say how many there are."""
    folder = packs.FOLDER / pack.name / "brands"
    industries = packs.read_yaml(folder / "industries.yaml")
    for order, (code, entry) in enumerate(industries.items(), start=1):
        names = {f"name_{language}": name for language, name in entry["name"].items()}
        ledger.put(Industry, {"code": code}, {"order": order, "sections": entry["sections"], **names})
    disciplines = packs.read_yaml(packs.COMMON / "disciplines.yaml")
    for code, entry in disciplines.items():
        values = {"name_zh": entry["zh"], "name_en": entry["en"], "parent_id": entry.get("in")}
        ledger.put(Discipline, {"code": code}, values)
    _county_kinds(folder / "counties.yaml", ledger)
    return f"{len(industries)} and {len(disciplines)}"


def _county_kinds(path, ledger) -> None:
    kinds = packs.read_yaml(path) if path.exists() else {}
    CountyProfile.objects.bulk_create(
        (
            CountyProfile(region_id=code, kind=kind)
            for kind, codes in kinds.items()
            for code in codes
            if ledger.is_news("kind of county", f"{code}/{kind}", True)
        ),
        ignore_conflicts=True,
    )
