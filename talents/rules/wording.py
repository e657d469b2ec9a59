"""Words of a vacancy that may discriminate (人力资源市场暂行条例 第24条; 就业促进法 第3, 26–31条). Pure.

The patterns are data: `catalogs/discrimination.csv`, in both languages. A match decides nothing: the writer is told
before a person of the office reads the vacancy, who may find that the law itself asks for it.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from talents.states import Ground

FILE = Path(__file__).parent.parent / "catalogs" / "discrimination.csv"
AROUND = 12  # characters shown at either side
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_GAP = re.compile(r"(?<=[\u3400-\u9fff\d])[\s·・.．、_*-]+(?=[\u3400-\u9fff])")


def discriminating(texts: Mapping[str, str]) -> list[dict]:
    """Return what may discriminate in the texts of a vacancy, as {"field", "word", "ground", "around"}, as written.

    Full-width letters and figures, and characters set apart (限 男 性), are read as if they stood together. Each word
    is told once for each field.
    """
    found = {}
    for field, text in texts.items():
        plain = _plain(text)
        for ground, pattern in _patterns():
            for match in pattern.finditer(plain):
                told = {"field": field, "word": match[0], "ground": str(ground), "around": _around(plain, match)}
                found.setdefault((field, match[0]), told)
    return _longest(found.values())


def _longest(found) -> list[dict]:
    """Leave out a word that is part of another one of the same ground and field."""
    found = list(found)

    def is_part(one: dict) -> bool:
        same = (other for other in found if (other["field"], other["ground"]) == (one["field"], one["ground"]))
        return any(one["word"] != other["word"] and one["word"] in other["word"] for other in same)

    return [one for one in found if not is_part(one)]


def _plain(text: str) -> str:
    return _GAP.sub("", text.translate(_WIDE))


def _around(text: str, match: re.Match) -> str:
    start, end = max(0, match.start() - AROUND), match.end() + AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}".replace("\n", " ")


@cache
def _patterns() -> tuple[tuple[Ground, re.Pattern], ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple((Ground(row["ground"]), re.compile(row["pattern"], re.IGNORECASE)) for row in rows)
