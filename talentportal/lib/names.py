"""Names of people: kept as they are written, rare characters and middle dots included."""

import re
import unicodedata
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 100
KEY_LENGTH = 400
DOT = "·"  # U+00B7, as printed on identity cards (GB/T 15834)
DOTS = re.compile(r"\s*[•‧∙⋅・･ᐧ⸱．●\u0387\u00b7]\s*")
HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
SURNAMES = {  # read differently as a surname than elsewhere
    surname: pinyin.split("-")
    for surname, pinyin in re.findall(
        r"(\w+) ([a-z-]+)",
        """单于 chan-yu 仇 qiu 单 shan 区 ou 解 xie 曾 zeng 查 zha 朴 piao 盖 ge 翟 zhai 乐 yue 员 yun 缪 miao 繁 po
        折 she 种 chong 秘 bi 洗 xian 覃 qin 召 shao 么 yao 隗 wei 佴 nai 黑 he 祭 zhai 句 gou 都 du 重 chong 郇 xun
        便 pian 能 nai 阚 kan 卜 bu""",
    )
}


def clean(name: str) -> str:
    """Return the name in NFC with single spaces and one kind of middle dot, or raise ValidationError.

    1 to 100 characters; letters of any script, of any rarity; invisible format characters are dropped.
    """
    name = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) != "Cf")
    name = DOTS.sub(DOT, re.sub(r"\s+", " ", name).strip())
    name = re.sub(f"(?<={HAN})\\.(?={HAN})", DOT, name)
    if not name:
        raise ValidationError(_("Enter a name."), code="empty")
    if len(name) > MAX_LENGTH:
        raise ValidationError(
            _("A name can have at most %(max)d characters; this one has %(length)d."),
            code="length",
            params={"max": MAX_LENGTH, "length": len(name)},
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in '<>="' for c in name):
        raise ValidationError(
            _("A name cannot contain control characters, angle brackets, = or quotation marks."), code="character"
        )
    if not any(_is_letter(c) for c in name):
        raise ValidationError(_("A name must contain letters or characters."), code="no_letter")
    return name


def is_same(typed: str, name: str) -> bool:
    """Tell whether what somebody typed is this name; capitals, spaces and kinds of middle dot do not count."""
    try:
        return clean(typed).casefold().replace(" ", "") == name.casefold().replace(" ", "")
    except ValidationError:
        return False


def _is_letter(character: str) -> bool:
    """Count as letters what Unicode calls so, and characters newer than Python's tables or of private use."""
    category = unicodedata.category(character)
    return category[0] == "L" or category in ("Cn", "Co")


@cache
def _pinyin():
    import pypinyin  # here: 20 MB of tables that only saving a name needs

    return pypinyin.lazy_pinyin


def pinyin_key(name: str) -> str:
    """Return the sort and search key of a name: lower-case pinyin syllables and Latin words, one space between.

    A surname is read as a surname (单 shan, 尉迟 yu chi); ü is written v. Accents are dropped; what has
    no known reading stands for itself. At most 400 characters.
    """
    surname = next((name[:n] for n in (2, 1) if name[:n] in SURNAMES), "")
    parts = SURNAMES.get(surname, []) + _pinyin()(name[len(surname) :])
    plain = "".join(c for c in unicodedata.normalize("NFKD", " ".join(parts)) if unicodedata.category(c) != "Mn")
    return re.sub(rf"[\s{DOT}]+", " ", plain).strip().casefold()[:KEY_LENGTH]
