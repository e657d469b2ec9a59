"""The shapes of the public API: every text in both languages, every coded value with its name, every address whole."""

from operator import attrgetter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from policies import rules
from policies.matching import conditions
from policies.models import (
    Benefit,
    BenefitKind,
    CaseKind,
    Clause,
    ClauseKind,
    GuideVersion,
    MaterialSpec,
    Necessity,
    PayRule,
    PolicyLevel,
    PolicyVersion,
    PowerSource,
    RedeemMode,
    ResultKind,
    Tier,
)
from policies.states import Standing, VersionState
from policies.topics import AUDIENCES, TOPICS
from regions import divisions
from regions.models import Region, RegionKind
from talentportal.api import in_both
from talentportal.lib.bilingual import both


class Words(serializers.Serializer):
    zh = serializers.CharField()
    en = serializers.CharField(allow_blank=True)


class CodedValue(serializers.Serializer):
    code = serializers.CharField(help_text=_("Stable; use it in filters."))
    name = Words()


@extend_schema_field(Words)
class Both(serializers.Field):
    """`name_zh` and `name_en` of a row."""

    def __init__(self, name: str, **options):
        super().__init__(source="*", read_only=True, **options)
        self.name = name

    def to_representation(self, row):
        return {"zh": getattr(row, f"{self.name}_zh"), "en": getattr(row, f"{self.name}_en")}


@extend_schema_field(CodedValue)
class Coded(serializers.Field):
    """A code with its name in both languages; an unknown code is its own name."""

    def __init__(self, labels, **options):
        super().__init__(read_only=True, **options)
        self.labels = dict(labels)

    def to_representation(self, code):
        return {"code": str(code), "name": both(self.labels.get(code, code))}


@extend_schema_field(CodedValue(many=True))
class CodedList(Coded):
    def to_representation(self, codes):
        return [Coded.to_representation(self, code) for code in codes]


@extend_schema_field(CodedValue)
class Place(serializers.Field):
    """A region code with its name: our own regions with their zones, else the divisions of the country."""

    def __init__(self, **options):
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, version: PolicyVersion):
        known = self.context["regions"].get(version.region_code)
        names = {"zh": known.name_zh, "en": known.name_en} if known else divisions.names(version.region_code)
        return {"code": version.region_code, "name": names}


@extend_schema_field(serializers.URLField)
class Address(serializers.Field):
    """The address of a row in the API: Address("benefit", pk="pk") with an attribute for each part of it."""

    def __init__(self, name: str, **parts):
        super().__init__(source="*", read_only=True)
        self.name = name if ":" in name else f"api:{name}"
        self.parts = {part: attrgetter(path) for part, path in parts.items()}

    def to_representation(self, row) -> str:
        parts = {part: read(row) for part, read in self.parts.items()}
        return reverse(self.name, kwargs=parts, request=self.context["request"])


@extend_schema_field(Words)
class Page(serializers.Field):
    """The address of a row's page in each language; `find` is asked with the request and the row."""

    def __init__(self, find):
        super().__init__(source="*", read_only=True)
        self.find = find

    def to_representation(self, row) -> dict[str, str]:
        return self.find(self.context["request"], row)


# --- policies and benefits --------------------------------------------------------------------------------------------


def page_of_version(request, version: PolicyVersion, anchor: str = "") -> dict[str, str]:
    """Return the page of a version in each language: the published one stands at the policy's own address."""
    slug = version.policy.slug
    if version.state == VersionState.PUBLISHED:
        return in_both(request, "policies:detail", anchor, slug=slug)
    return in_both(request, "policies:version", anchor, slug=slug, label=version.label)


def anchor_of(benefit: Benefit) -> str:
    return benefit.clause.anchor if benefit.clause else ""


def page_of_benefit(request, benefit: Benefit) -> dict[str, str]:
    return page_of_version(request, benefit.version, anchor_of(benefit))


class BenefitBrief(serializers.Serializer):
    """A benefit inside its policy."""

    url = Address("benefit", pk="pk")
    page = Page(page_of_benefit)
    id = serializers.IntegerField()
    key = serializers.CharField(help_text=_("The same in every version of the policy."))
    kind = Coded(BenefitKind.choices)
    name = Both("name")
    text = Both("text")
    amount_yuan = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    pay_rule = Coded(PayRule.choices)
    pay_months = serializers.IntegerField(allow_null=True)
    pay_note = Both("pay_note")
    ends_on = serializers.DateField(allow_null=True, help_text=_("The first day without it."))
    mode = Coded(RedeemMode.choices)
    exclusive_group = serializers.CharField(help_text=_("Of one group a person gets one, the higher."))
    clause = serializers.SerializerMethodField(help_text=_("Anchor of the clause that grants it."))
    service = serializers.SerializerMethodField(help_text=_("Code of the service that redeems it."))

    def get_clause(self, benefit) -> str:
        return anchor_of(benefit)

    def get_service(self, benefit) -> str | None:
        return benefit.service_item.code if benefit.service_item else None


class VersionBrief(serializers.Serializer):
    """Which document something belongs to."""

    url = Address("version", slug="policy.slug", label="label")
    page = Page(page_of_version)
    id = serializers.CharField(source="policy.slug")
    version = serializers.CharField(source="label")
    source_id = serializers.CharField(allow_null=True, help_text=_("Identifier at the source of the import; stable."))
    title = Both("title")
    status = serializers.SerializerMethodField()

    @extend_schema_field(CodedValue)
    def get_status(self, version):
        return Coded(Standing.choices).to_representation(rules.standing(version, self.context["day"]))


class BenefitFull(BenefitBrief):
    """A benefit with its policy and who may have it."""

    policy = VersionBrief(source="version")
    level = Coded(PolicyLevel.choices, source="version.level")
    region = serializers.SerializerMethodField()
    conditions = serializers.JSONField(help_text=_("A rule tree; {} is everybody."))
    conditions_in_words = serializers.SerializerMethodField()

    @extend_schema_field(CodedValue)
    def get_region(self, benefit):
        place = Place()
        place.bind("region", self)
        return place.to_representation(benefit.version)

    @extend_schema_field(Words(many=True))
    def get_conditions_in_words(self, benefit):
        return in_words(benefit.conditions)


def in_words(tree: dict) -> list[dict]:
    """Say the conditions of a rule tree in both languages."""
    said = both_ways(lambda: [str(line) for line in conditions.describe(tree)])
    return [{"zh": zh, "en": en} for zh, en in zip(said["zh"], said["en"], strict=True)]


def both_ways(say) -> dict:
    """Ask a function in each language."""
    found = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            found[key] = say()
    return found


class Match(serializers.Serializer):
    """Where the words of `q` were found."""

    snippet_html = serializers.CharField(help_text=_("Safe HTML; the words found stand in <mark>."))
    anchor = serializers.CharField(help_text=_("Anchor of the clause."))


class PolicyRow(VersionBrief):
    """A document of the library. `id` names the policy through all its versions."""

    summary = Both("summary")
    document_no = serializers.CharField()
    index_no = serializers.CharField()
    issuer = Both("issuer")
    category = serializers.CharField()
    theme = serializers.CharField()
    level = Coded(PolicyLevel.choices)
    region = Place()
    topics = CodedList(TOPICS)
    audiences = CodedList(AUDIENCES)
    adopted_on = serializers.DateField(allow_null=True)
    published_on = serializers.DateField(allow_null=True)
    effective_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True, help_text=_("The first day without it."))
    repealed_on = serializers.DateField(allow_null=True)
    published_at = serializers.DateTimeField(help_text=_("When it appeared here."))
    source_url = serializers.CharField()
    source_name = serializers.CharField()
    is_sample = serializers.BooleanField(help_text=_("True: written for demonstration, not law."))


class PolicyFound(PolicyRow):
    """A document as a search finds it."""

    benefit_count = serializers.IntegerField()
    benefits = BenefitBrief(many=True, source="shown", help_text=_("Up to three; all of them are in the single entry."))
    match = Match(allow_null=True)


class ClauseRow(serializers.ModelSerializer):
    kind = Coded(ClauseKind.choices)
    text = Both("text", help_text=_("Plain text in Markdown, not HTML: escape it before you show it in a page."))

    class Meta:
        model = Clause
        fields = ["anchor", "number", "heading", "kind", "text"]


class PolicyFull(PolicyRow):
    """A document whole: clauses, benefits, and the other versions of its policy."""

    clauses = ClauseRow(many=True)
    benefits = BenefitFull(many=True)
    versions = VersionBrief(many=True, help_text=_("All public versions, newest first."))


# --- regions and services ---------------------------------------------------------------------------------------------


class RegionRow(serializers.ModelSerializer):
    name = Both("name")
    kind = Coded(RegionKind.choices)
    parent = serializers.CharField(source="parent_id", allow_null=True)
    path = serializers.SerializerMethodField(help_text=_("Codes from the province down to this region."))

    class Meta:
        model = Region
        fields = ["code", "name", "kind", "parent", "path", "valid_from", "valid_to"]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_path(self, region):
        return region.path.split("/")


class MaterialRow(serializers.ModelSerializer):
    name = Both("name")
    requirement = Both("requirement")
    tier = Coded(Tier.choices)
    necessity = Coded(Necessity.choices)

    class Meta:
        model = MaterialSpec
        fields = ["key", "name", "requirement", "tier", "necessity", "deferrable", "defer_days", "copies"]


class Office(serializers.Serializer):
    name = Both("name")
    phone = serializers.CharField()


def page_of_guide(request, guide: GuideVersion) -> dict[str, str]:
    return in_both(request, "services:guide", code=guide.item.code)


class ServiceRow(serializers.Serializer):
    """A service item with the guide in force; days are working days."""

    url = Address("service", code="item.code")
    page = Page(page_of_guide)
    code = serializers.CharField(source="item.code")
    task_code = serializers.CharField(source="item.task_code", help_text=_("National implementation code."))
    catalog_code = serializers.CharField(source="item.catalog_item.catalog_code")
    name = serializers.SerializerMethodField()
    summary = serializers.SerializerMethodField()
    topics = Words(many=True, source="item.topics")
    office = Office(source="item.organization")
    region = serializers.CharField(source="item.region_id")
    guide_version = serializers.IntegerField(source="version")
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    case_kind = Coded(CaseKind.choices)
    served_objects = serializers.ListField(child=serializers.CharField())
    promised_days = serializers.IntegerField()
    statutory_days = serializers.IntegerField()
    visits = serializers.IntegerField()
    online_depth = serializers.IntegerField(help_text=_("1 to 5; 5 is online from beginning to end."))
    deferral_allowed = serializers.BooleanField(help_text=_("Some materials may come later."))

    @extend_schema_field(Words)
    def get_name(self, guide):
        return Both("name").to_representation(guide.item)

    @extend_schema_field(Words)
    def get_summary(self, guide):
        return Both("summary").to_representation(guide.item)


def sample_of_guide(request, guide: GuideVersion) -> dict[str, str] | None:
    return in_both(request, "services:result_sample", code=guide.item.code) if guide.result_sample else None


class JointBody(serializers.Serializer):
    """Another body that takes part, and in what."""

    name = Words()
    part = Words()


class Intermediary(serializers.Serializer):
    """A service that somebody else must do first."""

    name = Words()
    basis = Words()
    period = Words()


class ServiceFull(ServiceRow):
    """A service item with its materials and conditions, who is behind it, and what comes out."""

    power_source = Coded(PowerSource.choices)
    entrusting_body = serializers.SerializerMethodField(help_text=_("null unless the power is entrusted."))
    joint_bodies = JointBody(many=True, help_text=_("[] if there are none."))
    intermediaries = Intermediary(many=True, help_text=_("[] if there are none."))
    result_kind = Coded(ResultKind.choices)
    result_name = serializers.SerializerMethodField()
    result_sample = Page(sample_of_guide)
    conditions = Words(many=True)
    eligibility = serializers.JSONField(help_text=_("A rule tree; {} is everybody."))
    materials = MaterialRow(many=True)

    @extend_schema_field(Words(allow_null=True))
    def get_entrusting_body(self, guide):
        return guide.entrusting_body or None

    @extend_schema_field(Words(allow_null=True))
    def get_result_name(self, guide):
        return guide.result_name or None
