"""Load a province pack into the database, in the order in which rows need each other. Safe to run twice.

Each row is written when its pack entry is new or has changed (`PackRecord`); what staff edited is left alone otherwise.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, time

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Organization
from applications.models import Phrase
from certificates.models import CertificateKind
from jobs.models import Deployment
from notifications.models import MessageTemplate
from policies.models import CatalogItem, GuideVersion, MaterialSpec, ServiceItem
from policies.services import publish_guide
from provinces import brands, geography, packs, recognition
from provinces.models import PackRecord
from provinces.packs import Pack
from regions.models import CalendarYear, Region, RegionKind
from regions.services import fill_years, import_year
from talentportal.lib.refusals import Refused
from workstations.models import OpeningHours, Window, WindowItem, Workstation

NEW_CASE = "001"  # the handling item 业务办理项 "new" of an implementation code
YEARS_BACK = 2  # of the calendar, for cases of the past


class Ledger:
    """What the pack said last time, and what it says now; `save` keeps the latter."""

    def __init__(self):
        rows = PackRecord.objects.values_list("kind", "key", "digest")
        self.known = {(kind, key): digest for kind, key, digest in rows}
        self.news: dict[tuple[str, str], str] = {}

    def is_news(self, kind: str, key: str, content) -> bool:
        """Tell whether the pack's entry is new or has changed, and remember it."""
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self.known.get((kind, key)) == digest:
            return False
        self.known[kind, key] = self.news[kind, key] = digest
        return True

    def put(self, model: type[models.Model], lookup: dict, values: dict) -> bool:
        """Create or overwrite one row if its entry is news; tell whether it was."""
        if not self.is_news(model._meta.label_lower, "/".join(map(str, lookup.values())), values):
            return False
        model.objects.update_or_create(**lookup, defaults=values)
        return True

    def save(self) -> None:
        """Keep what was news. In the transaction that writes the rows."""
        rows = [PackRecord(kind=kind, key=key, digest=digest) for (kind, key), digest in self.news.items()]
        PackRecord.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["digest"]
        )
        self.news.clear()


def load(name: str, *, demo: bool, now: datetime, say: Callable[[str], None] = lambda line: None) -> bool:
    """Load a pack, with `demo` its invented staff, people and cases too; return False when there was nothing to do.

    `say` takes lines of progress. Raises Refused when the database holds another province, or real data for a demo.
    """
    _refuse_other_data(name, demo)
    ledger = Ledger()
    stamp = ("pack", f"{name} {'with demo' if demo else 'alone'}", [packs.digest(name), geography.stamp()])
    if not ledger.is_news(*stamp):
        return False
    stamped = ledger.news.popitem()  # kept last: what breaks off is loaded again
    pack = packs.read(name)
    with transaction.atomic():
        Deployment.objects.get_or_create(only=True, defaults={"is_demo": demo, "province": name, "created_at": now})
        for title, step in STEPS:
            say(f"{title}: {step(pack, ledger, now)}")
        ledger.save()
    if demo:
        from provinces import (
            demo_accounts,
            demo_brands,
            demo_cases,
            demo_events,
            demo_internships,
            demo_notices,
            demo_profiles,
            demo_talents,
            demo_units,
            demo_vacancies,
            policies,
        )  # here: production never needs them

        say(f"demo accounts: {demo_accounts.load(pack, now)}")
        say(f"sample policies: {policies.load(pack, now)}")
        say(f"sample brands: {demo_brands.load(pack, now)}")
        say(f"demo cases: {demo_cases.load(pack, now)}")
        say(f"sample notices: {demo_notices.load(pack, now)}")
        say(f"checked units: {demo_units.load(pack, now)}")
        say(f"sample people of the talent pool: {demo_talents.load(pack, now)}")
        say(f"demo people in the talent pool: {demo_profiles.load(pack, now)}")
        say(f"sample vacancies: {demo_vacancies.load(pack, now)}")
        say(f"sample places for interns: {demo_internships.load(pack, now)}")
        say(f"sample recruitment events: {demo_events.load(pack, now)}")
    ledger.news.update([stamped])
    ledger.save()
    return True


def _refuse_other_data(name: str, demo: bool) -> None:
    there = Deployment.objects.first()
    if there and there.province != name:
        raise Refused([f"This database holds the province {there.province}. Use another one for {name}."])
    if there and demo and not there.is_demo:
        raise Refused(["This database holds real data. Demo accounts have a public password and do not belong here."])


def _regions(pack: Pack, ledger: Ledger, now: datetime) -> str:
    rows = geography.divisions(pack.site["region"])
    paths = {}
    for row in [*rows, *map(_zone, pack.zones)]:
        parent = row["parent_id"]
        paths[row["code"]] = f"{paths[parent]}/{row['code']}" if parent else row["code"]
        ledger.put(Region, {"code": row["code"]}, row | {"path": paths[row["code"]]})
    return str(len(paths))


def _zone(zone: dict) -> dict:
    name = zone["name"]
    return {
        "code": zone["code"],
        "kind": RegionKind.ZONE,
        "name_zh": name["zh"],
        "name_en": name["en"],
        "parent_id": zone["parent"],
        "pinyin": geography.pinyin(name["zh"]),
    }


def _calendar(_pack: Pack, _ledger: Ledger, now: datetime) -> str:
    """Import the years that are missing; what is in the table is never touched."""
    this_year = timezone.localdate(now).year
    known = set(CalendarYear.objects.values_list("year", flat=True))
    missing = [year for year in range(this_year - YEARS_BACK, this_year) if year not in known]
    for year in missing:
        import_year(year=year, actor=None, now=now)
    return f"{len(missing) + fill_years(now)} years"


def _organizations(pack: Pack, ledger: Ledger, now: datetime) -> str:
    for entry in pack.organizations.values():
        parent = pack.organizations.get(entry.get("parent"))
        values = {
            **_both("name", entry["name"]),
            **_both("address", entry["address"]),
            "region_id": entry["region"],
            "parent_id": Organization.objects.get(uscc=parent["uscc"]).pk if parent else None,
            "document_prefix": entry["document_prefix"],
            "phone": entry["phone"],
        }
        ledger.put(Organization, {"uscc": entry["uscc"]}, values)
    return str(len(pack.organizations))


def _both(field: str, words: dict) -> dict:
    return {f"{field}_zh": words["zh"], f"{field}_en": words["en"]}


def offices(pack: Pack) -> dict[str, Organization]:
    """Return the pack's organizations by the key that its files use."""
    rows = Organization.objects.in_bulk([entry["uscc"] for entry in pack.organizations.values()], field_name="uscc")
    return {key: rows[entry["uscc"]] for key, entry in pack.organizations.items()}


def _certificate_kinds(pack: Pack, ledger: Ledger, now: datetime) -> str:
    issuer = pack.organizations[pack.site["department"]]["uscc"]
    for code, entry in pack.certificate_kinds.items():
        values = {
            "number_code": entry["number_code"],
            "type_code": issuer + entry["suffix"],
            "layout": entry["layout"],
            **_both("name", entry["name"]),
            **_both("text", entry["text"]),
        }
        ledger.put(CertificateKind, {"code": code}, values)
    return str(len(pack.certificate_kinds))


# --- Service items and their guides ----------------------------------------------------------------------------------


def _services(pack: Pack, ledger: Ledger, now: datetime) -> str:
    for entry in pack.catalog:
        values = {"name_zh": entry["zh"], "name_en": entry["en"], "item_type": entry["item_type"]}
        ledger.put(CatalogItem, {"catalog_code": entry["code"]}, values)
    catalog = CatalogItem.objects.in_bulk(field_name="catalog_code")
    kinds = CertificateKind.objects.in_bulk(field_name="code")
    known = offices(pack)
    topics = packs.topics()
    published = 0
    for code, entry in pack.services.items():
        office = known[entry["organization"]]
        matter = catalog[entry["catalog_code"]]
        ledger.put(ServiceItem, {"code": code}, _item_values(entry, office, matter, topics))
        published += _guide(code, entry, kinds, ledger, now)
    return f"{len(pack.services)}, {published} guides published"


def _item_values(entry: dict, office: Organization, matter: CatalogItem, topics: dict) -> dict:
    return {
        "serial": entry["serial"],
        "catalog_item_id": matter.pk,
        "organization_id": office.pk,
        "region_id": office.region_id,
        "task_code": f"{office.uscc}{entry['use_level']}{matter.catalog_code}",
        "use_level": entry["use_level"],
        "section": entry["section"],
        "topics": [topics[key] for key in entry["topics"]],
        **_both("name", entry["name"]),
        **_both("summary", entry["summary"]),
        "keywords": entry["keywords"],
        "is_sample": entry["is_sample"],
    }


def _guide(code: str, entry: dict, kinds: dict, ledger: Ledger, now: datetime) -> bool:
    """Publish a new version when the texts have changed; the versions before stay as they were."""
    content = {key: entry[key] for key in ("guide", "materials", "effective_from")}
    if not ledger.is_news("guide", code, content):
        return False
    item = ServiceItem.objects.get(code=code)
    last = item.guides.order_by("-version").first()
    begins = date.fromisoformat(entry["effective_from"])
    guide = GuideVersion.objects.create(
        item=item,
        version=last.version + 1 if last else 1,
        effective_from=max(begins, timezone.localdate(now)) if last else begins,
        handle_item_code=f"{item.task_code}{NEW_CASE}",
        **guide_fields(entry["guide"], kinds),
    )
    MaterialSpec.objects.bulk_create(material_specs(guide, entry["materials"]))
    publish_guide(guide=guide, actor=None, now=now)
    return True


def guide_fields(entry: dict, kinds: dict[str, CertificateKind]) -> dict:
    """Return the fields of a guide version from the `guide` of a service file."""
    kind = entry.get("certificate_kind")
    questions = [{"key": key} | question for key, question in entry["questions"].items()]
    return entry | {"questions": questions, "certificate_kind": kinds[kind] if kind else None}


def material_specs(guide: GuideVersion, materials: dict[str, dict]) -> list[MaterialSpec]:
    """Return unsaved material specs from the `materials` of a service file, in their order."""
    return [
        MaterialSpec(
            guide=guide,
            key=key,
            order=order,
            **_both("name", entry["name"]),
            **_both("requirement", entry["requirement"]),
            **{field: value for field, value in entry.items() if field not in ("name", "requirement")},
        )
        for order, (key, entry) in enumerate(materials.items(), start=1)
    ]


# --- Workstations and windows ----------------------------------------------------------------------------------------


def _workstations(pack: Pack, ledger: Ledger, now: datetime) -> str:
    known = offices(pack)
    for key, entry in pack.workstations.items():
        values = {
            "level": entry["level"],
            "region_id": entry["region"],
            "host_id": known[entry["host"]].pk,
            "phase": entry["phase"],
            "phone": entry["phone"],
            "is_sample": True,
            **_both("name", entry["name"]),
            **_both("address", entry["address"]),
        }
        ledger.put(Workstation, {"code": key}, values)
    return str(len(pack.workstations))


def _windows(pack: Pack, ledger: Ledger, now: datetime) -> str:
    known, stations = offices(pack), Workstation.objects.in_bulk(field_name="code")
    texts = ("kind", "name_zh", "name_en", "address_zh", "address_en", "phone")
    for row in pack.windows:
        values = {
            "organization_id": known[row["organization"]].pk,
            "region_id": row["region"],
            "station_id": stations[row["station"]].pk if row["station"] else None,
            "is_sample": True,
            **{field: row[field] for field in texts},
        }
        ledger.put(Window, {"code": row["code"]}, values)
    rows = Window.objects.select_related("region").in_bulk([row["code"] for row in pack.windows], field_name="code")
    _hours(pack, rows.values(), ledger)
    _window_items(pack, rows.values(), ledger)
    return str(len(pack.windows))


def _hours(pack: Pack, windows: Iterable[Window], ledger: Ledger) -> None:
    spans = [
        (weekday, time.fromisoformat(entry["opens"]), time.fromisoformat(entry["closes"]))
        for entry in pack.site["opening_hours"]
        for weekday in entry["weekdays"]
    ]
    fresh = [window for window in windows if ledger.is_news("hours", window.code, spans)]
    OpeningHours.objects.filter(window__in=fresh).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(window=window, weekday=weekday, opens_at=opens, closes_at=closes)
        for window in fresh
        for weekday, opens, closes in spans
    )


def _window_items(pack: Pack, windows: Iterable[Window], ledger: Ledger) -> None:
    items = ServiceItem.objects.in_bulk(list(pack.services), field_name="code")
    rows = []
    for window in windows:
        handled = [
            (code, entry["effective_from"])
            for code, entry in pack.services.items()
            if window.region.kind in entry.get("window_levels", packs.WINDOW_LEVELS)
        ]
        if ledger.is_news("window items", window.code, handled):
            rows += [WindowItem(window=window, item=items[code], starts_on=begins) for code, begins in handled]
    WindowItem.objects.bulk_create(rows, ignore_conflicts=True)


def _messages(pack: Pack, ledger: Ledger, now: datetime) -> str:
    for event, entry in pack.messages.items():
        values = {
            **_both("title", entry["title"]),
            **_both("body", entry["body"]),
            **_both("sms", entry.get("sms", {"zh": "", "en": ""})),
            "channels": entry["channels"],
            "is_statutory": True,
        }
        ledger.put(MessageTemplate, {"event": event}, values)
    return str(len(pack.messages))


def _phrases(pack: Pack, ledger: Ledger, now: datetime) -> str:
    """Give the department its ready phrases; every office below it uses them, too."""
    department = offices(pack)[pack.site["department"]]
    for order, entry in enumerate(pack.phrases, start=1):
        title = entry["title"]
        values = {
            "title_en": title["en"],
            **_both("text", entry["text"]),
            "cures": entry.get("cures", ""),
            "order": order,
        }
        where = {"organization_id": department.pk, "owner": None, "title_zh": title["zh"]}
        ledger.put(Phrase, where, values)
    return str(len(pack.phrases))


STEPS: tuple[tuple[str, Callable[[Pack, Ledger, datetime], str]], ...] = (
    ("regions", _regions),
    ("work calendar", _calendar),
    ("organizations", _organizations),
    ("certificate kinds", _certificate_kinds),
    ("service items", _services),
    ("workstations", _workstations),
    ("windows", _windows),
    ("message templates", _messages),
    ("ready phrases", _phrases),
    ("industries and disciplines", brands.load),
    ("recognition of labor brands", recognition.load),
)
