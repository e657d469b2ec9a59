"""A person's profile in the pool, its verified statements, the consents behind it, and who looked."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from talentportal.lib.numbers import short_code
from talents.states import (
    Available,
    Degree,
    LookKind,
    ProofOf,
    Purpose,
    SchoolKind,
    Shared,
    Skill,
    Title,
    Trait,
    Visibility,
    WorkKind,
)

CODE_LENGTH = 6


def new_code() -> str:
    """Return a pseudonym such as T-8F3K2M; chance, so that it says nothing of when somebody joined."""
    return f"T-{short_code(CODE_LENGTH)}"


class Profile(models.Model):
    """What somebody lets units find of them. Nothing here names the person but `school` and `employer`, kept back."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="talent_profile", verbose_name=_("person")
    )
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code, editable=False)
    visibility = models.CharField(_("who may find me"), max_length=12, choices=Visibility, default=Visibility.HIDDEN)
    audience = models.ForeignKey(  # with REGION_ONLY: units that work there or below
        "regions.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("units of")
    )
    degree = models.PositiveSmallIntegerField(_("education"), choices=Degree)
    school_kind = models.CharField(_("kind of school"), max_length=12, choices=SchoolKind, blank=True)
    major = models.CharField(_("major"), max_length=8, blank=True)  # talents.catalogs.majors
    graduation_year = models.PositiveSmallIntegerField(_("year of graduation"), null=True, blank=True)
    work_since = models.PositiveSmallIntegerField(_("working since the year"), null=True, blank=True)
    industry = models.CharField(_("industry"), max_length=1, blank=True)  # talents.catalogs.industries
    occupation = models.CharField(_("occupation"), max_length=8, blank=True)  # talents.catalogs.occupations
    title = models.PositiveSmallIntegerField(_("professional title"), choices=Title, default=Title.NONE)
    skill = models.PositiveSmallIntegerField(_("skill level"), choices=Skill, default=Skill.NONE)
    grade = models.CharField(_("talent grade"), max_length=1, blank=True, editable=False)  # A-F, by a certificate only
    languages = ArrayField(models.CharField(max_length=2), verbose_name=_("languages"), default=list, blank=True)
    skills = ArrayField(models.CharField(max_length=30), verbose_name=_("skills"), default=list, blank=True)
    traits = ArrayField(
        models.CharField(max_length=12, choices=Trait), verbose_name=_("marks"), default=list, blank=True
    )
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("lives in"))
    wanted_regions = ArrayField(
        models.CharField(max_length=6), verbose_name=_("would work in"), default=list, blank=True
    )
    wanted_kinds = ArrayField(
        models.CharField(max_length=12, choices=WorkKind), verbose_name=_("kinds of work"), default=list, blank=True
    )
    pay_from = models.PositiveIntegerField(_("pay from (yuan a month)"), null=True, blank=True)
    available = models.PositiveSmallIntegerField(_("could begin"), choices=Available, default=Available.OPEN)
    headline = models.CharField(_("in one sentence"), max_length=60, blank=True)
    summary = models.TextField(_("experience and achievements"), max_length=1000, blank=True)
    school = models.CharField(_("school"), max_length=80, blank=True)  # private, shown by consent
    employer = models.CharField(_("present employer"), max_length=120, blank=True)  # private
    employer_unit = models.ForeignKey(
        "accounts.Unit", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("employer here")
    )
    wants_weekly_note = models.BooleanField(_("a note each week on who looked"), default=True)
    confirmed_at = models.DateTimeField(_("confirmed as current at"))
    confirm_by = models.DateTimeField(_("to be confirmed again by"))
    proofs_at = models.DateTimeField(_("compared with certificates at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("made at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(condition=Q(degree__in=Degree.values), name="profile_degree"),
            models.CheckConstraint(condition=Q(title__in=Title.values), name="profile_title"),
            models.CheckConstraint(condition=Q(skill__in=Skill.values), name="profile_skill"),
            models.CheckConstraint(condition=Q(available__in=Available.values), name="profile_available"),
            models.CheckConstraint(
                condition=~Q(visibility=Visibility.REGION_ONLY) | Q(audience__isnull=False), name="profile_audience"
            ),
            models.CheckConstraint(
                condition=Q(graduation_year__isnull=True) | Q(graduation_year__range=(1950, 2100)),
                name="profile_graduation",
            ),
            models.CheckConstraint(
                condition=Q(work_since__isnull=True) | Q(work_since__range=(1950, 2100)), name="profile_work_since"
            ),
        ]
        indexes = [
            models.Index(fields=["confirm_by"], name="profile_confirm_by"),
            models.Index(  # a unit that registers under the name of somebody's employer is looked for in it
                Upper("employer"), name="profile_employer", condition=~Q(employer="") & Q(employer_unit__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Proof(models.Model):
    """A statement that an office has verified 已核验, from a certificate or a verified material of the person."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="proofs", verbose_name=_("profile"))
    of = models.CharField(_("statement"), max_length=12, choices=ProofOf)
    value = models.CharField(_("verified value"), max_length=40)
    certificate = models.ForeignKey(
        "certificates.Certificate", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("from")
    )
    material = models.ForeignKey(
        "applications.WalletItem", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("from")
    )
    valid_until = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("verified statement")
        verbose_name_plural = _("verified statements")
        constraints = [
            models.UniqueConstraint(fields=["profile", "of", "value"], name="proof_once"),
            models.CheckConstraint(
                condition=Q(certificate__isnull=False) | Q(material__isnull=False), name="proof_has_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile}: {self.get_of_display()}"


class BlockedUnit(models.Model):
    """A unit that never finds the profile nor may ask. The present employer is one by itself."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="blocked", verbose_name=_("profile"))
    unit = models.ForeignKey("accounts.Unit", models.CASCADE, related_name="+", verbose_name=_("unit"))
    is_employer = models.BooleanField(_("as the present employer"), default=False)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("blocked unit")
        verbose_name_plural = _("blocked units")
        constraints = [models.UniqueConstraint(fields=["profile", "unit"], name="blocked_unit_once")]

    def __str__(self) -> str:
        return f"{self.profile}: {self.unit}"


class Consent(models.Model):
    """A consent 同意, for one purpose and one version of its text; withdrawn it stays as proof (domain 11.41)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="pool_consents", verbose_name=_("person")
    )
    purpose = models.CharField(_("for"), max_length=8, choices=Purpose)
    text_version = models.CharField(_("version of the text"), max_length=20)
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recipient")
    )
    fields = ArrayField(models.CharField(max_length=12, choices=Shared), verbose_name=_("facts"), default=list)
    given_at = models.DateTimeField(_("given at"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose", "unit"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="consent_once",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.SHARE, unit__isnull=False, ends_at__isnull=False)
                | (~Q(purpose=Purpose.SHARE) & Q(unit__isnull=True)),
                name="consent_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_purpose_display()}"


class Look(models.Model):
    """Somebody of a unit looked at a profile: who, what, when. Never changed; it goes with the profile alone."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="looks", verbose_name=_("profile"))
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("looked at by"))
    kind = models.CharField(_("what"), max_length=8, choices=LookKind)
    fields = ArrayField(models.CharField(max_length=12, choices=Shared), verbose_name=_("facts"), default=list)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("look at a profile")
        verbose_name_plural = _("looks at profiles")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["profile", "-at"], name="look_of_profile"),
            models.Index(fields=["unit", "-at"], name="look_of_unit"),
        ]
        triggers = [pgtrigger.Protect(name="look_unchanged", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.profile}: {self.unit}"

    def labels(self) -> list:
        """Return the facts that were seen, in words."""
        return [Shared(field).label for field in self.fields]
