"""The life of one version of a policy, from the editor's draft to the day it stops being law."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionState(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    REVIEW = "REVIEW", _("In review")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    PUBLISHED = "PUBLISHED", _("Published")
    SUPERSEDED = "SUPERSEDED", _("Superseded")
    REPEALED = "REPEALED", _("Repealed")


class Standing(models.TextChoices):
    """What a version is worth to a reader on a given day; asked of `rules.standing`, never stored."""

    CURRENT = "current", _("In force")
    UPCOMING = "upcoming", _("Not yet in force")
    EXPIRED = "expired", _("Expired")
    SUPERSEDED = "superseded", _("Superseded")
    REPEALED = "repealed", _("Repealed")


PUBLIC = (VersionState.PUBLISHED, VersionState.SUPERSEDED, VersionState.REPEALED)

# verb: (from, to). The reviewer is never the author; `publish` is also done by the clock on the scheduled moment.
TRANSITIONS: dict[str, tuple[tuple[VersionState, ...], VersionState]] = {
    "submit_for_review": ((VersionState.DRAFT,), VersionState.REVIEW),
    "return_to_editor": ((VersionState.REVIEW, VersionState.SCHEDULED), VersionState.DRAFT),
    "schedule": ((VersionState.REVIEW,), VersionState.SCHEDULED),
    "publish": ((VersionState.REVIEW, VersionState.SCHEDULED), VersionState.PUBLISHED),
    "supersede": ((VersionState.PUBLISHED,), VersionState.SUPERSEDED),
    "repeal": ((VersionState.PUBLISHED, VersionState.SUPERSEDED), VersionState.REPEALED),
}
