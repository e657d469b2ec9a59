"""Closing an account (domain 11.42, 个人信息保护法 第47条): what is only the person's goes, case files are kept.

A case file is kept by the duty to keep archives; the law then allows nothing but storage. So its cases leave the desks
and lists of the offices, and only a leader, who may have to revoke what was granted, still reaches them.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, UnitMember, User
from applications import own_data
from applications.models import Case, Clock, DataExport, WalletItem
from applications.services.drafts import discard_draft
from applications.services.export import drop_export
from applications.states import ClockKind, State
from certificates.models import Certificate
from policies.models import Follow, Offer, OfferState, ProactiveConsent, SavedSearch
from talentportal.lib.refusals import refuse_unless

AFTER = (ClockKind.CHECK, ClockKind.RECTIFY)  # what may still run when a case has ended


def closing_obstacles(user) -> list:
    """List what has to end before an account can be closed; each reason names the case or the unit."""
    own = Case.objects.filter(applicant=user)
    reasons = [
        _("Case %(no)s is still open. Wait for its end, or withdraw it.") % {"no": no}
        for no in own.open().values_list("case_no", flat=True)
    ]
    checks = Clock.objects.filter(case__applicant=user, kind__in=AFTER, finished_at__isnull=True)
    reasons += [
        _("In case %(no)s the check of your commitment is still to come.") % {"no": no}
        for no in checks.values_list("case__case_no", flat=True).distinct()
    ]
    reasons += [
        _("You are the only owner of %(unit)s. Add another owner first.") % {"unit": unit}
        for unit in _only_owner_of(user)
    ]
    if user.is_staff:
        reasons.append(_("This is the account of a member of staff; the administrator ends it."))
    return reasons


def _only_owner_of(user) -> list[str]:
    owners = UnitMember.objects.filter(role=UnitMember.Role.OWNER, left_at__isnull=True)
    return [
        member.unit.name
        for member in owners.filter(user=user).select_related("unit")
        if not owners.filter(unit=member.unit_id).exclude(user=user).exists()
    ]


@transaction.atomic
def close_account(*, actor: User, now: datetime) -> None:
    """Close the own account for good: nobody can sign in with it again, and its contacts are free.

    Effects: drafts, verified materials, copies of data, followed policies, searches, consents, messages, sign-in data
    and what apps above hold (`own_data`) are deleted; memberships end; case files are kept in store with access
    narrowed; the real-name record stays with them, no longer findable, and is deleted where there are none.
    Certificates stay valid. Raises Refused with every reason.
    """
    user = User.objects.select_for_update().get(pk=actor.pk)
    refuse_unless(user.closed_at is None, _("This account is closed already."))
    refuse_unless(not (reasons := closing_obstacles(user)), reasons)
    _forget_what_is_only_theirs(user, now)
    Case.objects.filter(applicant=user, unit=None).exclude(state=State.DRAFT).update(is_restricted=True)
    _narrow_identity(user)
    user.email = user.phone = None
    user.phone_verified = user.is_active = False
    user.name, user.closed_at = "", now
    user.set_unusable_password()
    user.save()


def _forget_what_is_only_theirs(user: User, now: datetime) -> None:
    for holding in own_data.holdings.values():
        holding.forgotten(user, now)
    for draft in Case.objects.filter(applicant=user, state=State.DRAFT):
        discard_draft(case=draft, actor=user)
    for export in DataExport.objects.filter(owner=user):
        drop_export(export)
    for rows in (
        WalletItem.objects.filter(owner=user),
        Follow.objects.filter(user=user),
        SavedSearch.objects.filter(user=user),
        ProactiveConsent.objects.filter(user=user),
        Offer.objects.filter(user=user).exclude(state=OfferState.CONFIRMED),
        EmailAddress.objects.filter(user=user),
        Authenticator.objects.filter(user=user),
        user.reminders.all(),
        user.inbox.all(),
    ):
        rows.delete()
    UnitMember.objects.filter(user=user, left_at__isnull=True).update(left_at=now)


def _narrow_identity(user: User) -> None:
    """Keep the real-name record with the case files, unfindable and free to be registered anew; else delete it."""
    person = Person.objects.filter(user=user).first()
    if person is None:
        return
    is_needed = Case.objects.filter(applicant=user).exists() or Certificate.objects.filter(holder=person).exists()
    if is_needed or person.reveals.exists():
        person.id_fingerprint, person.tail_fingerprint = f"closed:{person.pk}", ""
        person.save(update_fields=["id_fingerprint", "tail_fingerprint"])
    else:
        person.delete()
