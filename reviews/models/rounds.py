"""A round of review 评审轮次: its groups, the draw of experts with its record, and who sits where."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from accounts.queries import in_reach
from jobs import clock
from reviews.models.experts import Discipline, Expert
from reviews.states import RoundState, SeatState
from talentportal.lib.bilingual import pick


class ScoreScheme(models.Model):
    """A score sheet as data 评分标准: criteria with their highest points, lines and rules. Never changed once in use.

    `criteria`: [{"key", "label": {zh, en}, "guide": {zh, en}, "max": 20, "is_veto": false}], the sum is 100 without
    bonuses ("is_bonus": true). `lines`: {"PROVINCIAL": 80, ...}: the points a tier or class asks for.
    """

    code = models.SlugField(_("code"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    criteria = models.JSONField(_("criteria"), default=list)
    lines = models.JSONField(_("lines"), default=dict, blank=True)
    comment_min = models.PositiveSmallIntegerField(_("characters of a comment, at least"), default=50)
    trims_from = models.PositiveSmallIntegerField(_("highest and lowest dropped from so many sheets"), default=5)
    spread_most = models.PositiveSmallIntegerField(_("highest minus lowest, at most"), default=25)
    deviation_most = models.PositiveSmallIntegerField(_("standard deviation, at most"), default=12)
    vetoes_for_panel = models.PositiveSmallIntegerField(_("vetoes that need a discussion"), default=2)

    class Meta:
        verbose_name = _("score scheme")
        verbose_name_plural = _("score schemes")
        ordering = ["code", "-version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="score_scheme_once")]

    def __str__(self) -> str:
        return pick(self, "name")


class ReviewRoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the organizations whose regions the user's posts cover."""
        return self.filter(
            in_reach(user, "organization__region", clock.today(), [Role.EXAMINER, Role.LEADER, Role.OFFICIAL])
        )


class ReviewRound(models.Model):
    """A round of review 评审轮次 for the cases of one service item."""

    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="review_rounds", verbose_name=_("organization")
    )
    item = models.ForeignKey(
        "policies.ServiceItem", models.PROTECT, related_name="review_rounds", verbose_name=_("service item")
    )
    number = models.CharField(_("round number"), max_length=40, unique=True)
    title_zh = models.CharField(_("Chinese title"), max_length=160)
    title_en = models.CharField(_("English title"), max_length=200)
    scheme = models.ForeignKey(ScoreScheme, models.PROTECT, related_name="rounds", verbose_name=_("score scheme"))
    state = models.CharField(_("state"), max_length=12, choices=RoundState, default=RoundState.PREPARING)
    seats = models.PositiveSmallIntegerField(_("experts per group"), default=5)  # odd
    outside_percent = models.PositiveSmallIntegerField(_("from outside the province, at least (percent)"), default=0)
    answer_hours = models.PositiveSmallIntegerField(_("hours to answer an invitation"), default=48)
    review_days = models.PositiveSmallIntegerField(_("working days to review"), default=10)
    review_until = models.DateField(_("review until"), null=True, blank=True)
    avoids_home = models.BooleanField(_("experts of an applicant's county keep away"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = ReviewRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__in=[3, 5, 7, 9]),
                name="review_round_odd",
                violation_error_message=_("The number of experts must be odd: 3, 5, 7 or 9."),
            )
        ]

    def __str__(self) -> str:
        return pick(self, "title")


class Group(models.Model):
    """A group 评审组 of dossiers of one discipline that the same experts review."""

    round = models.ForeignKey(ReviewRound, models.PROTECT, related_name="groups", verbose_name=_("review round"))
    seq = models.PositiveSmallIntegerField(_("number"))
    discipline = models.ForeignKey(Discipline, models.PROTECT, related_name="+", verbose_name=_("discipline"))
    tie_order = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("group of a round")
        verbose_name_plural = _("groups of a round")
        ordering = ["round_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["round", "seq"], name="review_group_once")]

    def __str__(self) -> str:
        return f"G{self.seq}"


FROZEN = (  # of a draw, from the moment the pool is frozen
    *("group", "seq", "algorithm", "wanted", "pool", "dossiers", "left_out", "warnings"),
    *("pool_hash", "frozen_by", "frozen_at"),
)


class Draw(models.Model):
    """The record of a draw 抽取记录, with which anybody can repeat it (`manage.py replay_draw`).

    First the operator freezes the pool; then another person, the supervisor, enters the nonce; the seed follows from
    both. What is frozen never changes, and once drawn nothing does. A pool that will not do is dropped, not repaired.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="draws", verbose_name=_("group of a round"))
    seq = models.PositiveSmallIntegerField(_("number"), default=1)  # 2 and on: further experts were needed
    algorithm = models.CharField(_("algorithm"), max_length=40)
    wanted = models.PositiveSmallIntegerField(_("experts wanted"))
    pool = models.JSONField(_("candidates, frozen"))  # all that the algorithm needs; see reviews/rules/draw.py
    dossiers = models.JSONField(_("dossiers whose applicants were avoided"), default=list)  # their ids
    left_out = models.JSONField(_("left out, with the reason"), default=list)
    pool_hash = models.CharField(_("SHA-256 of the candidates"), max_length=64)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("frozen by")
    )
    frozen_at = models.DateTimeField(_("frozen at"))
    nonce = models.CharField(_("number entered by the supervisor"), max_length=64, blank=True)
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("drawn by")
    )
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True)
    result = models.JSONField(_("drawn, in order"), default=list)
    warnings = models.JSONField(_("remarks"), default=list)  # [{"zh", "en"}]
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dropped by")
    )
    drop_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("draw of experts")
        verbose_name_plural = _("draws of experts")
        ordering = ["group_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["group", "seq"], name="draw_once"),
            models.CheckConstraint(
                condition=Q(drawn_by__isnull=True) | ~Q(drawn_by=models.F("frozen_by")),
                name="draw_two_people",
                violation_error_message=_("Another person than the operator must draw."),
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, nonce="") | (Q(drawn_at__isnull=False) & ~Q(nonce="")),
                name="draw_nonce",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | Q(dropped_at__isnull=True), name="draw_or_dropped"
            ),
            models.UniqueConstraint(
                fields=["group"], condition=Q(drawn_at__isnull=True, dropped_at__isnull=True), name="draw_one_waits"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="draw_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="draw_frozen_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*FROZEN),
            ),
            pgtrigger.Protect(
                name="draw_done_is_done",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__drawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.frozen_at:%Y-%m-%d}"


class Seat(models.Model):
    """An expert's place in a group, in the order drawn; reserves are called in that order."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="seats", verbose_name=_("group of a round"))
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="seats", verbose_name=_("draw of experts"))
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="seats", verbose_name=_("expert"))
    rank = models.PositiveSmallIntegerField(_("order drawn"))
    state = models.CharField(_("state"), max_length=10, choices=SeatState, default=SeatState.RESERVE)
    invited_at = models.DateTimeField(_("invited at"), null=True, blank=True)
    answer_by = models.DateTimeField(_("to answer by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    committed_at = models.DateTimeField(_("confidentiality promised at"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("takes the place of")
    )

    class Meta:
        verbose_name = _("seat of an expert")
        verbose_name_plural = _("seats of experts")
        ordering = ["group_id", "draw_id", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["group", "expert"], name="seat_once"),
            models.UniqueConstraint(fields=["draw", "rank"], name="seat_rank_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.expert}"


class SeatEvent(models.Model):
    """What happened to a seat and why: invited, accepted, replaced. Append-only."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="events", verbose_name=_("seat of an expert"))
    state = models.CharField(_("state"), max_length=10, choices=SeatState)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("review", "event of a seat")
        verbose_name_plural = pgettext_lazy("review", "events of seats")
        ordering = ["seat_id", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.at}"
