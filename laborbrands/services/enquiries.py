"""Enquiries about a brand: somebody leaves a contact, staff open it, answer, and the contact is forgotten in time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from laborbrands.models import Brand, BrandEvent, Enquiry
from laborbrands.queries.posts import covering_post
from laborbrands.states import ON_THE_MAP
from talentportal.lib.refusals import refuse_unless

HANDLERS = ("CLERK", "EXAMINER", "LEADER")
KEPT_DAYS = 180  # then name, contact and message are erased, answered or not
ERASED = "-"


@transaction.atomic
def leave_enquiry(*, brand: Brand, kind: str, name: str, contact: str, text: str, now: datetime) -> Enquiry:
    """Keep what somebody left, name and contact sealed. Raises Refused for a brand that is not recognized now."""
    stage = Brand.objects.select_for_update(of=("self",)).values_list("stage", flat=True).get(pk=brand.pk)
    refuse_unless(stage in ON_THE_MAP, _("The brand is not recognized any more."))
    return Enquiry.objects.create(brand=brand, kind=kind, name=name, contact=contact, text=text, at=now)


@transaction.atomic
def open_contact(*, enquiry: Enquiry, actor: User, now: datetime) -> tuple[str, str]:
    """Return name and contact of an enquiry, and record who looked. Raises Refused for who is not in charge."""
    enquiry = _taken(enquiry, actor, now)
    _note(enquiry, "open_contact", actor, now)
    return enquiry.name, enquiry.contact


@transaction.atomic
def handle_enquiry(*, enquiry: Enquiry, outcome: str, actor: User, now: datetime) -> Enquiry:
    """Close an enquiry with what came of it. Raises Refused without an outcome, or when it was closed before."""
    enquiry = _taken(enquiry, actor, now)
    reasons = [_("The enquiry was answered already.")] if enquiry.handled_at else []
    reasons += [] if outcome.strip() else [_("Write down what came of it.")]
    refuse_unless(not reasons, reasons)
    enquiry.handled_by, enquiry.handled_at, enquiry.outcome = actor, now, outcome.strip()
    enquiry.save(update_fields=["handled_by", "handled_at", "outcome"])
    _note(enquiry, "handle_enquiry", actor, now)
    return enquiry


def erase_old(now: datetime) -> int:
    """Erase names, contacts and messages that are older than KEPT_DAYS; return how many enquiries."""
    old = Enquiry.objects.filter(at__lte=now - timedelta(days=KEPT_DAYS)).filter(~Q(text=ERASED))
    return old.update(name=ERASED, contact=ERASED, text=ERASED)


def _taken(enquiry: Enquiry, actor: User, now: datetime) -> Enquiry:
    rows = Enquiry.objects.select_for_update(of=("self",)).select_related("brand__region")
    enquiry = rows.get(pk=enquiry.pk)
    post = covering_post(actor, enquiry.brand.region, HANDLERS, now)
    refuse_unless(post, _("Enquiries are answered by the offices whose region covers the brand."))
    return enquiry


def _note(enquiry: Enquiry, verb: str, actor: User, now: datetime) -> None:
    words = str(enquiry.pk)
    BrandEvent.objects.create(
        brand=enquiry.brand,
        verb=verb,
        on=timezone.localdate(now),
        at=now,
        actor=actor,
        text_zh=words,
        text_en=words,
        is_public=False,
    )
