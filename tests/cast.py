"""The named cast of the tests and the small world they live in."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import ID_PURPOSE, Organization, Person, Role, StaffPost, Unit, UnitMember, User
from accounts.queries import tail_fingerprint
from applications import services
from applications.models import Case
from certificates.models import CertificateKind
from policies.models import CatalogItem, GuideVersion, MaterialSpec, ServiceItem
from regions.models import CalendarDay, CalendarYear, Region
from talentportal.lib import workdays
from talentportal.lib.idcard import clean
from talentportal.lib.masking import mask_document
from talentportal.lib.sealed import blind_index
from talentportal.lib.uploads import UploadFacts
from workstations.models import Window, WindowItem

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "Correct-horse-9"
PDF = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>> endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000054 00000 n\x20
0000000105 00000 n\x20
trailer <</Size 4/Root 1 0 R>>
startxref
170
%%EOF
"""


def moment(text: str) -> dt.datetime:
    """Read "2026-09-18 10:00" as local time."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class World:
    """A province with one prefecture, two counties, an office, a window in each county, and one service item."""

    province: Region
    city: Region
    county: Region
    other_county: Region
    office: Organization
    window: Window
    other_window: Window
    item: ServiceItem
    guide: GuideVersion


def make_calendar() -> None:
    """Fill the years 2024 to 2027 from the library; 2027 is not published."""
    for year in (2024, 2025, 2026, 2027):
        CalendarYear.objects.update_or_create(year=year, defaults={"is_published": workdays.is_published(year)})
        CalendarDay.objects.bulk_create(
            [CalendarDay(date=day, kind=kind, name=name) for day, (kind, name) in workdays.national_days(year).items()],
            ignore_conflicts=True,
        )


def make_region(code: str, kind: str, name: str, parent: Region | None = None) -> Region:
    path = f"{parent.path}/{code}" if parent else code
    return Region.objects.create(code=code, kind=kind, name_zh=name, name_en=f"Region {code}", parent=parent, path=path)


def make_world() -> World:
    make_calendar()
    province = make_region("530000", "PROVINCE", "云南省")
    city = make_region("530100", "PREFECTURE", "昆明市", province)
    county = make_region("530114", "COUNTY", "呈贡区", city)
    other_county = make_region("530102", "COUNTY", "五华区", city)
    office = Organization.objects.create(
        name_zh="云南省人力资源和社会保障厅",
        name_en="Department of Human Resources and Social Security of Yunnan Province",
        uscc="11990000MB0000001X",
        region=province,
        document_prefix="云人社",
        phone="12333",
    )
    window, other_window = (
        make_window(code, region, office) for code, region in (("w1", county), ("w2", other_county))
    )
    item, guide = make_item(province, office, [window, other_window])
    return World(province, city, county, other_county, office, window, other_window, item, guide)


def make_window(code: str, region: Region, office: Organization) -> Window:
    return Window.objects.create(
        code=code,
        organization=office,
        region=region,
        name_zh=f"{region.name_zh}人才服务窗口",
        name_en=f"Talent service window {code}",
        address_zh="示例路1号",
        address_en="1 Sample Road",
        phone="0871-12333",
    )


FORM = {
    "kind": "FORM",
    "form": {
        "fields": [
            {"label": {"zh": "姓名", "en": "Name"}, "sample": {"zh": "张三（样例）", "en": "Zhang San"}},
            {"label": {"zh": "业绩", "en": "Works"}, "sample": {"zh": "专利两件", "en": "Two patents"}, "lines": 3},
        ],
        "opinion": {"zh": "单位意见", "en": "Opinion of the employer"},
        "notes": [{"zh": "盖章有效。", "en": "Valid with the seal."}],
    },
}


def make_item(province: Region, office: Organization, windows, *, serial: int = 1, item_type: str = "07", **guide):
    """Make a published service item with two core and three secondary materials, two of them deferrable."""
    catalog = CatalogItem.objects.create(
        catalog_code=f"5307140010{serial:02d}",
        name_zh="高层次人才分类认定",
        name_en="Classification",
        item_type=item_type,
    )
    item = ServiceItem.objects.create(
        code=f"talent-grade-{serial}",
        serial=serial,
        catalog_item=catalog,
        organization=office,
        region=province,
        task_code=f"TASK{serial}",
        use_level="2",
        name_zh="高层次人才分类认定",
        name_en="Classification of high-level talents",
        summary_zh="认定后享受待遇",
        summary_en="Benefits after classification",
    )
    kind, _made = CertificateKind.objects.get_or_create(
        code="talent-grade",
        defaults={
            "number_code": "01",
            "type_code": "11990000MB0000001X001",
            "name_zh": "高层次人才证书",
            "name_en": "Certificate of high-level talent",
            "text_zh": "{holder}，经认定为{level}高层次人才。",
            "text_en": "{holder} is recognized as high-level talent, {level}.",
        },
    )
    values = {
        "case_kind": "PROMISED",
        "promised_days": 10,
        "statutory_days": 20,
        "deferral_allowed": True,
        "result_kind": "CERTIFICATE",
        "result_name": {"zh": "高层次人才证书", "en": "Certificate of high-level talent"},
        "result_sample": {
            "holder": {"zh": "张三（样例）", "en": "Zhang San (sample)"},
            "face": {"level": {"zh": "D类", "en": "class D"}},
        },
        "certificate_kind": kind,
        "served_objects": ["person"],
        "handling_forms": ["online", "window"],
        "conditions": [{"zh": "在省内全职工作", "en": "Work full time in the province"}],
        "legal_basis": [{"title_zh": "示例办法", "title_en": "Sample rules", "article": "3"}],
        "steps": [],
        "questions": [
            {
                "key": "level",
                "kind": "choice",
                "label": {"zh": "申报类别", "en": "Class"},
                "required": True,
                "choices": [
                    {"value": "D", "label": {"zh": "D类", "en": "Class D"}},
                    {"value": "E", "label": {"zh": "E类", "en": "Class E"}},
                ],
            },
            {"key": "employer", "kind": "text", "label": {"zh": "工作单位", "en": "Employer"}, "required": True},
        ],
        "remedies": [
            {
                "body": {"zh": "云南省人民政府", "en": "Provincial government"},
                "within": {"zh": "60日内", "en": "within 60 days"},
            }
        ],
    }
    version = GuideVersion.objects.create(
        item=item, version=1, effective_from=dt.date(2024, 1, 1), **{**values, **guide}
    )
    for order, (key, tier, deferrable) in enumerate(
        [
            ("id", "CORE", False),
            ("degree", "CORE", False),
            ("works", "SECONDARY", True),
            ("form", "SECONDARY", True),
            ("photo", "SECONDARY", False),
        ],
        start=1,
    ):
        MaterialSpec.objects.create(
            guide=version,
            key=key,
            order=order,
            name_zh=f"材料{key}",
            name_en=f"Material {key}",
            requirement_zh="清晰",
            requirement_en="Legible",
            tier=tier,
            deferrable=deferrable,
            defer_days=5,
            **(FORM if key == "form" else {}),
        )
    GuideVersion.objects.filter(pk=version.pk).update(state="PUBLISHED", published_at=moment("2024-01-01 09:00"))
    version.refresh_from_db()
    for window in windows:
        WindowItem.objects.create(window=window, item=item, starts_on=dt.date(2024, 1, 1))
    return item, version


def make_person(email: str, name: str, number: str, level: int = 2) -> User:
    user = User.objects.create_user(email=email, password=PASSWORD, name=name)
    number = clean("RESIDENT_ID", number, birth_date=None, today=dt.date(2026, 9, 1), allow_demo=True)
    Person.objects.create(
        user=user,
        name=name,
        document_type="RESIDENT_ID",
        id_number=number,
        id_fingerprint=blind_index(number, ID_PURPOSE),
        tail_fingerprint=tail_fingerprint(number),
        id_masked=mask_document(number),
        birth_date=dt.date(1990, 3, 7),
        level=level,
    )
    return user


def make_staff(email: str, name: str, role: Role, region: Region, office: Organization, windows=()) -> User:
    user = User.objects.create_user(email=email, password=PASSWORD, name=name, is_staff=True)
    post = StaffPost.objects.create(
        user=user, role=role, organization=office, region=region, starts_on=dt.date(2024, 1, 1)
    )
    post.windows.set(windows)
    return user


def make_unit(region: Region, owner: User, now: dt.datetime) -> Unit:
    unit = Unit.objects.create(
        name="云岭示例科技有限公司", uscc="91990100MA0000001G", region=region, work_region=region, status="VERIFIED"
    )
    UnitMember.objects.create(unit=unit, user=owner, role="OWNER", joined_at=now)
    return unit


def hand_in(case: Case, actor: User, *keys: str, now: dt.datetime) -> None:
    """Add a small file for each of these materials."""
    for material in case.materials.select_related("spec").filter(spec__key__in=keys):
        facts = UploadFacts(kind="pdf", mime="application/pdf", size=len(PDF), sha256="0" * 64, pages=1, pixels=None)
        services.add_file(
            material=material,
            actor=actor,
            file=ContentFile(PDF, name="paper.pdf"),
            facts=facts,
            name="paper.pdf",
            now=now,
        )


def make_draft(world: World, applicant: User, *keys: str, now: dt.datetime, item: ServiceItem | None = None) -> Case:
    """Begin a draft with answers, window and files for the materials of these keys."""
    case = services.start(item=item or world.item, actor=applicant, now=now)
    services.save_answers(
        case=case, actor=applicant, answers={"level": "D", "employer": "示例单位"}, step="materials", now=now
    )
    services.choose_window(case=case, actor=applicant, window=world.window, now=now)
    hand_in(case, applicant, *keys, now=now)
    case.refresh_from_db()
    return case


def promise(case: Case, applicant: User, days: dict[str, str], now: dt.datetime) -> None:
    """Promise the materials of these keys for these days."""
    materials = {m.spec.key: m.pk for m in case.materials.select_related("spec")}
    services.promise_material(
        case=case,
        actor=applicant,
        promises={
            materials[key]: {"reason": "BY_POST", "promised_on": dt.date.fromisoformat(day)}
            for key, day in days.items()
        },
        now=now,
    )


def submit(case: Case, applicant: User, now: dt.datetime, **signing) -> Case:
    """Submit, and let the worker write the papers and messages at once."""
    case = services.submit(case=case, actor=applicant, now=now, declares=True, **signing)
    services.confirm_submission(case=case, now=now)
    return case


def check_all(case: Case, clerk: User, now: dt.datetime) -> None:
    """Check every material that is in hand and find it in order."""
    for material in case.materials.filter(status__in=["HELD", "PROVIDED"]).exclude(check_result="ACCEPTED"):
        services.check_material(material=material, actor=clerk, now=now, in_order=True)


def day(value: str) -> dt.date:
    return dt.date.fromisoformat(value)


def today(now: dt.datetime) -> dt.date:
    return timezone.localdate(now)
