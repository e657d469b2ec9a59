"""The policy library 政策库: a policy and its versions, their clauses, and the benefits that the clauses grant."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies.states import PUBLIC, VersionState
from talentportal.lib.bilingual import pick

NATIONAL = "000000"  # the region code of what holds in the whole country


_REFUSE_IF_PUBLISHED = """
    IF EXISTS (SELECT 1 FROM policies_policyversion WHERE published_at IS NOT NULL
               AND id = CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END)
    THEN RAISE EXCEPTION 'the {what} of a published policy version stays as it is'; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


class PolicyLevel(models.TextChoices):
    NATIONAL = "national", pgettext_lazy("level of a policy", "National")
    PROVINCE = "province", pgettext_lazy("level of a policy", "Province")
    CITY = "city", pgettext_lazy("level of a policy", "City")
    COUNTY = "county", pgettext_lazy("level of a policy", "County")


class ClauseKind(models.TextChoices):
    HEADING = "HEADING", _("Heading")  # of a part, chapter or section
    ARTICLE = "ARTICLE", _("Article")  # 第…条, or a numbered measure
    TEXT = "TEXT", _("Text")  # preamble, closing words, annex


class BenefitKind(models.TextChoices):
    """Kinds of benefits 待遇 (domain 5.7), in the order in which pages group them."""

    SETTLING = "settling", _("Settling-in allowance")
    HOME = "home", _("Home purchase")
    RENT = "rent", _("Rent allowance")
    APARTMENT = "apartment", _("Talent apartment")
    LIVING = "living", _("Living allowance")
    CAR = "car", _("Car")
    SCHOOLING = "schooling", _("Children's schooling")
    SPOUSE = "spouse", _("Work for the spouse")
    MEDICAL = "medical", _("Medical care")
    TITLE = "title", _("Professional title")
    TRAINING = "training", _("Training")
    RESEARCH = "research", _("Research funding")
    STARTUP = "startup", _("Start-up support")
    LOAN = "loan", _("Loan")
    TAX = "tax", _("Tax")
    AWARD = "award", _("Award")
    RESIDENCE = "residence", _("Household registration")
    CARD = "card", _("Talent card")
    OTHER = "other", _("Other")


class PayRule(models.TextChoices):
    ONCE = "ONCE", _("once")
    MONTHLY = "MONTHLY", _("a month")
    YEARLY = "YEARLY", _("a year")
    INSTALMENTS = "INSTALMENTS", _("in instalments")
    UP_TO = "UP_TO", _("up to")
    NONE = "NONE", _("no money")


class RedeemMode(models.TextChoices):
    APPLY = "APPLY", _("On application")
    AUTO = "AUTO", _("Without application")  # 免申即享
    CARD = "CARD", _("With the talent card")


class Policy(models.Model):
    """A policy 政策 through all its versions: what people follow and what addresses name."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class PolicyVersionQuerySet(models.QuerySet):
    def public(self):
        """Versions that anybody may read: published, or published once."""
        return self.filter(state__in=PUBLIC)

    def in_force(self, day):
        """Versions that hold on a day; one superseded holds until the first day of its successor."""
        return self.filter(
            Q(state=VersionState.PUBLISHED) | Q(state=VersionState.SUPERSEDED, superseded_on__gt=day),
            Q(effective_on=None) | Q(effective_on__lte=day),
            Q(expires_on=None) | Q(expires_on__gt=day),
            Q(repealed_on=None) | Q(repealed_on__gt=day),
        )


class PolicyVersion(models.Model):
    """One version of a policy as it was published; from then on its text is frozen by the database."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions", verbose_name=_("policy"))
    number = models.PositiveSmallIntegerField(_("order"), help_text=_("1 for the first version"))
    label = models.CharField(_("version"), max_length=20, default="1.0")
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.DRAFT)
    source_id = models.CharField(  # null: several versions have none
        _("identifier at the source"), max_length=60, unique=True, null=True, blank=True
    )
    source_hash = models.CharField(_("fingerprint of the source"), max_length=64, blank=True)

    title_zh = models.CharField(_("Chinese title"), max_length=300)
    title_en = models.CharField(_("English title"), max_length=400, blank=True)
    summary_zh = models.CharField(_("summary in Chinese"), max_length=500, blank=True)
    summary_en = models.CharField(_("summary in English"), max_length=700, blank=True)
    document_no = models.CharField(_("document number"), max_length=80, blank=True)
    index_no = models.CharField(_("index number"), max_length=80, blank=True)
    issuer_zh = models.CharField(_("issuer"), max_length=200, blank=True)
    issuer_en = models.CharField(_("issuer in English"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)  # 法律, 地方性法规, 规范性文件 ...
    theme = models.CharField(_("theme at the source"), max_length=100, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=PolicyLevel)
    region_code = models.CharField(_("region code"), max_length=6, default=NATIONAL)  # GB/T 2260, any of the country
    region_name = models.CharField(_("region name"), max_length=60, blank=True)
    topics = models.JSONField(_("topics"), default=list, blank=True)  # keys of policies/topics.py
    audiences = models.JSONField(_("audience"), default=list, blank=True)  # keys of policies/topics.py
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    effective_on = models.DateField(_("in force from"), null=True, blank=True)
    expires_on = models.DateField(_("in force until (not included)"), null=True, blank=True)
    superseded_on = models.DateField(_("superseded on"), null=True, blank=True)  # the first day of its successor
    repealed_on = models.DateField(_("repealed on"), null=True, blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    source_name = models.CharField(_("name of the source"), max_length=200, blank=True)
    link_checked_at = models.DateTimeField(_("link checked at"), null=True, blank=True)
    link_broken_since = models.DateTimeField(_("link broken since"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample content"), default=False)

    author = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    reviewer = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewer")
    )
    return_reason = models.CharField(_("reason for the return"), max_length=500, blank=True)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published here at"), null=True, blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["policy_id", "-number"]
        indexes = [
            models.Index(F("published_on").desc(nulls_last=True), F("id").desc(), name="version_newest"),
            models.Index(fields=["region_code"], name="version_region"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),
            models.UniqueConstraint(fields=["policy", "label"], name="policy_label_once"),
            models.CheckConstraint(
                condition=~Q(label__contains="/") & ~Q(label__contains=".."),
                name="policy_label_fits_an_address",
                violation_error_message=_("A version is called without / and two dots: it stands in addresses."),
            ),
            models.UniqueConstraint(
                fields=["policy"], condition=Q(state="PUBLISHED"), name="policy_one_published_version"
            ),
            models.CheckConstraint(
                condition=~Q(reviewer=F("author")),
                name="policy_reviewed_by_another",
                violation_error_message=_("A second person reviews: the author cannot."),
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(effective_on=None) | Q(expires_on__gt=F("effective_on")),
                name="policy_validity",
                violation_error_message=_("The end must be after the beginning."),
            ),
            models.CheckConstraint(
                condition=~Q(state="SCHEDULED") | Q(publish_at__isnull=False), name="policy_scheduled_has_moment"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | Q(published_at__isnull=False), name="policy_public_has_moment"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_policy_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="published_policy_keeps_its_text",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="""
                    IF (to_jsonb(NEW) - ARRAY['number', 'source_id', 'state', 'expires_on', 'superseded_on',
                                              'repealed_on', 'link_checked_at', 'link_broken_since'])
                        IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['number', 'source_id', 'state', 'expires_on',
                                              'superseded_on', 'repealed_on', 'link_checked_at', 'link_broken_since'])
                    THEN RAISE EXCEPTION 'a published policy version is never edited'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return pick(self, "title")


class Clause(models.Model):
    """A clause 条款 with its anchor: what benefits, comparisons and differences point at. `text` is Markdown."""

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="clauses", verbose_name=_("version"))
    order = models.PositiveIntegerField(_("order"))
    kind = models.CharField(_("kind"), max_length=8, choices=ClauseKind, default=ClauseKind.ARTICLE)
    anchor = models.SlugField(_("anchor"), max_length=40)  # "a4" for 第四条, "h2" for the second heading, "t1"
    number = models.CharField(_("number"), max_length=40, blank=True)  # 第四条, （三）
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    text_zh = models.TextField(_("text"), blank=True)
    text_en = models.TextField(_("text in English"), blank=True)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["version_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "order"], name="clause_order_once"),
            models.UniqueConstraint(fields=["version", "anchor"], name="clause_anchor_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_clause_is_frozen",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_REFUSE_IF_PUBLISHED.format(what="text"),
            )
        ]

    def __str__(self) -> str:
        return self.number or self.heading or self.anchor


class BenefitQuerySet(models.QuerySet):
    def public(self):
        """Benefits that a person has confirmed."""
        return self.filter(confirmed_at__isnull=False, withdrawn_at=None)

    def waiting(self):
        """Benefits that nobody has confirmed yet; readers do not see them."""
        return self.filter(confirmed_at=None, withdrawn_at=None)


class Benefit(models.Model):
    """A benefit item 待遇 ("dry goods" 干货): what, how much, for whom, until when, by which clause, redeemed where.

    It is our reading of the text, so it may be marked up after the text was published; readers see confirmed ones only.
    """

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="benefits", verbose_name=_("version"))
    key = models.SlugField(_("key"), max_length=60)  # the same in every version of the policy, for differences
    order = models.PositiveIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=12, choices=BenefitKind)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    text_zh = models.CharField(_("in one sentence, Chinese"), max_length=500)
    text_en = models.CharField(_("in one sentence, English"), max_length=700, blank=True)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=14, decimal_places=2, null=True, blank=True)
    pay_rule = models.CharField(_("how it is paid"), max_length=12, choices=PayRule, default=PayRule.NONE)
    pay_months = models.PositiveSmallIntegerField(_("paid for (months)"), null=True, blank=True)
    pay_note_zh = models.CharField(_("note on payment"), max_length=200, blank=True)
    pay_note_en = models.CharField(_("note on payment, English"), max_length=300, blank=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)  # a rule tree of matching/conditions.py
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    exclusive_group = models.SlugField(_("exclusive group"), max_length=40, blank=True)  # one of a group, the higher
    mode = models.CharField(_("how to get it"), max_length=5, choices=RedeemMode, default=RedeemMode.APPLY)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, related_name="benefits", verbose_name=_("clause")
    )
    service_item = models.ForeignKey(
        "policies.ServiceItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="benefits",
        verbose_name=_("service that redeems it"),
    )
    confirmed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)  # a person has read it
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)  # it was wrong, and replaced

    objects = BenefitQuerySet.as_manager()

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        ordering = ["version_id", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], condition=Q(withdrawn_at=None), name="benefit_key_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(confirmed_by__isnull=False),
                name="benefit_confirmed_by_a_person",
                violation_error_message=_("A person confirms each benefit."),
            ),
            models.CheckConstraint(
                condition=Q(amount_yuan=None) | Q(amount_yuan__gte=0),
                name="benefit_amount_positive",
                violation_error_message=_("An amount cannot be negative."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="confirmed_benefit_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM policies_policyversion
                                   WHERE id = OLD.version_id AND published_at IS NOT NULL)
                    THEN NULL;  -- a draft: its text still changes, and confirmations with it
                    ELSIF TG_OP = 'DELETE'
                        OR (to_jsonb(NEW) - 'withdrawn_at') IS DISTINCT FROM (to_jsonb(OLD) - 'withdrawn_at')
                    THEN RAISE EXCEPTION 'a confirmed benefit is withdrawn and replaced, never edited'; END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return pick(self, "name")

    @property
    def holds_until(self):
        """The first day without it: its own end or that of its version, whichever comes first; None: no end."""
        return min((day for day in (self.ends_on, self.version.expires_on) if day), default=None)


class VersionEvent(models.Model):
    """What happened to a version: who, what, when, why; and the dated events of a law's own history."""

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="events", verbose_name=_("version"))
    verb = models.CharField(_("event"), max_length=30)  # a key of states.TRANSITIONS, "import", or "history"
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    date = models.DateField(_("date"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("event of a version")
        verbose_name_plural = _("events of versions")
        ordering = ["version_id", "id"]
        triggers = [
            pgtrigger.Protect(name="version_event_is_never_edited", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="version_event_is_kept",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_REFUSE_IF_PUBLISHED.format(what="history"),
            ),
        ]

    def __str__(self) -> str:
        return self.verb
