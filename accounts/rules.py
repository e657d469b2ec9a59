"""Pure questions about identities and units."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import DocumentType, Person, UnitMember
from talentportal.lib import idcard, names

TELLING = {DocumentType.RESIDENT_ID, DocumentType.RESIDENCE_PERMIT, DocumentType.PERMANENT_RESIDENT}
GUARDIAN_AGE = 14  # 个人信息保护法 第31条


@dataclass(frozen=True)
class Identity:
    """What a checked real-name record says."""

    document_type: str
    issuing_country: str
    number: str
    name: str
    birth_date: date
    sex: str
    level: int


def age_on(day: date, birth_date: date) -> int:
    """Return the age in full years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def check_identity(
    *,
    document_type: str,
    number: str,
    name: str,
    birth_date: date | None,
    sex: str,
    issuing_country: str,
    today: date,
    allow_demo: bool = False,
) -> Identity:
    """Return the cleaned identity, or raise ValidationError with the faults by field.

    A number of 18 characters tells birth date and sex, so these may be left out there. Only passports are issued
    by other countries than China. The level says whether the number carries a check of its own that it passes.
    """
    faults: dict[str, list] = {}
    name = _collect(faults, "name", names.clean, name) or ""
    number = _collect(faults, "number", _clean_number, document_type, number, birth_date, today, allow_demo) or ""
    tells = document_type in TELLING and len(number) == 18
    if tells:
        birth_date = idcard.birth_date_in(number)
        sex = _collect(faults, "sex", _sex_told, number, sex) or ""
    if not (tells or ("number" in faults and document_type in TELLING)):
        _collect(faults, "birth_date", _check_birth, birth_date, today)
    if birth_date and not faults and age_on(today, birth_date) < GUARDIAN_AGE:
        faults["birth_date"] = [_("A guardian registers children under 14, at a window.")]
    if document_type == DocumentType.PASSPORT and not issuing_country:
        faults["issuing_country"] = [_("Choose the country that issued the passport.")]
    if faults:
        raise ValidationError(faults)
    country = issuing_country if document_type == DocumentType.PASSPORT else "CN"
    level = Person.Level.CHECKED if tells else Person.Level.DECLARED
    return Identity(document_type, country, number, name, birth_date, sex, level)


def _collect(faults: dict, field: str, check, *args):
    """Call the check; note what it refuses under the field, or under the birth date when it is about that."""
    try:
        return check(*args)
    except ValidationError as error:
        about_birth = getattr(error, "code", "") == "birth_mismatch"
        faults.setdefault("birth_date" if about_birth else field, []).append(error)
        return None


def _clean_number(document_type: str, number: str, birth_date: date | None, today: date, allow_demo: bool) -> str:
    return idcard.clean(document_type, number, birth_date=birth_date, today=today, allow_demo=allow_demo)


def _sex_told(number: str, sex: str) -> str:
    told = "M" if int(number[16]) % 2 else "F"
    if sex and sex != told:
        raise ValidationError(_("The number says otherwise. Leave it out if unsure."))
    return told


def _check_birth(birth_date: date | None, today: date) -> None:
    if birth_date is None:
        raise ValidationError(_("Enter the date of birth."))
    if birth_date > today:
        raise ValidationError(_("The date of birth lies in the future."))
    if birth_date < idcard.OLDEST:
        raise ValidationError(_("Check the year of birth."))


def may_manage_members(member: UnitMember | None) -> bool:
    """Tell whether the member may add and remove others: an owner who has not left."""
    return bool(member) and member.left_at is None and member.role == UnitMember.Role.OWNER


def may_end(member: UnitMember, by: UnitMember | None) -> bool:
    """Tell whether somebody may end a membership: an owner any, everybody their own."""
    return member.left_at is None and bool(by) and (member.pk == by.pk or may_manage_members(by))
