"""Brands for the offices: what they are, who builds them, their recognitions and figures, logo and pictures."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.permissions import ReadOnlyAdminMixin, RoleAdminMixin
from jobs import clock
from laborbrands.admin.access import EDITORS, READERS, BrandAdminMixin, button, may_edit
from laborbrands.models import (
    Brand,
    BrandEvent,
    BrandOccupation,
    BrandPicture,
    BrandStat,
    Builder,
    CountyProfile,
    Industry,
    Plan,
    Recognition,
    ReportedFigure,
    Team,
)
from laborbrands.page_forms import CoverageForm, PictureForm
from laborbrands.rules.wording import listed
from laborbrands.services import figures
from laborbrands.services.coverage import set_coverage
from laborbrands.states import ON_THE_MAP
from regions.models import Region, RegionKind
from talentportal.lib import again
from talentportal.lib.refusals import Refused


class LackingFilter(admin.SimpleListFilter):
    """Recognized brands without a team or without a plan."""

    title = gettext_lazy("one brand, one team, one plan")
    parameter_name = "lacks"

    def lookups(self, request, model_admin):
        return [("team", _("team missing")), ("plan", _("plan missing"))]

    def queryset(self, request, rows):
        standing = rows.filter(stage__in=ON_THE_MAP) if self.value() else rows
        match self.value():
            case "team":
                return standing.filter(has_team=False)
            case "plan":
                return standing.filter(has_plan=False)
        return standing


class PrefectureFilter(admin.SimpleListFilter):
    """By the prefecture, of those that the rows are in."""

    title = gettext_lazy("prefecture")
    parameter_name = "prefecture"

    def lookups(self, request, model_admin):
        rows = Region.objects.filter(kind=RegionKind.PREFECTURE).order_by("code")
        return [(region.code, str(region)) for region in rows.defer("outline")]

    def queryset(self, request, rows):
        return rows.filter(region__path__contains=self.value()) if self.value() else rows


class OfBrandInline(BrandAdminMixin, admin.StackedInline):
    """Rows that are edited on the page of their brand; the brand's own permission decides."""

    brand_path = ""
    extra = 0

    def has_change_permission(self, request, obj=None) -> bool:
        return RoleAdminMixin.has_change_permission(self, request) and (obj is None or may_edit(request, obj))

    def has_add_permission(self, request, obj=None) -> bool:
        return self.may_add and self.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self.may_delete and self.has_change_permission(request, obj)


class BuilderInline(OfBrandInline):
    model = Builder
    fields = (("name_zh", "name_en"), "unit", ("is_lead", "starts_on", "ends_on"))
    autocomplete_fields = ("unit",)


class OccupationInline(OfBrandInline):
    model = BrandOccupation
    fields = (("code", "name_zh", "name_en"), ("order", "is_sample"))


class PictureInline(OfBrandInline):
    """Captions and order; files come in on a page of their own."""

    model = BrandPicture
    fields = (("order", "caption_zh", "caption_en"),)
    may_add = False
    may_delete = True


class RecognitionInline(ReadOnlyAdminMixin, admin.StackedInline):
    """Conferred by cases and ended by decisions, never here."""

    model = Recognition
    view_roles = (*READERS, *EDITORS)
    fields = ("tier", "recognized_on", "valid_until", "document_no", "ended_on", "end_reason", "source")


class EventInline(ReadOnlyAdminMixin, admin.StackedInline):
    model = BrandEvent
    view_roles = (*READERS, *EDITORS)
    fields = ("on", "verb", "tier", "text_zh", "actor", "is_public")


@admin.register(Brand)
class BrandAdmin(BrandAdminMixin, admin.ModelAdmin):
    """Every brand of one's region. A brand begins with a case of recognition, so none is added here."""

    brand_path = ""
    may_add = False
    list_display = ("name_zh", "name_en", "highest_tier", "stage", "region", "industry", "lacking")
    list_filter = ("recognitions__tier", "stage", "industry", LackingFilter, PrefectureFilter)
    list_select_related = ("region", "industry")
    search_fields = ("name_zh", "name_en", "code", "region__name_zh")
    list_per_page = 50
    readonly_fields = (
        "code",
        "stage",
        "region",
        "covered",
        "created_at",
        "coverage_button",
        "picture_button",
        "public_page",
    )
    inlines = (BuilderInline, OccupationInline, PictureInline, RecognitionInline, EventInline)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("slogan_zh", "slogan_en"), ("code", "stage"), "public_page")}),
        (
            gettext_lazy("Kind"),
            {
                "fields": (
                    ("owner_kind", "category"),
                    ("industry", "industry_code", "occupation_code"),
                    ("product_zh", "product_en"),
                )
            },
        ),
        (
            pgettext_lazy("brand", "Home"),
            {"fields": ("region", "covered", "coverage_button", ("longitude", "latitude"), "department")},
        ),
        (gettext_lazy("Mark"), {"fields": (("trademark_state", "trademark_no"), "standards", "founded_year")}),
        (gettext_lazy("Story"), {"fields": ("story_zh", "story_en", "picture_button")}),
        (gettext_lazy("Source"), {"fields": (("source", "is_sample"), "created_at")}),
    )

    def get_queryset(self, request):
        rows = super().get_queryset(request).visible_to(request.user)
        year = clock.today().year
        return rows.annotate(
            has_team=Exists(Team.objects.filter(brand=OuterRef("pk"))),
            has_plan=Exists(Plan.objects.filter(brand=OuterRef("pk"), year=year)),
        ).prefetch_related("recognitions")

    @admin.display(description=gettext_lazy("tier"))
    def highest_tier(self, brand):
        standing = [one for one in brand.recognitions.all() if one.ended_on is None]
        order = list(Recognition._meta.get_field("tier").choices)
        ranks = {tier: (rank, label) for rank, (tier, label) in enumerate(order)}
        return min((ranks[one.tier] for one in standing), default=(0, "–"))[1]

    @admin.display(description=gettext_lazy("missing"))
    def lacking(self, brand):
        if brand.stage not in ON_THE_MAP:
            return "–"
        missing = [] if brand.has_team else [_("team missing")]
        missing += [] if brand.has_plan else [_("plan missing")]
        return "⚠ " + " · ".join(missing) if missing else _("team and plan there")

    @admin.display(description=gettext_lazy("logo and pictures"))
    def picture_button(self, brand):
        return button("admin:laborbrands_brand_picture", brand.pk, _("Add a logo or a picture")) if brand.pk else "–"

    @admin.display(description=gettext_lazy("also covers"))
    def covered(self, brand):
        return listed(brand.coverage.defer("outline").order_by("path")) or _("only its home")

    @admin.display(description=gettext_lazy("coverage"))
    def coverage_button(self, brand):
        return button("admin:laborbrands_brand_coverage", brand.pk, _("Change what it covers")) if brand.pk else "–"

    @admin.display(description=gettext_lazy("public page"))
    def public_page(self, brand):
        return reverse("brands:detail", args=[brand.code])

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/picture/", view(self.add_picture), name="laborbrands_brand_picture"),
            path("<int:pk>/coverage/", view(self.cover), name="laborbrands_brand_coverage"),
        ]
        return own + super().get_urls()

    def cover(self, request, pk: int):
        """Tick the places that a brand covers beside its home."""
        brand = get_object_or_404(self.get_queryset(request).select_related("region"), pk=pk)
        if not self.has_change_permission(request, brand):
            raise PermissionDenied
        ways = {"home": brand.region, "day": clock.today()}
        initial = {"regions": brand.coverage.values_list("pk", flat=True)}
        form = CoverageForm(again.typed(request), initial=initial, **ways)
        if request.method == "POST":
            return self._cover(request, brand, form)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("What it covers"),
            "brand": brand,
            "form": form,
            "groups": form.groups(),
            "reasons": again.told(request).get("reasons", []),
            "changes": brand.events.filter(verb="cover").select_related("actor").order_by("-at"),
        }
        return TemplateResponse(request, "laborbrands/admin_coverage.html", context)

    def _cover(self, request, brand: Brand, form: CoverageForm):
        if not form.is_valid():
            return again.give_back(request)
        try:
            set_coverage(brand=brand, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        again.forget(request)
        self.log_change(request, brand, "coverage")
        messages.success(request, _("Kept. The page of the brand shows it at once."))
        return redirect("admin:laborbrands_brand_coverage", brand.pk)

    def add_picture(self, request, pk: int):
        """Take a logo or a picture; one that is too large is named beside its field, with what was typed kept."""
        brand = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, brand):
            raise PermissionDenied
        form = PictureForm(request.POST or None, request.FILES or None)
        if request.META.get("portal.upload_too_large"):
            form.errors.pop("file", None)
            form.add_error("file", _("The picture is too large: at most 5 MB."))
        if request.method == "POST" and form.is_valid():
            self._keep_picture(request, brand, form.cleaned_data)
            return redirect("admin:laborbrands_brand_change", brand.pk)
        context = self.admin_site.each_context(request) | {"opts": self.opts, "brand": brand, "form": form}
        context["title"] = _("Add a logo or a picture")
        status = 422 if form.errors else 200
        return TemplateResponse(request, "laborbrands/admin_picture.html", context, status=status)

    def _keep_picture(self, request, brand: Brand, words: dict) -> None:
        if words["is_logo"]:
            brand.logo = words["file"]
            brand.save(update_fields=["logo"])
        else:
            captions = {key: words[key] for key in ("caption_zh", "caption_en")}
            BrandPicture.objects.create(brand=brand, image=words["file"], order=brand.pictures.count() + 1, **captions)
        self.log_change(request, brand, "logo" if words["is_logo"] else "picture")
        messages.success(request, _("The picture is kept."))


class VerifiedFilter(admin.SimpleListFilter):
    title = gettext_lazy("verified")
    parameter_name = "verified"

    def lookups(self, request, model_admin):
        return [("no", _("not yet")), ("yes", _("verified"))]

    def queryset(self, request, rows):
        return rows.filter(verified_at__isnull=self.value() == "no") if self.value() else rows


@admin.register(BrandStat)
class BrandStatAdmin(BrandAdminMixin, ReadOnlyAdminMixin, admin.ModelAdmin):
    """Figures as they were reported; a button lets them count. Nobody types over them: a correction is reported."""

    edit_roles = ()
    view_roles = (*READERS, *EDITORS)
    may_add = False
    list_display = ("brand", "year", "version", "driven_jobs", "trained", "source", "reported_by", "verified_by")
    list_filter = (VerifiedFilter, "year")
    list_select_related = ("brand", "reported_by", "verified_by")
    search_fields = ("brand__name_zh", "brand__name_en")
    readonly_fields = ("verify_button",)

    @admin.display(description=gettext_lazy("verification"))
    def verify_button(self, stat):
        if stat.verified_at:
            return _("verified")
        return button("admin:laborbrands_brandstat_verify", stat.pk, _("Verify these figures"))

    def get_urls(self):
        address = path("<int:pk>/verify/", self.admin_site.admin_view(self.verify), name="laborbrands_brandstat_verify")
        return [address, *super().get_urls()]

    def verify(self, request, pk: int):
        """Ask once more, then let the figures count."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        stat = get_object_or_404(self.get_queryset(request).select_related("brand", "reported_by"), pk=pk)
        if request.method == "POST":
            try:
                figures.verify_figures(stat=stat, actor=request.user, now=clock.now())
            except Refused as refused:
                return again.give_back(request, reasons=refused.reasons)
            messages.success(request, _("The figures are verified and count from now on."))
            return redirect("admin:laborbrands_brandstat_change", stat.pk)
        fields = [BrandStat._meta.get_field(name) for name in figures.FIELDS]
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Verify these figures"),
            "stat": stat,
            "lines": [(field.verbose_name, getattr(stat, field.name)) for field in fields],
            "reasons": again.told(request).get("reasons", []),
        }
        return TemplateResponse(request, "laborbrands/admin_verify.html", context)


@admin.register(Recognition)
class RecognitionAdmin(BrandAdminMixin, ReadOnlyAdminMixin, admin.ModelAdmin):
    """The tiers conferred and ended, to look up."""

    edit_roles = ()
    view_roles = (*READERS, *EDITORS)
    may_add = False
    list_display = ("brand", "tier", "recognized_on", "valid_until", "document_no", "ended_on", "end_reason")
    list_filter = ("tier", "end_reason")
    list_select_related = ("brand",)
    search_fields = ("brand__name_zh", "brand__name_en", "document_no")
    date_hierarchy = "recognized_on"


@admin.register(Industry)
class IndustryAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = (*READERS, *EDITORS)
    list_display = ("name_zh", "name_en", "code", "order", "sections")


@admin.register(CountyProfile)
class CountyProfileAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = (*READERS, *EDITORS)
    may_delete = True
    list_display = ("region", "kind")
    list_filter = ("kind",)
    list_select_related = ("region",)
    search_fields = ("region__name_zh", "region__name_en")
    autocomplete_fields = ("region",)


@admin.register(ReportedFigure)
class ReportedFigureAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = (*READERS, *EDITORS)
    list_display = ("label_zh", "value", "is_about", "region", "source_zh", "as_of")
    list_select_related = ("region",)
    autocomplete_fields = ("region",)
