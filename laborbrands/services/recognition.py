"""Recognition 认定: the application that a case carries, the words of county and prefecture, and the tier conferred."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from applications.models import Case
from applications.services.journal import step, take
from laborbrands.models import Brand, BrandApplication, BrandEvent, Builder, Endorsement, Recognition
from laborbrands.queries import recognition as queries
from laborbrands.rules.recognition import ENDORSED_AT, ENDORSED_BY, next_level
from laborbrands.services import subsidy
from laborbrands.services.turns import end_turn, next_turn
from laborbrands.states import STEPS, EndorsementLevel, EndReason, Stage, SubsidyState, TrademarkState
from regions.divisions import pinyin
from talentportal.lib.refusals import Refused, refuse_unless

# --- The application --------------------------------------------------------------------------------------------------


def application_of(case: Case, *, now: datetime) -> BrandApplication:
    """Return what a case of recognition is about, written down when it is first asked for. Call inside a transaction.

    A brand that is there already, but not recognized, is marked as applying. Raises Refused without a tier.
    """
    found = BrandApplication.objects.filter(case=case).select_related("region", "brand").first()
    if found:
        return found
    tier = case.answers.get("tier")
    refuse_unless(tier in ENDORSED_BY, _("The application does not say which tier is asked for."))
    home = queries.home_of(case.answers) or case.region
    brand = queries.brand_named(case.answers.get("brand_name") or "")
    application, made = BrandApplication.objects.get_or_create(
        case=case, defaults={"tier": tier, "region": home, "brand": brand, "created_at": now}
    )
    if made and brand and brand.stage in STEPS["apply"].sources:
        _move(brand, "apply", actor=None, now=now, tier=application.tier, is_public=False)
    return application


@transaction.atomic
def endorse(
    *, application: BrandApplication, actor, now: datetime, is_favorable: bool, opinion: str, version: int | None = None
) -> Endorsement:
    """Give the word of the county or the prefecture, whichever is next, on an accepted application; once each.

    By somebody with a post at exactly that place, who never belonged to the applicant's unit. Effects: the endorsement
    and an event of the case; the state stays; the office whose turn it is then is told. Raises Refused with reasons.
    """
    case, role = take(application.case, verb="endorse", actor=actor, now=now, version=version)
    application = BrandApplication.objects.select_related("region").get(pk=application.pk)
    level = next_level(application.tier, application.endorsements.values_list("level", flat=True))
    refuse_unless(level, _("Nobody else has to check or endorse this application; the office of the tier decides."))
    place = queries.place_of(application.region, ENDORSED_AT[level])
    post = queries.post_at(actor, place, queries.WORD_BY, timezone.localdate(now))
    reasons = [] if post else [_("Next is: %(level)s, by the office of %(place)s.") % _whose(level, place)]
    if queries.is_of_unit(actor, case.unit):
        reasons.append(_("You belong to the unit that applies; a colleague has to do this."))
    reasons += [] if opinion.strip() else [_("Write down your opinion.")]
    refuse_unless(not reasons, reasons)
    given = Endorsement.objects.create(
        application=application,
        level=level,
        organization=post.organization,
        is_favorable=is_favorable,
        opinion=opinion.strip(),
        by=actor,
        at=now,
    )
    facts = {"level": level, "favorable": is_favorable}
    step(case, verb="endorse", actor=actor, role=role, now=now, opinion=opinion.strip()[:1000], **facts)
    next_turn(application, now)
    return given


def _whose(level: str, place) -> dict:
    return {"level": EndorsementLevel(level).label, "place": place}


# --- The brand --------------------------------------------------------------------------------------------------------


def found_brand(application: BrandApplication, *, now: datetime) -> Brand:
    """Return the brand of an application, locked: the one that is there, or a new one made from the answers.

    The applicant's unit becomes its builder where it is not. Call inside a transaction.
    """
    case = application.case
    known = queries.brand_named(case.answers["brand_name"])
    brand = Brand.objects.select_for_update(of=("self",)).get(pk=known.pk) if known else _new_brand(application, now)
    today = timezone.localdate(now)
    if case.unit and not brand.builders.filter(unit=case.unit, ends_on__isnull=True).exists():
        same = brand.builders.filter(unit=None, name_zh=case.unit.name, ends_on__isnull=True)
        same.update(unit=case.unit) or _build(brand, case.unit, today)
    return brand


def _build(brand: Brand, unit, today: date) -> Builder:
    return Builder.objects.create(
        brand=brand, unit=unit, name_zh=unit.name, name_en=unit.name_en, starts_on=today, is_lead=True
    )


def _new_brand(application: BrandApplication, now: datetime) -> Brand:
    answers, home = application.case.answers, application.region
    longitude, latitude = home.center or (None, None)
    try:
        with transaction.atomic():
            return Brand.objects.create(
                code=_free_code(answers["brand_name"]),
                name_zh=answers["brand_name"].strip(),
                name_en=answers["brand_name_en"].strip(),
                short_zh=answers.get("short_name") or "",
                owner_kind=answers["owner_kind"],
                category=answers["category"],
                industry_id=answers["industry"],
                product_zh=answers.get("product") or "",
                region=home,
                longitude=longitude,
                latitude=latitude,
                department=queries.office_of(home),
                trademark_state=answers.get("trademark") or TrademarkState.NONE,
                trademark_no=answers.get("trademark_no") or "",
                standards=answers.get("standards") or "",
                founded_year=answers.get("founded_year") or None,
                story_zh=answers.get("story") or "",
                destinations=[{"province": code} for code in answers.get("destinations") or [] if code.isdecimal()],
                stage=Stage.APPLYING,
                created_at=now,
            )
    except IntegrityError as error:
        raise Refused(_("A labor brand of this name exists.")) from error


def _free_code(name: str) -> str:
    """Return the pinyin of a name as a code for addresses, with a number behind it where it is taken."""
    stem = slugify(pinyin(name))[:50] or "brand"
    taken = set(Brand.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 3) if (code := stem if n == 1 else f"{stem}-{n}") not in taken)


@transaction.atomic
def recognize(
    *,
    brand: Brand,
    tier: str,
    recognized_on: date,
    document_no: str,
    actor,
    now: datetime,
    case: Case | None = None,
    valid_until: date | None = None,
    certificate=None,
    source: str = "",
) -> Recognition:
    """Confer a tier on a brand: the recognition, its event, the stage, and the subsidy where a rule is in force.

    A recognition of the tier that has expired is ended first. Raises Refused when the tier is held or the brand's
    stage does not allow it.
    """
    subsidy.lock_lineage(brand.pk)
    brand.refresh_from_db()
    refuse_unless(brand.stage in STEPS["recognize"].sources, _("The stage of the brand does not allow this."))
    _end_expired(brand, tier, recognized_on)
    refuse_unless(
        not brand.recognitions.filter(tier=tier, ended_on__isnull=True).exists(),
        _("The brand is recognized at this tier already."),
    )
    recognition = Recognition.objects.create(
        brand=brand,
        tier=tier,
        recognized_on=recognized_on,
        valid_until=valid_until,
        document_no=document_no[:60],
        case=case,
        certificate=certificate,
        source=source,
    )
    _move(brand, "recognize", actor=actor, now=now, tier=tier, on=recognized_on)
    subsidy.entitle(recognition=recognition, actor=actor, now=now)
    return recognition


def _end_expired(brand: Brand, tier: str, day: date) -> None:
    for old in brand.recognitions.filter(tier=tier, ended_on__isnull=True, valid_until__lt=day):
        old.ended_on, old.end_reason = old.valid_until + timedelta(days=1), EndReason.EXPIRED
        old.save(update_fields=["ended_on", "end_reason"])


@transaction.atomic
def withdraw_recognition(*, recognition: Recognition, reason: str, actor, now: datetime) -> None:
    """End a recognition whose case or plate was set aside; what was not paid is forfeited, and the stage follows.

    What was paid is not taken back by itself: that is decided with a reason of its own. Does nothing when it has ended.
    """
    locked = Recognition.objects.select_for_update(of=("self",)).select_related("brand").get(pk=recognition.pk)
    if locked.ended_on:
        return
    today = timezone.localdate(now)
    locked.ended_on, locked.end_reason = max(today, locked.recognized_on), EndReason.REMOVED
    locked.plate_withdrawn_on = today
    locked.save(update_fields=["ended_on", "end_reason", "plate_withdrawn_on"])
    owed = getattr(locked, "subsidy", None)
    if owed and owed.state not in (SubsidyState.PAID, SubsidyState.RECOVERED, SubsidyState.FORFEITED):
        subsidy.forfeit(subsidy=owed, actor=None, now=now, reason=reason)
    if not locked.brand.recognitions.standing_on(today).exists() and locked.brand.stage in STEPS["remove"].sources:
        _move(locked.brand, "remove", actor=actor, now=now, tier=locked.tier)


def end_application(application: BrandApplication, *, now: datetime) -> None:
    """Bring the brand of an application that ended without recognition back to the county's library."""
    end_turn(application, now)
    brand = application.brand
    if brand and brand.stage in STEPS["end_application"].sources:
        _move(brand, "end_application", actor=None, now=now, tier=application.tier, is_public=False)


def _move(brand: Brand, verb: str, *, actor, now: datetime, tier: str, on: date | None = None, is_public=True) -> None:
    brand.stage = STEPS[verb].target or brand.stage
    brand.save(update_fields=["stage"])
    BrandEvent.objects.create(
        brand=brand, verb=verb, on=on or timezone.localdate(now), at=now, actor=actor, tier=tier, is_public=is_public
    )
