"""What offices have verified of a profile: read from certificates and verified materials, never typed."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from applications.models import WalletItem
from certificates.models import Certificate
from talents.models import Profile, Proof
from talents.services import index
from talents.states import ProofOf, Title

GRADE_KIND, TITLE_KIND = "talent-grade", "senior-title"
OF_OTHERS = ("labor-brand",)  # a plate is given to a brand; its holder only applied for the unit
MATERIALS = ("degree", "overseas-degree", "skill-certificate", "title")  # kinds of verified materials that count
TITLES = (("正高", Title.SENIOR), ("副高", Title.ASSOCIATE), ("中级", Title.INTERMEDIATE), ("初级", Title.ASSISTANT))
AT_ONCE = 200  # profiles in one sweep


def refresh(profile: Profile, now: datetime) -> bool:
    """Make the proofs, the grade and a proven title of a profile those of today; return whether anything changed.

    Part of the caller's transaction, which puts the profile into the search. A title that the person stated stays
    when it is the higher one, without the mark.
    """
    wanted = {(proof.of, proof.value): proof for proof in _proofs(profile, timezone.localdate(now))}
    held = {(proof.of, proof.value): proof for proof in profile.proofs.all()}
    same = [key for key in held.keys() & wanted.keys() if _source(held[key]) == _source(wanted[key])]
    Proof.objects.filter(pk__in=[proof.pk for key, proof in held.items() if key not in same]).delete()
    Proof.objects.bulk_create([proof for key, proof in wanted.items() if key not in same])
    facts = {"grade": min((p.value for p in wanted.values() if p.of == ProofOf.GRADE), default=""), "proofs_at": now}
    facts["title"] = max([profile.title, *(int(p.value) for p in wanted.values() if p.of == ProofOf.TITLE)])
    changed = len(same) < max(len(held), len(wanted)) or facts["grade"] != profile.grade
    for name, value in facts.items():
        setattr(profile, name, value)
    profile.save(update_fields=[*facts])
    return changed


@transaction.atomic
def refresh_of(user_id: int, now: datetime) -> int:
    """Refresh the profile of a person, if there is one, and the search with it; return 1 when anything changed."""
    profile = Profile.objects.select_for_update(of=("self",)).filter(user=user_id).first()
    if profile is None or not refresh(profile, now):
        return 0
    Profile.objects.filter(pk=profile.pk).update(updated_at=now)
    index.put(profile, now)
    return 1


def certificate_ended(certificate: Certificate, now: datetime) -> None:
    """Take back what a revoked or cancelled certificate proved, in the transaction that ends it."""
    refresh_of(certificate.holder.user_id, now)


def sweep(now: datetime) -> int:
    """Refresh profiles with a certificate or verified material that is new, or a proof that has run out."""
    since = F("talent_profile__proofs_at")
    never = Q(talent_profile__isnull=False, talent_profile__proofs_at__isnull=True)
    people = User.objects.filter(talent_profile__isnull=False)
    certified = people.filter(never | Q(person__certificates__status_at__gt=since), person__certificates__isnull=False)
    items = Q(wallet__unit=None, wallet__key__in=MATERIALS)
    shown = people.filter(items & (never | Q(wallet__verified_on__gte=F("talent_profile__proofs_at__date"))))
    gone = Q(valid_until__lte=timezone.localdate(now)) | Q(material__removed_at__isnull=False)
    users = {*_ids(certified), *_ids(shown), *Proof.objects.filter(gone).values_list("profile__user", flat=True)}
    return sum(refresh_of(user, now) for user in sorted(users)[:AT_ONCE])


def _ids(users) -> list[int]:
    return list(users.order_by().values_list("pk", flat=True).distinct()[:AT_ONCE])


def _proofs(profile: Profile, today: date) -> list[Proof]:
    """Return what holds today, the newest source of each statement first taken."""
    certificates = Certificate.objects.valid_on(today).filter(holder__user=profile.user_id).select_related("kind")
    found = [
        proof
        for certificate in certificates.exclude(kind__code__in=OF_OTHERS).order_by("-approved_on", "-pk")
        for proof in _from_certificate(profile, certificate)
    ]
    items = WalletItem.objects.usable(profile.user_id, today).filter(key__in=MATERIALS, file__scan_state="CLEAN")
    found += [
        Proof(profile=profile, of=ProofOf.CERTIFICATE, value=item.key, material=item, valid_until=_after(item))
        for item in items
    ]
    first = {}
    for proof in found:
        first.setdefault((proof.of, proof.value), proof)
    return list(first.values())


def _from_certificate(profile: Profile, certificate: Certificate) -> list[Proof]:
    """Return what a certificate proves: grade or title, or that it is there."""
    told = certificate.face.get("level")
    level, text = (told.get("value"), told.get("zh", "")) if isinstance(told, dict) else (None, str(told or ""))
    facts = []
    if certificate.kind.code == GRADE_KIND and level in set("ABCDEF"):
        facts = [(ProofOf.GRADE, level)]
    elif certificate.kind.code == TITLE_KIND:
        facts = [(ProofOf.TITLE, str(int(title))) for word, title in TITLES if word in text][:1]
    facts = facts or [(ProofOf.CERTIFICATE, certificate.kind.code)]
    until = _after(certificate)
    return [Proof(profile=profile, of=of, value=v, certificate=certificate, valid_until=until) for of, v in facts]


def _after(source) -> date | None:
    """Return the first day on which a source holds no longer; certificates and materials name their last one."""
    return source.valid_until + timedelta(days=1) if source.valid_until else None


def _source(proof: Proof) -> tuple:
    return proof.certificate_id, proof.material_id, proof.valid_until
