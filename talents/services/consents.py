"""Consents: one for each purpose, for words of a known version, withdrawn as easily (个人信息保护法 14–16, 23)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from talentportal.lib.refusals import refuse_unless
from talents import consent_texts
from talents.models import Consent, ContactRequest, Profile
from talents.services import contact, index
from talents.states import Purpose, Reason, RequestState


def in_force(user: User, purpose: str, *, unit: Unit | None = None) -> Consent | None:
    """Return the consent of a person for a purpose (SHARE: and a unit) that nobody has ended, else None.

    One for older words holds until it is withdrawn; the person is asked anew beside it. Whether a SHARE consent has
    passed its `ends_at` is for the reader to compare.
    """
    return Consent.objects.filter(user=user, purpose=purpose, unit=unit, ended_at__isnull=True).first()


@transaction.atomic
def give(
    *,
    user: User,
    purpose: str,
    now: datetime,
    unit: Unit | None = None,
    fields: Sequence[str] = (),
    ends_at: datetime | None = None,
    version: str | None = None,
) -> Consent:
    """Write a consent of the person and return it; the same POOL or MATCH consent a second time is the first one.

    `version`: of the words that the person saw; Refused when they are not the ones in use. SHARE needs unit, facts and
    an end, and takes the place of an earlier one for the unit. Effects: a profile comes into the search.
    """
    text = consent_texts.current(purpose)
    refuse_unless(
        version in (None, text.version), _("The words of the consent have changed meanwhile. Please read them again.")
    )
    hold(user)
    held = in_force(user, purpose, unit=unit)
    if held and purpose != Purpose.SHARE and held.text_version == text.version:
        return held
    if held:
        _end(held, now, is_withdrawn=False)
    consent = Consent.objects.create(
        user=user,
        purpose=purpose,
        text_version=text.version,
        unit=unit,
        fields=list(fields),
        given_at=now,
        ends_at=ends_at,
    )
    _into_the_search(user, purpose, now)
    return consent


@transaction.atomic
def withdraw(*, consent: Consent, actor: User, now: datetime) -> Consent:
    """End a consent at once; what was done before stays lawful (第15条). A second time it changes nothing.

    Effects: POOL takes the profile out of the search and declines what units still wait for; SHARE ends its request,
    and the unit is told to delete what it noted (domain 11.41). Raises Refused for somebody else's.
    """
    hold(consent.user)
    list(ContactRequest.objects.select_for_update().filter(consent=consent.pk))
    consent = Consent.objects.select_for_update(of=("self",)).select_related("unit").get(pk=consent.pk)
    refuse_unless(consent.user_id == actor.pk, _("Only the person who gave a consent withdraws it."))
    if consent.ended_at is None:
        _end(consent, now, is_withdrawn=True)
        _stop_showing(consent, now)
        _into_the_search(consent.user, consent.purpose, now)
        _decline_waiting(consent, now)
    return consent


@transaction.atomic
def lapse(*, consent: Consent, now: datetime) -> None:
    """End a consent whose days are over; not withdrawn. Safe to run twice."""
    Consent.objects.filter(pk=consent.pk, ended_at__isnull=True, ends_at__lte=now).update(ended_at=now)


def hold(user: User) -> None:
    """Lock what a person has in the pool, before requests and then consents: verbs that come at once wait in line."""
    Profile.objects.select_for_update().filter(user=user.pk).first()
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _end(consent: Consent, now: datetime, *, is_withdrawn: bool) -> None:
    consent.ended_at, consent.is_withdrawn = now, is_withdrawn
    consent.save(update_fields=["ended_at", "is_withdrawn"])


def _stop_showing(consent: Consent, now: datetime) -> None:
    """End the request that lives by the consent; the unit is told to delete what it noted."""
    for request in ContactRequest.objects.filter(consent=consent):
        contact.end(request=request, now=now)


def _into_the_search(user: User, purpose: str, now: datetime) -> None:
    """Write the profile into the search anew; it is left out while there is no consent."""
    if purpose == Purpose.POOL and (profile := Profile.objects.filter(user=user).first()):
        index.put(profile, now)


def _decline_waiting(consent: Consent, now: datetime) -> None:
    if consent.purpose == Purpose.POOL:
        waiting = ContactRequest.objects.filter(profile__user=consent.user_id, state=RequestState.SENT)
        waiting.update(state=RequestState.REFUSED, reason=Reason.NONE, answered_at=now)
