"""Users, posts, organizations, units and identities for staff. Whole personal numbers are never listed."""

from allauth.account import admin as _allauth_admin  # noqa: F401  registered here first, to be taken out below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth import admin as _auth_admin  # noqa: F401
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import ModelForm
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts import queries, services
from accounts.forms import FindPersonForm, OtherDocumentForm, RevealForm
from accounts.models import Organization, Person, Reveal, Role, StaffPost, Unit, UnitMember, UnitSuccession, User
from accounts.permissions import ReadOnlyAdminMixin, RoleAdminMixin
from jobs import clock
from talentportal.lib.masking import mask_name
from talentportal.lib.refusals import Refused, refuse_unless

ALREADY = ("last_login", "date_joined")
COUNTER = (Role.CLERK, Role.EXAMINER, Role.LEADER, Role.CERTIFICATE_CLERK)

for theirs in (EmailAddress, Authenticator, Group):  # addresses in full, secrets, and rights that mean nothing here
    admin.site.unregister(theirs)


class StaffPostInline(RoleAdminMixin, admin.StackedInline):  # Django's tables give fields no label
    model = StaffPost
    extra = 0
    autocomplete_fields = ("organization", "region")


class NewStaffForm(ModelForm):
    """A new member of staff signs in by a code first and then sets a password."""

    class Meta:
        model = User
        fields = ("name", "email", "phone", "is_staff")

    def save(self, commit=True):
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        self.instance = User.objects.create_user(password=None, **values)
        return self.instance

    def save_m2m(self):
        pass


@admin.register(User)
class UserAdmin(RoleAdminMixin, admin.ModelAdmin):
    list_display = ("name", "masked_contact", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "posts__role")
    search_fields = ("name", "email__iexact", "phone__endswith")
    fields = ("name", "masked_contact", "language", "is_active", "is_staff", "is_superuser", *ALREADY)
    readonly_fields = ("masked_contact", *ALREADY)
    inlines = (StaffPostInline,)
    ordering = ("-date_joined",)

    def get_fields(self, request, obj=None):
        return NewStaffForm.Meta.fields if obj is None else self.fields

    def get_form(self, request, obj=None, **options):
        return super().get_form(request, obj, **options | ({"form": NewStaffForm} if obj is None else {}))

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def get_readonly_fields(self, request, obj=None):
        own = () if request.user.is_superuser else ("is_superuser",)
        return (*self.readonly_fields, *own)

    def has_change_permission(self, request, obj=None):
        """Only a superuser changes a superuser."""
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not above

    @admin.display(description=_("mobile number or e-mail"))
    def masked_contact(self, user):
        return user.masked_contact


@admin.register(StaffPost)
class StaffPostAdmin(RoleAdminMixin, admin.ModelAdmin):
    list_display = ("user", "role", "organization", "region", "is_head", "starts_on", "ends_on")
    list_filter = ("role", "is_head")
    list_select_related = ("user", "organization", "region")
    search_fields = ("user__name", "organization__name_zh", "region__name_zh")
    autocomplete_fields = ("user", "organization", "region")


@admin.register(Organization)
class OrganizationAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = (*COUNTER, Role.OFFICIAL)
    list_display = ("name_zh", "name_en", "region", "document_prefix", "phone")
    list_select_related = ("region",)
    search_fields = ("name_zh", "name_en", "uscc")
    autocomplete_fields = ("region", "parent")


class UnitMemberInline(ReadOnlyAdminMixin, admin.TabularInline):
    model = UnitMember
    view_roles = COUNTER
    fields = ("user", "role", "joined_at", "left_at")


@admin.register(Unit)
class UnitAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = COUNTER
    may_add = False
    list_display = ("name", "uscc", "region", "status")
    list_filter = ("status",)
    list_select_related = ("region",)
    search_fields = ("name", "uscc")
    readonly_fields = ("uscc", "status")
    autocomplete_fields = ("region", "work_region")
    inlines = (UnitMemberInline,)
    actions = ("verify", "suspend", "dissolve")

    def _set_status(self, request, units, status):
        done = 0
        for unit in units:
            try:
                services.set_unit_status(unit=unit, status=status, actor=request.user, now=clock.now())
                done += 1
            except Refused as refused:
                messages.error(request, f"{unit}: {refused}")
        if done:
            messages.success(request, _("Done: %(count)d.") % {"count": done})

    @admin.action(description=_("Verify"), permissions=["change"])
    def verify(self, request, units):
        self._set_status(request, units, Unit.Status.VERIFIED)

    @admin.action(description=_("Suspend"), permissions=["change"])
    def suspend(self, request, units):
        self._set_status(request, units, Unit.Status.SUSPENDED)

    @admin.action(description=_("Mark as dissolved; all memberships end"), permissions=["change"])
    def dissolve(self, request, units):
        self._set_status(request, units, Unit.Status.DISSOLVED)


class SuccessionForm(ModelForm):
    class Meta:
        model = UnitSuccession
        fields = ("old", "new", "share", "starts_on", "basis")

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors and not self.instance.pk:
            words = {key: data[key] for key in ("old", "new", "share", "basis")}
            if reasons := services.succession_obstacles(*words.values()):
                raise ValidationError(reasons)
        return data


@admin.register(UnitSuccession)
class UnitSuccessionAdmin(RoleAdminMixin, admin.ModelAdmin):
    form = SuccessionForm
    list_display = ("old", "new", "share", "starts_on", "basis")
    list_select_related = ("old", "new")
    search_fields = ("old__name", "new__name")
    autocomplete_fields = ("old", "new")

    def has_change_permission(self, request, obj=None) -> bool:
        return obj is None and super().has_change_permission(request)

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data
        made = services.record_succession(**data, actor=request.user, now=clock.now())
        obj.pk, obj.recorded_by, obj.recorded_at = made.pk, made.recorded_by, made.recorded_at


@admin.register(Person)
class PersonAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """Nobody browses people: a whole document number or a whole name finds them, sent by POST, so in no log."""

    view_roles = (*COUNTER, Role.ADMINISTRATOR)
    fields = ("user", "name", "document_type", "issuing_country", "id_masked", "birth_date", "sex", "level", "same_as")
    readonly_fields = fields
    change_form_template = "accounts/admin_person.html"

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/reveal/", view(self.reveal), name="accounts_person_reveal"),
            path("<int:pk>/confirm/", view(self.confirm), name="accounts_person_confirm"),
            path("<int:pk>/same/", view(self.same), name="accounts_person_same"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        """Ask for whom to find, and list with masked names and numbers who fits."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, found = FindPersonForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            found, form = queries.find_people(form.cleaned_data["term"]), FindPersonForm()
        return self._page(request, "accounts/admin_people.html", title=_("Find a person"), form=form, found=found)

    def _page(self, request, template, **context):
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, template, context, headers={"Cache-Control": "no-store"})

    def _person_or_404(self, request, pk):
        return get_object_or_404(Person if self.has_view_permission(request) else Person.objects.none(), pk=pk)

    @sensitive_variables("number")
    def reveal(self, request, pk):
        """Show the whole number once, after the reason has been written down."""
        person, number = self._person_or_404(request, pk), ""
        form = RevealForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            number = services.reveal_number(
                person=person, actor=request.user, reason=form.cleaned_data["reason"], now=clock.now()
            )
        words = {"title": _("Whole document number"), "person": person, "number": number, "form": form}
        return self._page(request, "accounts/admin_reveal.html", **words)

    def confirm(self, request, pk):
        """Note that the document was seen at the window."""
        person = self._person_or_404(request, pk)
        if request.method == "POST":
            try:
                services.confirm_person(person=person, actor=request.user, now=clock.now())
                self.log_change(request, person, [{"changed": {"fields": ["level"]}}])
                messages.success(request, _("The identity is confirmed."))
            except Refused as refused:
                messages.error(request, str(refused))
        return redirect(reverse("admin:accounts_person_change", args=[pk]))

    @sensitive_variables("number")
    def same(self, request, pk):
        """Note that another document, seen at the window as well, is of the same human being."""
        person, form = self._person_or_404(request, pk), OtherDocumentForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            number = form.cleaned_data["number"]
            try:
                other = queries.people_with_document(number).exclude(pk=pk).first()
                refuse_unless(other, _("No other record has this document number."))
                services.link_person(person=person, to=other, actor=request.user, now=clock.now())
                self.log_change(request, person, [{"changed": {"fields": ["same_as"]}}])
                messages.success(request, _("From now on both records count as one person."))
                return redirect(reverse("admin:accounts_person_change", args=[pk]))
            except Refused as refused:
                form.add_error("number", list(refused.reasons))
        words = {"title": _("Same person with another document"), "person": person, "form": form}
        return self._page(request, "accounts/admin_same.html", **words)


@admin.register(Reveal)
class RevealAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    list_display = ("at", "by", "masked_name", "reason")
    list_select_related = ("by", "person")
    date_hierarchy = "at"
    search_fields = ("by__name", "reason")

    @admin.display(description=_("person"))
    def masked_name(self, reveal):
        return mask_name(reveal.person.name)
