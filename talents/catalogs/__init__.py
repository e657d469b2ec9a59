"""National lists that a talent's record points into, each a small file of `code,zh,en` read once when first asked for.

majors       catalog of undergraduate majors of the Ministry of Education, 2012: disciplines, classes, basic majors
industries   GB/T 4754-2017, industrial classification of the national economy: the 20 sections
occupations  occupational classification of the People's Republic of China, 2022: major, sub-major and minor groups
languages    ISO 639-1 codes of the languages that employers here ask for

Chinese names are those of the standards, English ones the usual translations.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from django.utils.translation import get_language


@dataclass(frozen=True)
class Entry:
    """One row of a catalog; `parent` is the code one level up, "" at the top."""

    code: str
    zh: str
    en: str
    parent: str = ""


class Catalog:
    """A tree of entries, in the order of their file."""

    def __init__(self, rows: list[dict]):
        codes = {row["code"] for row in rows}
        self._entries = {row["code"]: Entry(**row, parent=_parent(row["code"], codes)) for row in rows}
        self._children = defaultdict(list)
        for entry in self._entries.values():
            self._children[entry.parent].append(entry)

    def __contains__(self, code: str) -> bool:
        return code in self._entries

    def get(self, code: str) -> Entry | None:
        """Return the entry of a code, or None."""
        return self._entries.get(code)

    def name(self, code: str, language: str | None = None) -> str:
        """Return the name in a language (None: the active one), or the code itself when the catalog lacks it."""
        language = language or get_language() or ""
        return getattr(self.get(code), "en" if language.startswith("en") else "zh", code)

    def children(self, code: str = "") -> list[Entry]:
        """Return the entries one level below a code; "" gives the roots."""
        return list(self._children.get(code, ()))

    def below(self, code: str) -> frozenset[str]:
        """Return the codes of the leaves at or below a code; "" gives all, an unknown code none."""
        children = self._children.get(code)
        if not children:
            return frozenset({code} & self._entries.keys())
        return frozenset().union(*(self.below(child.code) for child in children))

    def path(self, code: str) -> list[Entry]:
        """Return the entries from the root down to a code; none for an unknown one."""
        entry = self.get(code)
        return [*self.path(entry.parent), entry] if entry else []

    def find(self, text: str, limit: int = 20) -> list[Entry]:
        """Return the entries with a text in either name: equal names first, then those that begin with it."""
        text = text.strip().casefold()
        entries = self._entries.values() if text else ()
        ranked = [(rank, entry) for entry in entries if (rank := _rank(entry, text)) is not None]
        return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])[:limit]]


def _parent(code: str, codes: set[str]) -> str:
    return next((code[:end] for end in range(len(code) - 1, 0, -1) if code[:end] in codes), "")


def _rank(entry: Entry, text: str) -> int | None:
    names = (entry.zh.casefold(), entry.en.casefold())
    tests = (str.__eq__, str.startswith, str.__contains__)
    return next((rank for rank, test in enumerate(tests) if any(test(name, text) for name in names)), None)


def _load(name: str) -> Catalog:
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return Catalog(list(csv.DictReader(file)))


majors = cache(partial(_load, "majors"))
industries = cache(partial(_load, "industries"))
occupations = cache(partial(_load, "occupations"))
languages = cache(partial(_load, "languages"))
