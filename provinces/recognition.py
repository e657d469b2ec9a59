"""Load how labor brands are recognized: hard conditions, the score sheet, the rules of the subsidy.

`common/recognition.yaml`, with the province's own `recognition.yaml` laid over it.
"""

from datetime import date, datetime
from decimal import Decimal

from laborbrands.models import Condition, SubsidyRule
from provinces import packs
from provinces.packs import Pack
from reviews.models import ScoreScheme


def load(pack: Pack, ledger, now: datetime) -> str:
    """Write what is new or has changed; return how many of each there are. A step of the loader."""
    entry = read(pack)
    basis, begins = entry["conditions_basis"]["zh"], date.fromisoformat(entry["conditions_from"])
    for row in entry["conditions"]:
        _condition(row, basis, begins, ledger)
    _scheme(entry["scheme"], ledger)
    for row in entry["subsidies"]:
        _rule(row, ledger)
    return f"{len(entry['conditions'])} conditions, 1 score sheet, {len(entry['subsidies'])} rules of the subsidy"


def read(pack: Pack) -> dict:
    """Return what is common, with what the province says itself laid over it, its $words filled in."""
    own = packs.FOLDER / pack.name / "recognition.yaml"
    common = packs.read_yaml(packs.COMMON / "recognition.yaml")
    merged = packs.merge(common, packs.read_yaml(own)) if own.exists() else common
    return packs.fill(merged, pack.site["words"])


def _condition(row: dict, basis: str, begins: date, ledger) -> None:
    lookup = {key: row.get(key, "") for key in ("tier", "category", "question")} | {"effective_from": begins}
    text = row["text"]
    values = {"least": Decimal(row["least"]), "text_zh": text["zh"], "text_en": text["en"], "basis": basis}
    ledger.put(Condition, lookup, values)


def _scheme(entry: dict, ledger) -> None:
    """Write the sheet once: another version gets another number, so that scores keep what they were given by."""
    name = entry["name"]
    values = {
        "name_zh": name["zh"],
        "name_en": name["en"],
        "basis": entry["basis"],
        "criteria": entry["criteria"],
        "lines": entry["lines"],
    }
    ledger.put(ScoreScheme, {"code": entry["code"], "version": entry["version"]}, values)


def _rule(row: dict, ledger) -> None:
    lookup = {"tier": row["tier"], "effective_from": date.fromisoformat(row["effective_from"])}
    values = {key: row[key] for key in ("upgrade", "fund", "basis")} | {"amount_yuan": Decimal(row["amount_yuan"])}
    ledger.put(SubsidyRule, lookup, values)
