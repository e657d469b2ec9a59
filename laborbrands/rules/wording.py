"""How counts and tiers are said."""

import re

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import get_language

from laborbrands.states import Tier
from regions.models import Region, RegionKind
from talentportal.lib.bilingual import pick
from talentportal.templatetags.portal import short_place

AUTONOMOUS_COUNTY = re.compile(r"^(.{2,}?)(?:[^族]{1,2}族)+自治县$")


def amount(value: int | None) -> str:
    """Return a count as people say it: 6000000 -> "600 万" or "6 million"; what is not round stays exact: "34,567"."""
    value = int(value or 0)
    english = (get_language() or "").startswith("en")
    unit, word = (1_000_000, "million") if english else (10_000, "万")
    if value >= unit and value * 10 % unit == 0:
        return f"{value / unit:g} {word}"
    return intcomma(value, use_l10n=False)


def listed(rows) -> str:
    """Return the names of rows one after the other."""
    between = ", " if (get_language() or "").startswith("en") else "、"
    return between.join(pick(row, "name") for row in rows)


def short_name(region: Region) -> str:
    """Return a region as a map names it: 昆明市 -> 昆明, 西双版纳傣族自治州 -> 西双版纳, 禄劝彝族苗族自治县 -> 禄劝."""
    name = pick(region, "name")
    if region.kind == RegionKind.PREFECTURE:
        return short_place(name).removesuffix("市")
    return name.split(" ")[0] if name.isascii() else AUTONOMOUS_COUNTY.sub(r"\1", name)


def place_name(home: Region | None, above: Region | None = None) -> str:
    """Return the names of a home and of what lies above it in the order of the language."""
    names = [pick(region, "name") for region in (above, home) if region]
    return ", ".join(reversed(names)) if (get_language() or "").startswith("en") else "".join(names)


def mark(tier: str) -> str:
    """Return the map's mark of a tier: prefectures and counties share one."""
    return {Tier.NATIONAL: "national", Tier.PROVINCIAL: "provincial"}.get(tier, "local")
