"""What experts read and what they say: anonymous dossiers, score sheets, and the standing that follows."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.rounds import Group, ReviewRound, Seat
from reviews.states import SheetState


class DossierQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the rounds that a member of the office sees."""
        return self.filter(group__round__in=ReviewRound.objects.visible_to(user))

    def live(self):
        return self.filter(withdrawn_at__isnull=True)


class Dossier(models.Model):
    """An anonymous dossier 匿名材料 of a case; experts know it by its code alone, e.g. G1-03."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="dossiers", verbose_name=_("group of a round"))
    case = models.ForeignKey("applications.Case", models.PROTECT, related_name="dossiers", verbose_name=_("case"))
    seq = models.PositiveSmallIntegerField(_("number"))
    sealed_order = models.PositiveIntegerField(_("order by lot, for ties"), default=0)
    answers = models.JSONField(_("answers, made anonymous"), default=list)  # [{"key", "label": {zh, en}, "text": {}}]
    left_out = models.JSONField(_("questions left out"), default=list)  # their keys
    names = models.JSONField(_("further names taken out"), default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("anonymity checked by"),
    )
    checked_at = models.DateTimeField(_("anonymity checked at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    panel_opinion = models.TextField(_("opinion of the panel"), blank=True)
    panel_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    panel_at = models.DateTimeField(_("discussed at"), null=True, blank=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["group_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["group", "seq"], name="dossier_number_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(withdrawn_at__isnull=True), name="dossier_once_per_case"
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | Q(made_by__isnull=True) | ~Q(checked_by=models.F("made_by")),
                name="dossier_two_people",
                violation_error_message=_("Another person than the one who made the dossier must check it."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"G{self.group.seq}-{self.seq:02d}"


class DossierFile(models.Model):
    """An anonymous version of a material, without metadata; experts get copies with their own watermark."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="files", verbose_name=_("dossier"))
    seq = models.PositiveSmallIntegerField(_("number"))
    title_zh = models.CharField(_("Chinese title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=160)
    file = models.FileField(_("file"), upload_to="dossiers/%Y/%m/", max_length=255)
    kind = models.CharField(_("kind"), max_length=8, default="pdf")  # or jpg, png
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    has_text = models.BooleanField(_("has text that could be searched"), default=False)
    findings = models.JSONField(_("known names found in it"), default=list)
    cleared_reason = models.CharField(_("why they tell nothing"), max_length=300, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("judged by")
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("file of a dossier")
        verbose_name_plural = _("files of dossiers")
        ordering = ["dossier_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["dossier", "seq"], name="dossier_file_once")]

    def __str__(self) -> str:
        return f"{self.dossier}/{self.seq}"


class SheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the rounds that a member of the office sees."""
        return self.filter(dossier__group__round__in=ReviewRound.objects.visible_to(user))

    def valid(self):
        """Those that count: submitted, and neither voided nor given back."""
        return self.filter(state=SheetState.SUBMITTED)


class Sheet(models.Model):
    """A score sheet 评分表 of one expert for one dossier; not changed once submitted, unless the office returns it."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="sheets", verbose_name=_("seat of an expert"))
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="sheets", verbose_name=_("dossier"))
    state = models.CharField(_("state"), max_length=10, choices=SheetState, default=SheetState.DRAFT)
    scores = models.JSONField(_("points"), default=dict)  # by key of the criterion, texts of decimals
    total = models.DecimalField(_("total"), max_digits=6, decimal_places=2, null=True, blank=True)
    is_veto = models.BooleanField(_("veto"), default=False)
    comment = models.TextField(_("comment"), blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    seconds = models.PositiveIntegerField(_("seconds on the dossier"), default=0)
    touched_at = models.DateTimeField(_("last at work on it"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # counts every change, so that none is lost to an older page
    saved_at = models.DateTimeField(_("saved at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)  # once, with a reason
    return_reason = models.CharField(_("reason"), max_length=300, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("returned by")
    )
    returned = models.JSONField(_("as it was when returned"), null=True, blank=True)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    void_reason = models.CharField(_("reason it is void"), max_length=300, blank=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        ordering = ["dossier_id", "seat_id"]
        constraints = [
            models.UniqueConstraint(fields=["seat", "dossier"], name="sheet_once"),
            models.CheckConstraint(
                condition=~Q(state="SUBMITTED") | Q(submitted_at__isnull=False, total__isnull=False),
                name="sheet_submitted_is_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="sheet_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="sheet_keeps_its_points",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["SUBMITTED", "VOIDED"])
                & (
                    pgtrigger.Q(new__scores__df=pgtrigger.F("old__scores"))
                    | pgtrigger.Q(new__total__df=pgtrigger.F("old__total"))
                    | pgtrigger.Q(new__comment__df=pgtrigger.F("old__comment"))
                    | pgtrigger.Q(new__is_veto__df=pgtrigger.F("old__is_veto"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier}: {self.get_state_display()}"


class Standing(models.Model):
    """What the valid sheets of a dossier come to, each time it is computed; the last one counts. Append-only."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="standings", verbose_name=_("dossier"))
    mean = models.DecimalField(_("mean"), max_digits=6, decimal_places=2)
    sheets = models.PositiveSmallIntegerField(_("valid sheets"))
    spread = models.DecimalField(_("highest minus lowest"), max_digits=6, decimal_places=2)
    deviation = models.DecimalField(_("standard deviation"), max_digits=6, decimal_places=2)
    vetoes = models.PositiveSmallIntegerField(_("vetoes"))
    needs_more = models.BooleanField(_("two more experts needed"), default=False)
    needs_panel = models.BooleanField(_("to be discussed"), default=False)
    rank = models.PositiveSmallIntegerField(_("rank in the group"))
    reason = models.CharField(_("why it was computed"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("standing of a dossier")
        verbose_name_plural = _("standings of dossiers")
        ordering = ["dossier_id", "-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.dossier}: {self.mean}"
