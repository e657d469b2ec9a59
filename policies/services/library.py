"""The verbs of the policy library: drafted, reviewed by a second person, published, and from then on never edited.

Every verb locks the policy first and its version second, so that one policy has one writer at a time.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jobs.services import enqueue
from policies import rules
from policies.models import Benefit, Clause, Frequency, Policy, PolicyVersion, VersionEvent
from policies.services.following import next_report
from policies.states import PUBLIC, TRANSITIONS, VersionState
from policies.text import reading
from talentportal.lib.refusals import refuse_unless

TELL = "policies.tell_followers"  # of a new version
TELL_OF_END = "policies.tell_of_end"  # of a repeal, or of another end of validity
TELL_OF_BENEFITS = "policies.tell_of_benefits"  # confirmed after the version was published
WRITING = ("draft", "edit", "submit_for_review")  # events of those who wrote the text
OPEN = (VersionState.DRAFT, VersionState.REVIEW, VersionState.SCHEDULED)


# --- Writing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_version(*, slug: str, fields: Mapping, actor, now: datetime) -> PolicyVersion:
    """Begin a new policy with the draft of its first version; `fields` are fields of PolicyVersion.

    Raises Refused when the address is taken.
    """
    policy, is_new = Policy.objects.get_or_create(slug=slug)
    refuse_unless(is_new, _("Another policy has this address already."))
    version = PolicyVersion.objects.create(policy=policy, number=1, author=actor, **fields)
    _note(version, "draft", actor, now)
    return version


@transaction.atomic
def copy_version(*, version: PolicyVersion, label: str, actor, now: datetime) -> PolicyVersion:
    """Make the next draft of a policy from any of its versions, with its clauses and the benefits that readers see.

    The copied benefits keep their keys and wait to be confirmed anew. Raises Refused when a draft is open already
    or the label is taken or does not fit into an address.
    """
    version = _locked(version)
    others = version.policy.versions
    refuse_unless(not others.filter(state__in=OPEN).exists(), _("This policy has a draft already. Edit that one."))
    refuse_unless(not others.filter(label=label).exists(), _("Another version has this name already."))
    refuse_unless(
        "/" not in label and ".." not in label,
        _("A version is called without / and two dots: it stands in addresses."),
    )
    refuse_unless(not rules.with_markup({"label": label}), rules.PLAIN)
    clauses, benefits = list(version.clauses.all()), list(version.benefits.public().select_related("clause"))
    draft = _blank_copy(version, others.aggregate(last=Max("number"))["last"] + 1, label, actor)
    copies = {clause.anchor: clause for clause in _copied(Clause, clauses, draft)}
    for benefit in benefits:
        benefit.clause = copies.get(benefit.clause.anchor) if benefit.clause else None
        benefit.confirmed_by = benefit.confirmed_at = None
    _copied(Benefit, benefits, draft)
    _note(draft, "draft", actor, now)
    return draft


def _blank_copy(version: PolicyVersion, number: int, label: str, actor) -> PolicyVersion:
    draft = PolicyVersion.objects.get(pk=version.pk)
    draft.pk, draft._state.adding = None, True
    draft.number, draft.label, draft.state, draft.author = number, label, VersionState.DRAFT, actor
    for name in ("source_id", "reviewer", "publish_at", "published_at", "published_on", "repealed_on", "expires_on"):
        setattr(draft, name, None)
    draft.link_checked_at = draft.link_broken_since = None
    draft.source_hash = draft.return_reason = ""
    draft.save()
    return draft


def _copied(model, rows: list, draft: PolicyVersion) -> list:
    for row in rows:
        row.pk, row._state.adding, row.version = None, True, draft
    return model.objects.bulk_create(rows)


@transaction.atomic
def change_draft(*, version: PolicyVersion, fields: Mapping, actor, now: datetime) -> PolicyVersion:
    """Change fields of a draft. Raises Refused in any other state."""
    version = _locked_draft(version)
    for name, value in fields.items():
        setattr(version, name, value)
    version.save(update_fields=list(fields))
    _note(version, "edit", actor, now)
    return version


@transaction.atomic
def write_text(*, version: PolicyVersion, text: str, actor, now: datetime) -> PolicyVersion:
    """Give a draft its whole text, cut into clauses; benefits stay with the clause of the same anchor.

    Raises Refused in any other state.
    """
    version = _locked_draft(version)
    anchors = dict(version.benefits.filter(clause__isnull=False).values_list("pk", "clause__anchor"))
    version.benefits.update(clause=None)
    version.clauses.all().delete()
    clauses = {clause.anchor: clause for clause in _write_clauses(version, reading.clauses(text))}
    for pk, anchor in anchors.items():
        version.benefits.filter(pk=pk).update(clause=clauses.get(anchor))
    _note(version, "edit", actor, now)
    return version


def _write_clauses(version: PolicyVersion, passages: Iterable[reading.Passage]) -> list[Clause]:
    rows = [
        Clause(
            version=version,
            order=order,
            kind=passage.kind,
            anchor=passage.anchor,
            number=passage.number,
            heading=passage.heading,
            text_zh=passage.text,
        )
        for order, passage in enumerate(passages, start=1)
    ]
    return Clause.objects.bulk_create(rows, batch_size=2000)


@transaction.atomic
def discard_draft(*, version: PolicyVersion, actor, now: datetime) -> None:
    """Delete a draft, and its policy when it has no other version. Raises Refused in any other state."""
    version = _locked_draft(version)
    version.benefits.all().delete()
    version.delete()
    if not version.policy.versions.exists():
        version.policy.delete()


# --- Review and publication ------------------------------------------------------------------------------------------


@transaction.atomic
def submit_for_review(*, version: PolicyVersion, actor, now: datetime) -> PolicyVersion:
    """Hand a draft to a second person. Raises Refused with everything that is missing, or in another state."""
    version = _locked(version)
    _check_state(version, "submit_for_review")
    _check_complete(version)
    return _turn(version, "submit_for_review", actor, now, return_reason="")


@transaction.atomic
def return_to_editor(*, version: PolicyVersion, reason: str, actor, now: datetime) -> PolicyVersion:
    """Give a version back to be changed. Raises Refused without a reason, or in another state."""
    version = _locked(version)
    refuse_unless(reason.strip(), _("Say what has to be changed."))
    _check_state(version, "return_to_editor")
    return _turn(
        version,
        "return_to_editor",
        actor,
        now,
        note=reason.strip(),
        return_reason=reason.strip(),
        publish_at=None,
        reviewer=None,
    )


@transaction.atomic
def schedule(*, version: PolicyVersion, publish_at: datetime, actor, now: datetime, hidden: int = 0) -> PolicyVersion:
    """Approve a version; the clock publishes it. Raises Refused for its author, in a wrong state, for the past.

    `hidden`: how many benefits the actor leaves hidden from readers, as for `publish`.
    """
    version = _locked(version)
    _check_state(version, "schedule")
    _check_reviewer(version, actor)
    _check_complete(version)
    refuse_unless(publish_at > now, _("Choose a moment that is still to come."))
    _leave_hidden(version, hidden, actor, now)
    return _turn(version, "schedule", actor, now, note=publish_at.isoformat(), publish_at=publish_at, reviewer=actor)


@transaction.atomic
def publish(*, version: PolicyVersion, actor, now: datetime, hidden: int = 0) -> PolicyVersion:
    """Publish a version that a second person approves, or one scheduled; the published one before it is superseded.

    Without an actor it is the clock, for scheduled versions whose moment has come. Found by searches at once; followers
    are told by a job. `hidden`: how many benefits the actor knowingly leaves hidden until somebody confirms them.
    Raises Refused for its author, in a wrong state, when a later version is published already, or when more benefits
    wait to be confirmed than the actor said.
    """
    version = _locked(version)
    _check_state(version, "publish")
    if version.state == VersionState.SCHEDULED and actor is None:
        refuse_unless(version.publish_at <= now, _("Its moment has not come yet."))
    else:
        _check_reviewer(version, actor)
        _leave_hidden(version, hidden, actor, now)
        version.reviewer = actor
    _check_complete(version)
    _supersede_before(version, actor, now)
    version.published_on = version.published_on or timezone.localdate(now)
    return _open(version, "publish", VersionState.PUBLISHED, actor, now)


@transaction.atomic
def supersede(*, version: PolicyVersion, actor, now: datetime, on: date | None = None, note: str = "") -> PolicyVersion:
    """Mark a published version as replaced by a later one, which holds from `on` (today); Refused in another state."""
    version = _locked(version)
    _check_state(version, "supersede")
    on = on or timezone.localdate(now)
    return _end(_turn(version, "supersede", actor, now, note=note, superseded_on=on))


@transaction.atomic
def repeal(*, version: PolicyVersion, repealed_on: date, reason: str, actor, now: datetime) -> PolicyVersion:
    """Repeal a version from a day on; a day still to come is written down and the state turns on that day.

    Followers of a published version are told now, once. Raises Refused without a reason, or in another state.
    """
    version = _locked(version)
    refuse_unless(reason.strip(), _("Say by which document it is repealed."))
    _check_state(version, "repeal")
    is_read = version.state == VersionState.PUBLISHED
    version.repealed_on = repealed_on
    version.save(update_fields=["repealed_on"])
    if repealed_on > timezone.localdate(now):
        _note(version, "repeal_planned", actor, now, note=reason.strip(), date=repealed_on)
    else:
        _turn(version, "repeal", actor, now, note=reason.strip(), date=repealed_on)
    return _end(version, tell=is_read, now=now)


@transaction.atomic
def turn_repealed(*, version: PolicyVersion, now: datetime) -> PolicyVersion:
    """Turn a version whose day of repeal has come; done already, it stays as it is."""
    version = _locked(version)
    day = version.repealed_on
    if version.state == VersionState.REPEALED or day is None or day > timezone.localdate(now):
        return version
    return _end(_turn(version, "repeal", None, now, date=day))


@transaction.atomic
def set_end(*, version: PolicyVersion, expires_on: date | None, reason: str, actor, now: datetime) -> PolicyVersion:
    """Prolong or shorten the validity of a public version; None: no end. Followers of a published one are told.

    Raises Refused when the end comes first or is the same as before.
    """
    version = _locked(version)
    refuse_unless(version.state in PUBLIC, _("Only a published version has a validity to change."))
    refuse_unless(expires_on != version.expires_on, _("This is its end already."))
    too_early = expires_on and version.effective_on and expires_on <= version.effective_on
    refuse_unless(not too_early, _("The end must be after the beginning."))
    version.expires_on = expires_on
    version.save(update_fields=["expires_on"])
    _note(version, "set_end", actor, now, note=reason.strip(), date=expires_on)
    return _end(version, tell=version.state == VersionState.PUBLISHED, now=now)


# --- Documents that their issuers published --------------------------------------------------------------------------


@transaction.atomic
def admit_version(
    *,
    policy: Policy,
    number: int,
    fields: Mapping,
    passages: Iterable[reading.Passage],
    state: VersionState,
    now: datetime,
    history: Iterable[tuple[date | None, str]] = (),
    note: str = "",
    actor=None,
) -> PolicyVersion:
    """Take over a document that was published by its issuer: public at once, in a state of states.PUBLIC.

    `number` is its place in the chain; versions from there on move up by one. One that comes in force supersedes the
    version published until now. `history` are the dated events of the document itself. Raises Refused when a later
    version is published already.
    """
    Policy.objects.select_for_update().get(pk=policy.pk)
    for later in policy.versions.filter(number__gte=number).order_by("-number").only("number"):
        PolicyVersion.objects.filter(pk=later.pk).update(number=later.number + 1)
    version = PolicyVersion.objects.create(policy=policy, number=number, **fields)
    _write_clauses(version, passages)
    VersionEvent.objects.bulk_create(
        VersionEvent(version=version, verb="history", at=now, date=day, note=text) for day, text in history
    )
    if state == VersionState.PUBLISHED:
        _supersede_before(version, actor, now)
    return _open(version, "import", state, actor, now, note=note)


# --- Benefits --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_benefit(*, version: PolicyVersion, actor, now: datetime, **fields) -> Benefit:
    """Mark up a benefit of a version, published or not; readers see it once a person confirms it.

    Raises Refused when the key is taken, the clause is another version's, or the conditions cannot be read.
    """
    version = _locked(version)
    fields.setdefault("order", (version.benefits.aggregate(last=Max("order"))["last"] or 0) + 1)
    benefit = Benefit(version=version, **fields)
    _check_benefit(benefit)
    benefit.save(force_insert=True)
    return benefit


@transaction.atomic
def change_benefit(*, benefit: Benefit, fields: Mapping, actor, now: datetime) -> Benefit:
    """Change a benefit that nobody has confirmed yet. Raises Refused for a confirmed one, and as `add_benefit`."""
    benefit = _locked_benefit(benefit)
    refuse_unless(not benefit.confirmed_at, _("A confirmed benefit is never edited: withdraw it and mark it up again."))
    for name, value in fields.items():
        setattr(benefit, name, value)
    _check_benefit(benefit)
    benefit.save()
    return benefit


@transaction.atomic
def confirm_benefit(*, benefit: Benefit, actor, now: datetime) -> Benefit:
    """Confirm that a benefit says what its clause says; readers see it from now on.

    Followers of a version that is published already are told the next morning. Raises Refused the second time.
    """
    benefit = _locked_benefit(benefit)
    refuse_unless(actor, _("A person confirms each benefit."))
    refuse_unless(not benefit.confirmed_at, _("This benefit is confirmed already."))
    refuse_unless(not benefit.withdrawn_at, _("This benefit was withdrawn."))
    benefit.confirmed_by, benefit.confirmed_at = actor, now
    benefit.save(update_fields=["confirmed_by", "confirmed_at"])
    _note(benefit.version, "confirm_benefit", actor, now, note=benefit.key)
    _index_if_public(benefit.version)
    if benefit.version.state == VersionState.PUBLISHED:
        _tell_of_benefits(benefit.version, now)
    return benefit


@transaction.atomic
def withdraw_benefit(*, benefit: Benefit, actor, now: datetime) -> Benefit:
    """Take a wrong benefit back; its key is free for the right one. Raises Refused the second time."""
    benefit = _locked_benefit(benefit)
    refuse_unless(not benefit.withdrawn_at, _("This benefit was withdrawn."))
    benefit.withdrawn_at = now
    benefit.save(update_fields=["withdrawn_at"])
    _note(benefit.version, "withdraw_benefit", actor, now, note=benefit.key)
    _index_if_public(benefit.version)
    return benefit


def _check_benefit(benefit: Benefit) -> None:
    from policies.matching.conditions import check_tree  # here: the rule tree reads benefits itself

    twins = Benefit.objects.filter(version_id=benefit.version_id, key=benefit.key, withdrawn_at=None)
    refuse_unless(not twins.exclude(pk=benefit.pk).exists(), _("Another benefit of this version has this key."))
    own_clause = benefit.clause is None or benefit.clause.version_id == benefit.version_id
    refuse_unless(own_clause, _("The clause belongs to another version."))
    refuse_unless(not rules.with_markup(vars(benefit)), rules.PLAIN)
    reasons = check_tree(benefit.conditions)
    refuse_unless(not reasons, reasons)


# --- What the verbs share --------------------------------------------------------------------------------------------


def _locked(version: PolicyVersion) -> PolicyVersion:
    Policy.objects.select_for_update(of=["self"]).get(versions=version.pk)
    return PolicyVersion.objects.select_for_update(of=["self"]).select_related("policy").get(pk=version.pk)


def _locked_draft(version: PolicyVersion) -> PolicyVersion:
    version = _locked(version)
    refuse_unless(version.state == VersionState.DRAFT, _("Only a draft can be changed."))
    return version


def _locked_benefit(benefit: Benefit) -> Benefit:
    version = _locked(PolicyVersion(pk=benefit.version_id))
    benefit = Benefit.objects.select_for_update(of=["self"]).select_related("clause").get(pk=benefit.pk)
    benefit.version = version
    return benefit


def _check_state(version: PolicyVersion, verb: str) -> None:
    refuse_unless(
        version.state in TRANSITIONS[verb][0],
        _("The version is in another state now: %(state)s.") % {"state": version.get_state_display()},
    )


def _check_complete(version: PolicyVersion) -> None:
    reasons = rules.missing(version, clauses=version.clauses.count())
    refuse_unless(not reasons, reasons)


def _check_reviewer(version: PolicyVersion, actor) -> None:
    writers = set(version.events.filter(verb__in=WRITING).values_list("actor_id", flat=True)) | {version.author_id}
    refuse_unless(rules.may_review(actor and actor.pk, writers), _("A second person reviews: the author cannot."))


def _leave_hidden(version: PolicyVersion, hidden: int, actor, now: datetime) -> None:
    """Refuse unless the actor knows of every benefit that waits; what they leave hidden stands in the history."""
    waiting = version.benefits.waiting().count()
    words = ngettext(
        "%(count)d benefit waits to be confirmed. Confirm it, or tick that it stays hidden until then.",
        "%(count)d benefits wait to be confirmed. Confirm them, or tick that they stay hidden until then.",
        waiting,
    )
    refuse_unless(waiting <= hidden, words % {"count": waiting})
    if waiting:
        _note(version, "leave_hidden", actor, now, note=str(waiting))


def _supersede_before(version: PolicyVersion, actor, now: datetime) -> None:
    for other in version.policy.versions.filter(state=VersionState.PUBLISHED).exclude(pk=version.pk):
        refuse_unless(other.number < version.number, _("A later version is published already."))
        supersede(version=other, actor=actor, now=now, on=version.effective_on, note=version.label)


def _turn(version: PolicyVersion, verb: str, actor, now: datetime, note: str = "", date=None, **changes):
    version.state = TRANSITIONS[verb][1]
    for name, value in changes.items():
        setattr(version, name, value)
    version.save(update_fields=["state", *changes])
    _note(version, verb, actor, now, note=note, date=date)
    return version


def _open(
    version: PolicyVersion, verb: str, state: VersionState, actor, now: datetime, note: str = ""
) -> PolicyVersion:
    """Make a version public: from here on its text is frozen, searches find it, followers are told."""
    version.state, version.published_at = state, now
    version.save(update_fields=["state", "published_at", "published_on", "reviewer"])
    _note(version, verb, actor, now, note=note)
    _index_if_public(version)
    if state == VersionState.PUBLISHED and version.number > 1 and version.policy.follows.exists():
        enqueue(kind=TELL, key=str(version.pk), now=now, version=version.pk)
    return version


def _end(version: PolicyVersion, *, tell: bool = False, now: datetime | None = None) -> PolicyVersion:
    """Index a version whose end is another one, and let a job tell its followers of the event just noted."""
    _index_if_public(version)
    if tell and version.policy.follows.exists():
        event = version.events.latest("pk").pk
        enqueue(kind=TELL_OF_END, key=str(event), now=now, event=event)
    return version


def _tell_of_benefits(version: PolicyVersion, now: datetime) -> None:
    """Let a job tell the followers the next morning of everything that was confirmed on this day."""
    if version.policy.follows.exists():
        day = timezone.localdate(now).isoformat()
        morning = next_report(Frequency.DAILY, now)
        enqueue(
            kind=TELL_OF_BENEFITS, key=f"{version.pk}:{day}", now=now, run_after=morning, version=version.pk, day=day
        )


def _index_if_public(version: PolicyVersion) -> None:
    from policies.search.index import index_version  # here: the index reads what these verbs write

    if version.published_at:
        index_version(version)


def _note(version: PolicyVersion, verb: str, actor, now: datetime, note: str = "", date=None) -> None:
    VersionEvent.objects.create(version=version, verb=verb, actor=actor, at=now, note=note, date=date)
