"""An application for recognition 认定申报: the case, the tier asked for, and what county and prefecture say."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models import Case
from laborbrands.models.brand import Brand
from laborbrands.states import Category, EndorsementLevel, Tier
from talentportal.lib.bilingual import pick


class Condition(models.Model):
    """A hard condition 硬性条件 of recognition, by tier and category (empty: every one), as data of a policy version.

    `question` is the key of the case's answer that is compared with `least`.
    """

    tier = models.CharField(_("tier"), max_length=12, choices=Tier)
    category = models.CharField(_("category"), max_length=12, choices=Category, blank=True)
    question = models.CharField(_("question"), max_length=40)
    least = models.DecimalField(_("at least"), max_digits=14, decimal_places=2)
    text_zh = models.CharField(_("Chinese text"), max_length=200)
    text_en = models.CharField(_("English text"), max_length=240)
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force until (not included)"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("condition of recognition")
        verbose_name_plural = _("conditions of recognition")
        ordering = ["tier", "category", "question"]
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "category", "question", "effective_from"], name="brand_condition_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()}: {self.question} ≥ {self.least}"


class BrandApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those at home in the regions that the user's posts on cases cover, never the own ones."""
        if not (user.is_authenticated and user.is_staff):
            return self.none()
        return self.filter(case__in=Case.objects.for_staff(user))

    def own(self, user):
        """Those of cases that the user applied for, or that a unit did for which the user acts."""
        return self.filter(case__in=Case.objects.own(user))


class BrandApplication(models.Model):
    """What a case of recognition is about; the brand itself appears with the grant, unless it exists already."""

    case = models.OneToOneField(
        "applications.Case", models.PROTECT, related_name="brand_application", verbose_name=_("case")
    )
    tier = models.CharField(_("tier asked for"), max_length=12, choices=Tier)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("home of the brand"))
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("labor brand")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = BrandApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application for a brand")
        verbose_name_plural = _("applications for brands")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return pick(self.name) or str(self.case)

    @property
    def name(self) -> dict:
        """What the brand is to be called, in both languages."""
        answers = self.case.answers
        return {"zh": answers.get("brand_name", ""), "en": answers.get("brand_name_en", "")}


class Endorsement(models.Model):
    """The word of the county or the prefecture on an application 初审、推荐. Append-only."""

    application = models.ForeignKey(
        BrandApplication, models.PROTECT, related_name="endorsements", verbose_name=_("application for a brand")
    )
    level = models.CharField(_("level"), max_length=12, choices=EndorsementLevel)
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("organization")
    )
    is_favorable = models.BooleanField(_("recommends"), default=True)
    opinion = models.TextField(_("opinion"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        ordering = ["application_id", "id"]
        constraints = [models.UniqueConstraint(fields=["application", "level"], name="endorsement_once_per_level")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_level_display()}"
