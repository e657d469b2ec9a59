"""A person answers a vacancy: chosen facts are shown to its unit at once, by a consent of its own (PIPL article 23)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import membership
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.models import ContactRequest, Profile, Vacancy
from talents.queries.people import values_of
from talents.services import consents
from talents.services.contact import tell_unit
from talents.states import Ask, Purpose, RequestState, Shared


@transaction.atomic
def answer(
    *, vacancy: Vacancy, fields: Sequence[str], actor: User, now: datetime, version: str | None = None
) -> ContactRequest:
    """Show the chosen facts to the unit of a vacancy for SHOWN_DAYS; the unit is told the code, nothing else.

    `version`: of the words of consent that the page showed. Raises Refused without a profile, for a vacancy that is no
    longer online, for a unit that the person blocked or acts for, while a request between both is open, and over the
    quota of a day.
    """
    profile = Profile.objects.select_for_update().filter(user=actor).first()
    refuse_unless(profile, _("Make your profile first; the unit reads your facts there."))
    vacancy = Vacancy.objects.select_related("unit").get(pk=vacancy.pk)
    chosen = [name for name in Shared.values if name in set(fields)]
    reasons = [*_closed(vacancy, now), *obstacles(profile, vacancy, now), *_unfit(chosen, actor)]
    refuse_unless(not reasons, reasons)
    consent = consents.give(
        user=actor,
        purpose=Purpose.SHARE,
        unit=vacancy.unit,
        fields=chosen,
        ends_at=now + timedelta(days=limits.SHOWN_DAYS),
        version=version,
        now=now,
    )
    request = ContactRequest.objects.create(
        unit=vacancy.unit,
        profile=profile,
        vacancy=vacancy,
        by=actor,
        by_person=True,
        ask=Ask.POST,
        wanted=chosen,
        state=RequestState.ACCEPTED,
        consent=consent,
        sent_at=now,
        answered_at=now,
        expires_at=consent.ends_at,
    )
    tell_unit(request, "vacancy_answered", now, vacancy=vacancy.title)
    return request


def obstacles(profile: Profile, vacancy: Vacancy, now: datetime) -> list:
    """Return why this person cannot answer this vacancy now, for the person to read; none: nothing does."""
    reasons = []
    if membership(profile.user, vacancy.unit) is not None:
        reasons.append(_("You act for this unit yourself."))
    if profile.blocked.filter(unit=vacancy.unit).exists():
        reasons.append(_("This unit is blocked in your profile. Lift the block first."))
    if profile.contact_requests.filter(unit=vacancy.unit, state=RequestState.SENT).exists():
        reasons.append(_("This unit has asked you for contact and waits for your answer."))
    if profile.contact_requests.filter(unit=vacancy.unit, state=RequestState.ACCEPTED).exists():
        reasons.append(_("You are in contact with this unit already."))
    start = timezone.make_aware(datetime.combine(timezone.localdate(now), datetime.min.time()))
    if profile.contact_requests.filter(by_person=True, sent_at__gte=start).count() >= limits.ANSWERS_A_DAY:
        reasons.append(
            _("You have answered %(most)d vacancies today. Go on tomorrow.") % {"most": limits.ANSWERS_A_DAY}
        )
    return reasons


def _closed(vacancy: Vacancy, now: datetime) -> list:
    is_online = Vacancy.objects.online(now).filter(pk=vacancy.pk).exists()
    return [] if is_online else [_("This vacancy is no longer online.")]


def _unfit(fields: list[str], actor: User) -> list:
    if not fields:
        return [_("Choose at least one thing that the unit may see.")]
    values = values_of(actor)
    lacking = [str(Shared(name).label) for name in fields if not values.get(name)]
    return [_("You have not filled in yet: %(what)s.") % {"what": _(", ").join(lacking)}] if lacking else []
