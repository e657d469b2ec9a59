"""Reads about people, posts and units."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from accounts.contacts import Contact
from accounts.models import ID_PURPOSE, TAIL_PURPOSE, Person, Role, StaffPost, Unit, UnitMember, User
from talentportal.lib.idcard import full, normalize
from talentportal.lib.sealed import blind_index, blind_indexes

OFFICE_ROLES = tuple(role for role in Role if role != Role.EXPERT)


def posts_of(user: User, day: date) -> QuerySet[StaffPost]:
    """Return the posts that the user holds on the day; none for a stranger, a leaver or an inactive account."""
    if not (user.is_active and user.is_staff):
        return StaffPost.objects.none()
    return StaffPost.objects.held_on(day).filter(user_id=user.pk).select_related("organization", "region")


def in_reach(user: User, place: str, day: date, roles: Iterable[str] = OFFICE_ROLES) -> Q:
    """Return the condition that a region, named by its field, lies where the user holds one of the roles on the day.

    A superuser reaches everywhere, a stranger nowhere.
    """
    if user.is_superuser:
        return Q()
    found = Q(pk__in=[])
    for post in posts_of(user, day).filter(role__in=roles):
        found |= Q(**{place: post.region_id}) | Q(**{f"{place}__path__startswith": f"{post.region.path}/"})
    return found


def roles_of(user: User, day: date) -> frozenset[str]:
    """Return the roles that the user holds somewhere on the day."""
    return frozenset(posts_of(user, day).order_by().values_list("role", flat=True))


def has_role(user: User, role: str, day: date) -> bool:
    """Tell whether the user holds the role somewhere on the day."""
    return posts_of(user, day).filter(role=role).exists()


def owner_of_phone(phone: str) -> User | None:
    """Return who has proved that the mobile number (E.164) is theirs; a sign-up left unfinished does not count.

    An account that an office opened with the number counts: a code to it signs in, and the document number is asked.
    """
    return User.objects.filter(Q(phone_verified=True) | Q(is_untaken=True), phone=phone).first()


def owner_of_email(email: str) -> User | None:
    """Return who has proved that the address (lower case) is theirs; a sign-up left unfinished does not count."""
    return User.objects.filter(emailaddress__email=email, emailaddress__verified=True).first()


def owner_of(contact: Contact) -> User | None:
    """Return who has proved that the contact is theirs."""
    return owner_of_phone(contact.value) if contact.kind == "phone" else owner_of_email(contact.value)


def person_of(user: User) -> Person | None:
    """Return the user's real-name record."""
    return Person.objects.filter(user_id=user.pk).first()


def same_person(user: User) -> list[int]:
    """Return the ids of all accounts of the human being whose account this is, the given one first."""
    person = person_of(user)
    if person is None:
        return [user.pk]
    first = person.same_as_id or person.pk
    others = Person.objects.filter(Q(pk=first) | Q(same_as=first)).exclude(pk=person.pk)
    return [user.pk, *others.values_list("user", flat=True)]


def people_with_document(number: str) -> QuerySet[Person]:
    """Find real-name records by a whole document number, through its fingerprint; also by an old one of 15 digits."""
    return Person.objects.filter(id_fingerprint__in=blind_indexes(full(normalize(number)), ID_PURPOSE))


def people_with_tail(tail: str) -> QuerySet[Person]:
    """Find real-name records by the last four characters of a document number, through their fingerprint."""
    return Person.objects.filter(tail_fingerprint__in=blind_indexes(normalize(tail), TAIL_PURPOSE))


def tail_fingerprint(number: str) -> str:
    """Return the fingerprint of the last four characters of a normalized document number."""
    return blind_index(number[-4:], TAIL_PURPOSE)


def find_people(term: str) -> list[Person]:
    """Find at most 20 people by a whole document number or a whole name; parts find nobody."""
    found = people_with_document(term) | Person.objects.filter(name=term.strip())
    return list(found.order_by("name_pinyin", "pk")[:20])


def units_of(user: User) -> QuerySet[Unit]:
    """Return the units that the user acts for now."""
    return Unit.objects.filter(members__user_id=user.pk, members__left_at__isnull=True).distinct()


def membership(user: User, unit: Unit) -> UnitMember | None:
    """Return the user's membership of the unit, None from the minute it ended."""
    return UnitMember.objects.filter(user_id=user.pk, unit=unit, left_at__isnull=True).first()
