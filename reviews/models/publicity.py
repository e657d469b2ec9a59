"""Publicity 公示 in working days, and the objections that block the award of their own applicant alone."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.queries import in_reach
from jobs import clock
from reviews.states import OPEN_OBJECTIONS, EntryState, ObjectionState, PublicityState
from talentportal.lib.bilingual import pick
from talentportal.lib.sealed import SealedTextField
from talentportal.lib.uploads import Scan


class PublicityQuerySet(models.QuerySet):
    def public(self):
        """Those that the website shows."""
        return self.filter(state__in=[PublicityState.OPEN, PublicityState.INTERRUPTED, PublicityState.ENDED])

    def visible_to(self, user):
        """Those of the organizations whose regions the user's posts cover."""
        return self.filter(
            in_reach(user, "organization__region", clock.today(), [Role.EXAMINER, Role.LEADER, Role.OFFICIAL])
        )


class Publicity(models.Model):
    """A publicity period 公示: what is to be decided is shown for some working days, and anybody may object.

    It begins the day after posting; days on which it could not be seen are made up (domain 5.5, 11.32).
    """

    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="publicities", verbose_name=_("organization")
    )
    number = models.CharField(_("publicity number"), max_length=40, unique=True)
    title_zh = models.CharField(_("Chinese title"), max_length=160)
    title_en = models.CharField(_("English title"), max_length=200)
    text_zh = models.TextField(_("Chinese text"), blank=True)
    text_en = models.TextField(_("English text"), blank=True)
    days = models.PositiveSmallIntegerField(_("working days"), default=5)
    state = models.CharField(_("state"), max_length=12, choices=PublicityState, default=PublicityState.DRAFT)
    posted_at = models.DateTimeField(_("posted at"), null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posted by")
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    shown_days_after = models.PositiveSmallIntegerField(_("working days it stays on the website"), default=10)
    snapshot = models.JSONField(_("as it was shown"), null=True, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = PublicityQuerySet.as_manager()

    class Meta:
        verbose_name = _("publicity")
        verbose_name_plural = _("publicities")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(posted_at__isnull=False, starts_on__isnull=False, ends_on__isnull=False),
                name="publicity_posted_has_days",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="publicity_snapshot_stays",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__sha256="")
                & (
                    pgtrigger.Q(new__sha256__df=pgtrigger.F("old__sha256"))
                    | pgtrigger.Q(new__snapshot__df=pgtrigger.F("old__snapshot"))
                ),
            )
        ]

    def __str__(self) -> str:
        return pick(self, "title")


class PublicityEntry(models.Model):
    """One applicant's line: name, unit, category, achievements. Never a document number, a phone or a score."""

    publicity = models.ForeignKey(Publicity, models.PROTECT, related_name="entries", verbose_name=_("publicity"))
    case = models.ForeignKey(
        "applications.Case",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="publicity_entries",
        verbose_name=_("case"),
    )
    subject = models.CharField(_("what it is about"), max_length=60, blank=True)  # e.g. "removal:17", without a case
    order = models.PositiveSmallIntegerField(_("order"))
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    unit = models.CharField(_("unit"), max_length=120, blank=True)
    category_zh = models.CharField(_("Chinese category"), max_length=120, blank=True)
    category_en = models.CharField(_("English category"), max_length=160, blank=True)
    text_zh = models.TextField(_("Chinese text"), blank=True)
    text_en = models.TextField(_("English text"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=EntryState, default=EntryState.SHOWN)

    class Meta:
        verbose_name = _("entry of a publicity")
        verbose_name_plural = _("entries of publicities")
        ordering = ["publicity_id", "order"]
        constraints = [models.UniqueConstraint(fields=["publicity", "order"], name="publicity_entry_once")]

    def __str__(self) -> str:
        return pick(self, "name")


class Interruption(models.Model):
    """Days on which a publicity could not be seen: they run again at its end."""

    publicity = models.ForeignKey(Publicity, models.PROTECT, related_name="interruptions", verbose_name=_("publicity"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)  # empty: goes on
    reason = models.CharField(_("reason"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("interruption of a publicity")
        verbose_name_plural = _("interruptions of publicities")
        ordering = ["publicity_id", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="interruption_days",
                violation_error_message=_("The end must not be before the beginning."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.publicity}: {self.starts_on}"


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those to what the user's offices publish."""
        return self.filter(entry__publicity__in=Publicity.objects.visible_to(user))

    def due(self, day):
        """Those without an answer: each has its day, and blocks its entry until then."""
        return self.filter(state__in=OPEN_OBJECTIONS)


class Objection(models.Model):
    """An objection 异议: with the real name, in writing, with evidence; only the office knows by whom."""

    entry = models.ForeignKey(PublicityEntry, models.PROTECT, related_name="objections", verbose_name=_("entry"))
    code = models.CharField(_("number"), max_length=12, unique=True)
    name = SealedTextField(_("name of the objector"))
    contact = SealedTextField(_("phone or e-mail of the objector"))
    language = models.CharField(_("language"), max_length=8, default="zh-hans")
    text = models.TextField(_("what is objected to"))
    evidence = models.FileField(_("evidence"), upload_to="objections/%Y/%m/", max_length=255, blank=True)
    evidence_name = models.CharField(_("name of the evidence"), max_length=120, blank=True)
    evidence_scan = models.CharField(_("scan"), max_length=12, choices=Scan, blank=True)  # empty: still to be scanned
    received_at = models.DateTimeField(_("received at"))
    state = models.CharField(_("state"), max_length=14, choices=ObjectionState, default=ObjectionState.RECEIVED)
    take_up_by = models.DateField(_("to be taken up by"))
    answer_by = models.DateField(_("to be answered by"), null=True, blank=True)
    reminded_on = models.DateField(editable=False, null=True, blank=True)  # the due day of which the office was told
    taken_up_at = models.DateTimeField(_("taken up at"), null=True, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handled by")
    )
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["RECEIVED", "INVESTIGATING"]) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="objection_answered",
            )
        ]

    def __str__(self) -> str:
        return self.code


class ObjectionReveal(models.Model):
    """Somebody of the office looked at who objected: who, why, when. Never changed nor deleted."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="reveals", verbose_name=_("objection"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("looked at by"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("look at who objected")
        verbose_name_plural = _("looks at who objected")
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.objection}, {self.at:%Y-%m-%d}"
