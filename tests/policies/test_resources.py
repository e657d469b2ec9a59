"""Benefits as a table: out and in again, formulas harmless, every fault beside its cell, all lines or none."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Role
from policies.models import Benefit, PolicyVersion
from policies.text import resources
from talentportal.lib import tables
from talentportal.lib.refusals import Refused
from tests import cast
from tests.policies.library import FRIDAY, leaf, make_benefit, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portal_time")]

HEAD = ["政策地址", "版本", "待遇编号", "类别", "名称", "待遇内容", "金额（元）", "发放方式"]


@pytest.fixture
def version():
    return make_version("measures", state="DRAFT")


def line(key="rent", **cells) -> list[str]:
    said = dict(
        zip(HEAD, ["measures", "1.0", key, "租房补贴", "租房补贴", "每月给予补贴", "1500", "MONTHLY"], strict=True)
    )
    return list((said | {"类别": "rent"} | cells).values())


def csv_of(*lines, head=HEAD, encoding="utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *lines])
    return out.getvalue().encode(encoding)


def xlsx_of(*lines, head=HEAD) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [head, *lines]:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def preview(content: bytes, editor, **more):
    table = resources.read_file(content)
    return resources.preview(table, versions=PolicyVersion.objects.all(), **more)


def write(content: bytes, editor, confirm=False):
    table = resources.read_file(content)
    return resources.write(table, versions=PolicyVersion.objects.all(), actor=editor, now=FRIDAY, confirm=confirm)


def faults(content: bytes, editor) -> dict:
    """Return {(line, column): messages} of a preview; "" is the line as a whole."""
    found = {}
    for one in preview(content, editor):
        found |= {(one.number, cell.column): cell.errors for cell in one.cells if cell.errors}
        found |= {(one.number, ""): one.errors} if one.errors else {}
    return found


# --- files


@pytest.mark.parametrize("make", [csv_of, xlsx_of, lambda *lines: csv_of(*lines, encoding="gb18030")])
def test_files_of_spreadsheets_are_read(version, editor, make):
    assert write(make(line()), editor) == {"new": 1, "update": 0, "skip": 0}
    benefit = version.benefits.get()
    assert (benefit.key, benefit.kind, benefit.amount_yuan, benefit.pay_rule, benefit.confirmed_at) == (
        "rent",
        "rent",
        Decimal(1500),
        "MONTHLY",
        None,
    )


def test_columns_may_bear_the_names_of_fields(version, editor):
    head = ["policy", "label", "key", "kind", "name_zh", "text_zh"]
    assert write(csv_of(["measures", "1.0", "card", "card", "人才卡", "发给人才卡"], head=head), editor)["new"] == 1
    assert version.benefits.get().pay_rule == "NONE"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "below its head"),
        (csv_of(), "below its head"),
        (csv_of(line(), head=[*HEAD[:-1], "密码"]), "密码"),
        (csv_of(line(), head=[*HEAD[:-1], "版本"]), "twice"),
        (csv_of(["measures"], head=["政策地址"]), "待遇编号"),
        (b"PK\x03\x04 broken", "no CSV"),
        (b"\xff\xfe\x00\x81", "no CSV"),
        (csv_of(*[line(f"b{n}") for n in range(2001)]), "2000"),
        (b"a" * (5 * 2**20 + 1), "5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(db, content, words):
    with pytest.raises(Refused) as refused, override("en"):
        resources.read_file(content)
    assert words in str(refused.value)


def test_a_packed_file_that_swells_is_refused(db, monkeypatch):
    monkeypatch.setattr(tables, "MOST_UNPACKED", 1000)
    with pytest.raises(Refused):
        resources.read_file(xlsx_of(line()))


# --- formulas


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1"])
def test_formulas_go_out_harmless_and_come_back_as_they_were(version, editor, text):
    make_benefit(version, "risky", confirmed="", name_zh=text, clause=None)
    content = resources.as_csv(resources.table_of(Benefit.objects.all()))
    cells = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert cells["名称"] == f"'{text}"
    sheet = openpyxl.load_workbook(io.BytesIO(resources.as_xlsx(resources.table_of(Benefit.objects.all())))).active
    assert "f" not in {cell.data_type for row in sheet for cell in row}
    Benefit.objects.all().delete()
    write(content, editor)
    assert version.benefits.get().name_zh == text.strip()


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_a_formula_in_a_file_is_refused_beside_its_cell(version, editor, make):
    found = faults(make(line(名称='=HYPERLINK("http://evil.example")'), line("b", 待遇内容="@x")), editor)
    assert set(found) == {(2, "名称"), (3, "待遇内容")}
    assert Benefit.objects.count() == 0


# --- faults


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"政策地址": "nowhere"}, "政策地址"),
        ({"版本": "9.0"}, "政策地址"),
        ({"类别": "黄金"}, "类别"),
        ({"金额（元）": "十万"}, "金额（元）"),
        ({"金额（元）": "-5"}, "金额（元）"),
        ({"发放方式": "有时"}, "发放方式"),
        ({"名称": ""}, "名称"),
        ({"名称": "长" * 121}, "名称"),
        ({"待遇编号": "不是 slug"}, "待遇编号"),
        ({"待遇内容": ""}, "待遇内容"),
        ({"名称": "<b>租房</b>"}, "名称"),
    ],
)
def test_a_fault_stands_beside_its_cell(version, editor, cells, column):
    assert set(faults(csv_of(line(**cells)), editor)) == {(2, column)}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("条款", "a99"),
        ("发放月数", "三"),
        ("截止日期（不含当日）", "2027-02-30"),
        ("享受条件", "{"),
        ("享受条件", '{"fact": "shoe size", "op": "is", "value": 42}'),
        ("办理事项", "no-such-item"),
    ],
)
def test_faults_of_the_other_columns(version, editor, column, value):
    found = faults(csv_of([*line(), value], head=[*HEAD, column]), editor)
    assert set(found) == {(2, column)}


def test_several_faults_of_a_line_are_told_at_once(version, editor):
    found = faults(csv_of(line(**{"类别": "黄金", "金额（元）": "十万"}), line()), editor)
    assert set(found) == {(2, "类别"), (2, "金额（元）")}


def test_a_key_stands_once_in_a_file(version, editor):
    assert set(faults(csv_of(line(), line()), editor)) == {(3, "")}


def test_one_faulty_line_keeps_all_out(version, editor):
    with pytest.raises(Refused):
        write(csv_of(line("good"), line("bad", 类别="黄金")), editor)
    assert Benefit.objects.count() == 0


# --- what it does


def test_a_preview_writes_nothing(version, editor):
    lines = preview(csv_of(line()), editor)
    assert [(one.number, one.result) for one in lines] == [(2, "new")]
    assert Benefit.objects.count() == 0


def test_everything_comes_back_as_it_went_out(version, editor, world):
    tree = {"all": [leaf("degree", "at_least", "master", clause="a2"), leaf("full_time", "is", True)]}
    make_benefit(
        version,
        "rent",
        confirmed="",
        kind="rent",
        amount_yuan=Decimal("1500.50"),
        pay_rule="MONTHLY",
        pay_months=36,
        pay_note_zh="最长三年",
        pay_note_en="at most three years",
        conditions=tree,
        ends_on=cast.day("2027-01-01"),
        exclusive_group="home",
        mode="AUTO",
        service_item=world.item,
        clause=version.clauses.get(anchor="a2"),
    )
    before = Benefit.objects.values().get()
    content = resources.as_csv(resources.table_of(Benefit.objects.all()))
    assert [one.result for one in preview(content, editor)] == ["skip"]
    Benefit.objects.all().delete()
    assert write(content, editor)["new"] == 1
    after = Benefit.objects.values().get()
    assert {name for name in before if before[name] != after[name]} <= {"id", "order"}


def test_what_changes_is_shown_against_what_was(version, editor):
    make_benefit(version, "rent", confirmed="", kind="rent", name_zh="租房补贴", amount_yuan=1000, pay_rule="MONTHLY")
    (shown,) = preview(csv_of(line()), editor)
    assert shown.result == "update"
    assert {cell.column: cell.before for cell in shown.cells if cell.before} == {
        "金额（元）": "1000",
        "待遇内容": "每月发给生活补贴1000元。",
    }
    assert write(csv_of(line()), editor) == {"new": 0, "update": 1, "skip": 0}
    assert version.benefits.get().amount_yuan == 1500


def test_lines_are_confirmed_only_by_the_person_who_says_so(version, editor):
    write(csv_of(line()), editor, confirm=True)
    benefit = version.benefits.get()
    assert (benefit.confirmed_by, benefit.confirmed_at) == (editor, FRIDAY)


def test_a_confirmed_benefit_is_replaced_only_with_confirmation(editor):
    version = make_version("measures")
    old = make_benefit(version, "rent", kind="rent", name_zh="租房补贴", amount_yuan=1000, pay_rule="MONTHLY")
    (shown,) = preview(csv_of(line()), editor)
    assert (shown.result, shown.replaces) == ("update", True)
    with pytest.raises(Refused):
        write(csv_of(line()), editor)
    assert [b.amount_yuan for b in version.benefits.public()] == [1000]
    assert write(csv_of(line()), editor, confirm=True)["update"] == 1
    old.refresh_from_db()
    assert old.withdrawn_at == FRIDAY
    assert [b.amount_yuan for b in version.benefits.public()] == [1500]


# --- the pages


def test_the_editor_looks_and_then_imports(client, version, editor):
    client.force_login(editor)
    address = reverse("admin:policies_benefit_import")
    shown = client.post(address, {"file": io.BytesIO(csv_of(line()))})
    assert (shown.status_code, [one.result for one in shown.context["lines"]], Benefit.objects.count()) == (
        200,
        ["new"],
        0,
    )
    assert client.post(address, {"kept": shown.context["kept"]}).status_code == 302
    assert version.benefits.get().confirmed_at is None


def test_a_faulty_file_offers_no_import(client, version, editor):
    client.force_login(editor)
    shown = client.post(reverse("admin:policies_benefit_import"), {"file": io.BytesIO(csv_of(line(类别="黄金")))})
    assert shown.status_code == 422
    assert "黄金" in shown.content.decode()
    assert 'name="kept"' not in shown.content.decode()


def test_a_preview_belongs_to_who_made_it(client, version, editor, world):
    client.force_login(editor)
    kept = client.post(reverse("admin:policies_benefit_import"), {"file": io.BytesIO(csv_of(line()))}).context["kept"]
    client.force_login(cast.make_staff("other-editor@example.org", "钱编", Role.EDITOR, world.province, world.office))
    for said in (kept, kept[:-2] + "xx", "nonsense"):
        client.post(reverse("admin:policies_benefit_import"), {"kept": said})
    assert Benefit.objects.count() == 0


def test_an_editor_of_a_city_imports_for_that_city_only(client, world):
    version = make_version("measures", region="530000", state="DRAFT")
    client.force_login(cast.make_staff("city@example.org", "市编", Role.EDITOR, world.city, world.office))
    shown = client.post(reverse("admin:policies_benefit_import"), {"file": io.BytesIO(csv_of(line()))})
    assert [one.result for one in shown.context["lines"]] == ["invalid"]
    assert version.benefits.count() == 0


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_list_is_exported_as_it_is_filtered(client, version, editor, suffix):
    make_benefit(version, "one", kind="rent", confirmed="")
    make_benefit(version, "two", kind="card", confirmed="")
    client.force_login(editor)
    answer = client.get(reverse("admin:policies_benefit_export", args=[suffix]), {"kind__exact": "card"})
    assert f".{suffix}" in answer["Content-Disposition"]
    table = resources.read_file(answer.content)
    assert [row["待遇编号"] for row in table.dict] == ["two"]
    assert client.get(reverse("admin:policies_benefit_export", args=["exe"])).status_code == 403
