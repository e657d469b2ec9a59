"""Calls for experts 专家征集: written and published by the office, answered online, each answer taken or refused."""

import re
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.queries import person_of
from notifications.services import notify
from reviews.models import Discipline, Expert, ExpertApplication, ExpertCall, ExpertTie
from reviews.queries.rounds import in_charge
from reviews.rules import calls as rules
from reviews.services.rounds import NOT_YOURS
from reviews.states import ExpertApplicationState, ExpertStatus, TieKind
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both
from talentportal.lib.workdays import add_months

MINE = "/me/expert-applications/"
NUMBER = re.compile(r"(.*?)(\d+)")


@transaction.atomic
def write_call(*, organization, disciplines, actor, now: datetime, **words) -> ExpertCall:
    """Write a call, not published yet, and number it, e.g. ZJ20260001. Raises Refused."""
    refuse_unless(in_charge(actor, organization, now), NOT_YOURS)
    _refuse_odd_days(words["opens_on"], words["closes_on"], timezone.localdate(now))
    year = timezone.localdate(now).year
    call = ExpertCall.objects.create(
        organization=organization, number=_next_number(year), created_by=actor, created_at=now, **words
    )
    call.disciplines.set(disciplines)
    return call


@transaction.atomic
def change_call(*, call: ExpertCall, disciplines, actor, now: datetime, **words) -> ExpertCall:
    """Change a call that nobody outside has seen yet. Raises Refused once it is published."""
    call = _lock_call(call, actor, now)
    refuse_unless(call.published_at is None, _("A published call is not changed; only its last day moves."))
    _refuse_odd_days(words["opens_on"], words["closes_on"], timezone.localdate(now))
    for name, value in words.items():
        setattr(call, name, value)
    call.save()
    call.disciplines.set(disciplines)
    return call


@transaction.atomic
def publish_call(*, call: ExpertCall, actor, now: datetime) -> ExpertCall:
    """Put a call on the website. Raises Refused when its days are over or it is there already."""
    call = _lock_call(call, actor, now)
    refuse_unless(call.published_at is None, _("This call is published already."))
    _refuse_odd_days(call.opens_on, call.closes_on, timezone.localdate(now))
    call.published_by, call.published_at = actor, now
    call.save(update_fields=["published_by", "published_at"])
    return call


@transaction.atomic
def move_end(*, call: ExpertCall, closes_on: date, actor, now: datetime) -> ExpertCall:
    """Move the last day of a published call, to today at the earliest. Raises Refused."""
    call = _lock_call(call, actor, now)
    refuse_unless(call.published_at is not None, _("This call is not published yet; change it."))
    _refuse_odd_days(call.opens_on, closes_on, timezone.localdate(now))
    call.closes_on = closes_on
    call.save(update_fields=["closes_on"])
    return call


@transaction.atomic
def apply(
    *, call: ExpertCall, disciplines: list[Discipline], avoids: list[str], actor, now: datetime, **words
) -> ExpertApplication:
    """Hand in an application under the real name; one per person and call. Raises Refused with every reason."""
    call = ExpertCall.objects.published().select_for_update(of=("self",)).get(pk=call.pk)
    person, today = person_of(actor), timezone.localdate(now)
    reasons = rules.not_open(call.opens_on, call.closes_on, today)
    reasons += [] if person else [_("Your identity is missing: experts serve under their real name.")]
    reasons += obstacles(actor, call, today)
    if not disciplines or not {one.pk for one in disciplines} <= set(call.disciplines.values_list("pk", flat=True)):
        reasons.append(_("Choose disciplines of this call."))
    if len(disciplines) > rules.MOST_DISCIPLINES:
        reasons.append(_("Three disciplines at most."))
    refuse_unless(not reasons, reasons)
    try:
        with transaction.atomic():
            made = ExpertApplication.objects.create(
                call=call, user=actor, name=person.name, avoids=avoids, submitted_at=now, **words
            )
    except IntegrityError:
        refuse_unless(False, _("You have applied already."))
    made.disciplines.set(disciplines)
    return made


def obstacles(user, call: ExpertCall, day: date) -> list:
    """List why somebody needs not, or may not, apply: in the pool already, suspended, applied before."""
    reasons = []
    expert = Expert.objects.filter(user=user).first()
    if expert and expert.status == ExpertStatus.SUSPENDED:
        reasons.append(_("You are suspended as an expert. Ask the office."))
    elif expert and expert.status == ExpertStatus.ACTIVE and expert.term_ends_on > add_months(day, 6):
        reasons.append(_("You are in the pool already; apply again in the last six months of your term."))
    if call.applications.live().filter(user=user).exists():
        reasons.append(_("You have applied already."))
    return reasons


@transaction.atomic
def withdraw_application(*, application: ExpertApplication, actor, now: datetime) -> ExpertApplication:
    """Take an application back while nobody has decided; another one may follow. Raises Refused."""
    application = ExpertApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    refuse_unless(application.user_id == actor.pk, _("This is not your application."))
    _refuse_decided(application)
    application.state, application.decided_at = ExpertApplicationState.WITHDRAWN, now
    application.save(update_fields=["state", "decided_at"])
    return application


@transaction.atomic
def accept_application(
    *, application: ExpertApplication, capacity: int, is_think_tank: bool, actor, now: datetime
) -> ExpertApplication:
    """Take an applicant into the pool for the term of the call, with the account that applied, and tell the person.

    An expert whose term ends gets a new one under the same number; who had retired, another number. Whom the applicant
    keeps away from becomes ties of the expert, so that no draw seats the two together. Raises Refused.
    """
    application = _lock_application(application, actor, now)
    call = application.call
    expert = _appoint(application, timezone.localdate(now), capacity=capacity, is_think_tank=is_think_tank)
    for name in application.avoids:
        facts = {"kind": TieKind.EXPERT_ASKED, "name": name[:120]}
        ExpertTie.objects.get_or_create(expert=expert, **facts, defaults={"declared_at": now})
    application.expert = expert
    _decide(application, ExpertApplicationState.ACCEPTED, "", actor, now)
    words = {"call": both(call, "title"), "number": expert.number, "date": day_in_both(expert.term_ends_on)}
    _tell(application, "expert_application_accepted", words, "/expert/", now)
    return application


@transaction.atomic
def refuse_application(*, application: ExpertApplication, reason: str, actor, now: datetime) -> ExpertApplication:
    """Refuse an application with a reason, which the person is told. Raises Refused."""
    application = _lock_application(application, actor, now)
    refuse_unless(reason.strip(), _("Give the reason."))
    _decide(application, ExpertApplicationState.REFUSED, reason.strip()[:300], actor, now)
    words = {"call": both(application.call, "title"), "reason": application.reason}
    _tell(application, "expert_application_refused", words, MINE, now)
    return application


def _appoint(application: ExpertApplication, today: date, **service) -> Expert:
    """Make the expert's record, or give the one of before a new term."""
    call = application.call
    expert = Expert.objects.select_for_update(of=("self",)).filter(user=application.user).first()
    if expert and expert.status == ExpertStatus.RETIRED:
        expert.user = None
        expert.save(update_fields=["user"])
        expert = None
    refuse_unless(
        expert is None or expert.status == ExpertStatus.ACTIVE, _("This expert is suspended. Change the status first.")
    )
    expert = expert or Expert(
        organization=call.organization, user=application.user, number=_next_expert_number(call.organization, today.year)
    )
    for name in ("name", "unit_name", "unit_uscc", "region", "title"):
        setattr(expert, name, getattr(application, name))
    expert.term_starts_on, expert.term_ends_on = today, add_months(today, call.term_months)
    for name, value in service.items():
        setattr(expert, name, value)
    expert.save()
    expert.disciplines.set(application.disciplines.all())
    return expert


def _next_expert_number(organization, year: int) -> str:
    """Count on from the highest number of the pool, e.g. YNZK0250; whoever comes at the same time waits."""
    _wait_for("expert number")
    found = (NUMBER.fullmatch(number) for number in organization.experts.values_list("number", flat=True))
    last = max(((int(one[2]), one[1], len(one[2])) for one in found if one), default=(0, f"ZJ{year}", 4))
    return f"{last[1]}{last[0] + 1:0{last[2]}d}"


def _next_number(year: int) -> str:
    _wait_for("expert call number")
    last = ExpertCall.objects.filter(number__startswith=f"ZJ{year}").order_by("-number").first()
    return f"ZJ{year}{int(last.number[6:]) + 1 if last else 1:04d}"


def _wait_for(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])


def _refuse_odd_days(opens_on: date, closes_on: date, today: date) -> None:
    reasons = [] if closes_on >= opens_on else [_("The end must be after the beginning.")]
    reasons += [] if closes_on >= today else [_("The last day is over already.")]
    refuse_unless(not reasons, reasons)


def _lock_call(call: ExpertCall, actor, now: datetime) -> ExpertCall:
    related = ExpertCall.objects.select_related("organization__region")
    call = related.select_for_update(of=("self",)).get(pk=call.pk)
    refuse_unless(in_charge(actor, call.organization, now), NOT_YOURS)
    return call


def _lock_application(application: ExpertApplication, actor, now: datetime) -> ExpertApplication:
    """Lock an application that waits, for somebody of the office who is not the applicant."""
    related = ExpertApplication.objects.select_related("call__organization__region", "user", "region")
    application = related.select_for_update(of=("self",)).get(pk=application.pk)
    refuse_unless(in_charge(actor, application.call.organization, now), NOT_YOURS)
    refuse_unless(application.user_id != actor.pk, _("Somebody else has to decide on your own application."))
    _refuse_decided(application)
    return application


def _refuse_decided(application: ExpertApplication) -> None:
    words = {"state": application.get_state_display()}
    refuse_unless(
        application.state == ExpertApplicationState.SUBMITTED, _("This application is settled: %(state)s.") % words
    )


def _decide(application: ExpertApplication, state: str, reason: str, actor, now: datetime) -> None:
    application.state, application.reason = state, reason
    application.decided_by, application.decided_at = actor, now
    application.save(update_fields=["state", "reason", "decided_by", "decided_at", "expert"])


def _tell(application: ExpertApplication, event: str, words: dict, path: str, now: datetime) -> None:
    key = f"{event}:{application.pk}"
    notify(event=event, recipient=application.user, key=key, context=words, path=path, now=now)
