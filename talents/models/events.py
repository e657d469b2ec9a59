"""Recruitment events: cloud recruitment and fairs, with units, posts, registrations and the queue at each booth."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from talentportal.lib.bilingual import pick
from talents.models.vacancy import Vacancy
from talents.states import BoothState, EventKind, EventState, TicketState

USER = settings.AUTH_USER_MODEL


class RecruitmentEvent(models.Model):
    """A fair. Units are checked before they are admitted, and there is a plan for emergencies (条例 第28条)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=EventKind)
    title_zh = models.CharField(_("Chinese title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120)
    about_zh = models.TextField(_("Chinese text"), blank=True)
    about_en = models.TextField(_("English text"), blank=True)
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("host"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    address = models.CharField(_("place"), max_length=160, blank=True)
    stream = models.URLField(_("address of the live stream"), blank=True)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    has_emergency_plan = models.BooleanField(_("the plan for emergencies is filed"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=EventState, default=EventState.DRAFT)

    class Meta:
        verbose_name = _("recruitment event")
        verbose_name_plural = _("recruitment events")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="recruitment_event_time"),
            models.CheckConstraint(
                condition=Q(state=EventState.DRAFT) | Q(state=EventState.CANCELLED) | Q(has_emergency_plan=True),
                name="recruitment_event_plan",
            ),
        ]

    def __str__(self) -> str:
        return pick(self, "title")


class Booth(models.Model):
    """A verified unit at an event, with the vacancies it shows there."""

    event = models.ForeignKey(RecruitmentEvent, models.CASCADE, related_name="booths", verbose_name=_("event"))
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="booths", verbose_name=_("unit"))
    number = models.PositiveSmallIntegerField(_("booth"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=BoothState, default=BoothState.ASKED)
    vacancies = models.ManyToManyField(Vacancy, related_name="booths", verbose_name=_("vacancies"), blank=True)

    class Meta:
        verbose_name = _("booth")
        verbose_name_plural = _("booths")
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "unit"], name="booth_of_unit_once"),
            models.UniqueConstraint(fields=["event", "number"], name="booth_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.unit}"


class Registration(models.Model):
    """A person takes part in an event."""

    event = models.ForeignKey(RecruitmentEvent, models.CASCADE, related_name="registrations", verbose_name=_("event"))
    user = models.ForeignKey(USER, models.CASCADE, related_name="event_registrations", verbose_name=_("person"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="event_registration_once")]

    def __str__(self) -> str:
        return f"{self.event}: {self.user}"


class BoothTicket(models.Model):
    """A place in the queue of a booth, and what became of the talk."""

    booth = models.ForeignKey(Booth, models.CASCADE, related_name="tickets", verbose_name=_("booth"))
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="tickets", verbose_name=_("registration")
    )
    vacancy = models.ForeignKey(
        Vacancy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("vacancy")
    )
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=TicketState, default=TicketState.WAITING)
    at = models.DateTimeField(_("drawn at"))
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("place in the queue of a booth")
        verbose_name_plural = _("places in the queues of booths")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["booth", "number"], name="booth_ticket_number_once"),
            models.UniqueConstraint(
                fields=["booth", "registration"],
                condition=Q(state__in=[TicketState.WAITING, TicketState.CALLED]),
                name="booth_ticket_waiting_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booth}, {self.number}"
