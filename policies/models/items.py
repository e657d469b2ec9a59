"""Service items 政务服务事项: the catalog, each office's own item, and the guide versions that cases are pinned to."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talentportal.lib.bilingual import pick


class ItemType(models.TextChoices):
    """GB/T 39046-2020, annex A."""

    LICENCE = "01", _("Administrative licence")
    PAYMENT = "05", _("Administrative payment")
    CONFIRMATION = "07", _("Administrative confirmation")
    AWARD = "08", _("Administrative award")
    OTHER = "10", _("Other administrative power")
    PUBLIC_SERVICE = "20", _("Public service")


class UseLevel(models.TextChoices):
    NATIONAL = "1", _("National")
    PROVINCIAL = "2", _("Provincial")
    PREFECTURE = "3", _("Prefecture")
    COUNTY = "4", _("County")


class CaseKind(models.TextChoices):
    INSTANT = "INSTANT", _("Instant case")
    PROMISED = "PROMISED", _("Promised case")
    FORWARDED = "FORWARDED", _("Forwarded case")


class GuideState(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    PUBLISHED = "PUBLISHED", _("Published")
    SUSPENDED = "SUSPENDED", _("Suspended")
    CANCELLED = "CANCELLED", _("Cancelled")


class Tier(models.TextChoices):
    CORE = "CORE", _("Core")
    SECONDARY = "SECONDARY", _("Secondary")


class Necessity(models.TextChoices):
    REQUIRED = "REQUIRED", _("Required")
    CONDITIONAL = "CONDITIONAL", _("Required in some situations")
    OPTIONAL = "OPTIONAL", _("Optional")


class FetchMode(models.TextChoices):
    NONE = "NONE", _("Supplied by the applicant")
    AUTO = "AUTO", _("Fetched by data sharing")
    EXEMPT = "EXEMPT", _("Not asked for")


class OnBreach(models.TextChoices):
    """What happens to the case when deferred materials do not come (domain rules differ from place to place)."""

    DEEMED_WITHDRAWN = "DEEMED_WITHDRAWN", _("Deemed withdrawn")
    ACCEPTANCE_REVOKED = "ACCEPTANCE_REVOKED", _("Acceptance revoked")
    REFUSED = "REFUSED", _("Refused")
    TERMINATED = "TERMINATED", _("Terminated")


class PowerSource(models.TextChoices):
    STATUTORY = "STATUTORY", _("Power given by law")
    DELEGATED = "DELEGATED", _("Power delegated from above")
    ENTRUSTED = "ENTRUSTED", _("Power entrusted by another body")


class BodyNature(models.TextChoices):
    """GB/T 39046-2020, annex A."""

    ORGAN = "1", _("Statutory organ")
    AUTHORIZED = "2", _("Organization authorized by law")
    ENTRUSTED = "3", _("Entrusted organization")
    OTHER = "9", _("Other body")


class MaterialKind(models.TextChoices):
    FORM = "FORM", _("Form to fill in")
    CERTIFICATE = "CERTIFICATE", _("Certificate or licence")
    PROOF = "PROOF", _("Written proof")
    OTHER = "OTHER", _("Other paper")


class ResultKind(models.TextChoices):
    CERTIFICATE = "CERTIFICATE", _("Certificate")
    DOCUMENT = "DOCUMENT", _("Document")
    NONE = "NONE", _("No paper")


class CatalogItem(models.Model):
    """One matter of the basic catalog 基本目录, the same for every office."""

    catalog_code = models.CharField(_("catalog code"), max_length=16, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200)
    item_type = models.CharField(_("item type"), max_length=2, choices=ItemType)

    class Meta:
        verbose_name = _("catalog item")
        verbose_name_plural = _("catalog items")
        ordering = ["catalog_code"]

    def __str__(self) -> str:
        return pick(self, "name")


class ServiceItemQuerySet(models.QuerySet):
    def open_on(self, day):
        """Items with a guide that is published and in force on this day."""
        return self.filter(
            Q(guides__effective_to__isnull=True) | Q(guides__effective_to__gt=day),
            guides__state=GuideState.PUBLISHED,
            guides__effective_from__lte=day,
        ).distinct()


class ServiceItem(models.Model):
    """The entry of one office 实施清单: who carries the matter out, where, under which codes."""

    code = models.SlugField(_("code"), max_length=60, unique=True, help_text=_("Used in addresses"))
    serial = models.PositiveSmallIntegerField(_("serial in case numbers"), unique=True)
    catalog_item = models.ForeignKey(
        CatalogItem, models.PROTECT, related_name="service_items", verbose_name=_("matter")
    )
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="service_items", verbose_name=_("implementing body")
    )
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="service_items", verbose_name=_("region"))
    task_code = models.CharField(_("implementation code"), max_length=36, unique=True)
    use_level = models.CharField(_("exercising level"), max_length=1, choices=UseLevel)
    section = models.CharField(_("section"), max_length=20, default="services")
    topics = models.JSONField(_("topics"), default=list, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200)
    summary_zh = models.CharField(_("summary in Chinese"), max_length=300)
    summary_en = models.CharField(_("summary in English"), max_length=300)
    keywords = models.TextField(_("search words"), blank=True)
    is_sample = models.BooleanField(_("sample content"), default=False)

    objects = ServiceItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("service item")
        verbose_name_plural = _("service items")
        ordering = ["serial"]

    def __str__(self) -> str:
        return pick(self, "name")


class GuideVersionQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gt=day),
            state=GuideState.PUBLISHED,
            effective_from__lte=day,
        )


class GuideVersion(models.Model):
    """A guide 办事指南 as it was published. Cases point here, never to the live item; once published it is frozen."""

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="guides", verbose_name=_("service item"))
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=GuideState, default=GuideState.DRAFT)
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force until (not included)"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )

    # who it is for and how it is handled
    case_kind = models.CharField(_("case kind"), max_length=10, choices=CaseKind)
    served_objects = models.JSONField(_("served objects"), default=list)  # "person", "unit"
    by_unit = models.BooleanField(_("applied for by the unit"), default=False)
    handling_forms = models.JSONField(_("handling forms"), default=list)  # "window", "online", "mobile", "courier"
    online_depth = models.PositiveSmallIntegerField(_("online depth (1-5)"), default=5)
    visits = models.PositiveSmallIntegerField(_("visits on site"), default=0)
    visit_reason = models.JSONField(_("why a visit is needed"), default=dict, blank=True)
    cross_region = models.JSONField(_("cross-region handling"), default=dict, blank=True)
    quota_note = models.JSONField(_("limit of numbers"), default=dict, blank=True)
    power_source = models.CharField(
        _("source of the power"), max_length=10, choices=PowerSource, default=PowerSource.STATUTORY
    )
    entrusting_body = models.JSONField(_("entrusting body"), default=dict, blank=True)
    body_nature = models.CharField(
        _("nature of the implementing body"), max_length=1, choices=BodyNature, default=BodyNature.ORGAN
    )
    handle_item_code = models.CharField(_("handling item code"), max_length=50, blank=True)
    joint_bodies = models.JSONField(_("joint bodies"), default=list, blank=True)
    intermediaries = models.JSONField(_("intermediary services"), default=list, blank=True)
    in_hall = models.BooleanField(_("handled in the service hall"), default=True)
    supports = models.JSONField(_("conveniences"), default=list, blank=True)  # keys of policies/guides.py SUPPORTS

    # periods, in working days
    accept_days = models.PositiveSmallIntegerField(_("days to accept"), default=5)
    promised_days = models.PositiveSmallIntegerField(_("promised days"))
    statutory_days = models.PositiveSmallIntegerField(_("statutory days"))
    statutory_note = models.JSONField(_("note on the statutory period"), default=dict, blank=True)
    correction_days = models.PositiveSmallIntegerField(_("days to correct"), default=10)
    delivery_days = models.PositiveSmallIntegerField(_("days to deliver"), default=10)

    # how it is examined
    has_precheck = models.BooleanField(_("online pre-check before submission"), default=False)
    precheck_days = models.PositiveSmallIntegerField(_("days of the pre-check"), default=1)
    special_kinds = models.JSONField(
        _("special procedures that may occur"), default=list, blank=True
    )  # guides.SPECIAL_KINDS
    extension_days = models.PositiveSmallIntegerField(_("extension at most"), default=10)
    two_officers = models.BooleanField(_("examined by two officers"), default=False)
    check_days = models.PositiveSmallIntegerField(_("days to check a commitment afterwards"), default=60)
    rectify_days = models.PositiveSmallIntegerField(_("days to put right"), default=15)

    # texts, each a list of dictionaries with zh and en (shapes in `policies/guides.py`)
    conditions = models.JSONField(_("conditions of acceptance"), default=list)
    eligibility = models.JSONField(_("who is eligible"), default=dict, blank=True)  # rule tree, matching/conditions.py
    legal_basis = models.JSONField(_("legal basis"), default=list)
    questions = models.JSONField(_("questions"), default=list, blank=True)
    steps = models.JSONField(_("steps"), default=list)
    window_steps = models.JSONField(_("steps at a window"), default=list, blank=True)
    fees = models.JSONField(_("fees"), default=list, blank=True)
    special_procedures = models.JSONField(_("special procedures"), default=list, blank=True)
    rights = models.JSONField(_("rights of the applicant"), default=list, blank=True)
    duties = models.JSONField(_("duties of the applicant"), default=list, blank=True)
    remedies = models.JSONField(_("remedies"), default=list)
    faq = models.JSONField(_("frequent questions"), default=list, blank=True)
    consult = models.JSONField(_("where to ask"), default=dict)
    complain = models.JSONField(_("where to complain"), default=dict)

    # acceptance with incomplete materials 容缺受理
    deferral_allowed = models.BooleanField(_("acceptance with incomplete materials"), default=False)
    max_deferred = models.PositiveSmallIntegerField(_("deferred materials at most"), default=3)
    on_breach = models.CharField(
        _("consequence of breach"), max_length=20, choices=OnBreach, default=OnBreach.DEEMED_WITHDRAWN
    )
    defer_within_promise = models.BooleanField(_("supply no later than the promised day"), default=True)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    ban_months = models.PositiveSmallIntegerField(_("ban on deferral after a breach (months)"), default=6)
    reserve_days = models.PositiveSmallIntegerField(_("days kept for the decision (licences)"), default=2)
    pause_while_waiting = models.BooleanField(_("office clock stops while only supply is awaited"), default=False)
    notify_commit = models.BooleanField(_("notification-and-commitment regime"), default=False)

    # what comes out
    result_kind = models.CharField(_("result"), max_length=12, choices=ResultKind)
    result_name = models.JSONField(_("name of the result"), default=dict, blank=True)
    result_sample = models.JSONField(_("sample of the result"), default=dict, blank=True)  # guides.py ResultSample
    certificate_kind = models.ForeignKey(
        "certificates.CertificateKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("certificate"),
    )
    outcome = models.CharField(_("outcome"), max_length=40, default="certificate")  # key in applications/outcomes.py
    result_valid_months = models.PositiveSmallIntegerField(_("validity (months)"), null=True, blank=True)

    objects = GuideVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("guide version")
        verbose_name_plural = _("guide versions")
        ordering = ["item_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="guide_version_once"),
            models.CheckConstraint(
                condition=Q(promised_days__lte=models.F("statutory_days")) | Q(statutory_days=0),
                name="guide_promise_within_statute",
                violation_error_message=_("The promised period must not be longer than the statutory one."),
            ),
            models.CheckConstraint(
                condition=~Q(case_kind="INSTANT") | Q(promised_days=0),
                name="guide_instant_is_same_day",
                violation_error_message=_("An instant case is decided the same day: promised days must be 0."),
            ),
            models.CheckConstraint(
                condition=~(Q(deferral_allowed=True) & Q(notify_commit=True)),
                name="guide_one_regime",
                violation_error_message=_("A case runs under deferral or under commitment, never both."),
            ),
            models.CheckConstraint(
                condition=~Q(result_kind="CERTIFICATE") | Q(certificate_kind__isnull=False),
                name="guide_certificate_has_kind",
                violation_error_message=_("Choose the certificate that is issued."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_guide_is_frozen",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="published_guide_keeps_its_text",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="""
                    IF (to_jsonb(NEW) - 'state' - 'effective_to')
                        IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'effective_to')
                    THEN RAISE EXCEPTION 'a published guide version is never edited'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} v{self.version}"

    def is_in_force(self, day) -> bool:
        """Tell what `GuideVersionQuerySet.in_force` asks the database."""
        ended = self.effective_to is not None and self.effective_to <= day
        return self.state == GuideState.PUBLISHED and self.effective_from <= day and not ended


class MaterialSpec(models.Model):
    """A material 申请材料 that a guide version asks for."""

    guide = models.ForeignKey(GuideVersion, models.CASCADE, related_name="materials", verbose_name=_("guide version"))
    key = models.SlugField(_("key"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"))
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    requirement_zh = models.CharField(_("requirement in Chinese"), max_length=300)
    requirement_en = models.CharField(_("requirement in English"), max_length=400)
    basis = models.JSONField(_("why we may ask"), default=dict, blank=True)
    issuer = models.JSONField(_("issued by"), default=dict, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=MaterialKind, default=MaterialKind.OTHER)
    form = models.JSONField(_("blank form"), default=dict, blank=True)  # policies/guides.py BlankForm
    tier = models.CharField(_("tier"), max_length=10, choices=Tier)
    necessity = models.CharField(_("necessity"), max_length=12, choices=Necessity, default=Necessity.REQUIRED)
    condition = models.JSONField(_("situation"), null=True, blank=True)  # {"question": key, "in": [values]}
    deferrable = models.BooleanField(_("may be supplied later"), default=False)
    defer_days = models.PositiveSmallIntegerField(_("days to supply"), default=5)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    valid_months = models.PositiveSmallIntegerField(  # how long a checked one may be offered again
        _("usable again for (months)"), null=True, blank=True
    )
    original_at_window = models.BooleanField(_("original shown at the window"), default=False)
    fetch_mode = models.CharField(_("source"), max_length=6, choices=FetchMode, default=FetchMode.NONE)
    fetch_from = models.CharField(  # "identity", or "certificate:<kind code>" in the applicant's own wallet
        _("fetched from"), max_length=60, blank=True
    )
    formats = models.JSONField(_("file kinds"), default=list, blank=True)  # empty: all that the portal takes
    checks = models.JSONField(_("checks for the clerk"), default=list, blank=True)  # [{"zh":, "en":}]

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["guide_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "key"], name="material_once_per_guide"),
            models.CheckConstraint(
                condition=~(Q(tier="CORE") & Q(deferrable=True)),
                name="core_material_never_deferrable",
                violation_error_message=_("A core material can never be supplied later."),
            ),
            models.CheckConstraint(
                condition=Q(deferrable=False) | Q(defer_days__range=(1, 15)),
                name="defer_days_in_limits",
                violation_error_message=_("Between 1 and 15 working days."),
            ),
            models.CheckConstraint(
                condition=~Q(necessity="CONDITIONAL") | Q(condition__isnull=False),
                name="conditional_material_has_situation",
                violation_error_message=_("Say in which situation it is required."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_material_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM policies_guideversion WHERE id = OLD.guide_id AND published_at IS NOT NULL)
                    THEN RAISE EXCEPTION 'a material of a published guide version is never edited'; END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="published_guide_gets_no_material",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM policies_guideversion WHERE id = NEW.guide_id AND published_at IS NOT NULL)
                    THEN RAISE EXCEPTION 'a published guide version gets no new material'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return pick(self, "name")
