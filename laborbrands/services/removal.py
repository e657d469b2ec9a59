"""Removal 摘牌 (domain 6.5): notice, statement of the builder, decision by another, publicity, then the plate."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from certificates import rules as certificate_rules
from certificates import services as certificates
from laborbrands.models import Brand, Recognition, Removal
from laborbrands.queries.keeping import highest_held, missing_reports
from laborbrands.rules import keeping as rules
from laborbrands.services import subsidy as subsidies
from laborbrands.services.steps import check_builder, check_office, lock, move, tell_builders, tell_office
from laborbrands.states import (
    OPEN_REMOVALS,
    EndReason,
    RemovalGround,
    RemovalState,
    Stage,
    SubsidyState,
    Tier,
    TrademarkState,
)
from notifications.services import cancel_reminders
from regions.queries import calendar_for
from reviews.services import publicity
from talentportal.lib import spoken
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless

OFFICE = (Role.EXAMINER, Role.LEADER)
STANDING = (Stage.RECOGNIZED, Stage.RECTIFYING)


def subject_of(removal: Removal) -> str:
    """Return how the publicity of a removal names what it is about."""
    return f"removal:{removal.pk}"


def page_of(brand: Brand) -> str:
    """Return the address of a removal for the builder, without the language."""
    return f"/org/brands/{brand.code}/removal/"


@transaction.atomic
def give_notice(
    *, brand: Brand, ground: str, facts: str, notice_no: str, actor, now: datetime, is_downgrade: bool = False
) -> Removal:
    """Give notice that a brand is to be removed, or lowered by one tier; the builder has five working days to answer.

    It is about the highest tier that stands, so the office of that tier acts. Raises Refused with every reason.
    """
    brand = lock(brand)
    today = timezone.localdate(now)
    held = highest_held(brand, today)
    refuse_unless(held and brand.stage in STANDING, _("The brand is not recognized."))
    check_office(actor, brand, held.tier, now, *OFFICE)
    reasons = rules.ground_obstacles(
        ground,
        missed=missing_reports(brand).count(),
        last_evaluation=brand.evaluations.order_by("-evaluated_at", "-pk").first(),
        has_lost_trademark=brand.trademark_state == TrademarkState.LOST,
    )
    reasons += [] if facts.strip() else [_("Write down facts and evidence.")]
    reasons += [] if notice_no.strip() else [_("Give the number of the notice.")]
    if brand.removals.filter(state__in=OPEN_REMOVALS).exists():
        reasons.append(_("A removal is under way already."))
    if is_downgrade and rules.one_lower(held.tier) is None:
        reasons.append(_("There is no lower tier."))
    refuse_unless(not reasons, reasons)
    removal = Removal.objects.create(
        brand=brand,
        tier=held.tier,
        ground=ground,
        facts=facts.strip(),
        is_downgrade=is_downgrade,
        notice_no=notice_no.strip(),
        notified_by=actor,
        notified_at=now,
        defence_by=calendar_for(brand.region).add(today, rules.STATEMENT_DAYS),
    )
    move(brand, "give_notice", actor=actor, now=now, tier=removal.tier, is_public=False)
    words = _words(removal) | {"date": removal.defence_by.isoformat()}
    tell_builders(brand, "brand_removal_notice", str(removal.pk), page_of(brand), now, **words)
    return removal


def _ground(removal: Removal) -> dict:
    return both(RemovalGround(removal.ground).label)


def _words(removal: Removal) -> dict:
    """Return what messages say of a removal: what happens to the brand and on which ground."""
    what = {"zh": "降级", "en": "lowered by one tier"} if removal.is_downgrade else {"zh": "摘牌", "en": "removed"}
    return {"what": what, "reason": _ground(removal)}


@transaction.atomic
def defend(*, removal: Removal, defence: str, actor, now: datetime) -> Removal:
    """State the builder's case, once, until 24:00 of the last day. Effects: the office is told."""
    removal = _lock(removal)
    check_builder(actor, removal.brand)
    reasons = _wrong_state(removal, RemovalState.NOTIFIED)
    if timezone.localdate(now) > removal.defence_by:
        reasons.append(_("The time for a statement has ended."))
    reasons += [] if defence.strip() else [_("Write your statement.")]
    refuse_unless(not reasons, reasons)
    removal.state, removal.defence = RemovalState.DEFENDED, defence.strip()
    removal.defended_by, removal.defended_at, removal.reminded_on = actor, now, timezone.localdate(now)
    removal.save()
    move(removal.brand, "defend", actor=actor, now=now, tier=removal.tier, is_public=False)
    path = f"/admin/laborbrands/removal/{removal.pk}/change/"
    tell_office(removal.brand, removal.tier, "brand_defended", str(removal.pk), path, now)
    return removal


@transaction.atomic
def decide(
    *, removal: Removal, decision: str, document_no: str, actor, now: datetime, days: int = rules.PUBLICITY_DAYS
) -> Removal:
    """Decide on the removal, after the statement or its time; by a leader, never by who gave the notice.

    Effects: the decision is made public for some working days, and the builders are told. Raises Refused.
    """
    removal = _lock(removal)
    post = check_office(actor, removal.brand, removal.tier, now, Role.LEADER)
    reasons = _wrong_state(removal, RemovalState.NOTIFIED, RemovalState.DEFENDED)
    if removal.state == RemovalState.NOTIFIED and timezone.localdate(now) <= removal.defence_by:
        words = {"day": spoken.day(removal.defence_by)}
        reasons.append(_("The builder may state its case until the end of %(day)s.") % words)
    reasons += _same_person(removal, actor)
    reasons += [] if decision.strip() else [_("Give the decision and its reasons.")]
    reasons += [] if document_no.strip() else [_("Give the number of the decision.")]
    refuse_unless(not reasons, reasons)
    removal.state, removal.decision, removal.document_no = RemovalState.DECIDED, decision.strip(), document_no.strip()
    removal.decided_by, removal.decided_at = actor, now
    removal.publicity_entry, removal.reminded_on = _make_public(removal, post.organization, days, actor, now), None
    removal.save()
    words = _words(removal) | {"date": removal.publicity_entry.publicity.ends_on.isoformat()}
    tell_builders(removal.brand, "brand_removal_decided", str(removal.pk), page_of(removal.brand), now, **words)
    return removal


def _same_person(removal: Removal, actor) -> list:
    other = removal.notified_by_id != actor.pk
    return [] if other else [_("Another person than who gave the notice must decide.")]


def _make_public(removal: Removal, organization, days: int, actor, now: datetime):
    """Post the decision; return the entry, whose publicity is fresh."""
    brand, tier, ground = removal.brand, both(Tier(removal.tier).label), _ground(removal)
    what = {"zh": "降级", "en": "downgrade"} if removal.is_downgrade else {"zh": "摘牌", "en": "removal"}
    notice = publicity.make_publicity(
        organization=organization,
        title_zh=f"关于拟对“{brand.name_zh}”劳务品牌{what['zh']}的公示",
        title_en=f"Labor brand “{brand.name_en}”: {what['en']}",
        days=days,
        actor=actor,
        now=now,
    )
    builder = brand.builders.filter(ends_on__isnull=True).order_by("-is_lead", "pk").first()
    entry = publicity.add_entry(
        publicity=notice,
        subject=subject_of(removal),
        name_zh=brand.name_zh,
        name_en=brand.name_en,
        unit=builder.name_zh if builder else "",
        category_zh=tier["zh"],
        category_en=tier["en"],
        text_zh=f"{ground['zh']}（{removal.document_no}）",
        text_en=f"{ground['en']} ({removal.document_no})",
        actor=actor,
        now=now,
    )
    entry.publicity = publicity.post(publicity=notice, actor=actor, now=now)
    return entry


@transaction.atomic
def drop_removal(*, removal: Removal, reason: str, actor, now: datetime) -> Removal:
    """Drop a removal after a good statement or an upheld objection, with reasons; never by who gave the notice."""
    removal = _lock(removal)
    check_office(actor, removal.brand, removal.tier, now, Role.LEADER)
    reasons = _wrong_state(removal, *OPEN_REMOVALS) + _same_person(removal, actor)
    reasons += [] if reason.strip() else [_("Give the decision and its reasons.")]
    refuse_unless(not reasons, reasons)
    entry = removal.publicity_entry
    if entry and entry.state == "SHOWN":
        publicity.withdraw_entry(entry=entry, actor=None, now=now)
    removal.state, removal.decision = RemovalState.DROPPED, f"{removal.decision}\n{reason.strip()}".strip()
    removal.decided_by, removal.decided_at = actor, now
    removal.save()
    move(removal.brand, "drop_removal", actor=actor, now=now, tier=removal.tier, is_public=False)
    _let_go(removal, actor, now)
    words = _words(removal) | {"reason": reason.strip()}
    tell_builders(removal.brand, "brand_removal_dropped", str(removal.pk), page_of(removal.brand), now, **words)
    return removal


def _let_go(removal: Removal, actor, now: datetime) -> None:
    """Let a brand that failed twice be evaluated like any other again: nothing is left for it to put right."""
    brand, last = removal.brand, removal.brand.evaluations.order_by("-evaluated_at", "-pk").first()
    if brand.stage == Stage.RECTIFYING and rules.failed_twice(last):
        words = {"zh": "终止摘牌，继续保留", "en": "Removal dropped, the brand is kept"}
        move(brand, "keep", actor=actor, now=now, tier=removal.tier, is_public=False, text=words)


@transaction.atomic
def carry_out(*, removal: Removal, actor, now: datetime) -> Removal:
    """Carry a decided removal out once its publicity has ended without an open objection.

    A person does it, reminded by `remind`: the end of a publicity alone takes no right away (docs/decisions/0039).
    A removal ends every recognition that stands; a downgrade ends the highest tier and leaves the next lower one, newly
    written where the brand did not hold it. Effects: plates withdrawn, subsidies taken back after fraud and forfeited
    where not paid, the stage, an event; the history stays. Raises Refused with every reason.
    """
    removal = _lock(removal)
    check_office(actor, removal.brand, removal.tier, now, *OFFICE)
    reasons = _wrong_state(removal, RemovalState.DECIDED)
    reasons += publicity.award_obstacles_of(subject_of(removal), now=now)
    refuse_unless(not reasons, reasons)
    brand, today = removal.brand, timezone.localdate(now)
    ended = brand.recognitions.standing_on(today).select_for_update(of=("self",)).order_by("pk")
    for recognition in ended.filter(tier=removal.tier) if removal.is_downgrade else ended:
        _end(recognition, removal, now)
    if removal.is_downgrade:
        _lower(removal, now)
    removal.state, removal.carried_out_at = RemovalState.CARRIED_OUT, now
    removal.save()
    cancel_reminders(subject=f"brand_rectify:{brand.pk}", now=now)
    verb = "downgrade" if removal.is_downgrade else "remove"
    ground = _ground(removal)
    what = {"zh": "降级", "en": "Lowered by one tier"} if removal.is_downgrade else {"zh": "摘牌", "en": "Removed"}
    words = {"zh": f"{what['zh']}：{ground['zh']}", "en": f"{what['en']}: {ground['en']}"}
    move(brand, verb, actor=actor, now=now, tier=removal.tier, text=words)
    tell_builders(brand, "brand_removed", str(removal.pk), page_of(brand), now, **_words(removal))
    return removal


def remind(now: datetime) -> int:
    """Sweep: tell the office of each removal that has become its turn by the clock, and again while it waits.

    Its turn is to decide when the time for the statement is over, and to carry the decision out when its publicity has
    ended without an objection that is still open. Returns of how many it was told.
    """
    today = timezone.localdate(now)
    waiting = Removal.objects.due(today).select_related("brand__region").order_by("pk")
    turns = [
        removal for removal in waiting.select_for_update(of=("self",), skip_locked=True) if _may_remind(removal, today)
    ]
    for removal in turns:
        _remind(removal, today, now)
    return len(turns)


def _may_remind(removal: Removal, today) -> bool:
    again = removal.reminded_on and calendar_for(removal.brand.region).add(removal.reminded_on, rules.REMIND_AGAIN_DAYS)
    return again is None or again <= today


def _remind(removal: Removal, today, now: datetime) -> None:
    removal.reminded_on = today
    removal.save(update_fields=["reminded_on"])
    event = "brand_removal_carry_out" if removal.state == RemovalState.DECIDED else "brand_removal_decide"
    path, key = f"/admin/laborbrands/removal/{removal.pk}/change/", f"{removal.pk}:{today}"
    tell_office(removal.brand, removal.tier, event, key, path, now, **_words(removal))


def _end(recognition: Recognition, removal: Removal, now: datetime) -> None:
    today = timezone.localdate(now)
    recognition.ended_on = today
    recognition.end_reason = EndReason.DOWNGRADED if removal.is_downgrade else EndReason.REMOVED
    recognition.plate_withdrawn_on = today
    recognition.save()
    _settle_subsidy(recognition, removal, now)
    if recognition.certificate:
        _withdraw_plate(recognition.certificate, removal, now)


def _settle_subsidy(recognition: Recognition, removal: Removal, now: datetime) -> None:
    """Take back what was paid when the ground is fraud; what was not paid yet is forfeited in any case."""
    owed, why = getattr(recognition, "subsidy", None), f"{removal.get_ground_display()} ({removal.document_no})"
    if owed is None or owed.state in (SubsidyState.RECOVERED, SubsidyState.FORFEITED):
        return
    if owed.state != SubsidyState.PAID:
        subsidies.forfeit(subsidy=owed, actor=None, now=now, reason=why)
    elif removal.ground == RemovalGround.FRAUD:
        subsidies.recover(subsidy=owed, actor=None, now=now, reason=why)


def _withdraw_plate(certificate, removal: Removal, now: datetime) -> None:
    """Set the plate's certificate aside from the beginning after fraud (行政许可法 第69条), else end it (第70条)."""
    verb = "revoke" if removal.ground == RemovalGround.FRAUD else "cancel"
    if certificate_rules.may(verb, certificate.status):
        act = certificates.revoke if verb == "revoke" else certificates.cancel
        why = str(removal.get_ground_display())
        act(certificate=certificate, reason=why, actor=None, now=now, document_no=removal.document_no)


def _lower(removal: Removal, now: datetime) -> None:
    """Write the next lower tier down for a downgraded brand that does not hold it; it brings no subsidy."""
    tier, today = rules.one_lower(removal.tier), timezone.localdate(now)
    if not removal.brand.recognitions.filter(tier=tier, ended_on__isnull=True).exists():
        Recognition.objects.create(
            brand=removal.brand, tier=tier, recognized_on=today, document_no=removal.document_no[:60]
        )


def _lock(removal: Removal) -> Removal:
    brand = lock(removal.brand)
    found = Removal.objects.select_related("publicity_entry__publicity").select_for_update(of=("self",))
    locked = found.get(pk=removal.pk)
    locked.brand = brand
    return locked


def _wrong_state(removal: Removal, *states: RemovalState) -> list:
    if removal.state in states:
        return []
    return [_("This is not possible: the removal is %(state)s.") % {"state": removal.get_state_display()}]
