"""A unit's table of talents: read, checked line by line, one case for each."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.models import Person, UnitMember
from applications import queries, unit_tables
from applications.models import Case, PowerOfAttorney, UnitBatch
from applications.services import unit_batches
from applications.uploads import look_into
from notifications.models import Message
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import samples
from tests.cast import day, moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-09-18 10:00")
HEAD = ["姓名", "证件号码", "手机号", "申报类别", "工作单位"]
GOOD = [
    ["周新来", "990101199506151239", "19900000077", "D类", "示例单位"],
    ["吴二", "990102199511300039", "19900000078", "E类", "示例单位"],
]


@pytest.fixture(autouse=True)
def _english_demo(settings, _chinese):
    settings.DEMO = True
    translation.activate("en")


@pytest.fixture
def unit(world, stranger):
    return cast.make_unit(world.county, stranger, NOW)


def as_csv(*lines, head=HEAD, encoding="utf-8-sig"):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *lines])
    return out.getvalue().encode(encoding)


def as_xlsx(*lines, head=HEAD):
    book = openpyxl.Workbook()
    for line in (head, *lines):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def create(world, unit, clerk, handler, content=None, **more):
    said = {"unit": unit, "item": world.item, "window": world.window, "handler": handler, "until": day("2026-12-31")}
    said |= {"attorney": look_into(samples.pdf("委托书.pdf")), "content": content or as_csv(*GOOD)}
    return unit_batches.create_unit_batch(**{**said, "actor": clerk, "now": NOW, **more})


def errors(batch):
    return {row.line: [error["en"] for error in row.errors] for row in batch.rows.order_by("line")}


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [as_csv(*GOOD), as_csv(*GOOD, encoding="gb18030"), as_xlsx(*GOOD)])
def test_tables_of_each_kind_say_the_same(world, content):
    lines = unit_tables.read(content, world.guide.questions)
    assert [(line.number, line.name, line.id_number, line.phone) for line in lines] == [
        (2, "周新来", "990101199506151239", "19900000077"),
        (3, "吴二", "990102199511300039", "19900000078"),
    ]
    assert [line.answers for line in lines] == [
        {"level": "D", "employer": "示例单位"},
        {"level": "E", "employer": "示例单位"},
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.3\n%%EOF", "This is no CSV and no XLSX file."),
        (b"PK\x03\x04nothing", "This is no CSV and no XLSX file."),
        (b"\xff\xfe\x00a\x00", "This is no CSV and no XLSX file."),
        (as_csv(), "The file has no line below its head."),
        (as_csv(*GOOD, head=["姓名", "手机号", "x", "y", "z"]), "Nobody knows these columns: x, y, z."),
        (as_csv(*GOOD, head=["姓名", "手机号", "", "", ""]), "These columns are missing"),
        (as_csv(*GOOD, head=["姓名", "证件号码", "手机号", "手机号", ""]), "A column stands there twice."),
        (as_csv(*GOOD * 251), "At most 500 lines fit one batch."),
    ],
)
def test_files_that_are_no_table(world, content, reason):
    with pytest.raises(Refused, match=reason):
        unit_tables.read(content, world.guide.questions)


@pytest.mark.parametrize("number", [990101199506151239, 9.90101199506151e17, "9.90101E+17"])
def test_numbers_that_a_spreadsheet_has_rounded_are_refused(world, number):
    line = unit_tables.read(as_xlsx(["周新来", number, "", "D", "单位"]), world.guide.questions)[0]
    assert "turned into a figure" in line.errors[0]["en"]
    assert line.id_number == ""


def test_the_empty_table_can_be_read_back(world):
    heads = next(iter(openpyxl.load_workbook(io.BytesIO(unit_tables.example(world.guide.questions))).active.values))
    assert list(heads) == [
        "姓名",
        "证件号码",
        "手机号",
        "证件类型",
        "签发国家",
        "出生日期",
        "性别",
        "申报类别",
        "工作单位",
    ]


# --- checking ---------------------------------------------------------------------------------------------------------


def test_every_fault_of_a_line_is_told_in_both_languages(world, unit, clerk, stranger, applicant):
    batch = create(
        world,
        unit,
        clerk,
        stranger,
        as_csv(
            GOOD[0],
            ["吴二", "990102199511300038", "1990", "F类", ""],
            ["陈思达", "990101199003070015", "", "D", "单位"],
            GOOD[0],
            ["郑三", "99010119900307004X", "", "D", "单位"],
            ['=HYPERLINK("a","b")', "", "13800000001", "D", "单位"],
        ),
    )
    found = errors(batch)
    assert found[2] == []
    assert len(found[3]) == 4  # number, phone, class, employer
    assert found[4] == ["The name differs from the one registered with this document."]
    assert found[5] == ["The same document number is in line 2."]
    assert found[6] == ["The mobile number is missing: the person is told on their own phone."]
    assert found[7] == ["The name is missing, or not written as a name.", "The document number is missing."]
    assert not Person.objects.filter(name="周新来").exists()  # nothing is applied for yet


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"until": day("2026-09-17")}, "has expired"),
        ({"until": day("2028-01-01")}, "at most a year"),
    ],
)
def test_a_batch_needs_an_authority_that_holds(world, unit, clerk, stranger, change, reason):
    with pytest.raises(Refused, match=reason):
        create(world, unit, clerk, stranger, **change)
    assert not UnitBatch.objects.exists()


def test_the_handler_acts_for_the_unit_and_the_unit_is_verified(world, unit, clerk, stranger, applicant):
    with pytest.raises(Refused, match="does not act for the unit"):
        create(world, unit, clerk, applicant)
    type(unit).objects.update(status="PENDING")
    unit.refresh_from_db()
    with pytest.raises(Refused, match="not verified"):
        create(world, unit, clerk, stranger)


@pytest.mark.parametrize(("until", "reason"), [("2026-09-17", "has expired"), ("2028-01-01", "at most a year")])
def test_the_last_day_of_the_authority_is_told_beside_its_field(world, unit, clerk, client_of, at, until, reason):
    at("2026-09-18 10:00")
    said = client_of(clerk).post(reverse("admin:applications_unitbatch_add"), {"until": until})
    assert said.status_code == 422
    [error] = said.context["form"].errors["until"]
    assert reason in error
    assert f'id="id_until_error">{error}' in said.content.decode()


# --- taking in --------------------------------------------------------------------------------------------------------


def test_one_case_a_line_and_everybody_is_told(world, unit, clerk, stranger, run_due):
    batch = create(world, unit, clerk, stranger)
    spec = world.guide.materials.get(key="form")
    unit_batches.add_common_material(batch=batch, spec=spec, scan=look_into(samples.pdf()), actor=clerk, now=NOW)
    assert unit_batches.run_unit_batch(batch=batch, actor=clerk, now=NOW) == 2
    assert not Case.objects.exists()  # the jobs make them
    run_due(NOW)
    cases = list(Case.objects.order_by("pk"))
    assert [(c.applicant_name, c.channel, c.agent, c.unit, c.state) for c in cases] == [
        ("周新来", "BATCH", stranger, None, "RECEIVED"),
        ("吴二", "BATCH", stranger, None, "RECEIVED"),
    ]
    assert [c.applicant.is_untaken for c in cases] == [True, True]
    for case in cases:
        assert case.materials.get(spec__key="form").files.count() == 1
        assert Message.objects.filter(recipient=case.applicant, event="handed_in_for_you").count() == 1
    assert PowerOfAttorney.objects.filter(agent=stranger, ends_on=day("2027-01-01")).count() == 2


def test_run_again_it_goes_on_and_makes_nothing_twice(world, unit, clerk, stranger, applicant, run_due):
    batch = create(world, unit, clerk, stranger, as_csv(GOOD[0], ["陈思远", "990101199003070015", "", "X", "单位"]))
    unit_batches.run_unit_batch(batch=batch, actor=clerk, now=NOW)
    run_due(NOW)
    unit_batches.take_in_lines(row_ids=batch.rows.values_list("pk", flat=True), now=NOW)
    assert Case.objects.count() == 1
    batch.rows.filter(line=3).update(answers={"level": "D", "employer": "单位"})
    later = NOW + timedelta(hours=1)
    assert unit_batches.run_unit_batch(batch=batch, actor=clerk, now=later) == 1
    run_due(later)
    assert Case.objects.count() == 2
    with pytest.raises(Refused, match="Every line"):
        unit_batches.run_unit_batch(batch=batch, actor=clerk, now=later)


def test_a_handler_who_left_hands_in_nothing_from_that_minute(world, unit, clerk, stranger, run_due):
    batch = create(world, unit, clerk, stranger)
    unit_batches.run_unit_batch(batch=batch, actor=clerk, now=NOW)
    UnitMember.objects.filter(user=stranger).update(left_at=NOW)
    run_due(NOW)
    assert not Case.objects.exists()
    assert set(map(tuple, errors(batch).values())) == {("The handler does not act for the unit any more.",)}


def test_the_handler_sees_the_cases_until_leaving_the_unit(world, unit, clerk, stranger, client_of, at, run_due):
    at("2026-09-18 10:00")
    batch = create(world, unit, clerk, stranger)
    unit_batches.run_unit_batch(batch=batch, actor=clerk, now=NOW)
    run_due(NOW)
    case, today = Case.objects.first(), cast.today(NOW)
    assert Case.objects.own(stranger).count() == 2
    assert queries.attorney_of(case, stranger, today)
    listed = client_of(stranger).get(reverse("me:case_list")).content.decode()
    for case in Case.objects.all():  # one item, many people: each line says whose it is
        assert f"{case.case_no}</span> · {case.applicant_name}" in listed
        own_page = client_of(stranger).get(reverse("me:case", args=[case.case_no])).content.decode()
        assert f'<p class="soft">{case.applicant_name}</p>' in own_page
    UnitMember.objects.filter(user=stranger).update(left_at=NOW)
    assert not Case.objects.own(stranger).exists()
    assert queries.attorney_of(case, stranger, today) is None
    assert queries.roles_on(case, stranger, today) == set()


def test_who_has_an_open_case_is_told_apart(world, unit, clerk, stranger, run_due):
    first = create(world, unit, clerk, stranger)
    unit_batches.run_unit_batch(batch=first, actor=clerk, now=NOW)
    run_due(NOW)
    again = create(world, unit, clerk, stranger)
    assert all("has an open case of this item already" in found[0] for found in errors(again).values())
    with pytest.raises(Refused, match="No line is without fault"):
        unit_batches.run_unit_batch(batch=again, actor=clerk, now=NOW)


def test_only_who_began_it_goes_on(world, unit, clerk, other_clerk, stranger):
    batch = create(world, unit, clerk, stranger)
    with pytest.raises(Refused):
        unit_batches.run_unit_batch(batch=batch, actor=other_clerk, now=NOW)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_desk_of_a_batch(world, unit, clerk, other_clerk, examiner, stranger, client_of, at, run_due):
    at("2026-09-18 10:00")
    client, add = client_of(clerk), reverse("admin:applications_unitbatch_add")
    table = client.get(reverse("admin:applications_unitbatch_table", args=[world.item.pk]))
    assert openpyxl.load_workbook(io.BytesIO(table.content)).active["A1"].value == "姓名"
    said = {"item": world.item.pk, "window": world.window.pk, "uscc": unit.uscc, "handler": stranger.email}
    said |= {"until": "2026-12-31", "attorney": samples.pdf()}
    wrong = client.post(add, said | {"table": SimpleUploadedFile("t.csv", as_csv(head=["x"]))})
    assert wrong.status_code == 422
    assert "Nobody knows these columns" in wrong.content.decode()
    sheet = SimpleUploadedFile("t.xlsx", as_xlsx(*GOOD))
    page = client.post(add, said | {"table": sheet, "attorney": samples.pdf()}).url
    shown = client.get(page).content.decode()
    assert "Take in 2 applications" in shown
    assert "990101199506151239" not in shown  # masked
    batch = UnitBatch.objects.get()
    common = reverse("admin:applications_unitbatch_common", args=[batch.pk])
    client.post(common, {"spec": world.guide.materials.get(key="form").pk, "scan": samples.pdf()})
    assert batch.files.count() == 1
    client.post(reverse("admin:applications_unitbatch_run", args=[batch.pk]))
    assert "This page follows by itself." in client.get(page).content.decode()
    run_due(NOW)
    done = client.get(page).content.decode()
    assert "2 of 2 cases made, 0 lines with errors." in done
    assert all(case.case_no in done for case in Case.objects.all())
    assert client_of(other_clerk).get(page).status_code == 404
    assert client_of(examiner).get(page).status_code in (403, 404)
