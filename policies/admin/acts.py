"""What editors can do with a version, by its state: each act a form of its own and one call of a service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies import rules
from policies.admin.forms import EndForm, NewVersionForm, PublishForm, RepealForm, ReturnForm, SureForm
from policies.desk import Sheet, writers
from policies.models import PolicyVersion
from policies.services import library
from policies.states import PUBLIC, VersionState

UNREAD = (VersionState.REVIEW, VersionState.SCHEDULED)


def _publish(*, version, at=None, hidden=(), actor, now, **_sure):
    """Publish at once, or leave it to the clock."""
    said = {"version": version, "hidden": sum(hidden), "actor": actor, "now": now}
    return library.schedule(publish_at=at, **said) if at else library.publish(**said)


def _discard(*, version, actor, now, **_sure):
    return library.discard_draft(version=version, actor=actor, now=now)


def _against_review(sheet: Sheet, user) -> list:
    return sheet.missing


def _against_publication(sheet: Sheet, user) -> list:
    second = rules.may_review(user.pk, writers(sheet.version))
    return [*sheet.missing, *([] if second else [_("A second person reviews: the author cannot.")])]


def _against_new_version(sheet: Sheet, user) -> list:
    is_open = sheet.version.policy.versions.filter(published_at=None).exists()
    return [_("This policy has a draft already. Edit that one.")] if is_open else []


def _nothing(sheet: Sheet, user) -> list:
    return []


@dataclass(frozen=True)
class Act:
    """A button: what it says, in which states, what it asks, what it calls, and what stands in its way."""

    verb: str
    label: Promise
    states: tuple
    form: type[forms.Form]
    service: Callable
    done: Promise
    tone: str = "second"
    against: Callable[[Sheet, object], list] = _nothing
    folded: bool = True  # its form opens on demand


ACTS = {
    act.verb: act
    for act in (
        Act(
            "submit_for_review",
            _("Send for review"),
            (VersionState.DRAFT,),
            forms.Form,
            library.submit_for_review,
            _("Sent for review. A second editor publishes it or gives it back."),
            "",
            _against_review,
            folded=False,
        ),
        Act(
            "publish",
            _("Publish"),
            UNREAD,
            PublishForm,
            _publish,
            _("Done. What readers see and when is shown here."),
            "",
            _against_publication,
        ),
        Act(
            "return_to_editor",
            _("Give back to the author"),
            UNREAD,
            ReturnForm,
            library.return_to_editor,
            _("Given back to the author with your reason."),
        ),
        Act(
            "new_version",
            _("New version from this one"),
            PUBLIC,
            NewVersionForm,
            library.copy_version,
            _("Here is the draft: text and benefits are copied, and each benefit waits to be confirmed anew."),
            against=_against_new_version,
        ),
        Act(
            "set_end",
            _("Change its end"),
            (VersionState.PUBLISHED,),
            EndForm,
            library.set_end,
            _("The end of validity is changed."),
        ),
        Act(
            "repeal",
            _("Repeal"),
            (VersionState.PUBLISHED, VersionState.SUPERSEDED),
            RepealForm,
            library.repeal,
            _("The repeal is written down."),
            "danger",
        ),
        Act(
            "discard",
            _("Delete this draft"),
            (VersionState.DRAFT,),
            SureForm,
            _discard,
            _("The draft is deleted."),
            "danger",
        ),
    )
}


@dataclass
class Offer:
    """An act on this page: its form, why it is not possible now, what the service refused."""

    act: Act
    form: forms.Form
    reasons: list = field(default_factory=list)
    refused: list = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(self.form.errors or self.refused)


def offer(act: Act, sheet: Sheet, user, now: datetime, posted=None) -> Offer:
    """Lay out an act, with what was posted for it."""
    known = {PublishForm: {"now": now, "waiting": len(sheet.open_benefits)}, RepealForm: {"now": now}}
    form = act.form(posted, prefix=act.verb, **known.get(act.form, {}))
    return Offer(act, form, act.against(sheet, user))


def offers(sheet: Sheet, user, now: datetime, posted: Offer | None = None) -> list[Offer]:
    """List the acts of the state; the posted one as it came."""
    return [
        posted if posted and posted.act is act else offer(act, sheet, user, now)
        for act in ACTS.values()
        if sheet.version.state in act.states
    ]


def perform(chosen: Offer, version: PolicyVersion, actor, now: datetime) -> PolicyVersion | None:
    """Call the service of an act with what its form says; return the version to show next."""
    return chosen.act.service(version=version, actor=actor, now=now, **chosen.form.cleaned_data)
