"""Materials that nobody has to hand in because the portal holds them (免提交)."""

from datetime import date

from applications.states import MaterialStatus
from certificates.models import Certificate
from policies.models import FetchMode, MaterialSpec


def lost(case, day: date) -> list[str]:
    """List the keys of materials that the portal vouched for and can vouch for no more on a day (domain 11.43).

    A certificate may have been revoked since, or have expired: asked when a case is submitted and when it is decided.
    """
    held = case.materials.filter(status=MaterialStatus.HELD, spec__fetch_mode=FetchMode.AUTO).select_related("spec")
    return [material.spec.key for material in held if not holds(material.spec, case.applicant, day)]


def holds(spec: MaterialSpec, applicant, day: date) -> bool:
    """Tell whether the portal itself can vouch for a material of this applicant on a day.

    "identity": a real-name record whose document was checked; "certificate:<kind>": a certificate that holds that day.
    Without a source the applicant hands it in (国务院关于在线政务服务的若干规定 第7条 forbids only asking twice).
    """
    if spec.fetch_mode != FetchMode.AUTO:
        return spec.fetch_mode == FetchMode.EXEMPT
    person = getattr(applicant, "person", None)
    if person is None:
        return False
    source, _, kind = spec.fetch_from.partition(":")
    if source == "identity":
        return person.level >= person.Level.CHECKED
    if source == "certificate":
        return Certificate.objects.valid_on(day).filter(holder=person, unit=None, kind__code=kind).exists()
    return False
