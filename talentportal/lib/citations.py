"""A legal basis as people cite it: 《行政许可法》（2019年修正）第三十二条, or …Law (as amended in 2019), Article 32."""

import re
from collections.abc import Mapping

from django.utils.translation import get_language

from talentportal.lib.bilingual import pick

_DIGITS = "零一二三四五六七八九"
_ARTICLES = re.compile(r"\d+(\s*[–—-]\s*\d+)?(\s*[,，、]\s*\d+(\s*[–—-]\s*\d+)?)*")
_TITLE = re.compile(r"(?P<name>[^《》（(]+)(?P<remark>（.*）)?")
_DECREES = (  # the Chinese number is the official one and stays beside the English words
    (re.compile(r"国务院令第(\d+)号"), r"State Council Decree No. \1, 国务院令第\1号"),
    (re.compile(r"(\d{4})年修正"), r"as amended in \1"),
    (re.compile(r"(\d{4})年修订"), r"as revised in \1"),
    (re.compile(r"(\d{4})年"), r"\1"),
)


def citation(basis: Mapping) -> str:
    """Cite a legal basis with title, number of the document and articles, in the active language.

    `basis` holds `title_zh`, `title_en`, `doc_no` and `article` ("32, 42" or "3–9"); what is written otherwise is
    given as it stands.
    """
    if (get_language() or "").startswith("en"):
        article = articles_in_english(basis.get("article", ""))
        return pick(basis, "title") + doc_no(basis) + (f", {article}" if article else "")
    title = _TITLE.fullmatch(pick(basis, "title"))
    is_plain = title and not title["name"].isascii()
    marked = f"《{title['name']}》{title['remark'] or ''}" if is_plain else pick(basis, "title")
    return marked + doc_no(basis) + articles_in_chinese(basis.get("article", ""))


def doc_no(basis: Mapping) -> str:
    """Return the number or year of the document in brackets, in the active language; "" without one."""
    number = str(basis.get("doc_no") or "")
    if not number:
        return ""
    if not (get_language() or "").startswith("en"):
        return f"（{number}）"
    for pattern, words in _DECREES:
        if pattern.fullmatch(number):
            return f" ({pattern.sub(words, number)})"
    return f" ({number})"


def articles_in_chinese(text: str) -> str:
    """Return "32, 42" as 第三十二条、第四十二条 and "3–9" as 第三条至第九条; anything else as it stands."""
    if not _ARTICLES.fullmatch(str(text)):
        return str(text)
    return "、".join("至".join(f"第{_in_chinese(int(n))}条" for n in part) for part in _parts(text))


def articles_in_english(text: str) -> str:
    """Return "32, 42" as Articles 32 and 42 and "3–9" as Articles 3–9; anything else as it stands."""
    if not _ARTICLES.fullmatch(str(text)):
        return str(text)
    parts = ["–".join(part) for part in _parts(text)]
    several = len(parts) > 1 or "–" in parts[0]
    listed = ", ".join(parts[:-1]) + (" and " if parts[1:] else "") + parts[-1]
    return ("Articles " if several else "Article ") + listed


def _parts(text: str) -> list[list[str]]:
    return [re.findall(r"\d+", part) for part in re.split(r"[,，、]", str(text))]


def _in_chinese(number: int) -> str:
    """Return a number below 1000 in Chinese words: 10 十, 32 三十二, 107 一百零七, 110 一百一十."""
    hundreds, tens, ones = number // 100 % 10, number // 10 % 10, number % 10
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += f"{_DIGITS[tens] if tens > 1 or hundreds else ''}十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones or not words else "")
