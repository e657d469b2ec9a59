"""What the search knows of a profile, written in the transaction of whoever changes the profile."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models, transaction
from django.db.models import Exists, Func, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from policies.search.tokens import fold, grams
from regions.models import Region, RegionKind
from talents.catalogs import industries, languages, majors, occupations
from talents.models import Consent, PoolEntry, PoolText, Profile
from talents.states import Purpose, Visibility

CHUNK = 500  # profiles per statement
NEVER = 9999  # year of somebody who has not begun to work


def put(profile: Profile, now: datetime) -> bool:
    """Let a profile be found as it is now, or no longer; return whether it is found.

    Locks the profile, so that of two writers the later one sees what the earlier wrote. Safe to run twice.
    """
    with transaction.atomic():
        Profile.objects.select_for_update().filter(pk=profile.pk).first()
        return bool(_write([profile.pk], now))


def reindex(now: datetime, ids: Iterable[int] | None = None) -> int:
    """Write the entries of these profiles anew, or of all; return how many are found. Safe to run twice."""
    profiles = Profile.objects.order_by("pk") if ids is None else Profile.objects.filter(pk__in=ids).order_by("pk")
    chosen, found = list(profiles.values_list("pk", flat=True)), 0
    for start in range(0, len(chosen), CHUNK):
        with transaction.atomic():
            part = list(Profile.objects.select_for_update().filter(pk__in=chosen[start : start + CHUNK]).order_by("pk"))
            found += _write([profile.pk for profile in part], now)
    return found


def findable(now: datetime) -> QuerySet[Profile]:
    """Return the profiles that may be found now: wished, consented to and confirmed as current."""
    consents = Consent.objects.filter(user=OuterRef("user"), purpose=Purpose.POOL, ended_at__isnull=True)
    consents = consents.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    return Profile.objects.exclude(visibility=Visibility.HIDDEN).filter(Exists(consents), confirm_by__gt=now)


def _write(ids: list[int], now: datetime) -> int:
    chosen = findable(now).filter(pk__in=ids, user__is_active=True).select_related("region", "audience")
    profiles = list(chosen.prefetch_related("blocked", "proofs"))
    PoolEntry.objects.filter(pk__in=set(ids) - {profile.pk for profile in profiles}).delete()
    paths, below = _regions({code for profile in profiles for code in profile.wanted_regions})
    entries = [entry(profile, now, paths, below) for profile in profiles]
    fields = [field.name for field in PoolEntry._meta.fields if not field.primary_key]
    PoolEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=["profile"], update_fields=fields)
    texts = [PoolText(entry_id=profile.pk, vector=_as_vector(words(profile))) for profile in profiles]
    PoolText.objects.bulk_create(texts, update_conflicts=True, unique_fields=["entry"], update_fields=["vector"])
    return len(entries)


def _regions(codes: set[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the paths of these regions, and the prefectures of those that are provinces."""
    if not codes:
        return {}, {}
    below: dict[str, list[str]] = {}
    inside = Region.objects.filter(parent__in=codes, parent__kind=RegionKind.PROVINCE)
    for code, above in inside.values_list("code", "parent"):
        below.setdefault(above, []).append(code)
    return dict(Region.objects.filter(code__in=codes).values_list("code", "path")), below


def entry(profile: Profile, now: datetime, paths: dict[str, str], below: dict[str, list[str]]) -> PoolEntry:
    """Return what the search sees of a profile; nothing of it names the person, the school or the employer."""
    today, path = timezone.localdate(now), profile.region.path.split("/")
    proofs = {proof.of for proof in profile.proofs.all() if proof.valid_until is None or proof.valid_until > today}
    same = ("degree", "school_kind", "major", "graduation_year", "industry", "occupation", "title", "skill", "grade",
            "available", "pay_from", "languages", "traits", "confirm_by", "updated_at")  # fmt: skip
    return PoolEntry(
        profile=profile,
        audience=profile.audience.path if profile.visibility == Visibility.REGION_ONLY else "",
        is_open=profile.visibility == Visibility.OPEN,
        blocked=sorted(block.unit_id for block in profile.blocked.all()),
        discipline=profile.major[:2],
        work_since=profile.work_since or NEVER,
        region=profile.region_id,
        city=path[1] if len(path) > 1 else path[0],
        places=places(profile.region.path, profile.wanted_regions, paths, below),
        kinds=profile.wanted_kinds,
        proofs=sorted(proofs),
        **{name: getattr(profile, name) for name in same},
    )


def places(path: str, wanted: list[str], paths: dict[str, str], below: dict[str, list[str]]) -> list[str]:
    """Return the codes of the regions for which somebody is found: lives in, or would work in.

    Whoever would work anywhere in a region has it with "*", too, for searches in the regions below it; anywhere in a
    province stands for each of its prefectures.
    """
    found = set(path.split("/"))
    for code in wanted:
        if code in paths:
            found |= {*paths[code].split("/"), f"*{code}", *below.get(code, ())}
    return sorted(found)


def words(profile: Profile) -> set[str]:
    """Return the index words of a profile: what it says in public, and the names of its codes in both languages."""
    named = [(majors(), profile.major), (industries(), profile.industry), (occupations(), profile.occupation)]
    named += [(languages(), code) for code in profile.languages]
    lines = [profile.headline, profile.summary, *profile.skills]
    lines += [catalog.name(code, language) for catalog, code in named if code for language in ("zh-hans", "en")]
    return set(grams(fold("\n".join(lines))))


def _as_vector(found: set[str]) -> Func:
    return Func(
        Value(sorted(found), output_field=ArrayField(models.TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )
