"""What a clerk does at the counter in one go: find all materials in order, take in a promised one on paper."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import queries, rules
from applications.models import Case, Material
from applications.services.deferral import check_material, supply_deferred
from applications.services.drafts import add_file
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.uploads import UploadFacts


@transaction.atomic
def check_all_materials(*, case: Case, actor, now: datetime, version: int | None = None) -> Case:
    """Find every material in order that is in hand and was not checked yet: one transaction, one event each.

    Raises Refused when nothing is left to check, or with what `check_material` says; then nothing is written.
    """
    waiting = rules.to_check(queries.materials_of(case), case.answers)
    refuse_unless(waiting, _("Nothing is left to check."))
    for material in waiting:
        case = check_material(material=material, actor=actor, now=now, in_order=True, version=version)
        version = None  # our own first check has moved it
    return case


@transaction.atomic
def take_in_deferred(
    *,
    material: Material,
    actor,
    file,
    facts: UploadFacts,
    name: str,
    now: datetime,
    arrived_on: date | None = None,
    postmarked_on: date | None = None,
) -> Case:
    """Take in a promised material that was brought or posted: keep its scan and note the supply of today.

    The day of arrival counts (domain 11.22). Raises Refused with what `add_file` and `supply_deferred` say.
    """
    add_file(material=material, actor=actor, file=file, facts=facts, name=name, now=now)
    days = {"arrived_on": arrived_on, "postmarked_on": postmarked_on}
    return supply_deferred(material=material, actor=actor, now=now, **days)


@transaction.atomic
def after_looking(
    verb: Callable, *, case: Case, actor, now: datetime, looked: bool, version: int | None = None
) -> Case:
    """Do a verb; where the clerk `looked` at the unchecked materials, first find all of them in order.

    One transaction: when the verb is refused, nothing was checked either. Raises Refused with what both say.
    """
    if looked and rules.to_check(queries.materials_of(case), case.answers):
        case = check_all_materials(case=case, actor=actor, now=now, version=version)
        version = case.version
    return verb(case=case, actor=actor, now=now, version=version)
