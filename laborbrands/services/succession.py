"""Succession 更名、合并: a brand goes on in another one; recognitions pass on, the old record stays whole."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from certificates import rules as certificate_rules
from certificates import services as certificates
from laborbrands.models import Brand, Builder, Recognition, Subsidy, Succession
from laborbrands.queries.keeping import highest_held
from laborbrands.queries.lineage import lineage
from laborbrands.services import subsidy as subsidies
from laborbrands.services.steps import check_office, lock, move
from laborbrands.states import OPEN_REMOVALS, SUBSIDY_STEPS, EndReason, Stage, SubsidyState
from talentportal.lib.refusals import refuse_unless

COPIED = (
    *("slogan_zh", "slogan_en", "logo", "owner_kind", "category", "industry", "industry_code", "product_zh"),
    *("product_en", "occupation_code", "region", "longitude", "latitude", "department", "trademark_no"),
    *("trademark_state", "standards", "founded_year", "story_zh", "story_en", "destinations", "is_sample", "source"),
)


@transaction.atomic
def rename(
    *, brand: Brand, code: str, name_zh: str, name_en: str, basis: str, actor, now: datetime, on: date | None = None
) -> Brand:
    """Let a brand go on under another name: a new record with its facts and recognitions; return it."""
    reasons = [] if name_zh.strip() and name_en.strip() else [_("Give the name in both languages.")]
    if Brand.objects.filter(code=code).exists():
        reasons.append(_("This code is taken."))
    if Brand.objects.filter(name_zh=name_zh.strip()).exclude(stage__in=(Stage.REMOVED, Stage.MERGED)).exists():
        reasons.append(_("A labor brand of this name exists."))
    refuse_unless(not reasons, reasons)
    new = Brand.objects.create(
        code=code,
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        stage=Stage.CANDIDATE,
        created_at=now,
        **{name: getattr(brand, name) for name in COPIED},
    )
    new.coverage.set(brand.coverage.all())
    succeed(old=brand, new=new, basis=basis, actor=actor, now=now, on=on)
    new.refresh_from_db()
    return new


@transaction.atomic
def succeed(
    *, old: Brand, new: Brand, basis: str, actor, now: datetime, on: date | None = None, is_merger: bool = False
) -> Succession:
    """Let a recognized brand go on in another one, by a leader of the office of its highest tier.

    Each tier that stands passes to the successor, unless it holds that tier already; no new subsidy follows from that,
    and of two that were not both paid one is left.
    Figures, events and ended recognitions stay with the old record. Not while a removal is under way.
    """
    refuse_unless(old.pk != new.pk, _("A brand cannot succeed itself."))
    old, new, today = lock(old), lock(new), timezone.localdate(now)
    on = on or today
    held = highest_held(old, today)
    refuse_unless(held, _("The brand is not recognized."))
    check_office(actor, old, held.tier, now, Role.LEADER)
    reasons = [] if basis.strip() else [_("Name the document.")]
    if old.removals.filter(state__in=OPEN_REMOVALS).exists():
        reasons.append(_("A removal is under way already."))
    if new.stage in (Stage.REMOVED, Stage.MERGED):
        reasons.append(_("The successor is no brand that goes on."))
    if on > today or any(on < one.recognized_on for one in old.recognitions.standing_on(today)):
        reasons.append(_("The day lies between the recognition and today."))
    refuse_unless(not reasons, reasons)
    made = Succession.objects.create(
        old=old, new=new, is_merger=is_merger, on=on, basis=basis.strip(), recorded_by=actor, recorded_at=now
    )
    for recognition in old.recognitions.standing_on(today).order_by("pk"):
        _pass_on(recognition, made, now)
    _pass_builders(old, new, on)
    words = {"zh": f"由“{new.name_zh}”承接", "en": f"Goes on in “{new.name_en}”"}
    move(old, "succeed", actor=actor, now=now, tier=held.tier, on=on, text=words)
    words = {"zh": f"承接“{old.name_zh}”", "en": f"Goes on from “{old.name_en}”"}
    move(new, "recognize", actor=actor, now=now, tier=held.tier, on=on, text=words)
    return made


def _pass_on(old: Recognition, succession: Succession, now: datetime) -> None:
    """End a recognition of the old brand and let it stand for the new one; the old plate is not valid any more."""
    old.ended_on, old.end_reason = succession.on, EndReason.SUCCEEDED
    old.save(update_fields=["ended_on", "end_reason"])
    if not succession.new.recognitions.filter(tier=old.tier, ended_on__isnull=True).exists():
        Recognition.objects.create(
            brand=succession.new,
            tier=old.tier,
            recognized_on=succession.on,
            valid_until=old.valid_until,
            document_no=succession.basis[:60],
            source=succession.basis,
        )
    _settle_claim(old, succession, now)
    if old.certificate and certificate_rules.may("cancel", old.certificate.status):
        why = str(_("The brand goes on in another one."))
        certificates.cancel(
            certificate=old.certificate, reason=why, actor=None, now=now, document_no=succession.basis[:60]
        )


def _settle_claim(old: Recognition, succession: Succession, now: datetime) -> None:
    """Forfeit what the old brand was not paid yet where its successor has a subsidy of the tier: one is left."""
    owed = Subsidy.objects.filter(recognition=old, state__in=SUBSIDY_STEPS["forfeit"][0]).first()
    had = Subsidy.objects.filter(brand__in=lineage(succession.new_id), tier=old.tier).exclude(recognition=old)
    if owed and had.exclude(state__in=(SubsidyState.RECOVERED, SubsidyState.FORFEITED)).exists():
        subsidies.forfeit(subsidy=owed, actor=None, now=now, reason=f"{succession} ({succession.basis})")


def _pass_builders(old: Brand, new: Brand, on: date) -> None:
    known = set(new.builders.filter(ends_on__isnull=True).values_list("unit", "name_zh"))
    for builder in old.builders.filter(ends_on__isnull=True):
        if (builder.unit_id, builder.name_zh) not in known:
            Builder.objects.create(
                brand=new,
                unit=builder.unit,
                name_zh=builder.name_zh,
                name_en=builder.name_en,
                is_lead=builder.is_lead and not known,
                starts_on=on,
            )
