"""The verbs of the subsidy 补助: entitled by a recognition, applied for, checked, approved, paid; recovered, forfeited.

Once for each tier of a brand and of whatever it was before or went on in. Amounts in yuan, as Decimal.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.queries import units_of
from laborbrands.models import Brand, Recognition, Subsidy, SubsidyEvent, SubsidyRule
from laborbrands.queries import recognition as queries
from laborbrands.queries.lineage import lineage
from laborbrands.rules.recognition import DECIDED_AT
from laborbrands.rules.subsidy import account_number, account_obstacles, amount_due
from laborbrands.states import SUBSIDY_NEXT, SUBSIDY_STEPS, SUBSIDY_WORDS, SubsidyState, Tier
from notifications.services import Note, notify_many
from talentportal.lib.bilingual import both
from talentportal.lib.masking import mask_account
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both


def rule_on(tier: str, day: date) -> SubsidyRule | None:
    """Return the rule for recognitions of a tier on a day; brands recognized before it was in force have none."""
    rules = SubsidyRule.objects.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=day), tier=tier)
    return rules.filter(effective_from__lte=day).order_by("-effective_from").first()


@transaction.atomic
def entitle(*, recognition: Recognition, actor, now: datetime) -> Subsidy | None:
    """Entitle a newly recognized brand to the subsidy of its tier; None where no rule is in force or nothing is due.

    Locks every brand of the lineage, so that two recognitions at once never bring the same tier twice (domain 11.39).
    """
    lock_lineage(recognition.brand_id)
    rule = rule_on(recognition.tier, recognition.recognized_on)
    if rule is None:
        return None
    had = Subsidy.objects.filter(brand__in=lineage(recognition.brand_id)).select_for_update(of=("self",)).order_by("pk")
    amount, deducted = amount_due(rule, list(had))
    if amount <= 0:
        return None
    subsidy = Subsidy.objects.create(
        brand_id=recognition.brand_id,
        tier=recognition.tier,
        recognition=recognition,
        rule=rule,
        year=recognition.recognized_on.year,
        amount_yuan=amount,
        deducted_yuan=deducted,
        fund=rule.fund,
    )
    _note(subsidy, actor, now)
    _tell(subsidy, "subsidy_entitled", now)
    return subsidy


def lock_lineage(brand: int) -> None:
    """Lock a brand and every brand of its lineage until the transaction ends, in one order."""
    locked: set[int] = set()
    while not (found := lineage(brand)) <= locked:  # a succession may have been written while this waited
        locked |= found
        list(Brand.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=found).order_by("pk"))


@transaction.atomic
def apply(*, subsidy: Subsidy, actor, now: datetime, account: str) -> Subsidy:
    """Ask for the payment, for the unit that builds the brand: it is the payee. Of the account only a mask is kept."""
    subsidy = _take(subsidy, "apply")
    builders = subsidy.brand.builders.filter(ends_on__isnull=True, unit__in=units_of(actor)).select_related("unit")
    builder = builders.first()
    refuse_unless(builder, _("You do not act for the unit that builds this brand."))
    refuse_unless(not (reasons := account_obstacles(account)), reasons)
    subsidy.payee, subsidy.account_masked = builder.unit.name, mask_account(account_number(account))
    return _hand_on(_move(subsidy, "apply", actor, now), now)


@transaction.atomic
def check(*, subsidy: Subsidy, actor, now: datetime, note: str = "") -> Subsidy:
    """Find an application for payment in order; by an examiner of the office that decides on the tier."""
    subsidy = _take(subsidy, "check")
    _refuse_strangers(subsidy, actor, now, Role.EXAMINER)
    return _hand_on(_move(subsidy, "check", actor, now, note=note), now)


@transaction.atomic
def approve(*, subsidy: Subsidy, actor, now: datetime, document_no: str) -> Subsidy:
    """Approve the payment by a document; by a leader, never by who checked."""
    subsidy = _take(subsidy, "approve")
    _refuse_strangers(subsidy, actor, now, Role.LEADER)
    _refuse_same(subsidy, SubsidyState.CHECKED, actor, _("Another person than who checked must approve."))
    refuse_unless(document_no.strip(), _("Give the number of the document."))
    return _hand_on(_move(subsidy, "approve", actor, now, document_no=document_no), now)


@transaction.atomic
def pay(*, subsidy: Subsidy, actor, now: datetime, paid_on: date, document_no: str) -> Subsidy:
    """Note that it was paid, on which day and by which document; never by who approved."""
    subsidy = _take(subsidy, "pay")
    _refuse_strangers(subsidy, actor, now, Role.EXAMINER, Role.LEADER)
    _refuse_same(subsidy, SubsidyState.APPROVED, actor, _("Another person than who approved must note the payment."))
    approved_on = timezone.localdate(_entry(subsidy, SubsidyState.APPROVED).at)
    refuse_unless(document_no.strip(), _("Give the number of the document."))
    refuse_unless(
        approved_on <= paid_on <= timezone.localdate(now),
        _("The day of payment lies between the approval and today."),
    )
    subsidy.paid_on = paid_on
    _move(subsidy, "pay", actor, now, amount=subsidy.amount_yuan, document_no=document_no)
    _tell(subsidy, "subsidy_paid", now, date=day_in_both(paid_on), account=subsidy.account_masked)
    return subsidy


@transaction.atomic
def recover(*, subsidy: Subsidy, actor, now: datetime, reason: str, amount: Decimal | None = None) -> Subsidy:
    """Take back what was paid, or a part of it (`amount` in yuan), with a written reason. None as actor: the system."""
    subsidy = _take(subsidy, "recover")
    _refuse_strangers(subsidy, actor, now, Role.LEADER)
    amount = subsidy.amount_yuan if amount is None else amount
    refuse_unless(reason.strip(), _("Give the reason; it is kept."))
    refuse_unless(
        0 < amount <= subsidy.amount_yuan and amount == round(amount, 2),
        _("More than nothing and at most what was paid, %(amount)s yuan, can be recovered.")
        % {"amount": subsidy.amount_yuan},
    )
    subsidy.recovered_yuan = amount
    return _move(subsidy, "recover", actor, now, amount=-amount, note=reason)


@transaction.atomic
def forfeit(*, subsidy: Subsidy, actor, now: datetime, reason: str) -> Subsidy:
    """End the claim to a subsidy that was not paid, with a written reason. None as actor: the system."""
    subsidy = _take(subsidy, "forfeit")
    _refuse_strangers(subsidy, actor, now, Role.LEADER)
    refuse_unless(reason.strip(), _("Give the reason; it is kept."))
    return _move(subsidy, "forfeit", actor, now, note=reason)


def _take(subsidy: Subsidy, verb: str) -> Subsidy:
    locked = Subsidy.objects.select_for_update(of=("self",)).select_related("brand__region").get(pk=subsidy.pk)
    refuse_unless(
        locked.state in SUBSIDY_STEPS[verb][0],
        _("This is not possible: the subsidy is %(state)s.") % {"state": locked.get_state_display()},
    )
    return locked


def _refuse_strangers(subsidy: Subsidy, actor, now: datetime, *roles: str) -> None:
    """Raise Refused unless the actor holds such a post at the office of the tier, and builds no part of the brand."""
    if actor is None:
        return
    place = queries.place_of(subsidy.brand.region, DECIDED_AT[Tier(subsidy.tier)])
    post = queries.post_at(actor, place, roles, timezone.localdate(now))
    refuse_unless(post, _("This step is for another role."))
    units = subsidy.brand.builders.filter(unit__isnull=False).values("unit")
    refuse_unless(
        not actor.memberships.filter(unit__in=units).exists(),
        _("You belong to the unit that builds the brand; a colleague has to do this."),
    )


def _refuse_same(subsidy: Subsidy, state: str, actor, reason) -> None:
    refuse_unless(_entry(subsidy, state).actor_id != actor.pk, reason)


def _entry(subsidy: Subsidy, state: str) -> SubsidyEvent:
    return subsidy.events.filter(state=state).last()


def _tell(subsidy: Subsidy, event: str, now: datetime, **words) -> None:
    """Tell everybody who acts for a unit that builds the brand."""
    units = subsidy.brand.builders.filter(ends_on__isnull=True, unit__isnull=False).values("unit")
    people = User.objects.filter(memberships__unit__in=units, memberships__left_at__isnull=True).distinct()
    cause, path, words = f"{event}:{subsidy.pk}", f"/org/brands/subsidies/{subsidy.pk}/", _words(subsidy) | words
    notify_many(notes=[Note(event, one, f"{cause}:to:{one.pk}", words, path) for one in people], now=now)


def _hand_on(subsidy: Subsidy, now: datetime) -> Subsidy:
    """Tell whoever does the next step at the office of the tier."""
    verb, role = SUBSIDY_NEXT[subsidy.state]
    place = queries.place_of(subsidy.brand.region, DECIDED_AT[Tier(subsidy.tier)])
    words = _words(subsidy) | {"step": both(SUBSIDY_WORDS[verb])}
    cause, path = f"subsidy_step_due:{subsidy.pk}:{verb}", f"/admin/laborbrands/subsidy/{subsidy.pk}/change/"
    people = queries.people_at(place, (role,), timezone.localdate(now))
    notes = [Note("subsidy_step_due", one, f"{cause}:to:{one.pk}", words, path) for one in people]
    notify_many(notes=notes, now=now)
    return subsidy


def _words(subsidy: Subsidy) -> dict:
    brand, tier = both(subsidy.brand, "name"), both(Tier(subsidy.tier).label)
    return {"brand": brand, "tier": tier, "amount": f"{subsidy.amount_yuan:,.2f}"}


def _move(subsidy: Subsidy, verb: str, actor, now: datetime, **words) -> Subsidy:
    subsidy.state = SUBSIDY_STEPS[verb][1]
    subsidy.save()
    _note(subsidy, actor, now, **words)
    return subsidy


def _note(subsidy, actor, now: datetime, *, amount=Decimal(0), document_no: str = "", note: str = "") -> None:
    SubsidyEvent.objects.create(
        subsidy=subsidy,
        state=subsidy.state,
        amount_yuan=amount,
        document_no=document_no.strip()[:60],
        note=note.strip()[:300],
        at=now,
        actor=actor,
    )
