"""Tables that people send: CSV as UTF-8 or GB 18030, or the first sheet of an XLSX file."""

import csv
import io
import re
import zipfile
from datetime import datetime

import openpyxl
from django.utils.translation import gettext as _

from talentportal.lib.refusals import Refused, refuse_unless

MOST_BYTES = 5 * 2**20
MOST_UNPACKED = 100 * 2**20
NO_TEXT = re.compile(r"\A%PDF|[\x00-\x08\x0e-\x1f]")  # another kind of file
DIGITS_OF_A_FIGURE = 15  # a spreadsheet rounds longer ones


def read(content: bytes, *, lines: int, columns: int) -> list[list[str]]:
    """Return the cells as texts, of a sheet at most so many lines and columns.

    Dates are ISO 8601; formulas come as their text, so that they are refused and not computed; a figure that a
    spreadsheet has rounded shows it (1.2E+17). Raises Refused for what is too large or no table.
    """
    refuse_unless(len(content) <= MOST_BYTES, _("The file is larger than 5 MB."))
    return _of_xlsx(content, lines, columns) if content.startswith(b"PK") else _of_csv(content)


def _of_csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if NO_TEXT.search(text):
            break
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error:
            break
    raise Refused(_("This is no CSV and no XLSX file."))


def _of_xlsx(content: bytes, lines: int, columns: int) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            refuse_unless(unpacked <= MOST_UNPACKED, _("The file is larger than 5 MB."))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        rows = book.worksheets[0].iter_rows(max_row=lines, max_col=columns, values_only=True)
        return [[_text(cell) for cell in row] for row in rows]
    except Refused:
        raise
    except Exception:  # whatever a broken file makes the library say
        raise Refused(_("This is no CSV and no XLSX file.")) from None


def _text(cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if (type(cell) is int or isinstance(cell, float)) and cell % 1 == 0:
        return f"{cell:.0f}" if abs(cell) < 10**DIGITS_OF_A_FIGURE else f"{cell:E}"
    return str(cell)
