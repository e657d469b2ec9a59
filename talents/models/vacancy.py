"""A vacancy 岗位 of a verified unit."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.queries import in_reach
from applications.models.case import new_public_id
from jobs import clock
from talents.states import Degree, PayPeriod, VacancyState, WorkKind


class VacancyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those of units at home in the regions that the user's posts cover."""
        return self.filter(in_reach(user, "unit__region", clock.today()))

    def due(self, day):
        """Those that wait to be read."""
        return self.filter(state=VacancyState.REVIEW)

    def online(self, now: datetime):
        """Those that everybody may read: online, not past their last day, of a unit that is verified now."""
        today = timezone.localdate(now)
        return self.filter(state=VacancyState.ONLINE, expires_on__gt=today, unit__status=Unit.Status.VERIFIED)


class Vacancy(models.Model):
    """Posts that a unit offers. It goes online after a person of the office has read it (条例 第24条, 第26条)."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="vacancies", verbose_name=_("unit"))
    title = models.CharField(_("post"), max_length=60)
    occupation = models.CharField(_("occupation"), max_length=8, blank=True)
    posts = models.PositiveSmallIntegerField(_("number of posts"), default=1)
    kind = models.CharField(_("kind of work"), max_length=12, choices=WorkKind, default=WorkKind.FULL_TIME)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("place of work"))
    pay_from = models.PositiveIntegerField(_("pay from (yuan)"), null=True, blank=True)
    pay_to = models.PositiveIntegerField(_("pay to (yuan)"), null=True, blank=True)
    pay_period = models.CharField(_("pay for"), max_length=8, choices=PayPeriod, default=PayPeriod.MONTH)
    degree = models.PositiveSmallIntegerField(_("education at least"), choices=Degree, null=True, blank=True)
    majors = ArrayField(models.CharField(max_length=8), verbose_name=_("majors"), default=list, blank=True)
    years = models.PositiveSmallIntegerField(_("working years at least"), default=0)
    skills = ArrayField(models.CharField(max_length=30), verbose_name=_("skills"), default=list, blank=True)
    description = models.TextField(_("what the work is"), max_length=3000)
    conditions = models.TextField(_("what we ask for"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=VacancyState, default=VacancyState.DRAFT)
    found_words = models.JSONField(_("words that may discriminate"), default=list, blank=True)
    review_note = models.CharField(_("note of the review"), max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    online_since = models.DateTimeField(_("online since"), null=True, blank=True)
    expires_on = models.DateField(_("online until (not included)"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by"))
    is_sample = models.BooleanField(_("sample"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("made at"))
    updated_at = models.DateTimeField(_("changed at"))

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(posts__gte=1), name="vacancy_posts"),
            models.CheckConstraint(
                condition=Q(pay_to__isnull=True) | Q(pay_from__isnull=True) | Q(pay_to__gte=F("pay_from")),
                name="vacancy_pay",
                violation_error_message=_("The upper pay must not be below the lower one."),
            ),
            models.CheckConstraint(
                condition=~Q(state=VacancyState.ONLINE) | Q(reviewed_by__isnull=False), name="vacancy_reviewed"
            ),
        ]
        indexes = [
            models.Index(
                F("online_since").desc(), F("id").desc(), name="vacancy_online", condition=Q(state=VacancyState.ONLINE)
            ),
            models.Index(fields=["unit", "-updated_at"], name="vacancy_of_unit"),
        ]

    def __str__(self) -> str:
        return self.title


class VacancyEvent(models.Model):
    """What happened to a vacancy: the ledger of the service 服务台账, kept two years at least (条例 第33条)."""

    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="events", verbose_name=_("vacancy"))
    verb = models.CharField(_("act"), max_length=12)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    content = models.JSONField(_("what was handed in"), default=dict, blank=True)

    class Meta:
        verbose_name = _("act on a vacancy")
        verbose_name_plural = _("acts on vacancies")
        ordering = ["at", "pk"]
        triggers = [pgtrigger.Protect(name="vacancy_event_unchanged", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.vacancy}: {self.verb}"
