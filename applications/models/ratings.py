"""Ratings 好差评: one per touch-point, five levels with 1 the best, and what follows from a bad one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.queries import posts_of
from applications.models.case import Case, new_public_id
from applications.states import RatingChannel, RatingLevel, TouchPoint


class RatingQuerySet(models.QuerySet):
    def for_heads(self, user, day):
        """The ratings a user follows up: heads their windows', leaders their region's; never of own cases."""
        scope = Q(pk__in=[])
        posts = posts_of(user, day).filter(Q(role=Role.LEADER) | Q(role=Role.CLERK, is_head=True))
        for post in posts.prefetch_related("windows"):
            area = Q(case__region__path__startswith=post.region.path)
            windows = [window.pk for window in post.windows.all()]
            scope |= area & Q(case__window__in=windows) if windows else area
        return self.filter(scope).exclude(case__applicant=user)

    def checkable_by(self, user, day):
        """The bad ratings an official, who handles no cases, may find mistaken or malicious."""
        scope = Q(pk__in=[])
        for post in posts_of(user, day).filter(role=Role.OFFICIAL):
            scope |= Q(case__region__path__startswith=post.region.path)
        return self.filter(scope, level__gte=4).exclude(case__applicant=user)

    def visible_to(self, user, day):
        """What a member of staff may see of ratings at all."""
        return self.for_heads(user, day) | self.checkable_by(user, day)


class Rating(models.Model):
    """What an applicant thinks of one step. Staff never change it, nor see who rated before it is handled."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="ratings", verbose_name=_("case"))
    touch_point = models.CharField(_("after"), max_length=12, choices=TouchPoint)
    level = models.PositiveSmallIntegerField(_("rating"), choices=RatingLevel)
    aspects = models.JSONField(_("single points"), default=dict, blank=True)  # key -> level
    comment = models.CharField(_("words"), max_length=1000, blank=True)
    is_named = models.BooleanField(_("with my name"), default=True)
    channel = models.CharField(_("given by"), max_length=8, choices=RatingChannel)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("rated by"))
    rated_at = models.DateTimeField(_("rated at"))
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    excluded_as = models.CharField(_("not counted because"), max_length=10, blank=True)  # mistaken, malicious
    excluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["-rated_at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "touch_point"], name="rating_once_per_touch_point"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="rating_levels"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.level}"


class RatingToken(models.Model):
    """The right to rate one step once without signing in, shown at the window as QR code or on the hall's tablet."""

    token = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="rating_tokens", verbose_name=_("case"))
    touch_point = models.CharField(_("after"), max_length=12, choices=TouchPoint)
    channel = models.CharField(_("for"), max_length=8, choices=RatingChannel)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("code to rate with")
        verbose_name_plural = _("codes to rate with")

    def __str__(self) -> str:
        return f"{self.case}: {self.touch_point}"


class Rectification(models.Model):
    """What the office does about a bad rating 差评整改: contact, put right, call back, each within its days."""

    rating = models.OneToOneField(Rating, models.PROTECT, related_name="rectification", verbose_name=_("rating"))
    contact_by = models.DateField(_("contact by"))
    rectify_by = models.DateField(_("put right by"))
    contacted_at = models.DateTimeField(_("contacted at"), null=True, blank=True)
    finding = models.CharField(_("what was found"), max_length=1000, blank=True)
    rectified_at = models.DateTimeField(_("put right at"), null=True, blank=True)
    result = models.CharField(_("what was done"), max_length=1000, blank=True)
    called_back_at = models.DateTimeField(_("called back at"), null=True, blank=True)
    is_satisfied = models.BooleanField(_("satisfied at the call back"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handled by")
    )

    class Meta:
        verbose_name = _("rectification of a bad rating")
        verbose_name_plural = _("rectifications of bad ratings")
        ordering = ["contact_by", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rectified_at__isnull=True) | ~Q(result="") & Q(contacted_at__isnull=False),
                name="rectified_after_contact_with_result",
            )
        ]

    def __str__(self) -> str:
        return str(self.rating)
