"""The verbs of certificates: number, seal, reissue, suspend, resume, revoke, cancel, and the note of each verification.

A number is given in the transaction that decides; the file is made later by a job. Sealing takes the words from the
row alone and writes the file under a name that follows from the row, so a second run, or one after a crash in the
middle, ends with the same one certificate.
"""

import hashlib
import secrets
from datetime import date, datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Person, Role, Unit, User
from accounts.queries import posts_of
from certificates import faces, files, registry, rules
from certificates.models import Certificate, CertificateEvent, CertificateKind, Lookup, SerialCounter
from certificates.states import SEAL, TRANSITIONS, CertificateStatus
from jobs.services import enqueue
from talentportal.lib import numbers
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.stored import write_durably

ACTING_ROLES = (Role.CERTIFICATE_CLERK, Role.LEADER)  # who may act on certificates of their region


@transaction.atomic
def request_certificate(
    *,
    source: str,
    kind: CertificateKind,
    organization: Organization,
    holder: Person,
    face: dict,
    approved_on: date,
    now: datetime,
    valid_until: date | None = None,
    actor: User | None = None,
    unit: Unit | None = None,
) -> Certificate:
    """Number a certificate in the caller's transaction and leave its sealing to a job.

    `source` is what it is issued for, "<prefix>:<id>"; a second request for the same source and kind returns the
    newest version there is. `face` holds the printed values by key of `faces.FIELDS`, or words of the kind's text; a
    value is a text or {"zh", "en"}, with the "value" of a choice beside its label. With `unit` the unit holds it, and
    `holder` is who applied for the unit. The serial is free of gaps per body,
    kind and year: its counter stays locked until the transaction ends. Raises Refused when the kind's text needs a
    word that the face lacks.
    """
    counter = _locked_counter(organization, kind, timezone.localdate(now).year)
    if found := Certificate.objects.filter(source=source, kind=kind).order_by("-version").first():
        return found
    certificate = _numbered(counter, source, holder, face, approved_on, valid_until, now, unit)
    counter.save(update_fields=["last"])
    certificate.save(force_insert=True)
    _note(certificate, now, actor)
    enqueue(kind=SEAL, key=str(certificate.pk), now=now, certificate=certificate.pk)
    return certificate


@transaction.atomic
def request_many(
    *,
    kind: CertificateKind,
    organization: Organization,
    requests: list[tuple[str, Person, dict]],
    approved_on: date,
    valid_until: date | None,
    now: datetime,
    actor: User,
) -> list[Certificate]:
    """Number a certificate for each (source, holder, face) that has none, in few statements; the caller seals them."""
    counter = _locked_counter(organization, kind, timezone.localdate(now).year)
    sources = [source for source, _holder, _face in requests]
    done = set(Certificate.objects.filter(kind=kind, source__in=sources).values_list("source", flat=True))
    made = [
        _numbered(counter, source, holder, face, approved_on, valid_until, now)
        for source, holder, face in requests
        if source not in done
    ]
    counter.save(update_fields=["last"])
    Certificate.objects.bulk_create(made)
    CertificateEvent.objects.bulk_create([_event(certificate, now, actor) for certificate in made])
    return list(Certificate.objects.filter(kind=kind, source__in=sources))


@transaction.atomic
def seal_certificate(*, certificate_id: int, now: datetime) -> Certificate:
    """Draw and sign the PDF, store it, make the certificate valid and its predecessor superseded; tell who waits.

    Does nothing for a certificate that is no longer waiting. Killed anywhere, it leaves at most a file that the next
    run overwrites under the same name. Raises what drawing or signing raise; the job is then tried again.
    """
    certificate, versions = _locked(certificate_id)
    if not rules.may("seal", certificate.status):
        return certificate
    pdf = files.signed_pdf(certificate, now)
    name = files.name_of(certificate)
    write_durably(default_storage.path(name), pdf)
    certificate.file.name, certificate.sha256 = name, hashlib.sha256(pdf).hexdigest()
    certificate.sealed_at = now
    _move(certificate, "seal", now, None)
    for older in versions:
        if older.pk == certificate.replaces_id:
            _move(older, "supersede", now, None)
    registry.sealed(certificate, now)
    return certificate


@transaction.atomic
def reissue(
    *, certificate: Certificate, reason: str, actor: User | None, now: datetime, face: dict | None = None
) -> Certificate:
    """Make the next version with the holder's present name: same number and approval date, new date of issue.

    The present version stays valid until the new one is sealed. `face`, when given, replaces what is printed.
    Refused unless valid and the newest version, without a reason, or to somebody not in charge.
    """
    current, versions = _locked(certificate.pk)
    _check(current, "supersede", actor, reason, now)
    refuse_unless(current == versions[-1], _("A newer version is already being made."))
    new = Certificate(
        source=current.source,
        kind=current.kind,
        version=current.version + 1,
        organization=current.organization,
        number=current.number,
        face=current.face if face is None else face,
        approved_on=current.approved_on,
        valid_until=current.valid_until,
        unit=current.unit,
        replaces=current,
    )
    _complete(new, Person.objects.get(pk=current.holder_id), now)
    new.save(force_insert=True)
    _note(new, now, actor, reason)
    enqueue(kind=SEAL, key=str(new.pk), now=now, certificate=new.pk)
    return new


@transaction.atomic
def suspend(*, certificate: Certificate, reason: str, actor: User | None, now: datetime, document_no: str = "") -> None:
    """Suspend a valid certificate; refused while a new version is being sealed."""
    current, versions = _locked(certificate.pk)
    _check(current, "suspend", actor, reason, now)
    refuse_unless(current == versions[-1], _("A newer version is being made. Suspend that one when it is ready."))
    _move(current, "suspend", now, actor, reason, document_no)


@transaction.atomic
def resume(*, certificate: Certificate, reason: str, actor: User | None, now: datetime, document_no: str = "") -> None:
    """Make a suspended certificate valid again."""
    current, _versions = _locked(certificate.pk)
    _check(current, "resume", actor, reason, now)
    _move(current, "resume", now, actor, reason, document_no)


@transaction.atomic
def revoke(*, certificate: Certificate, document_no: str, reason: str, actor: User | None, now: datetime) -> None:
    """Set the certificate aside from the beginning 撤销, with a version of it that is still being sealed. Final.

    Administrative Licensing Law, article 69. Refused without the number of the decision.
    """
    refuse_unless(document_no.strip(), _("Give the number of the decision."))
    _end(certificate, "revoke", reason, actor, now, document_no)


@transaction.atomic
def cancel(*, certificate: Certificate, reason: str, actor: User | None, now: datetime, document_no: str = "") -> None:
    """End the certificate from now on 注销 (death, the title ended), with a version still being sealed. Final.

    Administrative Licensing Law, article 70.
    """
    _end(certificate, "cancel", reason, actor, now, document_no)


@transaction.atomic
def note_lookup(*, certificate: Certificate, way: str, now: datetime) -> None:
    """Note that somebody verified the certificate and how; never who."""
    Lookup.objects.create(certificate=certificate, way=way, at=now)


def _end(certificate, verb: str, reason: str, actor, now: datetime, document_no: str) -> None:
    current, versions = _locked(certificate.pk)
    _check(current, verb, actor, reason, now)
    for version in versions:
        if version == current or (version.replaces_id == current.pk and rules.may(verb, version.status)):
            _move(version, verb, now, actor, reason, document_no)
    registry.ended(current, now)


def _locked_counter(organization: Organization, kind: CertificateKind, year: int) -> SerialCounter:
    SerialCounter.objects.bulk_create(
        [SerialCounter(organization=organization, kind=kind, year=year)], ignore_conflicts=True
    )
    return (
        SerialCounter.objects.select_for_update(of=("self",))
        .select_related("organization__region", "kind")
        .get(organization=organization, kind=kind, year=year)
    )


def _numbered(counter: SerialCounter, source, holder, face, approved_on, valid_until, now, unit=None) -> Certificate:
    """Take the next serial and return the first version; the caller saves both."""
    organization, kind = counter.organization, counter.kind
    certificate = Certificate(
        source=source,
        kind=kind,
        organization=organization,
        number=numbers.certificate_number(
            province=organization.region_id[:2],
            kind=kind.number_code,
            year=counter.year,
            level=rules.LEVELS[organization.region.kind],
            body=f"{organization.pk:04d}",
            serial=counter.last + 1,
        ),
        face=face,
        approved_on=approved_on,
        valid_until=valid_until,
        unit=unit,
    )
    _complete(certificate, holder, now)
    counter.last += 1
    return certificate


def _complete(certificate: Certificate, holder: Person, now: datetime) -> None:
    """Fill in what is new in every version: identifier, holder's words, date of issue, codes. Refused if words lack."""
    certificate.identifier = numbers.certificate_identifier(
        certificate.kind.type_code, certificate.organization.uscc, certificate.number, certificate.version
    )
    certificate.holder = holder
    unit = certificate.unit
    named = (unit.name, unit.uscc) if unit else (holder.name, holder.id_masked)
    certificate.holder_name, certificate.holder_id_masked = named
    certificate.issued_on = timezone.localdate(now)
    certificate.verify_code, certificate.token = numbers.short_code(8), secrets.token_hex(16)
    certificate.status_at = now
    missing = faces.lacking(certificate)
    refuse_unless(not missing, _("The text of this certificate also needs: %(words)s.") % {"words": ", ".join(missing)})


def _locked(certificate_id: int) -> tuple[Certificate, list[Certificate]]:
    """Lock every version of a certificate, the oldest first; return the one asked for and all."""
    number = Certificate.objects.values_list("number", flat=True).get(pk=certificate_id)
    versions = list(
        Certificate.objects.filter(number=number)
        .select_for_update(of=("self",))
        .select_related("kind", "organization__region", "holder", "unit")
        .order_by("version")
    )
    return next(version for version in versions if version.pk == certificate_id), versions


def _check(certificate: Certificate, verb: str, actor: User | None, reason: str, now: datetime) -> None:
    refuse_unless(reason.strip(), _("Give the reason; it is kept."))
    refuse_unless(
        rules.may(verb, certificate.status),
        _("This is not possible: the certificate is %(status)s.") % {"status": certificate.get_status_display()},
    )
    if actor is not None:
        is_own = Certificate.objects.own(actor).filter(pk=certificate.pk).exists()
        refuse_unless(not is_own, _("Somebody else has to act on your own certificate."))
        check_in_charge(actor, certificate.organization, now)


def in_charge(actor: User, organization: Organization, now: datetime) -> bool:
    """Tell whether the actor may issue and act on certificates of the body: by a post over its region."""
    posts = posts_of(actor, timezone.localdate(now)).filter(role__in=ACTING_ROLES)
    return actor.is_superuser or any(organization.region.path.startswith(post.region.path) for post in posts)


def check_in_charge(actor: User, organization: Organization, now: datetime) -> None:
    """Raise Refused unless `in_charge`."""
    refuse_unless(in_charge(actor, organization, now), _("You are not in charge of certificates of this body."))


def _move(certificate, verb: str, now: datetime, actor, reason: str = "", document_no: str = "") -> None:
    certificate.status, certificate.status_at = TRANSITIONS[verb][1], now
    certificate.save(update_fields=["status", "status_at", "file", "sha256", "sealed_at"])
    _note(certificate, now, actor, reason, document_no)


def _note(certificate, now: datetime, actor, reason: str = "", document_no: str = "") -> None:
    _event(certificate, now, actor, reason, document_no).save(force_insert=True)


def _event(certificate, now: datetime, actor, reason: str = "", document_no: str = "") -> CertificateEvent:
    return CertificateEvent(
        certificate=certificate,
        status=CertificateStatus(certificate.status),
        at=now,
        actor=actor,
        reason=reason,
        document_no=document_no,
    )
