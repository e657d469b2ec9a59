"""Internships and traineeships: who may offer, the places, who asks, the agreement, its months, money and outcome."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.queries import in_reach
from applications.models.case import new_public_id
from jobs import clock
from talents.models.units import CHECKING_ROLES
from talents.states import AgreementState, ApplicationState, BaseLevel, ClaimState, Degree, PlaceKind, VacancyState

USER = settings.AUTH_USER_MODEL
ONE_DAY = timedelta(days=1)


class OfOfficeQuerySet(models.QuerySet):
    """Rows of units, for the offices in whose region the units work."""

    to_unit = "unit"

    def visible_to(self, user):
        """For the admin: those of units that work where the user's posts of today reach."""
        roles = (*CHECKING_ROLES, Role.OFFICIAL)
        return self.filter(in_reach(user, f"{self.to_unit}__work_region", clock.today(), roles))


class PlaceQuerySet(OfOfficeQuerySet):
    def due(self, day):
        """Those that wait to be read."""
        return self.filter(state=VacancyState.REVIEW)


class ClaimQuerySet(OfOfficeQuerySet):
    to_unit = "base__unit"

    def due(self, day):
        """Those that wait to be decided, and those approved that wait to be paid."""
        return self.filter(state__in=[ClaimState.SUBMITTED, ClaimState.APPROVED])


class School(models.Model):
    """A unit that is a school: its handlers see the agreements of its students and sign for it."""

    unit = models.OneToOneField(
        "accounts.Unit", models.PROTECT, primary_key=True, related_name="school", verbose_name=_("unit")
    )
    is_open = models.BooleanField(_("takes part"), default=True)

    objects = OfOfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")

    def __str__(self) -> str:
        return str(self.unit)


class TraineeshipBase(models.Model):
    """A unit that an office has recognized as a base of traineeships 就业见习基地, for a time."""

    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="trainee_bases", verbose_name=_("unit"))
    level = models.CharField(_("level"), max_length=12, choices=BaseLevel)
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("recognized by")
    )
    document_no = models.CharField(_("document number"), max_length=60)
    staff = models.PositiveIntegerField(_("people employed"))  # places are at most a share of it
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    cancelled_because = models.CharField(_("why cancelled"), max_length=200, blank=True)

    objects = OfOfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("base of traineeships")
        verbose_name_plural = _("bases of traineeships")
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(cancelled_on__isnull=True), name="trainee_base_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="trainee_base_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.get_level_display()}"

    @property
    def last_day(self):
        """The last day on which it holds, unless it is cancelled."""
        return self.ends_on - ONE_DAY


class Place(models.Model):
    """Places that a unit offers for an internship or, as a recognized base, for a traineeship."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="intern_places", verbose_name=_("unit"))
    base = models.ForeignKey(
        TraineeshipBase, models.PROTECT, null=True, blank=True, related_name="places", verbose_name=_("base")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=PlaceKind)
    title = models.CharField(_("post"), max_length=60)
    majors = ArrayField(models.CharField(max_length=8), verbose_name=_("majors"), default=list, blank=True)
    degree = models.PositiveSmallIntegerField(_("education at least"), choices=Degree, null=True, blank=True)
    places = models.PositiveSmallIntegerField(_("number of places"), default=1)
    months = models.PositiveSmallIntegerField(_("months"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("place of work"))
    allowance = models.PositiveIntegerField(_("allowance (yuan a month)"))
    mentor = models.CharField(_("who guides"), max_length=60)
    is_insured = models.BooleanField(_("accident insurance is paid by the unit"), default=False)
    description = models.TextField(_("what the work is"), max_length=3000)
    starts_on = models.DateField(_("begins on"))
    apply_by = models.DateField(_("apply by"))
    state = models.CharField(_("state"), max_length=8, choices=VacancyState, default=VacancyState.DRAFT)
    review_note = models.CharField(_("note of the review"), max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("written by"))
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("made at"))
    updated_at = models.DateTimeField(_("changed at"))

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place for interns")
        verbose_name_plural = _("places for interns")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(places__gte=1), name="intern_place_number"),
            models.CheckConstraint(condition=Q(months__range=(1, 12)), name="intern_place_months"),
            models.CheckConstraint(
                condition=Q(kind=PlaceKind.INTERNSHIP, base__isnull=True)
                | Q(kind=PlaceKind.TRAINEESHIP, base__isnull=False, months__range=(3, 12)),
                name="intern_place_kind",
            ),
            models.CheckConstraint(
                condition=~Q(state=VacancyState.ONLINE) | Q(reviewed_by__isnull=False, is_insured=True),
                name="intern_place_reviewed",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlaceApplication(models.Model):
    """Somebody asks for a place; what the unit sees of the person is what was ticked here (separate consent)."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="applications", verbose_name=_("place"))
    user = models.ForeignKey(USER, models.CASCADE, related_name="place_applications", verbose_name=_("person"))
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("school")
    )
    major = models.CharField(_("major"), max_length=8)
    degree = models.PositiveSmallIntegerField(_("education"), choices=Degree)
    graduates_on = models.DateField(_("graduates or graduated on"))
    words = models.TextField(_("why this place"), max_length=1000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ApplicationState, default=ApplicationState.SENT)
    answer = models.CharField(_("answer of the unit"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("application for a place")
        verbose_name_plural = _("applications for places")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "user"],
                condition=~Q(state=ApplicationState.WITHDRAWN),
                name="place_application_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.place}"


class Agreement(models.Model):
    """The agreement of the parties, signed by each; it runs when all have."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    application = models.OneToOneField(
        PlaceApplication, models.PROTECT, related_name="agreement", verbose_name=_("application")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    allowance = models.PositiveIntegerField(_("allowance (yuan a month)"))
    mentor = models.CharField(_("who guides"), max_length=60)
    insurance_no = models.CharField(_("number of the accident insurance"), max_length=60)
    state = models.CharField(_("state"), max_length=12, choices=AgreementState, default=AgreementState.SIGNING)
    unit_signed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed for the unit by")
    )
    unit_signed_at = models.DateTimeField(_("signed for the unit at"), null=True, blank=True)
    school_signed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed for the school by")
    )
    school_signed_at = models.DateTimeField(_("signed for the school at"), null=True, blank=True)
    person_signed_at = models.DateTimeField(_("signed by the person at"), null=True, blank=True)
    signed_name = models.CharField(_("name signed with"), max_length=100, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_because = models.CharField(_("why ended"), max_length=300, blank=True)
    content = models.JSONField(_("content"), null=True, blank=True, editable=False)  # of the paper, since all signed
    file = models.FileField(_("file"), upload_to="agreements/%Y/%m/", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("agreement on an internship")
        verbose_name_plural = _("agreements on internships")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="intern_agreement_dates"),
            models.CheckConstraint(
                condition=Q(state__in=[AgreementState.SIGNING, AgreementState.CANCELLED])
                | Q(unit_signed_at__isnull=False, person_signed_at__isnull=False),
                name="intern_agreement_signed",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="intern_agreement_keeps_its_words",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.content IS NOT NULL AND NEW.content IS DISTINCT FROM OLD.content
                        OR OLD.sha256 <> '' AND NEW.sha256 <> OLD.sha256
                    THEN RAISE EXCEPTION 'a signed agreement is never edited'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.application)

    @property
    def last_day(self):
        """The last day of it."""
        return self.ends_on - ONE_DAY


class Attendance(models.Model):
    """A month of an agreement: days present, allowance paid; recorded by the unit, confirmed by the person."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="months", verbose_name=_("agreement"))
    month = models.DateField(_("month"))  # its first day
    days = models.PositiveSmallIntegerField(_("days present"))
    paid = models.DecimalField(_("allowance paid (yuan)"), max_digits=9, decimal_places=2)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    confirmed_at = models.DateTimeField(_("confirmed by the person at"), null=True, blank=True)
    disputed_because = models.CharField(_("what the person objects to"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("month of an internship")
        verbose_name_plural = _("months of internships")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="intern_month_once"),
            models.CheckConstraint(condition=Q(days__lte=31), name="intern_month_days"),
            models.CheckConstraint(condition=Q(month__day=1), name="intern_month_first"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, {self.month:%Y-%m}"


class SubsidyClaim(models.Model):
    """A base asks the subsidy for months that it has paid."""

    base = models.ForeignKey(TraineeshipBase, models.PROTECT, related_name="claims", verbose_name=_("base"))
    amount = models.DecimalField(_("amount (yuan)"), max_digits=11, decimal_places=2)
    rate = models.DecimalField(_("yuan for a month"), max_digits=9, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=ClaimState, default=ClaimState.SUBMITTED)
    note = models.CharField(_("note of the office"), max_length=300, blank=True)
    submitted_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("handed in by"))
    submitted_at = models.DateTimeField(_("handed in at"))
    decided_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim of subsidy for trainees")
        verbose_name_plural = _("claims of subsidy for trainees")
        ordering = ["-submitted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ClaimState.SUBMITTED) | Q(decided_by__isnull=False), name="trainee_claim_decided"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.PAID) | Q(paid_on__isnull=False), name="trainee_claim_paid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}, {self.amount}"


class ClaimedMonth(models.Model):
    """A month in a claim. A month is never claimed twice; of a refused claim the months are free again."""

    claim = models.ForeignKey(SubsidyClaim, models.CASCADE, related_name="months", verbose_name=_("claim"))
    month = models.OneToOneField(Attendance, models.PROTECT, related_name="claimed", verbose_name=_("month"))

    class Meta:
        verbose_name = _("claimed month")
        verbose_name_plural = _("claimed months")

    def __str__(self) -> str:
        return str(self.month)


class Retention(models.Model):
    """The person stayed 留用: hired within 30 days after the end, with a contract of a year at least."""

    agreement = models.OneToOneField(
        Agreement, models.PROTECT, primary_key=True, related_name="retention", verbose_name=_("agreement")
    )
    hired_on = models.DateField(_("hired on"))
    contract_months = models.PositiveSmallIntegerField(_("contract in months"))
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    confirmed_by_person_at = models.DateTimeField(_("confirmed by the person at"), null=True, blank=True)

    class Meta:
        verbose_name = _("retention after a traineeship")
        verbose_name_plural = _("retentions after traineeships")
        triggers = [pgtrigger.Protect(name="retention_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.agreement)
