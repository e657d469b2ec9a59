"""Subsidies 认定补助: once per brand and tier, by rule of a policy version, in states up to paid and recovered."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from laborbrands.models.brand import Brand, Recognition
from laborbrands.states import SubsidyState, Tier, UpgradeRule


class SubsidyRule(models.Model):
    """What a newly recognized brand receives, by tier and the time of its recognition."""

    tier = models.CharField(_("tier"), max_length=12, choices=Tier)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    upgrade = models.CharField(_("on upgrade"), max_length=12, choices=UpgradeRule, default=UpgradeRule.DIFFERENCE)
    effective_from = models.DateField(_("for recognitions from"))
    effective_to = models.DateField(_("until (not included)"), null=True, blank=True)
    fund = models.CharField(_("fund"), max_length=100, blank=True)
    basis = models.CharField(_("basis"), max_length=200)
    benefit = models.ForeignKey(
        "policies.Benefit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("benefit")
    )

    class Meta:
        verbose_name = _("rule of the subsidy")
        verbose_name_plural = _("rules of the subsidy")
        ordering = ["tier", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["tier", "effective_from"], name="subsidy_rule_once"),
            models.CheckConstraint(
                condition=Q(amount_yuan__gt=0),
                name="subsidy_rule_amount",
                violation_error_message=_("The amount must be above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()}: {self.amount_yuan}"


class SubsidyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those of brands at home in the regions that the user's posts cover."""
        return self.filter(brand__in=Brand.objects.visible_to(user))

    def of_builder(self, user):
        """Those of brands that a unit builds for which the user acts now."""
        return self.filter(brand__in=Brand.objects.of_builder(user))


class Subsidy(models.Model):
    """The subsidy of a brand for a tier. The database refuses a second one."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="subsidies", verbose_name=_("labor brand"))
    tier = models.CharField(_("tier"), max_length=12, choices=Tier)
    recognition = models.OneToOneField(
        Recognition, models.PROTECT, related_name="subsidy", verbose_name=_("recognition of a brand")
    )
    rule = models.ForeignKey(
        SubsidyRule, models.PROTECT, related_name="subsidies", verbose_name=_("rule of the subsidy")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    deducted_yuan = models.DecimalField(
        _("deducted for lower tiers (yuan)"), max_digits=12, decimal_places=2, default=0
    )
    fund = models.CharField(_("fund"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SubsidyState, default=SubsidyState.ENTITLED)
    payee = models.CharField(_("payee"), max_length=120, blank=True)
    account_masked = models.CharField(_("account, masked"), max_length=40, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    recovered_yuan = models.DecimalField(_("recovered (yuan)"), max_digits=12, decimal_places=2, default=0)

    objects = SubsidyQuerySet.as_manager()

    class Meta:
        verbose_name = _("subsidy of a brand")
        verbose_name_plural = _("subsidies of brands")
        ordering = ["-year", "brand_id", "tier"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "tier"],
                name="subsidy_once_per_tier",
                violation_error_message=_("The brand has a subsidy for this tier already."),
            ),
            models.CheckConstraint(
                condition=Q(amount_yuan__gte=0, deducted_yuan__gte=0, recovered_yuan__gte=0),
                name="subsidy_amounts",
            ),
            models.CheckConstraint(condition=Q(recovered_yuan__lte=F("amount_yuan")), name="subsidy_recovered_at_most"),
            models.CheckConstraint(
                condition=Q(state__in=["PAID", "RECOVERED"], paid_on__isnull=False)
                | (~Q(state__in=["PAID", "RECOVERED"]) & Q(paid_on__isnull=True, recovered_yuan=0)),
                name="subsidy_paid_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand}: {self.get_tier_display()}, {self.amount_yuan}"


class SubsidyEvent(models.Model):
    """A step of a subsidy, append-only; `amount_yuan` is what moved: plus when paid, minus when recovered."""

    subsidy = models.ForeignKey(Subsidy, models.PROTECT, related_name="events", verbose_name=_("subsidy of a brand"))
    state = models.CharField(_("state"), max_length=10, choices=SubsidyState)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2, default=0)
    document_no = models.CharField(pgettext_lazy("decision", "document number"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("step of a subsidy")
        verbose_name_plural = _("steps of subsidies")
        ordering = ["subsidy_id", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.subsidy}: {self.get_state_display()}"
