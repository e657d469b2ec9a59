"""Keeping brands honest 动态管理: yearly reports, evaluations, and removal with notice and defence."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from accounts.queries import in_reach
from jobs import clock
from laborbrands.models.brand import Brand, BrandStat
from laborbrands.states import ON_THE_MAP, OPEN_REMOVALS, Grade, RemovalGround, RemovalState, Stage, Tier
from reviews.models import Objection
from reviews.states import OPEN_OBJECTIONS, PublicityState
from talentportal.lib.bilingual import pick


class OfBrandQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the admin: those of brands at home in the regions that the user's posts cover."""
        return self.filter(brand__in=Brand.objects.visible_to(user))


class AnnualReportQuerySet(OfBrandQuerySet):
    def due(self, day):
        """Those whose figures wait to be verified: handed in, and no newer version has taken their place."""
        newer = BrandStat.objects.filter(
            brand=OuterRef("brand"), year=OuterRef("year"), version__gt=OuterRef("stat__version")
        )
        return self.filter(~Exists(newer), stat__isnull=False, stat__verified_at__isnull=True)


class AnnualReport(models.Model):
    """The yearly report 年度报告 that a builder owes; two missed ones are a ground of removal."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="reports", verbose_name=_("labor brand"))
    year = models.PositiveSmallIntegerField(_("year"))
    due_on = models.DateField(_("due on"))
    text = models.TextField(_("report"), blank=True)
    stat = models.OneToOneField(
        BrandStat,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="report",
        verbose_name=_("yearly figures of a brand"),
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed in by"),
    )
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    missed_at = models.DateTimeField(_("found missing at"), null=True, blank=True)

    objects = AnnualReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly report")
        verbose_name_plural = _("yearly reports")
        ordering = ["-year", "brand_id"]
        constraints = [models.UniqueConstraint(fields=["brand", "year"], name="annual_report_once")]

    def __str__(self) -> str:
        return f"{self.brand} {self.year}"


class EvaluationRoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the organizations whose regions the user's posts cover."""
        return self.filter(
            in_reach(user, "organization__region", clock.today(), [Role.EXAMINER, Role.LEADER, Role.OFFICIAL])
        )

    def due(self, day):
        """Those with an evaluation after which it is the office's turn."""
        return self.filter(Exists(Evaluation.objects.due(day).filter(round=OuterRef("pk"))))


class EvaluationRound(models.Model):
    """An evaluation cycle 评价周期 of the brands of one tier."""

    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("organization")
    )
    title_zh = models.CharField(_("Chinese title"), max_length=160)
    title_en = models.CharField(_("English title"), max_length=200)
    tier = models.CharField(_("tier"), max_length=12, choices=Tier)
    scheme = models.ForeignKey("reviews.ScoreScheme", models.PROTECT, related_name="+", verbose_name=_("score scheme"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = EvaluationRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation of brands")
        verbose_name_plural = _("evaluations of brands")
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return pick(self, "title")


class EvaluationQuerySet(OfBrandQuerySet):
    def again(self, day):
        """Those whose time to put things right is over and that were not followed by a second one."""
        second = Evaluation.objects.filter(round=OuterRef("round"), brand=OuterRef("brand"), seq__gt=OuterRef("seq"))
        open_removal = Removal.objects.filter(brand=OuterRef("brand"), state__in=OPEN_REMOVALS)
        return self.filter(~Exists(second), ~Exists(open_removal), rectify_by__lt=day, brand__stage=Stage.RECTIFYING)

    def failed(self):
        """Those, the latest of their brands, that call for a notice of removal which nobody has given yet."""
        later = Evaluation.objects.filter(brand=OuterRef("brand"), evaluated_at__gt=OuterRef("evaluated_at"))
        noticed = Removal.objects.filter(brand=OuterRef("brand"), notified_at__gte=OuterRef("evaluated_at"))
        return self.filter(
            ~Q(veto="") | Q(seq__gt=1, grade=Grade.UNQUALIFIED),
            ~Exists(later),
            ~Exists(noticed),
            brand__stage__in=ON_THE_MAP,
        )

    def due(self, day):
        """Those after which it is the office's turn: to evaluate again, or to give notice."""
        return self.again(day) | self.failed()


class Evaluation(models.Model):
    """How a brand fared in an evaluation: points by criterion, grade, and what it has to put right by when."""

    round = models.ForeignKey(
        EvaluationRound, models.PROTECT, related_name="evaluations", verbose_name=_("evaluation of brands")
    )
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="evaluations", verbose_name=_("labor brand"))
    seq = models.PositiveSmallIntegerField(_("number"), default=1)  # 2: after putting things right
    scores = models.JSONField(_("points"), default=dict)
    total = models.DecimalField(_("total"), max_digits=6, decimal_places=2)
    veto = models.CharField(_("veto"), max_length=12, choices=RemovalGround, blank=True)
    grade = models.CharField(_("grade"), max_length=12, choices=Grade)
    opinion = models.TextField(_("opinion"))
    rectify_by = models.DateField(_("to put right by"), null=True, blank=True)
    evaluated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("evaluated by")
    )
    evaluated_at = models.DateTimeField(_("evaluated at"))

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation of a brand")
        verbose_name_plural = pgettext_lazy("each", "evaluations of a brand")
        ordering = ["-evaluated_at"]
        constraints = [models.UniqueConstraint(fields=["round", "brand", "seq"], name="evaluation_once")]

    def __str__(self) -> str:
        return f"{self.brand}: {self.get_grade_display()}"


class RemovalQuerySet(OfBrandQuerySet):
    def due(self, day):
        """Those on which it is the office's turn: to decide, or to carry out what nothing stands against any more."""
        objected = Objection.objects.filter(entry=OuterRef("publicity_entry"), state__in=OPEN_OBJECTIONS)
        return self.filter(
            Q(state=RemovalState.DEFENDED)
            | Q(state=RemovalState.NOTIFIED, defence_by__lt=day)
            | Q(
                ~Exists(objected),
                ~Q(publicity_entry__publicity__state=PublicityState.INTERRUPTED),
                state=RemovalState.DECIDED,
                publicity_entry__publicity__ends_on__lt=day,
            )
        )


class Removal(models.Model):
    """A removal 摘牌: notice, five working days to answer, decision by another person, publicity, plate withdrawn."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="removals", verbose_name=_("labor brand"))
    tier = models.CharField(_("tier"), max_length=12, choices=Tier)
    ground = models.CharField(_("ground"), max_length=12, choices=RemovalGround)
    facts = models.TextField(_("facts and evidence"))
    is_downgrade = models.BooleanField(_("downgrade only"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=RemovalState, default=RemovalState.NOTIFIED)
    notice_no = models.CharField(_("number of the notice"), max_length=60)
    notified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("notice given by")
    )
    notified_at = models.DateTimeField(_("notice given at"))
    defence_by = models.DateField(_("statement by"))
    defence = models.TextField(_("statement of the builder"), blank=True)
    defended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stated by")
    )
    defended_at = models.DateTimeField(_("stated at"), null=True, blank=True)
    decision = models.TextField(_("decision and its reasons"), blank=True)
    document_no = models.CharField(pgettext_lazy("decision", "document number"), max_length=60, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    publicity_entry = models.OneToOneField(
        "reviews.PublicityEntry", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("publicity")
    )
    carried_out_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    reminded_on = models.DateField(editable=False, null=True, blank=True)  # when the office was last told of its turn

    objects = RemovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("removal of a brand")
        verbose_name_plural = _("removals of brands")
        ordering = ["-notified_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "tier"],
                condition=Q(state__in=OPEN_REMOVALS),
                name="removal_one_at_a_time",
                violation_error_message=_("A removal is under way already."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("notified_by")),
                name="removal_two_people",
                violation_error_message=_("Another person than who gave the notice must decide."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand}: {self.get_ground_display()}"
