"""Contact through the platform: a unit asks, the person decides, and only then something is shown."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import new_public_id
from talents.models.profile import Consent, Profile
from talents.models.vacancy import Vacancy
from talents.states import Ask, Reason, RequestState, Shared


class ContactRequest(models.Model):
    """A unit asks a person for contact, or a person answers a vacancy (`by_person`) and so accepts at once."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="contact_requests", verbose_name=_("unit"))
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="contact_requests", verbose_name=_("profile"))
    vacancy = models.ForeignKey(
        Vacancy, models.PROTECT, null=True, blank=True, related_name="contact_requests", verbose_name=_("vacancy")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    by_person = models.BooleanField(_("the person began"), default=False)
    ask = models.CharField(_("words"), max_length=8, choices=Ask, default=Ask.POST)
    wanted = ArrayField(models.CharField(max_length=12, choices=Shared), verbose_name=_("facts asked for"))
    state = models.CharField(_("state"), max_length=12, choices=RequestState, default=RequestState.SENT)
    reason = models.CharField(_("why declined"), max_length=12, choices=Reason, blank=True)
    consent = models.OneToOneField(
        Consent, models.PROTECT, null=True, blank=True, related_name="request", verbose_name=_("consent")
    )
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact request")
        verbose_name_plural = _("contact requests")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "profile"],
                condition=Q(state__in=[RequestState.SENT, RequestState.ACCEPTED]),
                name="contact_request_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.ACCEPTED) | Q(consent__isnull=False), name="contact_needs_consent"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="contact_request_time"),
        ]
        indexes = [
            models.Index(fields=["profile", "-sent_at"], name="contact_of_profile"),
            models.Index(fields=["unit", "-sent_at"], name="contact_of_unit"),
            models.Index(fields=["expires_at"], name="contact_waiting", condition=Q(state=RequestState.SENT)),
        ]

    def __str__(self) -> str:
        return f"{self.unit} → {self.profile}"


class ContactMessage(models.Model):
    """A message between unit and person, once the person has accepted."""

    request = models.ForeignKey(ContactRequest, models.CASCADE, related_name="messages", verbose_name=_("request"))
    from_person = models.BooleanField(_("by the person"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by"))
    text = models.TextField(_("text"), max_length=1000)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message of a contact")
        verbose_name_plural = _("messages of contacts")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.request}, {self.at:%Y-%m-%d}"
