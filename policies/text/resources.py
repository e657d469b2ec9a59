"""Benefits as a table, CSV or XLSX: written with nothing in it that a spreadsheet would run, read with every fault.

A file is looked at before anything is written (`preview`), and written as a whole or not at all (`write`). What it
brings waits to be confirmed, unless the person who imports it confirms every line.
"""

import copy
import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

import openpyxl
import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from policies import rules
from policies.matching.conditions import check_tree
from policies.models import Benefit, BenefitKind, PayRule, Policy, PolicyVersion, RedeemMode, ServiceItem
from policies.services import editing
from talentportal.lib import tables
from talentportal.lib.refusals import Refused, refuse_unless

MOST_LINES, MOST_WRITTEN = 2000, 50_000
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PLAIN_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")


# --- One cell ---------------------------------------------------------------------------------------------------------


def is_risky(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula or a command."""
    return text.startswith(RISKY) and not PLAIN_NUMBER.fullmatch(text)


def written(value):
    """Return a value as it goes into a cell: a text that looks like a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and is_risky(value) else value


def was_written(text: str) -> str:
    """Return the text that `written` has put into a cell."""
    return text[1:] if text.startswith("'") and is_risky(text[1:]) else text


class Cell(Field):
    """A column of ours: what looks like a formula is refused, unless it is one of our own apostrophes."""

    def __init__(self, attribute, column, widget=None, **kwargs):
        super().__init__(attribute=attribute, column_name=column, widget=widget or TextWidget(), **kwargs)

    def clean(self, row, **kwargs):
        raw = str(row.get(self.column_name) or "").strip(" 　")
        if is_risky(raw):
            raise ValueError(_("This looks like a formula. Write the value itself."))
        return super().clean(row | {self.column_name: was_written(raw)}, **kwargs)

    def export(self, instance, **kwargs):
        return written(super().export(instance, **kwargs))


class TextWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        return value.strip()


class ChoiceWidget(Widget):
    """One of the choices, by its Chinese or English name or its code."""

    def __init__(self, choices, default=""):
        super().__init__()
        self.choices, self.default = choices, default

    def clean(self, value, row=None, **kwargs):
        if not value and self.default:
            return self.default
        for choice in self.choices:
            if value.lower() in (choice.value.lower(), _name(choice, "zh-hans").lower(), _name(choice, "en").lower()):
                return choice.value
        names = "、".join(_name(choice, "zh-hans") for choice in self.choices)
        raise ValueError(_("Choose one of: %(names)s.") % {"names": names})

    def render(self, value, obj=None, **kwargs):
        return _name(self.choices(value), "zh-hans") if value else ""


@cache
def _name(choice, language: str) -> str:
    with override(language):
        return str(choice.label)


class AmountWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        try:
            amount = Decimal(value.replace(",", "").replace("，", "")) if value else None
        except InvalidOperation:
            raise ValueError(_("Write the amount in yuan as a number, for example 100000.")) from None
        if amount is not None and amount < 0:
            raise ValueError(_("An amount cannot be negative."))
        return amount

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else f"{value:f}".removesuffix(".00")


class WholeWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        if value and not (value.isascii() and value.isdecimal() and len(value) < 5):
            raise ValueError(_("Write a whole number."))
        return int(value) if value else None


class DayWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        found = DAY.fullmatch(value)
        try:
            return date(*map(int, found.groups())) if value else None
        except (AttributeError, ValueError):
            raise ValueError(_("Write the date as 2027-01-31.")) from None

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if value else ""


class TreeWidget(Widget):
    """A rule tree as one line of JSON."""

    def clean(self, value, row=None, **kwargs):
        try:
            tree = json.loads(value) if value else {}
        except json.JSONDecodeError:
            raise ValueError(_("The conditions are no rule tree in JSON.")) from None
        if reasons := check_tree(tree):
            raise ValueError(" ".join(map(str, reasons)))
        return tree

    def render(self, value, obj=None, **kwargs):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


class FoundWidget(Widget):
    """A row that the resource looks up, with what to say when there is none, and what it is called in a file."""

    def __init__(self, look_up, named, message, *, needed=False):
        super().__init__()
        self.look_up, self.named, self.message, self.needed = look_up, named, message, needed

    def clean(self, value, row=None, **kwargs):
        if not value and not self.needed:
            return None
        found = self.look_up(value, row)
        if found is None:
            raise ValueError(str(self.message))
        return found

    def render(self, value, obj=None, **kwargs):
        return self.named(value) if value else ""


# --- The table --------------------------------------------------------------------------------------------------------


class BenefitResource(ModelResource):
    """The columns, and how a line becomes a benefit. `versions` are those that the person may mark up."""

    policy = Cell("version", "政策地址")
    label = Cell("version__label", "版本", readonly=True)
    clause = Cell("clause", "条款")
    key = Cell("key", "待遇编号")
    kind = Cell("kind", "类别", ChoiceWidget(BenefitKind))
    name_zh = Cell("name_zh", "名称")
    name_en = Cell("name_en", "英文名称")
    text_zh = Cell("text_zh", "待遇内容")
    text_en = Cell("text_en", "英文内容")
    amount_yuan = Cell("amount_yuan", "金额（元）", AmountWidget())
    pay_rule = Cell("pay_rule", "发放方式", ChoiceWidget(PayRule, PayRule.NONE))
    pay_months = Cell("pay_months", "发放月数", WholeWidget())
    pay_note_zh = Cell("pay_note_zh", "发放说明")
    pay_note_en = Cell("pay_note_en", "英文发放说明")
    conditions = Cell("conditions", "享受条件", TreeWidget())
    ends_on = Cell("ends_on", "截止日期（不含当日）", DayWidget())
    exclusive_group = Cell("exclusive_group", "不可兼得组")
    mode = Cell("mode", "享受方式", ChoiceWidget(RedeemMode, RedeemMode.APPLY))
    service_item = Cell("service_item", "办理事项")
    confirmed = Cell("confirmed_at", "已确认", readonly=True)

    class Meta:
        model = Benefit
        fields = (
            *("policy", "label", "clause", "key", "kind", "name_zh", "name_en", "text_zh", "text_en", "amount_yuan"),
            *("pay_rule", "pay_months", "pay_note_zh", "pay_note_en", "conditions", "ends_on", "exclusive_group"),
            *("mode", "service_item", "confirmed"),
        )
        import_id_fields = ()
        clean_model_instances = True
        skip_diff = True  # it copies far too much
        store_instance = True
        use_transactions = False  # it only looks

    def __init__(self, *, versions=None, confirm: bool | None = False):
        """`confirm`: whether the person confirms every line; None when that is still to be asked."""
        super().__init__()
        self.versions = PolicyVersion.objects.all() if versions is None else versions
        self.confirm = confirm
        self.known: dict[tuple[str, str], PolicyVersion | None] = {}
        self.benefits: dict[tuple[int, str], Benefit] = {}
        self.lines: set[tuple[int, str]] = set()
        self.fields["policy"].widget = FoundWidget(
            self._version, lambda version: version.policy.slug, _("There is no such version of a policy."), needed=True
        )
        self.fields["clause"].widget = FoundWidget(
            self._clause, lambda clause: clause.anchor, _("The version has no such clause.")
        )
        self.fields["service_item"].widget = FoundWidget(
            lambda value, row: ServiceItem.objects.filter(code=value).first(),
            lambda item: item.code,
            _("There is no such service item."),
        )

    # what a line names

    def _version(self, slug: str, row) -> PolicyVersion | None:
        label = _said(row, "label")
        if (slug, label) not in self.known:
            version = self.versions.filter(policy__slug=slug, label=label).select_related("policy").first()
            self.known[slug, label] = version
            known = (
                version.benefits.filter(withdrawn_at=None).select_related("clause", "service_item") if version else ()
            )
            for benefit in known:
                benefit.version = version
                self.benefits[version.pk, benefit.key] = benefit
        return self.known[slug, label]

    def _clause(self, name: str, row):
        version = self._version(_said(row, "policy"), row)
        if version is None:
            return None
        if not hasattr(version, "clauses_by_name"):
            clauses = list(version.clauses.all())
            version.clauses_by_name = {c.number: c for c in clauses[::-1]} | {c.anchor: c for c in clauses}
        return version.clauses_by_name.get(name)

    def _before(self, row) -> Benefit | None:
        """Return the benefit that a line changes."""
        version = self._version(_said(row, "policy"), row)
        return self.benefits.get((version.pk, was_written(_said(row, "key")))) if version else None

    def get_instance(self, instance_loader, row):
        before = self._before(row)
        if before is None:
            return None
        benefit = copy.copy(before)
        benefit._state = copy.copy(before._state)
        benefit._state.fields_cache = dict(before._state.fields_cache)
        return benefit

    def import_instance(self, instance, row, **kwargs):
        super().import_instance(instance, row, **kwargs)
        place = instance.version_id, instance.key
        if place in self.lines:
            raise Refused(_("Another line of this file has the same key."))
        self.lines.add(place)

    def get_import_fields(self):
        return list(self.fields.values())

    def skip_row(self, instance, original, row, import_validation_errors=None):
        before = self._before(row)
        if before is None or import_validation_errors or (self.confirm and not before.confirmed_at):
            return False
        return all(one.get_value(instance) == one.get_value(before) for one in self.fields.values())

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """Look at the fields alone: rows it points to have been looked up, keys are known, amounts are checked."""
        faults = dict(import_validation_errors or {})
        try:
            instance.clean_fields(exclude={*faults, "version", "clause", "service_item", "confirmed_by"})
        except ValidationError as error:
            faults = error.update_error_dict(faults)
        for name in rules.with_markup(vars(instance)):
            faults.setdefault(name, []).append(ValidationError(rules.PLAIN))
        if instance.confirmed_at and self.confirm is False:
            told = _("This benefit is confirmed. To replace it, confirm what you import.")
            faults.setdefault(NON_FIELD_ERRORS, []).append(ValidationError(told))
        if faults:
            raise ValidationError(faults)

    def do_instance_save(self, instance, is_create):
        """Write nothing here: the lines are looked at, and written by a service when all of them are sound."""

    def after_import(self, dataset, result, **kwargs):
        """Leave the sequences alone: nothing here brings its own primary key."""


def _said(row, name: str) -> str:
    return str(row.get(COLUMNS[name]) or "").strip()


COLUMNS = {name: BenefitResource.fields[name].column_name for name in BenefitResource._meta.fields}
NEEDED = ("policy", "label", "key", "kind", "name_zh", "text_zh")


# --- Files ------------------------------------------------------------------------------------------------------------


def read_file(content: bytes) -> tablib.Dataset:
    """Read a CSV (UTF-8 or GB 18030) or XLSX file into a table of texts, its columns named as ours.

    Raises Refused when it is no such file, lacks a column, has one that nobody knows, or is too long.
    """
    lines = tables.read(content, lines=MOST_LINES + 2, columns=len(COLUMNS) + 5)
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    refuse_unless(len(lines) > 1, _("The file has no line below its head."))
    refuse_unless(len(lines) <= MOST_LINES + 1, _("At most %(most)d lines fit one file.") % {"most": MOST_LINES})
    head = _head(lines[0])
    table = tablib.Dataset(headers=head)
    for line in lines[1:]:
        table.append([*line, *[""] * len(head)][: len(head)])
    return table


def _head(cells: list[str]) -> list[str]:
    """Return the names of the columns, given as in our files or as the names of the fields."""
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    head = [COLUMNS.get(cell.lower(), cell) for cell in cells]
    unknown = [cell for cell in head if cell not in COLUMNS.values()]
    refuse_unless(not unknown, _("Nobody knows these columns: %(names)s.") % {"names": ", ".join(unknown)[:300]})
    missing = [COLUMNS[name] for name in NEEDED if COLUMNS[name] not in head]
    refuse_unless(not missing, _("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    refuse_unless(len(set(head)) == len(head), _("A column stands there twice."))
    return head


def table_of(benefits) -> tablib.Dataset:
    """Write benefits (a queryset) as a table. Raises Refused when there are more than a spreadsheet should hold."""
    chosen = benefits.select_related("version__policy", "clause", "service_item")
    refuse_unless(
        len(list(chosen.order_by().values_list("pk")[: MOST_WRITTEN + 1])) <= MOST_WRITTEN,
        _("More than %(most)d benefits: choose fewer with the filters.") % {"most": MOST_WRITTEN},
    )
    return BenefitResource().export(chosen)


def as_csv(table: tablib.Dataset) -> bytes:
    """Return a table as CSV in UTF-8 with BOM, so that Excel shows Chinese."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([table.headers, *table])
    return ("\ufeff" + out.getvalue()).encode()


def as_xlsx(table: tablib.Dataset) -> bytes:
    """Return a table as XLSX; every cell is a text."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("待遇")
    sheet.freeze_panes = "A2"
    for line in [table.headers, *table]:
        sheet.append([str(cell) for cell in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- Importing --------------------------------------------------------------------------------------------------------


@dataclass
class Shown:
    """One cell of the preview: what the file says, what stood there before, what is wrong with it."""

    column: str
    text: str
    before: str = ""
    errors: list[str] = field(default_factory=list)


@dataclass
class Line:
    """One line of the preview; `number` as a spreadsheet counts."""

    number: int
    result: str  # new, update, skip, invalid
    cells: list[Shown]
    errors: list[str]
    replaces: bool = False  # takes the place of a confirmed benefit, which needs a confirmation


def preview(table: tablib.Dataset, *, versions) -> list[Line]:
    """Say for every line what importing would do, or what is wrong where. Writes nothing."""
    return _looked_at(table, BenefitResource(versions=versions, confirm=None))[0]


@transaction.atomic
def write(table: tablib.Dataset, *, versions, actor, now, confirm: bool) -> dict[str, int]:
    """Write all lines or none; return how many were new, changed and unchanged. Raises Refused for a faulty line."""
    slugs = {slug.strip() for slug in table["政策地址"]}
    list(Policy.objects.select_for_update().filter(slug__in=slugs).order_by("pk"))
    lines, rows = _looked_at(table, BenefitResource(versions=versions, confirm=confirm))
    faulty = [line.number for line in lines if line.result == "invalid"]
    refuse_unless(
        not faulty,
        _("Nothing was imported. These lines cannot be imported any more: %(lines)s.")
        % {"lines": ", ".join(map(str, faulty[:20]))},
    )
    benefits = [row.instance for row in rows if not row.is_skip()]
    editing.take_in(benefits=benefits, confirm=confirm, actor=actor, now=now)
    return {result: sum(line.result == result for line in lines) for result in ("new", "update", "skip")}


def _looked_at(table, resource: BenefitResource) -> tuple[list[Line], list]:
    """Return the lines as they are shown, and the rows of the library behind them."""
    result = resource.import_data(table, dry_run=False, use_transactions=False)  # see do_instance_save
    if result.base_errors:
        raise Refused(str(result.base_errors[0].error))
    by_name = {one.column_name: one for one in resource.fields.values()}
    columns = [by_name[name] for name in table.headers]
    lines = [
        _line(number, row, values, columns, resource._before(values))
        for number, (row, values) in enumerate(zip(result.rows, table.dict, strict=True), start=2)
    ]
    return lines, result.rows


def _line(number: int, row, values: dict, columns: Iterable[Cell], before: Benefit | None) -> Line:
    faults = row.validation_error.message_dict if row.validation_error else {}
    cells = [
        Shown(
            column=one.column_name,
            text=str(values.get(one.column_name) or ""),
            before=_told_before(one, before, row.instance) if row.is_update() else "",
            errors=faults.pop(one.attribute, []) if not one.readonly else [],
        )
        for one in columns
    ]
    general = [message for messages in faults.values() for message in messages]
    general += [str(error.error) for error in row.errors]
    result = "invalid" if general or row.validation_error else row.import_type
    return Line(number, result, cells, general, row.is_update() and bool(before and before.confirmed_at))


def _told_before(column: Cell, before: Benefit, after: Benefit) -> str:
    """Return what the column said before, when it says something else now."""
    if column.get_value(before) == column.get_value(after):
        return ""
    return str(column.export(before)) or _("nothing")
