"""The table of a unit's talents: CSV or XLSX, one person a line, one column for each question of the guide."""

import io
import re
from dataclasses import dataclass, field
from datetime import date

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import DocumentType
from regions.models import Region
from talentportal.lib import names, tables
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless

MOST_LINES = 500
NEEDED = ("name", "id_number")
COLUMNS = {  # field: what its column is called
    "name": ("姓名", "Name"),
    "id_number": ("证件号码", "Document number"),
    "phone": ("手机号", "Mobile number"),
    "document_type": ("证件类型", "Document"),
    "country": ("签发国家", "Issuing country"),
    "birth_date": ("出生日期", "Date of birth"),
    "sex": ("性别", "Sex"),
}
SEXES = {"男": "M", "m": "M", "male": "M", "女": "F", "f": "F", "female": "F", "": ""}
YES = {"是": "yes", "有": "yes", "yes": "yes", "y": "yes", "否": "no", "无": "no", "没有": "no", "no": "no", "n": "no"}
AS_FIGURE = re.compile(r"[\d.]+E\+?\d+", re.IGNORECASE)


@dataclass
class Line:
    """One line as a spreadsheet counts them (the head is line 1); `errors` hold what reading it found."""

    number: int
    name: str = ""
    id_number: str = ""
    document_type: str = ""
    country: str = ""
    birth_date: date | None = None
    sex: str = ""
    phone: str = ""
    answers: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)


def heads(questions: list) -> list[tuple[str, str]]:
    """Return the Chinese and the English head of every column, those of the guide's questions at the end."""
    return [*COLUMNS.values(), *((words["zh"], words["en"]) for words in map(_label, questions))]


def example(questions: list) -> bytes:
    """Return an empty XLSX file with the heads of all columns, every cell a text so that no number is rounded."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "人员"
    for number, (zh, _en) in enumerate(heads(questions), start=1):
        sheet.cell(1, number, zh)
        letter = openpyxl.utils.get_column_letter(number)
        sheet.column_dimensions[letter].width = max(12, 2 * len(zh) + 2)
        for row in range(2, MOST_LINES + 2):
            sheet.cell(row, number).number_format = "@"
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet("填写说明"), questions)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _explain(sheet, questions: list) -> None:
    """Write for each column of a choice what may stand there."""
    rows = [(COLUMNS["document_type"][0], [both(kind.label)["zh"] for kind in DocumentType]), ("性别", ["男", "女"])]
    rows += [(_label(q)["zh"], [_words(choice)["zh"] for choice in q["choices"]]) for q in questions if "choices" in q]
    for name, words in rows:
        sheet.append([name, *words])


def _words(choice: dict) -> dict:
    return both(choice.get("label") or choice)


def read(content: bytes, questions: list) -> list[Line]:
    """Read the lines of a file. Raises Refused when it is no table, misses a column, or has too many lines."""
    rows = tables.read(content, lines=MOST_LINES + 2, columns=len(COLUMNS) + len(questions) + 5)
    refuse_unless(rows and any(cell.strip() for cell in rows[0]), _("The file is empty."))
    keys = _keys(rows[0], questions)
    by_key = {question["key"]: question for question in questions}
    lines = [
        _line(number, dict(zip(keys, cells, strict=False)), by_key)
        for number, cells in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    refuse_unless(lines, _("The file has no line below its head."))
    refuse_unless(len(lines) <= MOST_LINES, _("At most %(most)d lines fit one batch.") % {"most": MOST_LINES})
    return lines


def _label(question: dict) -> dict:
    return both(question["label"])


def _keys(cells: list[str], questions: list) -> list[str]:
    """Return the field of each column: a name of ours, or "q:" and the key of a question; "" for an empty head."""
    known = {word.casefold(): key for key, words in COLUMNS.items() for word in (key, *words)}
    for question in questions:
        key = f"q:{question['key']}"
        known |= {word.casefold(): key for word in (question["key"], *_label(question).values())}
    keys = [known.get(cell.strip().casefold(), "" if not cell.strip() else None) for cell in cells]
    unknown = [cell.strip()[:40] for cell, key in zip(cells, keys, strict=True) if key is None]
    refuse_unless(not unknown, _("Nobody knows these columns: %(names)s.") % {"names": ", ".join(unknown)[:300]})
    missing = [" / ".join(COLUMNS[key]) for key in NEEDED if key not in keys]
    refuse_unless(not missing, _("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    named = [key for key in keys if key]
    refuse_unless(len(set(named)) == len(named), _("A column stands there twice."))
    return keys


def _line(number: int, cells: dict, questions: dict) -> Line:
    said = {key: value.strip() for key, value in cells.items() if key}
    line = Line(number, phone=said.get("phone", ""), country=said.get("country", "").upper()[:2])
    line.name = _name(line, said.get("name", ""))
    line.id_number = _number(line, said.get("id_number", ""))
    line.document_type = _document(line, said.get("document_type", ""))
    line.birth_date = _day(line, said.get("birth_date", ""))
    line.sex = SEXES.get(said.get("sex", "").casefold(), "")
    for key, value in said.items():
        if key.startswith("q:") and value:
            line.answers[key[2:]] = _answer(questions[key[2:]], value)
    return line


def _wrong(line: Line, reason) -> str:
    line.errors.append(both(reason) | {"read": True})
    return ""


def _name(line: Line, text: str) -> str:
    try:
        return names.clean(text)
    except ValidationError:
        return _wrong(line, _("The name is missing, or not written as a name."))


def _number(line: Line, text: str) -> str:
    number = re.sub(r"[\s'=\"]", "", text)
    if AS_FIGURE.fullmatch(number):
        return _wrong(
            line, _("The document number was turned into a figure by the spreadsheet. Format the column as text.")
        )
    return number[:60] or _wrong(line, _("The document number is missing."))


def _document(line: Line, text: str) -> str:
    """Read the kind of document, by its code or name; left out it is the resident identity card."""
    if not text:
        return DocumentType.RESIDENT_ID
    for kind in DocumentType:
        if text.casefold() in {kind.value.casefold(), *(word.casefold() for word in both(kind.label).values())}:
            return kind.value
    short = {"身份证": DocumentType.RESIDENT_ID, "护照": DocumentType.PASSPORT}
    return short.get(text) or _wrong(line, _("This kind of document is not known."))


def _day(line: Line, text: str) -> date | None:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)", text)
    try:
        if found:
            return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        pass
    if text:
        _wrong(line, _("Write the date of birth like 1990-03-07."))
    return None


def _answer(question: dict, value: str):
    """Return what a cell says as the answer is kept: the value of a choice for its label, yes and no, region codes."""
    match question["kind"]:
        case "choice":
            return _choice(question, value)
        case "multi":
            return [_choice(question, part) for part in re.split(r"[,，;；、]\s*", value) if part]
        case "yesno":
            return YES.get(value.casefold(), value)
        case "region":
            found = Region.objects.filter(code=value).first() or Region.objects.filter(name_zh=value).first()
            return found.pk if found else value
        case "date":
            line = Line(0)
            day = _day(line, value)
            return day.isoformat() if day else value
    return value


def _choice(question: dict, value: str) -> str:
    for choice in question.get("choices", []):
        if _bare(value) in {_bare(word) for word in (str(choice["value"]), *_words(choice).values())}:
            return str(choice["value"])
    return value


def _bare(text: str) -> str:
    """Return a text as choices are compared: without spaces, small letters."""
    return re.sub(r"\s", "", text).casefold()
