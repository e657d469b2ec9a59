"""Several editors at one version: what somebody saves is based on what they saw, or they are told who was faster."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from policies.models import Benefit, Clause, Policy, PolicyVersion, VersionEvent
from policies.services import library
from policies.states import VersionState
from talentportal.lib.refusals import Refused, refuse_unless

OF_BENEFITS = ("confirm_benefit", "withdraw_benefit", "import_benefits")  # events that leave facts and text as they are


class Overtaken(Refused):
    """Somebody else saved first; nothing was written."""


def mark(version: PolicyVersion) -> str:
    """Return what a form keeps of a version to tell later whether its facts or text have changed since."""
    last = version.events.exclude(verb__in=OF_BENEFITS).order_by("-pk").values_list("pk", flat=True).first()
    return str(last or 0)


def mark_of_benefit(benefit: Benefit) -> str:
    """Return what a form keeps of a benefit to tell later whether it has changed since."""
    values = {field.attname: getattr(benefit, field.attname) for field in Benefit._meta.concrete_fields}
    return hashlib.sha256(json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:32]


@transaction.atomic
def begin(*, slug: str, fields: Mapping, text: str, actor, now: datetime) -> PolicyVersion:
    """Begin a new policy with the draft of its first version and its text. Raises Refused as `draft_version`."""
    version = library.draft_version(slug=slug, fields=fields, actor=actor, now=now)
    return library.write_text(version=version, text=text, actor=actor, now=now) if text.strip() else version


@transaction.atomic
def revise_facts(*, version: PolicyVersion, fields: Mapping, seen: str, actor, now: datetime) -> PolicyVersion:
    """Change fields of a draft. Raises Overtaken when it is not what was seen, Refused when it is no draft."""
    _check_seen(version, seen)
    return library.change_draft(version=version, fields=fields, actor=actor, now=now)


@transaction.atomic
def revise_text(*, version: PolicyVersion, text: str, seen: str, actor, now: datetime) -> PolicyVersion:
    """Give a draft its whole text; clauses that keep their anchor keep their English.

    Benefits of clauses that say something else now wait to be confirmed anew. Raises as `revise_facts`.
    """
    _check_seen(version, seen)
    before = {clause.anchor: clause for clause in version.clauses.all()}
    version = library.write_text(version=version, text=text, actor=actor, now=now)
    kept = [clause for clause in version.clauses.all() if clause.anchor in before]
    for clause in kept:
        clause.text_en = before[clause.anchor].text_en
    Clause.objects.bulk_update(kept, ["text_en"])
    unchanged = [clause for clause in kept if clause.text_zh == before[clause.anchor].text_zh]
    _ask_again(version.benefits.exclude(clause__in=unchanged))
    return version


@transaction.atomic
def revise_clause(*, clause: Clause, fields: Mapping, seen: str, actor, now: datetime) -> Clause:
    """Change one clause of a draft, whose anchor stays; its benefits are confirmed anew. Raises as `revise_facts`."""
    _check_seen(clause.version, seen)
    version = library.change_draft(version=clause.version, fields={}, actor=actor, now=now)
    current = version.clauses.get(pk=clause.pk)
    said = current.text_zh
    for name, value in fields.items():
        setattr(current, name, value)
    current.save(update_fields=list(fields))
    if current.text_zh != said:
        _ask_again(current.benefits.all())
    return current


@transaction.atomic
def revise_benefit(*, benefit: Benefit, fields: Mapping, seen: str, actor, now: datetime) -> Benefit:
    """Change a benefit that is not confirmed. Raises Overtaken when it is not what was seen, else as change_benefit."""
    Policy.objects.select_for_update(of=["self"]).get(versions=benefit.version_id)
    current = Benefit.objects.filter(pk=benefit.pk).first()
    if current is None or mark_of_benefit(current) != seen:
        raise Overtaken(_("Somebody else has changed this benefit meanwhile."))
    return library.change_benefit(benefit=current, fields=fields, actor=actor, now=now)


@transaction.atomic
def discard_benefit(*, benefit: Benefit, actor, now: datetime) -> None:
    """Delete a benefit that nobody has confirmed. Raises Refused for a confirmed one, which is withdrawn instead."""
    Policy.objects.select_for_update(of=["self"]).get(versions=benefit.version_id)
    current = Benefit.objects.filter(pk=benefit.pk).first()
    refuse_unless(current, _("Somebody else has deleted this benefit already."))
    refuse_unless(not current.confirmed_at, _("A confirmed benefit is withdrawn, not deleted."))
    current.delete()


@transaction.atomic
def take_in(*, benefits: list[Benefit], confirm: bool, actor, now: datetime) -> None:
    """Write the benefits of a table that was looked at under lock: new ones, changed ones, and new for confirmed ones.

    A confirmed benefit is withdrawn and the changed one takes its place. `confirm`: the actor confirms all of them.
    """
    replaced = [benefit.pk for benefit in benefits if benefit.pk and benefit.confirmed_at]
    Benefit.objects.filter(pk__in=replaced).update(withdrawn_at=now)
    last = Benefit.objects.filter(version__in={one.version_id for one in benefits}).order_by()
    orders = dict(last.values_list("version_id").annotate(Max("order")))
    changed = [one for one in benefits if one.pk and not one.confirmed_at]
    new = [one for one in benefits if not one.pk or one.confirmed_at]
    for benefit in new:
        orders[benefit.version_id] = benefit.order = (orders.get(benefit.version_id) or 0) + 1
        benefit.pk, benefit._state.adding = None, True
    for benefit in benefits:
        benefit.confirmed_by, benefit.confirmed_at = (actor, now) if confirm else (None, None)
    Benefit.objects.bulk_create(new, batch_size=500)
    names = [field.name for field in Benefit._meta.concrete_fields if not field.primary_key]
    Benefit.objects.bulk_update(changed, names, batch_size=500)
    _note_import({one.version for one in benefits}, len(benefits), actor, now)


def _note_import(versions: set[PolicyVersion], count: int, actor, now: datetime) -> None:
    from policies.search.index import index_version  # here: as in library, the index reads what is written

    for version in sorted(versions, key=lambda one: one.pk):
        VersionEvent.objects.create(version=version, verb="import_benefits", actor=actor, at=now, note=str(count))
        if version.published_at:
            index_version(version)


def _ask_again(benefits) -> None:
    """Take back the confirmations of a draft's benefits whose text has changed under them."""
    benefits.filter(withdrawn_at=None).update(confirmed_at=None, confirmed_by=None)


def _check_seen(version: PolicyVersion, seen: str) -> None:
    Policy.objects.select_for_update(of=["self"]).get(versions=version.pk)
    refuse_unless(
        PolicyVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT).exists(),
        _("Only a draft can be changed."),
    )
    if mark(version) != seen:
        last = VersionEvent.objects.filter(version=version).exclude(verb__in=OF_BENEFITS).latest("pk")
        raise Overtaken(
            _("%(name)s saved this version at %(time)s, after you had opened it. Nothing of yours is lost: see below.")
            % {"name": last.actor or "–", "time": f"{timezone.localtime(last.at):%H:%M}"}
        )
