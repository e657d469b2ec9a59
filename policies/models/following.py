"""Who wants to be told what: followed policies, saved searches, and benefits found for a person 免申即享."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.models.library import Benefit, Policy, PolicyVersion


class Frequency(models.TextChoices):
    DAILY = "DAILY", _("every day")
    WEEKLY = "WEEKLY", _("every week")


class OfferState(models.TextChoices):
    OPEN = "OPEN", _("Waiting for your answer")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    DECLINED = "DECLINED", _("Declined")
    LAPSED = "LAPSED", _("Lapsed")


class Follow(models.Model):
    """A person follows a policy and is told once of each new version."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="follows", verbose_name=_("person"))
    policy = models.ForeignKey(Policy, models.CASCADE, related_name="follows", verbose_name=_("policy"))
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("followed policy")
        verbose_name_plural = _("followed policies")
        constraints = [models.UniqueConstraint(fields=["user", "policy"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.policy_id}"


class SavedSearch(models.Model):
    """A search that reports what is new: to a user in the inbox and by e-mail, or to a confirmed e-mail address."""

    user = models.ForeignKey(
        "accounts.User", models.CASCADE, null=True, blank=True, related_name="saved_searches", verbose_name=_("person")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    query = models.CharField(_("search"), max_length=1000)  # the query string of /policies/, normalized and sorted
    frequency = models.CharField(_("how often"), max_length=6, choices=Frequency, default=Frequency.WEEKLY)
    token = models.CharField(_("token of its links"), max_length=43, unique=True)
    created_at = models.DateTimeField(_("saved at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    looked_at = models.DateTimeField(_("last looked at"))  # only what was published after this is new
    next_at = models.DateTimeField(_("next look at"))

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        indexes = [models.Index(fields=["next_at"], condition=Q(stopped_at=None), name="saved_search_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(email=""),
                name="saved_search_has_reader",
                violation_error_message=_("Enter your e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["user", "query"],
                condition=Q(user__isnull=False, stopped_at=None),
                name="saved_search_once_per_user",
            ),
            models.UniqueConstraint(
                fields=["email", "query"], condition=Q(user=None, stopped_at=None), name="saved_search_once_per_address"
            ),
        ]

    def __str__(self) -> str:
        return self.query


class SentAlert(models.Model):
    """A version that a saved search has reported: never twice."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="sent", verbose_name=_("saved search"))
    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="+", verbose_name=_("version"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("sent alert")
        verbose_name_plural = _("sent alerts")
        constraints = [models.UniqueConstraint(fields=["search", "version"], name="alert_once")]

    def __str__(self) -> str:
        return f"{self.search_id} {self.version_id}"


class ProactiveConsent(models.Model):
    """A person's consent that the portal looks for benefits with what it knows about them; withdrawn as easily."""

    user = models.OneToOneField(
        "accounts.User", models.CASCADE, related_name="proactive_consent", verbose_name=_("person")
    )
    facts = models.JSONField(_("facts"), default=dict)  # what the person told the matcher (matching/conditions.py)
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    looked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent to proactive finding")
        verbose_name_plural = _("consents to proactive finding")
        indexes = [models.Index(fields=["looked_at"], condition=Q(withdrawn_at=None), name="consent_to_look_at")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Offer(models.Model):
    """A benefit found for a person 免申即享: told once; nothing is paid without their confirmation."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="offers", verbose_name=_("person"))
    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="offers", verbose_name=_("benefit"))
    state = models.CharField(_("state"), max_length=10, choices=OfferState, default=OfferState.OPEN)
    found_at = models.DateTimeField(_("found at"))
    answer_by = models.DateField(_("answer by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("benefit found for a person")
        verbose_name_plural = _("benefits found for persons")
        ordering = ["-found_at", "-id"]
        indexes = [models.Index(fields=["answer_by"], condition=Q(state="OPEN"), name="offer_open")]
        constraints = [models.UniqueConstraint(fields=["user", "benefit"], name="offer_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.benefit_id}"
