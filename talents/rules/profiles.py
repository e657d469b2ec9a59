"""Pure questions about a profile: what cannot be right, what would give the person away, what others may see."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from talents.catalogs import industries, languages, majors, occupations
from talents.states import Trait, Visibility, WorkKind

EARLIEST_YEAR, LATER_YEARS = 1950, 6  # a graduation may lie ahead
MOST = {"skills": 12, "languages": 8, "wanted_regions": 10}
SKILL_LENGTH = 30
MOST_PAY = 500_000  # yuan a month
TEXTS = ("headline", "summary", "skills")  # what units read as the person wrote it
CATALOGS = {"major": majors, "industry": industries, "occupation": occupations}

_DIGITS = str.maketrans("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00123456789123456789")
_NUMBER = re.compile(r"\d{7,}")
_MAIL = re.compile(r"[\w.+-]+\s*@\s*[\w-]+|https?:|www\.", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(微信|weixin|wechat|威信|\bqq\b|扣扣|钉钉|dingtalk)\s*(号|id)?\s*[:：是为]?\s*[a-z0-9_-]{4,}", re.IGNORECASE
)


def problems(facts: Mapping, this_year: int) -> dict[str, list]:
    """Return field -> reasons of what cannot be right among the facts of a profile; {} when nothing is wrong."""
    found = {
        name: [_("This is not in the list.")]
        for name, catalog in CATALOGS.items()
        if facts.get(name) and facts[name] not in catalog()
    }
    for name, latest in (("graduation_year", this_year + LATER_YEARS), ("work_since", this_year)):
        if facts.get(name) and not EARLIEST_YEAR <= facts[name] <= latest:
            found[name] = [
                _("Give a year from %(first)s to %(last)s.") % {"first": EARLIEST_YEAR, "last": latest},
            ]
    if facts.get("pay_from") is not None and not 0 <= facts["pay_from"] <= MOST_PAY:
        found["pay_from"] = [_("Give an amount from 0 to %(most)s yuan.") % {"most": f"{MOST_PAY:,}"}]
    if facts.get("visibility") == Visibility.REGION_ONLY and not facts.get("audience"):
        found["audience"] = [_("Choose the region whose units may find you.")]
    return found | _lists(facts)


def _lists(facts: Mapping) -> dict[str, list]:
    """Return field -> reasons for lists that are too long or hold what is unknown."""
    known = {
        "languages": languages(),
        "traits": set(Trait.values),
        "wanted_kinds": set(WorkKind.values),
    }
    found = {name: [_("This is not in the list.")] for name in known if set(facts.get(name, ())) - _codes(known[name])}
    for name, most in MOST.items():
        if len(facts.get(name, ())) > most:
            found[name] = [_("Choose at most %(most)s.") % {"most": most}]
    if any(len(skill) > SKILL_LENGTH for skill in facts.get("skills", ())):
        found["skills"] = [_("Keep each skill below %(most)s characters.") % {"most": SKILL_LENGTH + 1}]
    return found


def _codes(known) -> set[str]:
    return known if isinstance(known, set) else known.below("")


def giveaways(facts: Mapping, private: Iterable[str]) -> dict[str, list]:
    """Return field -> reasons of what in the free texts would tell who somebody is, before any consent.

    `private`: name, school, employer and contacts of the person, as they are known to the portal or typed beside.
    """
    texts = {name: _as_text(facts.get(name)) for name in TEXTS}
    names = [_plain(name) for name in private if len(_plain(name)) > 1]
    found = {}
    for field, text in texts.items():
        reasons = [_("Leave out numbers, addresses and accounts by which you can be reached.")] * is_contact(text)
        reasons += [_("Leave out your name, school and employer: you show them yourself, to whom you choose.")] * any(
            name in _plain(text) for name in names
        )
        found |= {field: reasons} if reasons else {}
    return found


def is_contact(text: str) -> bool:
    """Tell whether a text holds a telephone or document number, an e-mail or web address, or a chat account.

    Numbers count in any script and with anything but letters between their digits.
    """
    text = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"(?<=\d)[\s\-_.·,，、/()]+(?=\d)", "", text.translate(_DIGITS))
    return any(pattern.search(where) for pattern, where in ((_NUMBER, digits), (_MAIL, text), (_ACCOUNT, text)))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "")).casefold()


def _as_text(value) -> str:
    return value if isinstance(value, str) else "\n".join(value or ())


def as_skills(text: str) -> list[str]:
    """Return the skills of a line divided by commas, in both scripts, or line breaks; each once, as first written."""
    parts = (" ".join(unicodedata.normalize("NFKC", part).split()) for part in re.split(r"[,，、;；\n]", text))
    return list({part.casefold(): part for part in parts if part}.values())
