"""The verbs of accounts: identities, units and their members."""

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import queries, rules
from accounts.contacts import Contact
from accounts.models import ID_PURPOSE, Person, Reveal, Unit, UnitMember, UnitSuccession, User
from regions.models import Region
from talentportal.lib import masking, names, uscc
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.sealed import blind_index

ELSEWHERE = _("This mobile number or e-mail belongs to another account. Leave it out, or give another one.")
TAKEN = _("This document cannot be registered here. If it is yours, a window can help you.")


def forget_unfinished_sign_up(*, contact: Contact) -> None:
    """Delete a sign-up whose code never came back, so that nobody can hold another person's address."""
    unproved = {"phone": {"phone_verified": False}, "email": {"emailaddress__verified": False}}[contact.kind]
    User.objects.filter(**{contact.kind: contact.value}, **unproved, last_login=None, person=None, posts=None).delete()


@transaction.atomic
def register_person(
    *,
    user: User,
    name: str,
    document_type: str,
    number: str,
    birth_date: date | None,
    now: datetime,
    sex: str = "",
    issuing_country: str = "",
) -> Person:
    """Write the user's own real-name record, or correct it while it is not confirmed.

    Raises ValidationError with the faults by field (a document registered to somebody else is a fault of the number,
    in words that do not say so), and Refused when the record is confirmed.
    """
    User.objects.select_for_update().get(pk=user.pk)
    person = queries.person_of(user) or Person(user=user)
    refuse_unless(
        person.level < Person.Level.CONFIRMED,
        _("Your identity is confirmed. To change it, take the new document to a window."),
    )
    identity = rules.check_identity(
        document_type=document_type,
        number=number,
        name=name,
        birth_date=birth_date,
        sex=sex,
        issuing_country=issuing_country,
        today=timezone.localdate(now),
        allow_demo=settings.DEMO,
    )
    _fill(person, identity, now)
    others = queries.people_with_document(identity.number).exclude(user=user)
    if others.filter(document_type=person.document_type, issuing_country=person.issuing_country).exists():
        raise ValidationError({"number": [TAKEN]})
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # somebody registered it in this very moment
        raise ValidationError({"number": [TAKEN]}) from error
    return person


def _fill(person: Person, identity: rules.Identity, now: datetime) -> None:
    person.name, person.name_pinyin = identity.name, names.pinyin_key(identity.name)
    person.document_type, person.issuing_country = identity.document_type, identity.issuing_country
    person.id_number = identity.number
    person.id_fingerprint = blind_index(identity.number, ID_PURPOSE)
    person.tail_fingerprint = queries.tail_fingerprint(identity.number)
    person.id_masked = masking.mask_document(identity.number)
    person.birth_date, person.sex, person.level = identity.birth_date, identity.sex, identity.level
    person.checked_at = now if identity.level >= Person.Level.CHECKED else None


@transaction.atomic
def register_at_window(
    *,
    name: str,
    document_type: str,
    number: str,
    birth_date: date | None,
    actor: User,
    now: datetime,
    is_seen: bool,
    sex: str = "",
    issuing_country: str = "",
    contact: Contact | None = None,
    is_proved: bool = False,
) -> Person:
    """Find the real-name record of somebody at a window by the document, or open an account for the person.

    `is_seen`: a member of staff compared the original with the person before them; the record is confirmed then.
    `contact`: where the person is reached; None: on paper only. `is_proved`: a code sent there was told. Without that
    the account waits to be taken over. A contact of an account that exists stays as it is.
    Raises ValidationError with the faults by field, and Refused.
    """
    identity = rules.check_identity(
        document_type=document_type,
        number=number,
        name=name,
        birth_date=birth_date,
        sex=sex,
        issuing_country=issuing_country,
        today=timezone.localdate(now),
        allow_demo=settings.DEMO,
    )
    person = _found_at_window(identity) or _opened_at_window(identity, contact, is_proved, now)
    refuse_unless(person.user_id != actor.pk, _("Somebody else has to serve you at the window."))
    if is_seen and is_proved and contact and person.user.is_untaken:
        _hand_over(person.user, contact)
    if is_seen and person.level < Person.Level.CONFIRMED:
        person.level, person.checked_at = Person.Level.CONFIRMED, now
        person.save(update_fields=["level", "checked_at"])
    return person


def _found_at_window(identity: rules.Identity) -> Person | None:
    """Return the record of a document; the name must be the same."""
    people = queries.people_with_document(identity.number).select_for_update(of=("self",)).select_related("user")
    person = people.filter(document_type=identity.document_type, issuing_country=identity.issuing_country).first()
    if person and person.name.casefold().replace(" ", "") != identity.name.casefold().replace(" ", ""):
        raise ValidationError({"name": [_("The name differs from the one registered with this document.")]})
    refuse_unless(person is None or person.user.is_active, _("The account of this person is blocked."))
    return person


def _opened_at_window(identity: rules.Identity, contact: Contact | None, is_proved: bool, now: datetime) -> Person:
    user = queries.owner_of(contact) if contact else None
    refuse_unless(
        user is None or (is_proved and queries.person_of(user) is None),
        ELSEWHERE,
    )
    person = Person(user=user or _open_account(identity.name, contact, is_proved))
    _fill(person, identity, now)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # somebody registered it in this very moment
        raise ValidationError({"number": [TAKEN]}) from error
    return person


def _open_account(name: str, contact: Contact | None, is_proved: bool) -> User:
    if contact:
        forget_unfinished_sign_up(contact=contact)
    user = User(name=name, is_untaken=not is_proved)
    if contact:
        setattr(user, contact.kind, contact.value)
        user.phone_verified = is_proved and contact.kind == "phone"
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Refused(ELSEWHERE) from error
    if is_proved and user.email:
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def _hand_over(user: User, contact: Contact) -> None:
    """Give an account that an office opened to the person who came with the document and a contact of their own."""
    refuse_unless(queries.owner_of(contact) in (None, user), ELSEWHERE)
    forget_unfinished_sign_up(contact=contact)
    user.phone, user.email = (contact.value, None) if contact.kind == "phone" else (None, contact.value)
    user.phone_verified, user.is_untaken = contact.kind == "phone", False
    user.save()
    if user.email:
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)


@transaction.atomic
def take_over(*, user: User, number: str, now: datetime) -> User:
    """Give an account that an office opened to the person who signed in and knows the document number.

    Raises Refused in words that tell nothing more. Safe to run twice.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    own = queries.people_with_document(number).filter(user=user).exists()
    refuse_unless(own, _("This is not the number with which the account was opened."))
    user.is_untaken = False
    user.save(update_fields=["is_untaken"])
    return user


@transaction.atomic
def confirm_person(*, person: Person, actor: User, now: datetime) -> Person:
    """Note that a member of staff has seen the document; from then on only staff can change the record."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    refuse_unless(person.level < Person.Level.CONFIRMED, _("This identity is confirmed already."))
    refuse_unless(person.user_id != actor.pk, _("Somebody else has to confirm your own identity."))
    person.level, person.checked_at = Person.Level.CONFIRMED, now
    person.save(update_fields=["level", "checked_at"])
    return person


@transaction.atomic
def link_person(*, person: Person, to: Person, actor: User, now: datetime) -> Person:
    """Note that two records are one human being, e.g. by passport and by residence card; both were seen at a window.

    From then on a case of one counts as a case of the other. Each keeps its account. Raises Refused with every reason.
    """
    first, person = to.same_as or to, Person.objects.select_for_update().get(pk=person.pk)
    reasons = []
    if first.pk == person.pk or person.same_as_id == first.pk:
        reasons.append(_("These records are linked already."))
    if actor.pk in (person.user_id, to.user_id):
        reasons.append(_("Somebody else has to confirm your own identity."))
    if min(person.level, to.level) < Person.Level.CONFIRMED:
        reasons.append(_("Both documents have to be seen at a window first."))
    if person.birth_date != to.birth_date:
        reasons.append(_("The dates of birth differ."))
    refuse_unless(not reasons, reasons)
    person.same_as = first
    person.save(update_fields=["same_as"])
    person.others.update(same_as=first)
    return person


@transaction.atomic
def reveal_number(*, person: Person, actor: User, reason: str, now: datetime) -> str:
    """Return the whole document number, after writing down who asked and why. Each call writes a row."""
    refuse_unless(reason.strip(), _("Give the reason; it is kept."))
    Reveal.objects.create(person=person, by=actor, reason=reason.strip(), at=now)
    return str(person.id_number)


@transaction.atomic
def register_unit(
    *, name: str, code: str, region: Region, work_region: Region, actor: User, now: datetime, name_en: str = ""
) -> Unit:
    """Register a unit with its owner; staff verify it later.

    Raises ValidationError with the faults by field: a wrong credit code, or one that is registered already.
    """
    try:
        code = uscc.clean(code)
    except ValidationError as error:
        raise ValidationError({"uscc": error}) from error
    try:
        with transaction.atomic():
            unit = Unit.objects.create(
                name=name,
                name_en=name_en,
                uscc=code,
                region=region,
                work_region=work_region,
                status=Unit.Status.PENDING,
            )
    except IntegrityError as error:
        taken = _("This unit is registered already. Ask its owner to add you.")
        raise ValidationError({"uscc": [taken]}) from error
    UnitMember.objects.create(unit=unit, user=actor, role=UnitMember.Role.OWNER, joined_at=now)
    return unit


@transaction.atomic
def set_unit_status(*, unit: Unit, status: str, actor: User, now: datetime) -> Unit:
    """Verify, suspend or close a unit. A dissolved unit stays dissolved, and all its memberships end at once."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    refuse_unless(unit.status != Unit.Status.DISSOLVED, _("This unit is dissolved."))
    refuse_unless(unit.status != status, _("Nothing to change."))
    refuse_unless(not queries.membership(actor, unit), _("You act for this unit; somebody else has to decide."))
    unit.status = status
    unit.save(update_fields=["status"])
    if status == Unit.Status.DISSOLVED:
        unit.members.filter(left_at=None).update(left_at=now)
    return unit


def succession_obstacles(old: Unit, new: Unit, share: int, basis: str) -> list:
    """List what stands against a unit going over to another one, wholly or in part."""
    given = sum(old.successions.values_list("share", flat=True))
    reasons = [] if basis.strip() else [_("Name the document of the merger or the split.")]
    if old.pk == new.pk:
        reasons.append(_("A unit cannot succeed itself; a new name alone is no succession."))
    if new.status == Unit.Status.DISSOLVED:
        reasons.append(_("The successor is dissolved."))
    if not 1 <= share <= 100 - given:
        reasons.append(_("The shares of all successors make 100 percent at most."))
    return reasons


@transaction.atomic
def record_succession(
    *, old: Unit, new: Unit, share: int, starts_on: date, basis: str, actor: User, now: datetime
) -> UnitSuccession:
    """Record that a unit went over to another one, wholly or in part; the old one is dissolved (domain 11.9).

    Its members lose access at once, and nothing passes by itself: open cases are taken on one by one, promises to the
    old unit and its breaches do not pass. A mere change of name is none: the credit code stays. Raises Refused.
    """
    units = Unit.objects.select_for_update().in_bulk([old.pk, new.pk])
    old, new = units[old.pk], units[new.pk]
    refuse_unless(not (reasons := succession_obstacles(old, new, share, basis)), reasons)
    if old.status != Unit.Status.DISSOLVED:
        set_unit_status(unit=old, status=Unit.Status.DISSOLVED, actor=actor, now=now)
    return UnitSuccession.objects.create(
        old=old, new=new, share=share, starts_on=starts_on, basis=basis.strip(), recorded_by=actor, recorded_at=now
    )


@transaction.atomic
def add_member(*, unit: Unit, contact: Contact, role: str, actor: User, now: datetime) -> UnitMember:
    """Let the owner of an account act for the unit. Raises Refused when the actor may not or nobody fits."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    refuse_unless(rules.may_manage_members(queries.membership(actor, unit)), _("Only an owner adds members."))
    user = queries.owner_of(contact)
    refuse_unless(
        user is not None and user.is_active,
        _("No account that can act for a unit has this mobile number or e-mail. Ask the person to register first."),
    )
    refuse_unless(queries.membership(user, unit) is None, _("This person is a member already."))
    return UnitMember.objects.create(unit=unit, user=user, role=role, joined_at=now)


@transaction.atomic
def end_membership(*, member: UnitMember, actor: User, now: datetime) -> None:
    """End a membership, and with it all access, at once. The last owner cannot leave. Running twice is refused."""
    unit = Unit.objects.select_for_update().get(pk=member.unit_id)
    member = UnitMember.objects.get(pk=member.pk)
    refuse_unless(rules.may_end(member, queries.membership(actor, unit)), _("You cannot end this membership."))
    owners = unit.members.filter(role=UnitMember.Role.OWNER, left_at=None)
    refuse_unless(owners.exclude(pk=member.pk).exists(), _("A unit needs an owner. Add another one first."))
    member.left_at = now
    member.save(update_fields=["left_at"])
