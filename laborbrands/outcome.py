"""What becomes of a case of recognition: registered for guides whose outcome is "labor-brand"."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from applications.models import Case
from applications.states import PaperKind
from certificates.services import request_certificate
from laborbrands import reviewing
from laborbrands.models import BrandApplication, Recognition
from laborbrands.queries import recognition as queries
from laborbrands.rules import recognition as rules
from laborbrands.services import recognition as services
from laborbrands.services import turns
from laborbrands.states import Tier
from talentportal.lib.bilingual import both
from talentportal.lib.spoken import day
from talentportal.lib.workdays import add_months

OUTCOME = "labor-brand"
DECIDES = {"conclude": (Role.EXAMINER,), "grant": (Role.LEADER,), "refuse": (Role.EXAMINER, Role.LEADER)}


def faults(case: Case, *, now: datetime) -> dict[str, list]:
    """Map what is asked, or "window", to the reasons why the case cannot be handed in with its answers."""
    today, answers = timezone.localdate(now), case.answers
    asked = answers.get("category", ""), answers.get("tier", "")
    unmet = rules.condition_faults(queries.conditions_on(today), answers, *asked)
    found: dict[str, list] = {}
    for faulty in (_place_faults(case, today), _brand_faults(case, today), unmet):
        for question, reasons in faulty.items():
            found[question] = found.get(question, []) + reasons
    return {question: reasons for question, reasons in found.items() if reasons}


def obstacles(case: Case, verb: str, *, actor, now: datetime) -> list:
    """List what stands against a verb: "conclude" and "grant" (with a grant in mind), or "refuse"."""
    today = timezone.localdate(now)
    application = services.application_of(case, now=now)
    reasons = _level_obstacles(application, actor, DECIDES[verb], today)
    if verb == "refuse":
        return reasons
    answers = case.answers
    reasons += rules.endorsement_obstacles(application.tier, application.endorsements.all())
    conditions = queries.conditions_on(case.accepted_on or today)
    reasons += rules.condition_obstacles(conditions, answers, answers.get("category", ""), application.tier)
    reasons += [reason for found in _brand_faults(case, today).values() for reason in found]
    standing = reviewing.standing_of(case)
    is_discussed = reviewing.is_discussed(standing)
    reasons += rules.standing_obstacles(standing, reviewing.lines_of(standing), application.tier, is_discussed)
    if verb == "grant":
        reasons += reviewing.publicity_obstacles(case, now=now)
    return reasons


def _place_faults(case: Case, today) -> dict[str, list]:
    """Map home and window to what stands against them: the county where the brand is at home takes it."""
    home = queries.home_of(case.answers)
    if home is None:
        return {"home": [_("Choose the county where the brand is at home.")]}
    if home.valid_to and home.valid_to <= today:
        heirs = ", ".join(str(region) for region in home.successors.all())
        words = {"county": home, "date": day(home.valid_to), "heirs": heirs or "–"}
        return {"home": [_("%(county)s was dissolved on %(date)s. Choose its successor: %(heirs)s.") % words]}
    if case.region_id and case.region_id != home.pk:
        return {"window": [_("Choose the window of %(county)s, where the brand is at home.") % {"county": home}]}
    return {}


def _brand_faults(case: Case, today) -> dict[str, list]:
    """Map name, tier and home to what stands against them in the brand of this name and in other applications."""
    name, tier = str(case.answers.get("brand_name", "")).strip(), case.answers.get("tier")
    if not name or tier not in rules.ENDORSED_BY:
        return {}  # the form says so itself
    brand = queries.brand_named(name)
    found = {
        "brand_name": rules.brand_obstacles(brand, case.unit) if case.unit else [],
        "tier": rules.tier_obstacles(tier, queries.held_on(brand, today), today),
        "home": _home_obstacles(case, name, brand),
    }
    if queries.open_rivals(case, name).filter(tier=tier).exists():
        found["brand_name"].append(_("Another application for this brand and tier is under way."))
    return found


def _home_obstacles(case: Case, name: str, brand) -> list:
    """List what stands against a home: a brand has one, and does not apply from two counties."""
    home = queries.home_of(case.answers)
    if home is None:
        return []
    said = _("“%(brand)s” is at home in %(county)s. A brand has one home; apply there.")
    if brand and not queries.is_at_home(brand, home):
        return [said % {"brand": name, "county": brand.region}]
    elsewhere = queries.open_rivals(case, name).exclude(region=home).select_related("region").first()
    if elsewhere:
        asked = _("An application for “%(brand)s” is under way in %(county)s. A brand has one home.")
        return [asked % {"brand": name, "county": elsewhere.region}]
    return []


def _level_obstacles(application: BrandApplication, actor, roles, today) -> list:
    """List what stands against the actor: the office of the tier decides, nobody above or below it."""
    place = queries.deciding_place(application)
    if queries.post_at(actor, place, roles, today):
        return []
    return [_("On this tier decides the office of %(place)s.") % {"place": place}]


def grant(case: Case, *, actor, now: datetime) -> None:
    """Confer the tier: brand and builder, recognition, plate, event, stage and subsidy, in the decision's transaction.

    The plate is issued by the office that decides, and held by the builder unit.
    """
    application = services.application_of(case, now=now)
    brand = services.found_brand(application, now=now)
    today, number = timezone.localdate(now), case.papers.get(kind=PaperKind.GRANT).number
    months = case.guide.result_valid_months
    valid_until = add_months(today, months) if months else None
    plate = request_certificate(
        source=f"case:{case.pk}",
        kind=case.guide.certificate_kind,
        organization=_issuer(application, actor, today),
        holder=case.applicant.person,
        unit=case.unit,
        face=face_of(application, brand, number),
        approved_on=today,
        valid_until=valid_until,
        now=now,
        actor=actor,
    )
    services.recognize(
        brand=brand,
        tier=application.tier,
        recognized_on=today,
        document_no=number,
        actor=actor,
        now=now,
        case=case,
        valid_until=valid_until,
        certificate=plate,
    )
    application.brand = brand
    application.save(update_fields=["brand"])


def _issuer(application: BrandApplication, actor, today):
    return queries.post_at(actor, queries.deciding_place(application), (Role.LEADER,), today).organization


def face_of(application: BrandApplication, brand, number: str) -> dict:
    """Return what the plate says: the brand, its tier, the unit that builds it, the number of the decision."""
    unit = application.case.unit
    return {
        "brand": both(brand, "name"),
        "tier": both(Tier(application.tier).label) | {"value": application.tier},
        "builder": {"zh": unit.name, "en": unit.name_en or unit.name},
        "document_no": number,
    }


def accepted(case: Case, *, now: datetime) -> None:
    """Hand an accepted case to the office that decides on its tier: its papers bear that office's name and numbers.

    What the case is about is written down, so that county and prefecture find it, and it is told whose turn it is.
    """
    case.organization = queries.deciding_office(case.answers) or case.organization
    if case.answers.get("tier") in rules.ENDORSED_BY:
        turns.next_turn(services.application_of(case, now=now), now)


def ended(case: Case, *, now: datetime) -> None:
    """Let go of an application that ends without a grant: dossier and publicity withdrawn, the stage goes back.

    A case that is ended after its grant takes the recognition with it.
    """
    reviewing.let_go(case, now=now)
    if granted := Recognition.objects.filter(case=case).first():
        services.withdraw_recognition(recognition=granted, reason=case.close_reason, actor=None, now=now)
    elif application := BrandApplication.objects.filter(case=case).select_related("brand").first():
        services.end_application(application, now=now)


@transaction.atomic
def plate_ended(certificate, now: datetime) -> None:
    """End the recognition whose plate was revoked or cancelled, whichever version of it."""
    for recognition in Recognition.objects.filter(certificate__number=certificate.number, ended_on__isnull=True):
        services.withdraw_recognition(
            recognition=recognition, reason=certificate.get_status_display(), actor=None, now=now
        )


def shown(case: Case) -> dict[str, str]:
    """Return what a public list says of an application: the brand, its builder, the tier, its home."""
    answers, home = case.answers, queries.home_of(case.answers)
    tier = both(Tier(answers["tier"]).label) if answers.get("tier") in Tier.values else {"zh": "", "en": ""}
    return {
        "name_zh": answers.get("brand_name", ""),
        "name_en": answers.get("brand_name_en", ""),
        "unit": case.unit.name if case.unit else case.applicant_name,
        "category_zh": tier["zh"],
        "category_en": tier["en"],
        "text_zh": home.name_zh if home else "",
        "text_en": home.name_en if home else "",
    }


def page(case: Case, user) -> str:
    """Return the address of the application in the admin, or among the applicant's own brands."""
    application = BrandApplication.objects.filter(case=case).first()
    if application is None:
        return ""
    if user.is_staff and BrandApplication.objects.visible_to(user).filter(pk=application.pk).exists():
        return reverse("admin:laborbrands_brandapplication_change", args=[application.pk])
    return f"{reverse('org_brands:home')}#application-{application.pk}"
