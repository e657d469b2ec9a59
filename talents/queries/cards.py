"""What a unit reads of a person before consent: facts under a code, in words, and nothing that names anybody."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regions.models import Region
from talentportal.lib.bilingual import pick
from talents.catalogs import industries, languages, majors, occupations
from talents.models import Profile
from talents.queries.people import values_of
from talents.states import Shared, Skill, Title, Trait, WorkKind

HELD = "、"


def with_parts(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """Return the profiles with what their cards need, in few queries."""
    return profiles.select_related("region").prefetch_related("proofs")


def facts_of(profile: Profile, now: datetime) -> list[tuple[str, str]]:
    """Return (label, words) of what may be seen before consent, in the order of a card; what is not told is missing."""
    rows = [
        (pgettext("card", "Education"), _education(profile)),
        (_("Major"), majors().name(profile.major) if profile.major else ""),
        (_("Graduated in"), str(profile.graduation_year or "")),
        (_("Working years"), years_of(profile, now)),
        (_("Industry"), industries().name(profile.industry) if profile.industry else ""),
        (_("Occupation"), occupations().name(profile.occupation) if profile.occupation else ""),
        (_("Professional title"), profile.get_title_display() if profile.title != Title.NONE else ""),
        (_("Skill level"), profile.get_skill_display() if profile.skill != Skill.NONE else ""),
        (_("Talent grade"), profile.grade),
        (_("Languages"), _words(languages().name(code) for code in profile.languages)),
        (_("Skills"), _words(profile.skills)),
        (_("Lives in"), pick(profile.region, "name")),
        (_("Would work in"), _regions(profile.wanted_regions)),
        (_("Kind of work"), _words(WorkKind(kind).label for kind in profile.wanted_kinds)),
        (_("Pay from"), _("%(pay)s yuan a month") % {"pay": f"{profile.pay_from:,}"} if profile.pay_from else ""),
        (_("Could begin"), profile.get_available_display()),
    ]
    return [(label, words) for label, words in rows if words]


def brief(profile: Profile, now: datetime) -> list[str]:
    """Return the few words that stand for a person in a list: education, major, working years, title."""
    major = majors().name(profile.major) if profile.major else ""
    title = profile.get_title_display() if profile.title != Title.NONE else ""
    return [str(words) for words in (profile.get_degree_display(), major, years_of(profile, now), title) if words]


def years_of(profile: Profile, now: datetime) -> str:
    """Return the working years in words."""
    if profile.work_since is None:
        return pgettext("working years", "none yet")
    years = max(timezone.localdate(now).year - profile.work_since, 0)
    return ngettext("%(years)d year", "%(years)d years", years) % {"years": years}


def traits_of(profile: Profile) -> list[str]:
    """Return the marks of a card in words."""
    return [str(Trait(trait).label) for trait in profile.traits]


def verified_of(profile: Profile, now: datetime) -> list[str]:
    """Return what offices have verified of a profile, as far as it holds today."""
    today = timezone.localdate(now)
    holding = [proof for proof in profile.proofs.all() if proof.valid_until is None or proof.valid_until > today]
    return sorted({str(proof.get_of_display()) for proof in holding})


def values_shown(profile: Profile, fields: Iterable[str]) -> list[tuple[str, str]]:
    """Return (label, value) of these private facts of a person, for a unit to which they are shown by consent."""
    values = values_of(profile.user)
    return [(str(Shared(field).label), values[field] or _("not given")) for field in Shared.values if field in fields]


def _education(profile: Profile) -> str:
    school = profile.get_school_kind_display() if profile.school_kind else ""
    return " · ".join(str(part) for part in (profile.get_degree_display(), school) if part)


def _regions(codes: list[str]) -> str:
    found = Region.objects.in_bulk(codes)
    return _words(pick(found[code], "name") for code in codes if code in found)


def _words(words: Iterable) -> str:
    return HELD.join(str(word) for word in words)
