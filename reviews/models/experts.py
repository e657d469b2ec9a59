"""The pool of experts 专家库, the think tank 智库, whom each of them keeps away from, and the calls for new ones."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from accounts.queries import in_reach
from jobs import clock
from reviews.states import ExpertApplicationState, ExpertStatus, TieKind
from talentportal.lib.bilingual import pick


class Discipline(models.Model):
    """A field of expertise 专业领域: first level (GB/T 13745, or the office's own), with sub-fields below it."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=100)

    class Meta:
        verbose_name = _("discipline")
        verbose_name_plural = _("disciplines")
        ordering = ["code"]

    def __str__(self) -> str:
        return pick(self, "name")


class ExpertQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the organizations whose regions the user's posts cover; the expert's own record."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | in_reach(user, "organization__region", clock.today()))

    def serving_on(self, day):
        """Those who are active and within their term."""
        return self.filter(status=ExpertStatus.ACTIVE, term_starts_on__lte=day, term_ends_on__gt=day)


class Expert(models.Model):
    """An expert 专家 of an organization's pool, for a term of at most three years."""

    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="experts", verbose_name=_("pool of")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="expert",
        verbose_name=_("account"),
    )
    number = models.CharField(_("expert number"), max_length=20)
    name = models.CharField(pgettext_lazy("expert", "name"), max_length=100)
    unit_name = models.CharField(pgettext_lazy("expert", "unit"), max_length=120)
    unit_uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    group_uscc = models.CharField(_("code of the legal group"), max_length=18, blank=True)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("county of work")
    )  # empty: outside the province
    title = models.CharField(pgettext_lazy("expert", "title"), max_length=60, blank=True)
    disciplines = models.ManyToManyField(Discipline, related_name="experts", verbose_name=_("disciplines"))  # 1 to 3
    status = models.CharField(_("status"), max_length=10, choices=ExpertStatus, default=ExpertStatus.ACTIVE)
    term_starts_on = models.DateField(_("term from"))
    term_ends_on = models.DateField(_("term until (not included)"))
    capacity = models.PositiveSmallIntegerField(_("dossiers at a time, at most"), default=30)
    integrity_note = models.CharField(_("integrity record"), max_length=300, blank=True)
    is_think_tank = models.BooleanField(_("member of the think tank"), default=False)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"],
                name="expert_number_once",
                violation_error_message=_("This number is taken."),
            ),
            models.CheckConstraint(
                condition=Q(term_ends_on__gt=F("term_starts_on")),
                name="expert_term",
                violation_error_message=_("The end must be after the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExpertTie(models.Model):
    """A known relation of an expert that bars him from reviewing somebody: to a unit, a person or a brand by name."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="ties", verbose_name=_("expert"))
    kind = models.CharField(_("relation"), max_length=16, choices=TieKind)
    name = models.CharField(_("to whom"), max_length=120)  # unit, person or brand, as it calls itself
    uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    until = models.DateField(_("counts until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    declared_at = models.DateTimeField(_("declared at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tie of an expert")
        verbose_name_plural = _("ties of experts")
        ordering = ["expert_id", "id"]

    def __str__(self) -> str:
        return f"{self.expert}: {self.get_kind_display()}, {self.name}"


class ExpertCallQuerySet(models.QuerySet):
    def published(self):
        """Those that the website shows."""
        return self.filter(published_at__isnull=False)

    def open_on(self, day):
        """Those that take applications on the day."""
        return self.published().filter(opens_on__lte=day, closes_on__gte=day)

    def visible_to(self, user):
        """Those of the organizations whose regions the user's posts of the office cover."""
        return self.filter(in_reach(user, "organization__region", clock.today(), [Role.EXAMINER, Role.LEADER]))


class ExpertCall(models.Model):
    """A public call for experts 专家征集公告: in what disciplines, with what requirements, from when to when."""

    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="expert_calls", verbose_name=_("pool of")
    )
    number = models.CharField(_("call number"), max_length=20, unique=True)
    title_zh = models.CharField(_("Chinese title"), max_length=160)
    title_en = models.CharField(_("English title"), max_length=200)
    requirements_zh = models.TextField(_("Chinese requirements"))
    requirements_en = models.TextField(_("English requirements"))
    disciplines = models.ManyToManyField(Discipline, related_name="calls", verbose_name=_("disciplines"))
    opens_on = models.DateField(_("open from"))
    closes_on = models.DateField(_("open until"))  # the last day
    term_months = models.PositiveSmallIntegerField(_("months of a term"), default=36)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = ExpertCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for experts")
        verbose_name_plural = _("calls for experts")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="expert_call_days",
                violation_error_message=_("The end must be after the beginning."),
            ),
            models.CheckConstraint(condition=Q(term_months__range=(1, 36)), name="expert_call_term"),
        ]

    def __str__(self) -> str:
        return pick(self, "title")


class ExpertApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those for the calls that a member of the office sees."""
        return self.filter(call__in=ExpertCall.objects.visible_to(user))

    def live(self):
        return self.exclude(state=ExpertApplicationState.WITHDRAWN)


class ExpertApplication(models.Model):
    """Somebody's application to join the pool, as written; the office takes it or says why not."""

    call = models.ForeignKey(
        ExpertCall, models.PROTECT, related_name="applications", verbose_name=_("call for experts")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="expert_applications", verbose_name=_("account")
    )
    name = models.CharField(pgettext_lazy("expert", "name"), max_length=100)
    unit_name = models.CharField(pgettext_lazy("expert", "unit"), max_length=120)
    unit_uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("county of work")
    )  # empty: outside the province
    title = models.CharField(pgettext_lazy("expert", "title"), max_length=60)
    years = models.PositiveSmallIntegerField(_("years of work in the discipline"))
    disciplines = models.ManyToManyField(Discipline, related_name="+", verbose_name=_("disciplines"))  # 1 to 3
    statement = models.TextField(_("experience"), max_length=2000)
    avoids = models.JSONField(_("whom the applicant keeps away from"), default=list)  # names of units and people
    state = models.CharField(
        _("state"), max_length=10, choices=ExpertApplicationState, default=ExpertApplicationState.SUBMITTED
    )
    submitted_at = models.DateTimeField(_("submitted at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    expert = models.ForeignKey(
        Expert, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("expert")
    )

    objects = ExpertApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application of an expert")
        verbose_name_plural = _("applications of experts")
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "user"], condition=~Q(state="WITHDRAWN"), name="expert_application_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="ACCEPTED") | Q(expert__isnull=False), name="expert_application_accepted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call.number}: {self.name}"
