"""Recruitment events 招聘活动: cloud recruitment and fairs, with booths of units, registrations and a queue at each."""

from datetime import date, datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from accounts.queries import in_reach
from applications.models.case import new_public_id
from jobs import clock
from talentportal.lib.bilingual import pick
from talents.models.vacancy import Vacancy
from talents.states import WAITING_TALKS, BoothState, RecruitKind, RecruitState, TalkState

USER = settings.AUTH_USER_MODEL


def start_of(day: date) -> datetime:
    """Return the first moment of a day here."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


class RecruitEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those of hosts whose regions the user's posts of today reach."""
        roles = [Role.EXAMINER, Role.LEADER, Role.OFFICIAL]
        return self.filter(in_reach(user, "organization__region", clock.today(), roles))

    def public(self):
        """Those that everybody may read about; a cancelled one says so at its address."""
        return self.exclude(state=RecruitState.DRAFT)


class RecruitEvent(models.Model):
    """An event that an office holds. Units are checked before they get a booth, and a plan for emergencies is filed
    before it is announced (人力资源市场暂行条例 第28条)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=RecruitKind)
    title_zh = models.CharField(_("Chinese title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120)
    about_zh = models.TextField(_("Chinese text"), max_length=4000, blank=True)
    about_en = models.TextField(_("English text"), max_length=6000, blank=True)
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="recruit_events", verbose_name=_("host")
    )
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    address = models.CharField(_("place"), max_length=160, blank=True)  # a cloud event has none
    stream = models.URLField(_("address of the live stream"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    emergency_plan = models.CharField(_("document number of the plan for emergencies"), max_length=60, blank=True)
    most_booths = models.PositiveSmallIntegerField(_("most booths"), default=100)
    state = models.CharField(_("state"), max_length=10, choices=RecruitState, default=RecruitState.DRAFT)
    cancelled_because = models.CharField(_("why cancelled"), max_length=200, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("created at"))
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)

    objects = RecruitEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("recruitment event")
        verbose_name_plural = _("recruitment events")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="recruit_event_time"),
            models.CheckConstraint(
                condition=Q(state__in=[RecruitState.DRAFT, RecruitState.CANCELLED]) | ~Q(emergency_plan=""),
                name="recruit_event_plan",
            ),
            models.CheckConstraint(condition=Q(kind=RecruitKind.CLOUD) | ~Q(address=""), name="recruit_event_place"),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="recruit_event_coming")]

    def __str__(self) -> str:
        return pick(self, "title")


class BoothQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those at the events that the user may read about."""
        return self.filter(event__in=RecruitEvent.objects.visible_to(user))

    def due(self, day):
        """Those that wait for the office, at events that have not ended."""
        is_open = {"event__state": RecruitState.ANNOUNCED, "event__ends_at__gte": start_of(day)}
        return self.filter(state=BoothState.ASKED, **is_open)


class Booth(models.Model):
    """A unit at an event, with the vacancies it shows there."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    event = models.ForeignKey(
        RecruitEvent, models.CASCADE, related_name="booths", verbose_name=pgettext_lazy("recruitment", "event")
    )
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="booths", verbose_name=_("unit"))
    state = models.CharField(_("state"), max_length=10, choices=BoothState, default=BoothState.ASKED)
    number = models.PositiveSmallIntegerField(_("booth"), null=True, blank=True)  # with the admission
    vacancies = models.ManyToManyField(Vacancy, related_name="booths", verbose_name=_("vacancies"), blank=True)
    last_talk = models.PositiveIntegerField(default=0)  # the last number drawn; numbers are given under a lock
    note = models.CharField(_("note of the office"), max_length=200, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    asked_at = models.DateTimeField(_("asked for at"))
    decided_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = BoothQuerySet.as_manager()

    class Meta:
        verbose_name = _("booth")
        verbose_name_plural = _("booths")
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "unit"], name="booth_of_unit_once"),
            models.UniqueConstraint(fields=["event", "number"], name="booth_number_once"),
            models.CheckConstraint(
                condition=~Q(state=BoothState.ADMITTED) | Q(number__isnull=False, decided_by__isnull=False),
                name="booth_admitted_has_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.unit}"


class Registration(models.Model):
    """A person takes part in an event, and afterwards says how it was."""

    event = models.ForeignKey(
        RecruitEvent, models.CASCADE, related_name="registrations", verbose_name=pgettext_lazy("recruitment", "event")
    )
    user = models.ForeignKey(USER, models.CASCADE, related_name="event_registrations", verbose_name=_("person"))
    is_doctor = models.BooleanField(_("holds a doctorate or is about to defend it"), default=False)
    at = models.DateTimeField(_("registered at"))
    stars = models.PositiveSmallIntegerField(
        _("how it was"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    words = models.CharField(_("what to do better"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="event_registration_once"),
            models.CheckConstraint(
                condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)), name="event_registration_stars"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.user}"


class Talk(models.Model):
    """A person's place in the queue of a booth. Drawing it, the person lets this unit see a name and a line."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    booth = models.ForeignKey(Booth, models.CASCADE, related_name="talks", verbose_name=_("booth"))
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="talks", verbose_name=_("registration"))
    vacancy = models.ForeignKey(
        Vacancy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("vacancy")
    )
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name that the unit sees"), max_length=60)
    line = models.CharField(_("about myself"), max_length=200, blank=True)
    consent_version = models.CharField(max_length=20)  # of the text that was agreed to
    state = models.CharField(_("state"), max_length=10, choices=TalkState, default=TalkState.WAITING)
    drawn_at = models.DateTimeField(_("drawn at"))
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    called_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("called by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("talk at a booth")
        verbose_name_plural = _("talks at booths")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["booth", "number"], name="talk_number_once"),
            models.UniqueConstraint(
                fields=["booth", "registration"],
                condition=Q(state__in=WAITING_TALKS),
                name="talk_waiting_once",
            ),
            models.CheckConstraint(
                condition=Q(state=TalkState.WAITING) | Q(state=TalkState.LEFT) | Q(called_at__isnull=False),
                name="talk_called",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booth}, {self.number}"
