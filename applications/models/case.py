"""The case 办件: pinned to a guide, moved by verbs, with its clocks and the chain of its events."""

import secrets

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, UnitMember
from accounts.queries import posts_of
from applications.states import (
    ENDED_STATES,
    Channel,
    ClockKind,
    ClockOwner,
    CloseType,
    State,
)
from jobs import clock


def new_public_id() -> str:
    """Return 22 random characters for addresses that must not be guessed."""
    return secrets.token_urlsafe(16)


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The applicant's own, those of units the user acts for, and those of the posts a member of staff holds."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(own_scope(user) | staff_scope(user))

    def own(self, user):
        """The cases a user applied for, alone or for a unit."""
        return self.filter(own_scope(user))

    def for_staff(self, user):
        """What a member of staff may work on: submitted cases of the own region and window, never the own ones."""
        return self.filter(staff_scope(user)).exclude(own_scope(user))

    def open(self):
        return self.exclude(state__in=[State.DRAFT, *ENDED_STATES])


def own_scope(user) -> Q:
    """The cases a user applied for, and those of units the user acts for now."""
    units = UnitMember.objects.filter(user=user, left_at__isnull=True).values("unit")
    return Q(applicant=user) | Q(unit__in=units)


STAFF_ROLES_ON_CASES = (Role.CLERK, Role.EXAMINER, Role.LEADER, Role.CERTIFICATE_CLERK)


def staff_scope(user) -> Q:
    """The cases that a user's posts of today cover: region subtree, and the windows where the post names some."""
    if not (user.is_authenticated and user.is_staff):
        return Q(pk__in=[])
    scope = Q(pk__in=[])
    posts = posts_of(user, timezone.localdate(clock.now())).filter(role__in=STAFF_ROLES_ON_CASES)
    for post in posts.prefetch_related("windows"):
        area = Q(region__path__startswith=post.region.path)
        windows = [window.pk for window in post.windows.all()]
        kept = Q() if post.role == Role.LEADER else Q(is_restricted=False)
        scope |= area & kept & Q(window__in=windows) if windows else area & kept
    return scope & ~Q(state=State.DRAFT)


_IS_OPEN = ~Q(state__in=[State.DRAFT, *ENDED_STATES])


class Case(models.Model):
    """A case 办件, pinned to one immutable guide version."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case_no = models.CharField(_("case number"), max_length=24, unique=True, null=True, blank=True)
    query_code = models.CharField(_("query code"), max_length=6, blank=True)
    item = models.ForeignKey(
        "policies.ServiceItem", models.PROTECT, related_name="cases", verbose_name=_("service item")
    )
    guide = models.ForeignKey(
        "policies.GuideVersion", models.PROTECT, related_name="cases", verbose_name=_("guide version")
    )
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="cases", verbose_name=_("organization")
    )
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="cases", verbose_name=_("region"))
    window = models.ForeignKey(
        "workstations.Window", models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("window")
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases", verbose_name=_("applicant")
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("unit")
    )
    applicant_name = models.CharField(_("name of the applicant"), max_length=120, blank=True)  # as at submission

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    close_type = models.CharField(_("closed as"), max_length=20, choices=CloseType, blank=True)
    close_reason = models.CharField(_("reason"), max_length=500, blank=True)
    is_deferred = models.BooleanField(_("accepted with incomplete materials"), default=False)
    is_deemed_accepted = models.BooleanField(_("deemed accepted"), default=False)
    correction_sent = models.BooleanField(_("once-only notice sent"), default=False)
    is_extended = models.BooleanField(_("period extended"), default=False)
    second_requests = models.PositiveSmallIntegerField(_("requests after the once-only notice"), default=0)
    channel = models.CharField(_("came in"), max_length=8, choices=Channel, default=Channel.ONLINE)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )  # who handed it in for the applicant, under a power of attorney
    is_restricted = models.BooleanField(_("kept in store only"), default=False)  # the account is closed (第47条)
    transferred_from = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transferred_to",
        verbose_name=_("transferred from"),
    )
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    step = models.CharField(_("step of the draft"), max_length=10, default="identity")
    version = models.PositiveIntegerField(default=1)  # counts every change; a stale form is told who was first

    # The next deadline, for the queue and the sweeps: the day, and its ordinal in the calendar that was used.
    due_on = models.DateField(_("next due on"), null=True, blank=True)
    due_wd = models.IntegerField(null=True, blank=True)
    is_provisional = models.BooleanField(_("due date provisional"), default=False)

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("given to")
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("open at")
    )
    claimed_until = models.DateTimeField(_("open until"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun at"))
    saved_at = models.DateTimeField(_("last saved at"))
    expires_on = models.DateField(_("draft expires on"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "item", "unit"],
                condition=Q(state="DRAFT"),
                nulls_distinct=False,
                name="case_one_draft",
            ),
            models.UniqueConstraint(
                fields=["applicant", "item", "unit"],
                condition=_IS_OPEN,
                nulls_distinct=False,
                name="case_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(case_no__isnull=False, received_at__isnull=False),
                name="case_numbered_when_submitted",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=ENDED_STATES) & ~Q(close_type="") & Q(closed_at__isnull=False))
                | (~Q(state__in=ENDED_STATES) & Q(close_type="", closed_at__isnull=True)),
                name="case_closed_says_how",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, due_wd__isnull=True) | Q(due_on__isnull=False, due_wd__isnull=False),
                name="case_due_day_and_ordinal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "due_wd", "id"],
                name="case_queue",
                condition=_IS_OPEN,
            ),
            models.Index(
                fields=["assigned_to", "due_wd", "id"],
                name="case_assigned",
                condition=Q(assigned_to__isnull=False) & _IS_OPEN,
            ),
            models.Index(
                fields=["window", "due_wd", "id"],
                name="case_window",
                condition=_IS_OPEN,
            ),
            models.Index(fields=["applicant", "-created_at"], name="case_own"),
        ]

    def __str__(self) -> str:
        return self.case_no or f"{self.item} ({self.get_state_display()})"


class CaseNumberCounter(models.Model):
    """The last daily serial per region and day; gaps are allowed."""

    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "day"], name="case_counter_once")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}: {self.last}"


class Clock(models.Model):
    """A running period with its owner. Office time and applicant time are never mixed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks", verbose_name=_("case"))
    kind = models.CharField(_("clock"), max_length=10, choices=ClockKind)
    owner = models.CharField(_("whose time"), max_length=10, choices=ClockOwner)
    days = models.PositiveSmallIntegerField(_("working days"))
    started_on = models.DateField(_("day 0"))
    printed_due_on = models.DateField(_("due day as printed"))  # a recomputed day is never earlier than this one
    due_on = models.DateField(_("due on"))
    due_wd = models.IntegerField()  # the due day as ordinal in the calendar of the region
    calendar = models.CharField(_("calendar"), max_length=6)  # code of the region whose calendar was used
    is_provisional = models.BooleanField(_("provisional"), default=False)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)  # paused since; resuming moves due_on
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    paused_days = models.PositiveSmallIntegerField(_("working days paused"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["case_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(finished_at__isnull=True), name="clock_one_running"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("started_on")), name="clock_due_after_start"),
        ]
        indexes = [
            models.Index(
                fields=["kind", "calendar", "due_wd"],
                name="clock_due",
                condition=Q(finished_at__isnull=True, stopped_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.due_on}"


class CaseEvent(models.Model):
    """One step of a case: who, when, from where to where, and a sentence. Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name=_("case"))
    seq = models.PositiveIntegerField(_("number"))
    verb = models.CharField(_("step"), max_length=30)
    from_state = models.CharField(pgettext_lazy("state", "from"), max_length=20, choices=State, blank=True)
    to_state = models.CharField(pgettext_lazy("state", "to"), max_length=20, choices=State, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    actor_role = models.CharField(_("as"), max_length=20, blank=True)  # states.Who
    at = models.DateTimeField(_("at"))
    opinion = models.CharField(pgettext_lazy("event", "words"), max_length=1000, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["case_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="case_event_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case} {self.seq} {self.verb}"
