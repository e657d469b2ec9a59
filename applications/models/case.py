"""The case 办件: pinned to a guide, moved by verbs, with its clocks and the chain of its events."""

import secrets
from datetime import date

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
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
    """The cases a user applied for, those of units the user acts for now, and those handed in as an agent.

    An agent sees a case as long as the power of attorney is in force (domain 11.28).
    """
    units = UnitMember.objects.filter(user=user, left_at__isnull=True).values("unit")
    day = clock.today()
    attorneys = apps.get_model("applications", "PowerOfAttorney").objects.filter(
        Q(items__isnull=True) | Q(items=OuterRef("item")),
        Q(unit__isnull=True) | Q(unit__in=units),
        grantor=OuterRef("applicant"),
        agent=user,
        starts_on__lte=day,
        ends_on__gt=day,
        ended_at__isnull=True,
    )
    return Q(applicant=user) | Q(unit__in=units) | Q(Exists(attorneys), agent=user)


STAFF_ROLES_ON_CASES = (Role.CLERK, Role.EXAMINER, Role.LEADER, Role.CERTIFICATE_CLERK)


def staff_scope(user) -> Q:
    """The cases that a user's posts of today cover: region subtree, and the windows where the post names some.

    Without those from which the user stays away (domain 11.27).
    """
    if not (user.is_authenticated and user.is_staff):
        return Q(pk__in=[])
    scope = Q(pk__in=[])
    posts = posts_of(user, clock.today()).filter(role__in=STAFF_ROLES_ON_CASES)
    for post in posts.prefetch_related("windows"):
        area = Q(region__path__startswith=post.region.path)
        windows = [window.pk for window in post.windows.all()]
        kept = Q() if post.role == Role.LEADER else Q(is_restricted=False)
        scope |= area & kept & Q(window__in=windows) if windows else area & kept
    away = list(user.recusals.values_list("case", flat=True))
    scope = scope & ~Q(pk__in=away) if away else scope
    return scope & ~Q(state=State.DRAFT)


FAR = date(9999, 12, 31)
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
    due_order = models.GeneratedField(  # what the queue is sorted by: nothing due comes last
        expression=Coalesce("due_on", Value(FAR)), output_field=models.DateField(), db_persist=True
    )
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
            # The queue walks these in order: what is due first, whatever amount of closed cases lies beside (0024).
            models.Index(fields=["region", "state", "due_order", "id"], name="case_queue", condition=_IS_OPEN),
            models.Index(fields=["window", "state", "due_order", "id"], name="case_window", condition=_IS_OPEN),
            models.Index(fields=["state", "due_order", "id"], name="case_wide", condition=_IS_OPEN),
            models.Index(
                fields=["assigned_to", "state", "due_order", "id"],
                name="case_assigned",
                condition=Q(assigned_to__isnull=False) & _IS_OPEN,
            ),
            models.Index(fields=["region", "-id"], name="case_done", condition=Q(state__in=ENDED_STATES)),
            models.Index(
                fields=["applicant_name"],
                name="case_name",
                opclasses=["varchar_pattern_ops"],
                condition=~Q(state=State.DRAFT),
            ),
            models.Index(fields=["query_code"], name="case_code", condition=~Q(state=State.DRAFT)),
            models.Index(fields=["applicant", "-created_at"], name="case_own"),
            models.Index(fields=["closed_at"], name="case_to_archive", condition=Q(state=State.CLOSED)),
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


class ClockInterval(models.Model):
    """Days of a clock that belong to one owner. Day 0 belongs to nobody; no day of a clock belongs to two."""

    clock = models.ForeignKey(
        Clock, models.CASCADE, related_name="intervals", db_index=False, verbose_name=_("clock")
    )  # the constraint's index finds them
    owner = models.CharField(_("whose time"), max_length=10, choices=ClockOwner)
    span = DateRangeField(_("days"))  # without an end while it runs

    class Meta:
        verbose_name = _("interval of a clock")
        verbose_name_plural = _("intervals of clocks")
        ordering = ["clock_id", "span"]
        constraints = [
            ExclusionConstraint(
                name="clock_intervals_never_overlap",
                expressions=[("clock", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(span__isempty=False), name="clock_interval_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.get_owner_display()}: {self.span.lower} – {self.span.upper or ''}"


# What the hash of an event covers: {0} is the row. Kept in the trigger and read by `services/chain.py`.
EVENT_HASH = """encode(sha256(convert_to(jsonb_build_array({0}.prev_hash, {0}.case_id, {0}.seq, {0}.verb,
    {0}.from_state, {0}.to_state, {0}.actor_id, {0}.actor_role, extract(epoch FROM {0}.at), {0}.opinion,
    {0}.data)::text, 'UTF8')), 'hex')"""


class CaseEvent(models.Model):
    """One step of a case: who, when, from where to where, and a sentence. Append-only.

    The database chains them: each one's hash covers its words and the hash of the one before it.
    """

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
    prev_hash = models.CharField(max_length=64, default="", db_default="", blank=True, editable=False)
    hash = models.CharField(max_length=64, default="", db_default="", blank=True, editable=False)

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["case_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="case_event_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="chained",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    NEW.prev_hash := COALESCE((SELECT e.hash FROM applications_caseevent e
                        WHERE e.case_id = NEW.case_id ORDER BY e.seq DESC LIMIT 1), '');
                    NEW.hash := {EVENT_HASH.format("NEW")};
                    RETURN NEW;
                """,  # noqa: S608 - the names of our own fields
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.seq} {self.verb}"


class ChainAnchor(models.Model):
    """The daily anchor of all chains: one hash over every event since the one before. Append-only."""

    day = models.DateField(_("day"), unique=True)
    last_event = models.BigIntegerField(_("last event"))  # its id; the first one follows the last of the day before
    count = models.PositiveIntegerField(_("events"))
    root = models.CharField(_("hash of the events"), max_length=64)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(_("anchor"), max_length=64)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("anchor of the chains")
        verbose_name_plural = _("anchors of the chains")
        ordering = ["day"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.day}: {self.hash[:16]}"
