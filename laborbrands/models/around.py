"""Around a brand: ambassadors, studios, training, jobs, one brand - one team - one plan, cooperation."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from laborbrands.models.brand import Brand
from laborbrands.states import EnquiryKind, SkillLevel
from talentportal.lib.bilingual import pick
from talentportal.lib.sealed import SealedTextField


class Ambassador(models.Model):
    """A brand ambassador 形象大使: a person or a group of workers, for a term, under a morals clause."""

    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, related_name="ambassadors", verbose_name=_("labor brand")
    )
    is_group = models.BooleanField(_("group"), default=False)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=100)
    text_zh = models.CharField(_("Chinese text"), max_length=200, blank=True)
    text_en = models.CharField(_("English text"), max_length=300, blank=True)
    picture = models.ImageField(_("picture"), upload_to="brands/%Y/", max_length=255, blank=True)
    starts_on = models.DateField(_("term from"))
    ends_on = models.DateField(_("term until (not included)"))
    morals_signed_on = models.DateField(_("morals clause signed on"), null=True, blank=True)
    dismissed_on = models.DateField(_("dismissed on"), null=True, blank=True)
    dismissal_reason = models.CharField(_("reason of the dismissal"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("brand ambassador")
        verbose_name_plural = _("brand ambassadors")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="ambassador_term",
                violation_error_message=_("The end must be after the beginning."),
            )
        ]

    def __str__(self) -> str:
        return pick(self, "name")


class Studio(models.Model):
    """A skill-master studio 技能大师工作室 of a brand."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="studios", verbose_name=_("labor brand"))
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=140)
    master = models.CharField(_("master"), max_length=60, blank=True)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    founded_year = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("skill-master studio")
        verbose_name_plural = _("skill-master studios")
        ordering = ["brand_id", "id"]

    def __str__(self) -> str:
        return pick(self, "name")


class BrandOccupation(models.Model):
    """A profession in which a brand's workers are assessed and certified 技能等级认定职业."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="occupations", verbose_name=_("labor brand"))
    code = models.CharField(_("occupation code"), max_length=14, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=100)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("certified profession")
        verbose_name_plural = _("certified professions")
        ordering = ["brand_id", "order"]
        constraints = [models.UniqueConstraint(fields=["brand", "name_zh"], name="brand_occupation_once")]

    def __str__(self) -> str:
        return pick(self, "name")


class TrainingClass(models.Model):
    """A training class 培训班 of a brand: an occupation, a level, hours, and how many were certified."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="classes", verbose_name=_("labor brand"))
    occupation = models.ForeignKey(
        BrandOccupation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="classes",
        verbose_name=_("certified profession"),
    )
    title_zh = models.CharField(_("Chinese title"), max_length=100)
    title_en = models.CharField(_("English title"), max_length=140)
    level = models.CharField(pgettext_lazy("skill", "level"), max_length=1, choices=SkillLevel, blank=True)
    host = models.CharField(_("held by"), max_length=120)
    place = models.CharField(_("place"), max_length=120, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours"))
    places = models.PositiveSmallIntegerField(_("places"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    apply_until = models.DateField(_("apply until"), null=True, blank=True)
    fee_yuan = models.DecimalField(_("fee (yuan)"), max_digits=8, decimal_places=2, default=0)
    contact = models.CharField(_("contact"), max_length=100, blank=True)
    trained = models.PositiveSmallIntegerField(_("trained"), default=0)
    certified = models.PositiveSmallIntegerField(_("certified"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("training class")
        verbose_name_plural = _("training classes")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="training_days",
                violation_error_message=_("The end must not be before the beginning."),
            ),
            models.CheckConstraint(
                condition=Q(certified__lte=F("trained")),
                name="training_certified",
                violation_error_message=_("More were certified than trained."),
            ),
        ]

    def __str__(self) -> str:
        return pick(self, "title")


class Opening(models.Model):
    """Jobs that a brand offers 用工岗位, until the talent pool keeps vacancies."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="openings", verbose_name=_("labor brand"))
    title_zh = models.CharField(_("Chinese title"), max_length=100)
    title_en = models.CharField(_("English title"), max_length=140)
    unit_name = models.CharField(_("unit"), max_length=120)
    region_zh = models.CharField(_("place (Chinese)"), max_length=60, blank=True)
    region_en = models.CharField(_("place (English)"), max_length=80, blank=True)
    posts = models.PositiveSmallIntegerField(_("posts"))
    text_zh = models.CharField(_("Chinese text"), max_length=200, blank=True)
    text_en = models.CharField(_("English text"), max_length=300, blank=True)
    contact = models.CharField(_("contact"), max_length=100, blank=True)
    opens_on = models.DateField(_("from"))
    closes_on = models.DateField(_("until"))
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("jobs of a brand")
        verbose_name_plural = pgettext_lazy("list", "jobs of a brand")
        ordering = ["closes_on", "id"]

    def __str__(self) -> str:
        return pick(self, "title")


class Team(models.Model):
    """The dedicated team 专班 of a brand."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="team", verbose_name=_("labor brand"))
    leader = models.CharField(_("leader"), max_length=60)
    leader_post = models.CharField(_("post of the leader"), max_length=100, blank=True)
    since = models.DateField(_("since"))
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("dedicated team")
        verbose_name_plural = _("dedicated teams")

    def __str__(self) -> str:
        return f"{self.brand}: {self.leader}"


class TeamMember(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="members", verbose_name=_("dedicated team"))
    name = models.CharField(_("name"), max_length=60)
    unit = models.CharField(_("unit"), max_length=120, blank=True)
    duty = models.CharField(_("duty"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of teams")
        ordering = ["team_id", "id"]

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    """The yearly plan 方案 of a brand."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="plans", verbose_name=_("labor brand"))
    year = models.PositiveSmallIntegerField(_("year"))
    title_zh = models.CharField(_("Chinese title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=160, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("plan of a brand")
        verbose_name_plural = _("plans of brands")
        ordering = ["brand_id", "-year"]
        constraints = [models.UniqueConstraint(fields=["brand", "year"], name="brand_plan_once")]

    def __str__(self) -> str:
        return f"{self.brand} {self.year}"


class PlanTask(models.Model):
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks", verbose_name=_("plan of a brand"))
    text_zh = models.CharField(_("Chinese text"), max_length=160)
    text_en = models.CharField(_("English text"), max_length=200, blank=True)
    owner = models.CharField(_("who does it"), max_length=100)
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("task of a plan")
        verbose_name_plural = _("tasks of plans")
        ordering = ["plan_id", "due_on", "id"]

    def __str__(self) -> str:
        return pick(self, "text")


class Cooperation(models.Model):
    """A cooperation program 协作 between provinces, e.g. Shanghai-Yunnan."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=100)
    partner_code = models.CharField(_("code of the partner province"), max_length=6)
    text_zh = models.CharField(_("Chinese text"), max_length=300, blank=True)
    text_en = models.CharField(_("English text"), max_length=400, blank=True)
    brands = models.ManyToManyField(Brand, blank=True, related_name="cooperations", verbose_name=_("labor brands"))
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("cooperation program")
        verbose_name_plural = _("cooperation programs")
        ordering = ["code"]

    def __str__(self) -> str:
        return pick(self, "name")


class BrandPicture(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="pictures", verbose_name=_("labor brand"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    image = models.ImageField(_("picture"), upload_to="brands/%Y/", max_length=255)
    caption_zh = models.CharField(_("Chinese caption"), max_length=100)
    caption_en = models.CharField(_("English caption"), max_length=140, blank=True)

    class Meta:
        verbose_name = _("picture of a brand")
        verbose_name_plural = _("pictures of brands")
        ordering = ["brand_id", "order", "id"]

    def __str__(self) -> str:
        return pick(self, "caption")


class Enquiry(models.Model):
    """Somebody wants to hire a brand's workers or to learn the trade 想用工、想学艺, and leaves a contact."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="enquiries", verbose_name=_("labor brand"))
    kind = models.CharField(_("wish"), max_length=6, choices=EnquiryKind)
    name = SealedTextField(_("name"))
    contact = SealedTextField(_("phone or e-mail"))
    text = models.CharField(_("message"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handled by")
    )
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("enquiry about a brand")
        verbose_name_plural = _("enquiries about brands")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.brand}: {self.get_kind_display()}"
