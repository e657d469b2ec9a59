import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from talentportal.lib.bilingual import pick
from talentportal.lib.idcard import DocumentType
from talentportal.lib.masking import mask_email, mask_phone
from talentportal.lib.sealed import SealedTextField

ID_PURPOSE = "accounts.person.id_number"  # binds fingerprints to their use; never change it
TAIL_PURPOSE = "accounts.person.id_tail"


class Language(models.TextChoices):
    ZH = "zh-hans", _("Simplified Chinese")
    EN = "en", _("English")


class Role(models.TextChoices):
    """What a member of staff does. Applicants and unit handlers are users without a post."""

    CLERK = "CLERK", _("Window clerk")
    EXAMINER = "EXAMINER", _("Examiner")
    LEADER = "LEADER", _("Approving leader")
    CERTIFICATE_CLERK = "CERTIFICATE_CLERK", _("Certificate clerk")
    EDITOR = "EDITOR", _("Policy editor")
    EXPERT = "EXPERT", _("Expert")
    OFFICIAL = "OFFICIAL", _("Official")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")


class UserManager(BaseUserManager):
    def create_user(self, email=None, phone=None, password=None, **fields):
        """Create a user known by an e-mail address, a mobile number (E.164) or both, which are taken as verified.

        For packs, commands and tests; who signs up has to prove the address with a code (accounts.adapter).
        """
        user = self.model(email=email.lower() if email else None, phone=phone or None, **fields)
        user.phone_verified = bool(phone)
        user.set_password(password)
        user.save(using=self._db)
        if user.email:
            user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Create a user who may do everything in the admin."""
        return self.create_user(email=email, password=password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Whoever signs in: a talent, a unit's handler or a member of staff."""

    # unique, and yet not everybody has both: hence NULL
    email = models.EmailField(_("e-mail"), null=True, blank=True)  # noqa: DJ001
    phone = models.CharField(_("mobile number"), max_length=20, null=True, blank=True)  # noqa: DJ001  E.164
    phone_verified = models.BooleanField(_("mobile number verified"), default=False)
    name = models.CharField(_("name shown"), max_length=100, blank=True)
    language = models.CharField(_("language of messages"), max_length=8, choices=Language, default=Language.ZH)
    elder_mode = models.BooleanField(_("elder mode"), default=False)
    wants_marketing = models.BooleanField(_("wants news about calls and matches"), default=False)
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("demo account"), default=False)
    date_joined = models.DateTimeField(_("joined at"), auto_now_add=True)
    is_untaken = models.BooleanField(_("opened by an office, not taken over yet"), default=False)
    closed_at = models.DateTimeField(_("account closed at"), null=True, blank=True)  # nothing personal is left here

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_once", violation_error_message=_("This e-mail address is taken.")
            ),
            models.UniqueConstraint(
                fields=["phone"], name="user_phone_once", violation_error_message=_("This mobile number is taken.")
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False)
                | Q(phone__isnull=False)
                | Q(is_untaken=True)
                | Q(closed_at__isnull=False),
                name="user_reachable",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.masked_contact

    @property
    def masked_contact(self) -> str:
        """The mobile number or e-mail address, as it is shown to others."""
        if not (self.phone or self.email):
            return str(_("on paper only"))
        return mask_phone(self.phone) if self.phone else mask_email(self.email)

    def get_short_name(self) -> str:
        return str(self)


class Person(models.Model):
    """The real-name record 实名信息 of a user. The number is sealed; the fingerprint makes it unique and findable."""

    class Level(models.IntegerChoices):
        DECLARED = 1, _("declared")
        CHECKED = 2, _("number passes the check built into it")
        CONFIRMED = 3, _("confirmed at a window or by the identity service")

    user = models.OneToOneField(User, models.PROTECT, related_name="person", verbose_name=_("user"))
    name = models.CharField(_("name as in the document"), max_length=100)
    name_pinyin = models.CharField(_("pinyin"), max_length=400, blank=True)
    document_type = models.CharField(_("document"), max_length=20, choices=DocumentType)
    issuing_country = models.CharField(_("issuing country or region"), max_length=2, default="CN")  # ISO 3166
    id_number = SealedTextField(_("document number"))
    id_fingerprint = models.CharField(max_length=64, editable=False)
    tail_fingerprint = models.CharField(max_length=64, editable=False, db_index=True, default="")  # of its last four
    id_masked = models.CharField(_("document number, masked"), max_length=40, editable=False)
    birth_date = models.DateField(_("date of birth"))
    sex = models.CharField(_("sex"), max_length=1, choices=[("M", _("male")), ("F", _("female"))], blank=True)
    level = models.PositiveSmallIntegerField(_("checked how far"), choices=Level, default=Level.DECLARED)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    same_as = models.ForeignKey(  # one human being with two documents and two accounts: the record that counts
        "self", models.PROTECT, null=True, blank=True, related_name="others", verbose_name=_("same person as")
    )

    class Meta:
        verbose_name = _("real-name record")
        verbose_name_plural = _("real-name records")
        constraints = [
            models.UniqueConstraint(
                fields=["document_type", "issuing_country", "id_fingerprint"],
                name="person_document_once",
                violation_error_message=_("This document is registered to another account."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Reveal(models.Model):
    """Somebody of the staff looked at a whole document number: who, whose, why, when. Never changed nor deleted."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="reveals", verbose_name=_("real-name record"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("looked at by"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("look at a document number")
        verbose_name_plural = _("looks at document numbers")
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person}, {self.at:%Y-%m-%d}"


class Organization(models.Model):
    """An office 实施主体: a department, bureau or the service center that carries out matters."""

    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="organizations", verbose_name=_("region"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above")
    )
    document_prefix = models.CharField(_("prefix of document numbers"), max_length=20)  # e.g. 云人社
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    address_zh = models.CharField(_("Chinese address"), max_length=200, blank=True)
    address_en = models.CharField(_("English address"), max_length=240, blank=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["region__path", "name_zh"]

    def __str__(self) -> str:
        return pick(self, "name")


class StaffPostQuerySet(models.QuerySet):
    def held_on(self, day):
        """Those whose holders may act on the day: begun, not ended, with an active account."""
        running = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        return self.filter(running, starts_on__lte=day, user__is_active=True)


class StaffPost(models.Model):
    """A post 岗位: a role in an organization over a region and all below it; its windows are kept with the windows."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="posts", verbose_name=_("organization"))
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, related_name="posts", verbose_name=_("region and below")
    )
    is_head = models.BooleanField(_("head of the window"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)

    objects = StaffPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff post")
        verbose_name_plural = _("staff posts")
        ordering = ["user_id", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "region"], name="staff_post_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="staff_post_dates",
                violation_error_message=_("The end must be after the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.region}"


class Unit(models.Model):
    """An employer 用人单位."""

    class Status(models.TextChoices):
        UNVERIFIED = "UNVERIFIED", _("not verified")
        PENDING = "PENDING", _("being verified")
        VERIFIED = "VERIFIED", _("verified")
        SUSPENDED = "SUSPENDED", _("suspended")
        DISSOLVED = "DISSOLVED", _("dissolved")

    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="units", verbose_name=_("registered in"))
    work_region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("works in"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UNVERIFIED)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UnitSuccession(models.Model):
    """Who takes the place of a unit that was merged or split: with which share, from when, by which document."""

    old = models.ForeignKey(Unit, models.PROTECT, related_name="successions", verbose_name=_("unit that ended"))
    new = models.ForeignKey(Unit, models.PROTECT, related_name="predecessions", verbose_name=_("successor"))
    share = models.PositiveSmallIntegerField(_("share in percent"), default=100)
    starts_on = models.DateField(_("from"))
    basis = models.CharField(_("document"), max_length=200)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("succession of a unit")
        verbose_name_plural = _("successions of units")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="succession_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="succession_by_another"),
            models.CheckConstraint(condition=Q(share__range=(1, 100)), name="succession_share"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class UnitMember(models.Model):
    """Who acts for a unit 单位经办人. Access ends the minute `left_at` is written."""

    class Role(models.TextChoices):
        OWNER = "OWNER", _("owner")
        HR = "HR", _("personnel officer")
        AGENT = "AGENT", _("agent")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="members", verbose_name=_("unit"))
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    joined_at = models.DateTimeField(_("since"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("unit member")
        verbose_name_plural = _("unit members")
        constraints = [
            models.UniqueConstraint(fields=["unit", "user"], condition=Q(left_at__isnull=True), name="unit_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.unit}"
