"""Benefits found for a person without their asking 免申即享 (domain 5.7).

Who agrees lets the portal ask the rule trees of AUTO benefits of the facts they told. What fits is offered once, with a
last day to answer. Nothing is granted without their yes: silence is never consent, an offer that is not answered ends.
Withdrawing the consent ends everything at once and deletes the facts (个人信息保护法 第15条, 第47条).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from notifications.services import Note, notify_many
from policies.matching import finder
from policies.matching.conditions import Asker, Verdict, facts_in
from policies.matching.facts import FACTS, known
from policies.matching.situation import age_on
from policies.models import Benefit, Offer, OfferState, ProactiveConsent, RedeemMode
from regions.models import Region
from regions.queries import home_calendar
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless

ANSWER_DAYS = 10  # working days to answer an offer
BATCH = 200  # persons looked at in one go
AT_ONCE = 2000  # persons looked at, or offers ended, in one run; the next run goes on
PATH = "/me/benefits/"
GONE = {"zh": "这项待遇已失效或被新规定替代", "en": "the benefit has ended or was replaced by new rules"}
SILENT = {"zh": "没有在期限内确认", "en": "you did not confirm it in time"}
ANSWERED = (OfferState.CONFIRMED, OfferState.DECLINED)


# --- verbs ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def give_consent(*, facts: Mapping, actor: User, now: datetime) -> ProactiveConsent:
    """Keep a person's consent with the facts told, in place of earlier ones, and look for benefits at once.

    Raises Refused without a place of work, on which all rules depend.
    """
    facts = {key: facts[key] for key in FACTS if known(facts, key) is not None}
    refuse_unless("region" in facts, _("Choose the place; the rules depend on it."))
    consent, _made = ProactiveConsent.objects.select_for_update().get_or_create(
        user=actor, defaults={"facts": facts, "given_at": now}
    )
    consent.facts, consent.given_at, consent.withdrawn_at, consent.looked_at = facts, now, None, None
    consent.save()
    _look([consent], now)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: User, now: datetime) -> None:
    """End a consent: the facts and the offers not yet answered are deleted. Safe to run twice."""
    consent = ProactiveConsent.objects.select_for_update().filter(user=actor, withdrawn_at=None).first()
    if consent is None:
        return
    consent.facts, consent.withdrawn_at = {}, now
    consent.save(update_fields=["facts", "withdrawn_at"])
    actor.offers.filter(state=OfferState.OPEN).delete()


@transaction.atomic
def answer_offer(*, offer: Offer, confirms: bool, actor: User, now: datetime) -> Offer:
    """Confirm or decline an offer; the same answer a second time changes nothing.

    Raises Refused when it is somebody else's, was answered differently, its last day has passed, or, for a
    confirmation, when the benefit no longer holds.
    """
    offer = Offer.objects.select_for_update(of=["self"]).select_related("benefit__service_item").get(pk=offer.pk)
    refuse_unless(offer.user_id == actor.pk, _("Only the person it was found for can answer."))
    answer = OfferState.CONFIRMED if confirms else OfferState.DECLINED
    if offer.state == answer:
        return offer
    day = timezone.localdate(now)
    refuse_unless(
        offer.state == OfferState.OPEN and offer.answer_by >= day,
        _("This offer is no longer open. Nothing was changed."),
    )
    if confirms:
        holds = finder.in_force(day).filter(pk=offer.benefit_id).exists()
        refuse_unless(holds, _("This benefit has ended or was replaced. Nothing was changed."))
    offer.state, offer.answered_at = answer, now
    offer.save(update_fields=["state", "answered_at"])
    return offer


# --- what happens by itself -------------------------------------------------------------------------------------------


def sweep_offers(now: datetime) -> int:
    """End offers that are over, then look for benefits of everybody who agreed and was not looked at since the news.

    Everybody is looked at once a day, and again when a benefit was confirmed or published. Returns how many rows were
    written; repeated, it writes none. After an outage one run catches up.
    """
    written = _lapse(now)
    for _round in range(AT_ONCE // BATCH):
        batch = list(_waiting(now).select_for_update(of=["self"], skip_locked=True)[:BATCH])
        written += len(batch) + (_look(batch, now) if batch else 0)
        if len(batch) < BATCH:
            break
    return written


def next_end(after: datetime) -> datetime | None:
    """Return when the next open offer ends: the night after its last day."""
    day = timezone.localdate(after)
    last = Offer.objects.filter(state=OfferState.OPEN, answer_by__gte=day).aggregate(day=Min("answer_by"))["day"]
    return _midnight(last + timedelta(days=1)) if last else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _waiting(now: datetime) -> QuerySet[ProactiveConsent]:
    """Consents that were not looked at today, or not since the last news."""
    day = timezone.localdate(now)
    news = _auto(day).aggregate(read=Max("confirmed_at"), published=Max("version__published_at"))
    since = min(now, max(filter(None, (_midnight(day), news["read"], news["published"]))))
    waiting = ProactiveConsent.objects.filter(Q(looked_at=None) | Q(looked_at__lt=since))
    return waiting.filter(withdrawn_at=None, user__is_active=True).select_related("user").order_by("pk")


def _auto(day: date) -> QuerySet[Benefit]:
    return finder.in_force(day).filter(mode=RedeemMode.AUTO)


def _look(consents: list[ProactiveConsent], now: datetime) -> int:
    """Offer to some persons, whose consents are locked, what fits them and was not offered yet; return how many."""
    day = timezone.localdate(now)
    by_place = defaultdict(list)
    for benefit in _auto(day).select_related("version"):
        by_place[benefit.version.region_code].append(benefit)
    seen = _seen(consents)
    facts_of, answer_by = _facts(consents, day), home_calendar().due(day, ANSWER_DAYS)
    offers = [
        Offer(user=consent.user, benefit=benefit, found_at=now, answer_by=answer_by)
        for consent in consents
        for benefit in _fitting(facts_of[consent.pk], by_place)
        if not {benefit.pk, (benefit.version.policy_id, benefit.key)} & seen[consent.user_id]
    ]
    Offer.objects.bulk_create(offers)
    ProactiveConsent.objects.filter(pk__in=[consent.pk for consent in consents]).update(looked_at=now)
    notify_many(notes=[_found_note(mine) for mine in _by_person(offers)], now=now)
    return len(offers)


def _seen(consents: list[ProactiveConsent]) -> dict[int, set]:
    """What each person was offered: benefits, and (policy, key) of those answered in any version."""
    seen: dict[int, set] = defaultdict(set)
    offers = Offer.objects.filter(user__in=[consent.user_id for consent in consents])
    for offer in offers.values("user_id", "benefit_id", "state", "benefit__key", "benefit__version__policy_id"):
        seen[offer["user_id"]].add(offer["benefit_id"])
        if offer["state"] in ANSWERED:
            seen[offer["user_id"]].add((offer["benefit__version__policy_id"], offer["benefit__key"]))
    return seen


def _fitting(facts: Mapping, by_place: Mapping[str, list[Benefit]]) -> list[Benefit]:
    here = [benefit for code in sorted(finder.where(facts)) for benefit in by_place.get(code, ())]
    asker = Asker(facts)
    return _highest([benefit for benefit in here if asker.ask(benefit.conditions).verdict == Verdict.FITS])


def _highest(benefits: list[Benefit]) -> list[Benefit]:
    """Leave out what is worth less than another of its exclusive group: one of them is granted, the highest."""
    best: dict[str, Benefit] = {}
    for benefit in sorted(benefits, key=lambda one: (finder.worth(one), -one.pk)):
        best[benefit.exclusive_group] = benefit
    return [one for one in benefits if not one.exclusive_group or one is best[one.exclusive_group]]


def _facts(consents: list[ProactiveConsent], day: date) -> dict[int, dict]:
    """The facts of each consent as they are today: the age from the real-name record, or older by the years since."""
    born = dict(Person.objects.filter(user__in=[one.user_id for one in consents]).values_list("user_id", "birth_date"))
    codes = {consent.facts.get("region", "").rpartition("/")[2] for consent in consents}
    paths = dict(Region.objects.filter(code__in=codes).values_list("code", "path"))
    return {consent.pk: _facts_of(consent, born.get(consent.user_id), paths, day) for consent in consents}


def _facts_of(consent: ProactiveConsent, born: date | None, paths: Mapping, day: date) -> dict:
    facts = dict(consent.facts)
    place = facts.get("region", "")
    facts["region"] = paths.get(place.rpartition("/")[2], place)
    if born:
        facts["age"] = age_on(born, day)
    elif (age := known(facts, "age")) is not None:
        facts["age"] = age + age_on(timezone.localdate(consent.given_at), day)
    return facts


def _lapse(now: datetime) -> int:
    """End the offers whose last day has passed or whose benefit no longer holds, and say so."""
    day = timezone.localdate(now)
    offers = Offer.objects.filter(state=OfferState.OPEN)
    over = offers.filter(Q(answer_by__lt=day) | ~Q(benefit__in=_auto(day).values("pk")))
    over = over.select_for_update(of=["self"], skip_locked=True)
    ended = list(over.select_related("user", "benefit")[:AT_ONCE])
    Offer.objects.filter(pk__in=[offer.pk for offer in ended]).update(state=OfferState.LAPSED)
    for silent in (True, False):
        mine = _by_person(offer for offer in ended if (offer.answer_by < day) == silent)
        notify_many(notes=[_end_note(some, SILENT if silent else GONE) for some in mine], now=now)
    return len(ended)


def _by_person(offers: Iterable[Offer]) -> list[list[Offer]]:
    found: dict[int, list[Offer]] = defaultdict(list)
    for offer in offers:
        found[offer.user_id].append(offer)
    return list(found.values())


def _found_note(offers: list[Offer]) -> Note:
    """One message for all that was found for a person; the first offer makes it unique."""
    words = {
        "count": str(len(offers)),
        "benefits": [both(offer.benefit, "name") for offer in offers],
        "date": offers[0].answer_by.isoformat(),
    }
    return Note("offer_found", offers[0].user, f"offer:{offers[0].pk}", words, PATH)


def _end_note(offers: list[Offer], reason: dict) -> Note:
    words = {"benefits": [both(offer.benefit, "name") for offer in offers], "reason": reason}
    return Note("offer_lapsed", offers[0].user, f"offer-lapsed:{offers[0].pk}", words, PATH)


# --- reads ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Space:
    """What a person sees of it."""

    consent: ProactiveConsent | None
    open: list[Offer]
    answered: list[Offer]


def space_of(user: User) -> Space:
    """Return a person's consent, if it stands, the offers that wait for an answer and the last ones that do not."""
    consent = ProactiveConsent.objects.filter(user=user, withdrawn_at=None).first()
    offers = user.offers.select_related("benefit__version__policy", "benefit__clause", "benefit__service_item")
    waiting = offers.filter(state=OfferState.OPEN).order_by("answer_by", "pk")
    return Space(consent, list(waiting), list(offers.exclude(state=OfferState.OPEN)[:20]))


def told_by(user: User) -> dict:
    """Return the facts that a person lets the portal keep, empty without consent."""
    consent = ProactiveConsent.objects.filter(user_id=user.pk, withdrawn_at=None).first() if user.pk else None
    return dict(consent.facts) if consent else {}


def facts_needed(day: date) -> list[str]:
    """Return the facts that benefits granted without application ask for, and no others; the place always."""
    trees = _auto(day).values_list("conditions", flat=True)
    asked = {"region"}.union(*(facts_in(tree) for tree in trees))
    return [key for key in FACTS if key in asked]
