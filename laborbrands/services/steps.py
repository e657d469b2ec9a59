"""How the verbs on a brand begin and end: lock it and check who decides; write stage and event; tell both sides."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffPost
from laborbrands.models import Brand, BrandEvent
from laborbrands.queries.keeping import office_people, people_of
from laborbrands.queries.recognition import is_of_unit, place_of, post_at
from laborbrands.rules.recognition import DECIDED_AT
from laborbrands.services.subsidy import lock_lineage
from laborbrands.states import STEPS, Tier
from notifications.services import Note, notify_many
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless


def lock(brand: Brand) -> Brand:
    """Lock a brand with its lineage until the transaction ends and return it fresh."""
    lock_lineage(brand.pk)
    return Brand.objects.select_related("region").get(pk=brand.pk)


def check_office(actor, brand: Brand, tier: str, now: datetime, *roles: str) -> StaffPost:
    """Return the actor’s post at the office that decides on a tier; refused to others and to the builders."""
    post = post_at(actor, place_of(brand.region, DECIDED_AT[Tier(tier)]), roles, timezone.localdate(now))
    reasons = [] if post else [_("This is for the office that decides on this tier.")]
    if any(is_of_unit(actor, builder.unit) for builder in brand.builders.select_related("unit")):
        reasons.append(_("You belong to the unit that builds the brand; a colleague has to do this."))
    refuse_unless(not reasons, reasons)
    return post


def check_builder(actor, brand: Brand) -> None:
    """Raise Refused unless the actor acts now for a unit that builds the brand."""
    is_builder = Brand.objects.of_builder(actor).filter(pk=brand.pk).exists()
    refuse_unless(is_builder, _("You do not act for the unit that builds this brand."))


def move(
    brand: Brand, verb: str, *, actor, now: datetime, tier: str = "", on: date | None = None, is_public=True, text=None
) -> None:
    """Take a step of the brand's life: the stage follows the table, the event stays. `text`: {"zh", "en"}.

    Raises Refused when the stage does not allow the step.
    """
    step = STEPS[verb]
    refuse_unless(
        brand.stage in step.sources,
        _("This is not possible: the brand is %(stage)s.") % {"stage": brand.get_stage_display()},
    )
    brand.stage = step.target or brand.stage
    brand.save(update_fields=["stage"])
    text = text or {}
    BrandEvent.objects.create(
        brand=brand,
        verb=verb,
        on=on or timezone.localdate(now),
        at=now,
        actor=actor,
        tier=tier,
        is_public=is_public,
        text_zh=text.get("zh", "")[:300],
        text_en=text.get("en", "")[:400],
    )


def notice_page(brand: Brand, ground: str) -> str:
    """Return the address at which the office gives notice of a brand's removal on a ground."""
    return f"/admin/laborbrands/removal/add/?brand={brand.pk}&ground={ground}"


def tell_builders(brand: Brand, event: str, key: str, path: str, now: datetime, **words) -> None:
    """Tell everybody who acts for the builders; `key` names the cause."""
    _tell(people_of(brand), brand, event, key, path, now, words)


def tell_office(brand: Brand, tier: str, event: str, key: str, path: str, now: datetime, **words) -> None:
    """Tell the examiners and leaders of the office that decides on a tier."""
    _tell(office_people(brand, tier, timezone.localdate(now)), brand, event, key, path, now, words)


def _tell(people, brand: Brand, event: str, key: str, path: str, now: datetime, words: dict) -> None:
    said = words | {"brand": both(brand, "name")}
    notify_many(notes=[Note(event, one, f"{event}:{key}:to:{one.pk}", said, path) for one in people], now=now)
