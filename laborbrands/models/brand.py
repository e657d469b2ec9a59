"""The labor brand 劳务品牌, its recognitions tier by tier, and its figures year by year."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.queries import in_reach
from jobs import clock
from laborbrands.states import Category, CountyKind, EndReason, OwnerKind, Stage, Tier, TrademarkState
from talentportal.lib.bilingual import pick


class Industry(models.Model):
    """An industry as the map filters it, with the sections of GB/T 4754 that it gathers."""

    code = models.SlugField(_("code"), max_length=30, primary_key=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    sections = models.CharField(_("sections of GB/T 4754"), max_length=40, blank=True)  # e.g. "A,C"

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return pick(self, "name")


class CountyProfile(models.Model):
    """What a county lives on 县域类型: a county may be of several kinds."""

    region = models.ForeignKey("regions.Region", models.CASCADE, related_name="profiles", verbose_name=_("county"))
    kind = models.CharField(_("kind of county"), max_length=12, choices=CountyKind)

    class Meta:
        verbose_name = _("kind of a county")
        verbose_name_plural = _("kinds of counties")
        ordering = ["region_id", "kind"]
        constraints = [models.UniqueConstraint(fields=["region", "kind"], name="county_profile_once")]

    def __str__(self) -> str:
        return f"{self.region}: {self.get_kind_display()}"


class BrandQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those at home in the regions that the user's posts cover."""
        return self.filter(in_reach(user, "region", clock.today()))

    def of_builder(self, user):
        """Those that a unit builds for which the user acts now."""
        units = user.memberships.filter(left_at__isnull=True).values("unit")
        return self.filter(builders__unit__in=units, builders__ends_on__isnull=True).distinct()


class Brand(models.Model):
    """A labor brand 劳务品牌: a mark of place, trade and skill that carries jobs."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=100)
    short_zh = models.CharField(_("short Chinese name"), max_length=20, blank=True)
    short_en = models.CharField(_("short English name"), max_length=60, blank=True)
    slogan_zh = models.CharField(_("Chinese slogan"), max_length=60, blank=True)
    slogan_en = models.CharField(_("English slogan"), max_length=120, blank=True)
    logo = models.ImageField(_("logo"), upload_to="brands/%Y/", max_length=255, blank=True)
    owner_kind = models.CharField(
        pgettext_lazy("brand", "owner"), max_length=12, choices=OwnerKind, default=OwnerKind.REGIONAL
    )
    category = models.CharField(pgettext_lazy("brand", "category"), max_length=12, choices=Category)
    industry = models.ForeignKey(Industry, models.PROTECT, related_name="brands", verbose_name=_("industry"))
    industry_code = models.CharField(_("code of GB/T 4754"), max_length=5, blank=True)
    product_zh = models.CharField(_("product or service"), max_length=80, blank=True)
    product_en = models.CharField(_("product or service (English)"), max_length=120, blank=True)
    occupation_code = models.CharField(_("occupation code"), max_length=14, blank=True)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="brands", verbose_name=_("home"))
    coverage = models.ManyToManyField("regions.Region", blank=True, related_name="+", verbose_name=_("also covers"))
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=6, decimal_places=4, null=True, blank=True)
    department = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="brands", verbose_name=_("department in charge")
    )
    trademark_no = models.CharField(_("trademark number"), max_length=40, blank=True)
    trademark_state = models.CharField(
        _("trademark"), max_length=12, choices=TrademarkState, default=TrademarkState.NONE
    )
    standards = models.CharField(_("local or group standards"), max_length=200, blank=True)
    founded_year = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    story_zh = models.TextField(_("Chinese story"), blank=True)
    story_en = models.TextField(_("English story"), blank=True)
    destinations = models.JSONField(
        _("where its workers go"), default=list, blank=True
    )  # [{"province": "330000", ...}]
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.CANDIDATE)
    is_sample = models.BooleanField(_("sample"), default=False)
    source = models.CharField(_("source of the facts"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("labor brand")
        verbose_name_plural = _("labor brands")
        ordering = ["name_zh"]
        indexes = [models.Index(fields=["region", "stage"], name="brand_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["name_zh"],
                condition=~Q(stage__in=["REMOVED", "MERGED"]),
                name="brand_name_once",
                violation_error_message=_("A labor brand of this name exists."),
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(73, 136), latitude__range=(3, 54)),
                name="brand_in_china",
                violation_error_message=_("Give longitude and latitude, both within China."),
            ),
        ]

    def __str__(self) -> str:
        return pick(self, "name")


class Builder(models.Model):
    """A unit that builds a brand 建设单位."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="builders", verbose_name=_("labor brand"))
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="brands_built", verbose_name=_("unit")
    )
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    is_lead = models.BooleanField(_("leads"), default=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("builder unit")
        verbose_name_plural = _("builder units")
        ordering = ["brand_id", "-is_lead", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "unit"], condition=Q(ends_on__isnull=True), name="builder_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return pick(self, "name")


class RecognitionQuerySet(models.QuerySet):
    def standing_on(self, day):
        """Those that hold on a day: recognized, not ended, not past their last day."""
        return self.filter(
            Q(recognized_on__lte=day),
            Q(ended_on__isnull=True) | Q(ended_on__gt=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        )


class Recognition(models.Model):
    """A tier conferred on a brand 认定: history is kept, and a brand may hold several tiers at a time."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="recognitions", verbose_name=_("labor brand"))
    tier = models.CharField(_("tier"), max_length=12, choices=Tier)
    recognized_on = models.DateField(_("recognized on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    document_no = models.CharField(pgettext_lazy("decision", "document number"), max_length=60, blank=True)
    case = models.OneToOneField(
        "applications.Case", models.PROTECT, null=True, blank=True, related_name="recognition", verbose_name=_("case")
    )
    certificate = models.OneToOneField(
        "certificates.Certificate", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plate")
    )
    plate_withdrawn_on = models.DateField(_("plate withdrawn on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("reason of its end"), max_length=12, choices=EndReason, blank=True)
    source = models.CharField(_("source of the facts"), max_length=200, blank=True)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("recognition of a brand")
        verbose_name_plural = _("recognitions of brands")
        ordering = ["brand_id", "recognized_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "tier"],
                condition=Q(ended_on__isnull=True),
                name="recognition_once_per_tier",
                violation_error_message=_("The brand is already recognized at this tier."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | (Q(ended_on__gte=F("recognized_on")) & ~Q(end_reason="")),
                name="recognition_end_has_reason",
                violation_error_message=_("An end needs a day and a reason."),
            ),
        ]
        indexes = [models.Index(fields=["recognized_on", "brand"], name="recognition_day")]

    def __str__(self) -> str:
        return f"{self.brand}: {self.get_tier_display()}"


class BrandStat(models.Model):
    """The figures of a brand in one year 年度统计: a snapshot that counts once somebody else has verified it.

    A correction is a new version; what was verified is never changed. Totals are always sums of verified snapshots.
    """

    COUNTS = (
        "practitioners",
        "driven_jobs",
        "new_jobs",
        "exported_in_province",
        "exported_out",
        "poverty_lifted",
        "trained",
        "certified_junior",
        "certified_intermediate",
        "certified_senior",
        "certified_technician",
        "certified_senior_technician",
        "complaints",
        "wage_arrear_cases",
    )

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="stats", verbose_name=_("labor brand"))
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    source = models.CharField(_("source"), max_length=200)
    practitioners = models.PositiveIntegerField(_("practitioners"), default=0)
    driven_jobs = models.PositiveIntegerField(_("jobs driven"), default=0)
    new_jobs = models.PositiveIntegerField(_("new jobs of the year"), default=0)
    exported_in_province = models.PositiveIntegerField(_("at work elsewhere in the province"), default=0)
    exported_out = models.PositiveIntegerField(_("at work outside the province"), default=0)
    poverty_lifted = models.PositiveIntegerField(_("persons lifted out of poverty"), default=0)
    trained = models.PositiveIntegerField(_("trained"), default=0)
    certified_junior = models.PositiveIntegerField(_("certified, junior workers"), default=0)
    certified_intermediate = models.PositiveIntegerField(_("certified, intermediate workers"), default=0)
    certified_senior = models.PositiveIntegerField(_("certified, senior workers"), default=0)
    certified_technician = models.PositiveIntegerField(_("certified, technicians"), default=0)
    certified_senior_technician = models.PositiveIntegerField(_("certified, senior technicians"), default=0)
    monthly_income_yuan = models.DecimalField(
        _("mean monthly income (yuan)"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    industry_income_yuan = models.DecimalField(
        _("mean monthly income of the industry (yuan)"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    output_yuan = models.DecimalField(_("output value (yuan)"), max_digits=15, decimal_places=2, null=True, blank=True)
    complaints = models.PositiveIntegerField(_("complaints"), default=0)
    wage_arrear_cases = models.PositiveIntegerField(_("cases of wage arrears"), default=0)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported at"))
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("figures", "verified by"),
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)

    class Meta:
        verbose_name = _("yearly figures of a brand")
        verbose_name_plural = _("yearly figures of brands")
        ordering = ["brand_id", "-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "year", "version"], name="brand_stat_once"),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True, verified_at__isnull=True)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="brand_stat_verifier",
                violation_error_message=_("Figures count only with the name of who verified them."),
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | Q(reported_by__isnull=True) | ~Q(verified_by=F("reported_by")),
                name="brand_stat_two_people",
                violation_error_message=_("Another person than who reported the figures must verify them."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="verified_figures_stay",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__verified_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.year}"


class ReportedFigure(models.Model):
    """A headline that somebody reported 对外公布数据, shown with its source and never mixed with sums of ours."""

    key = models.SlugField(_("key"), max_length=40)
    region = models.ForeignKey("regions.Region", models.CASCADE, related_name="+", verbose_name=_("region"))
    value = models.BigIntegerField(_("value"))
    is_about = models.BooleanField(_("about"), default=False)
    label_zh = models.CharField(_("Chinese label"), max_length=60)
    label_en = models.CharField(_("English label"), max_length=100)
    source_zh = models.CharField(_("Chinese source"), max_length=160)
    source_en = models.CharField(_("English source"), max_length=200)
    as_of = models.CharField(_("as of"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("reported figure")
        verbose_name_plural = _("reported figures")
        ordering = ["region_id", "key"]
        constraints = [models.UniqueConstraint(fields=["key", "region"], name="reported_figure_once")]

    def __str__(self) -> str:
        return f"{pick(self, 'label')}: {self.value}"


class SuccessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those of brands at home in the regions that the user's posts cover."""
        return self.filter(old__in=Brand.objects.visible_to(user))


class Succession(models.Model):
    """A brand that goes on in another one 更名、合并: the old record stays, with all its history."""

    old = models.OneToOneField(Brand, models.PROTECT, related_name="succession", verbose_name=_("old brand"))
    new = models.ForeignKey(Brand, models.PROTECT, related_name="predecessions", verbose_name=_("new brand"))
    is_merger = models.BooleanField(_("merger"), default=False)
    on = models.DateField(_("from"))
    basis = models.CharField(_("document"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("succession of a brand")
        verbose_name_plural = _("successions of brands")
        ordering = ["-on"]
        constraints = [models.CheckConstraint(condition=~Q(old=F("new")), name="succession_two_brands")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class BrandEvent(models.Model):
    """What happened in the life of a brand, append-only: its growth on the brand page, its trace in the admin."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="events", verbose_name=_("labor brand"))
    verb = models.CharField(_("step"), max_length=30)
    on = models.DateField(_("on"))
    at = models.DateTimeField(_("recorded at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    tier = models.CharField(_("tier"), max_length=12, choices=Tier, blank=True)
    text_zh = models.CharField(_("Chinese text"), max_length=300, blank=True)
    text_en = models.CharField(_("English text"), max_length=400, blank=True)
    is_public = models.BooleanField(_("shown on the brand page"), default=True)

    class Meta:
        verbose_name = _("event of a brand")
        verbose_name_plural = _("events of brands")
        ordering = ["brand_id", "on", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.brand}: {self.verb}, {self.on}"
