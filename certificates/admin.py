"""Certificates for staff: read-only, with buttons that call the services; batches from a CSV file."""

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Role
from accounts.permissions import ReadOnlyAdminMixin, RoleAdminMixin
from accounts.queries import posts_of
from certificates import batches, faces, files, queries, rules, services
from certificates.forms import ActForm, BatchForm
from certificates.models import Batch, Certificate, CertificateKind
from certificates.states import CertificateStatus
from certificates.views import pdf_response
from jobs import clock
from talentportal.lib.masking import mask_document
from talentportal.lib.refusals import Refused

READERS = (*services.ACTING_ROLES, Role.ADMINISTRATOR)
ACTS = {  # verb of the address: what the button says, the service
    "reissue": (_("Make a new version"), services.reissue),
    "suspend": (_("Suspend the certificate"), services.suspend),
    "resume": (_("End the suspension"), services.resume),
    "revoke": (_("Revoke the certificate"), services.revoke),
    "cancel": (_("Cancel the certificate"), services.cancel),
}
VERB_OF = {"reissue": "supersede"}


@admin.register(CertificateKind)
class CertificateKindAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = READERS
    list_display = ("name_zh", "name_en", "code", "number_code", "layout")
    search_fields = ("name_zh", "name_en", "code")


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    view_roles = READERS
    list_display = ("number", "version", "kind", "holder_name", "status", "issued_on", "organization")
    list_filter = ("status", "kind")
    list_select_related = ("kind", "organization")
    search_fields = ("number__startswith", "verify_code__iexact")
    search_help_text = _("Certificate number or verification code")
    date_hierarchy = "issued_on"
    change_form_template = "certificates/admin_certificate.html"
    fields = (
        "number",
        "version",
        "identifier",
        "kind",
        "organization",
        "holder_name",
        "holder_id_masked",
        "says",
        "approved_on",
        "issued_on",
        "valid_until",
        "status",
        "status_at",
        "verify_code",
        "sha256",
        "replaces",
    )
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/file/", view(self.file), name="certificates_certificate_file"),
            *(
                path(f"<int:pk>/{act}/", view(self.act), {"act": act}, name=f"certificates_certificate_{act}")
                for act in ACTS
            ),
        ]
        return own + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        certificate = self.get_object(request, object_id)
        events = certificate.events.select_related("actor").order_by("id") if certificate else ()
        extra_context = (extra_context or {}) | {"events": events}
        if certificate and services.in_charge(request.user, certificate.organization, clock.now()):
            acts = [
                (reverse(f"admin:certificates_certificate_{name}", args=[certificate.pk]), label)
                for name, (label, _service) in ACTS.items()
                if rules.may(VERB_OF.get(name, name), certificate.status)
            ]
            extra_context["acts"] = acts
        return super().change_view(request, object_id, form_url, extra_context)

    def act(self, request, pk, act):
        """Ask for the reason, then call the service."""
        certificate = self._certificate_or_404(request, pk)
        label, service = ACTS[act]
        form = ActForm(request.POST or None, act=act)
        if request.method == "POST" and form.is_valid():
            try:
                service(certificate=certificate, actor=request.user, now=clock.now(), **form.cleaned_data)
                self.log_change(request, certificate, f"{act}: {form.cleaned_data['reason']}")
                messages.success(request, _("Done. It is in the history of the certificate."))
                return redirect(self._address(certificate))
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
        context = {"title": label, "certificate": certificate, "form": form, "back": self._address(certificate)}
        context["danger"] = act in ("revoke", "cancel")
        return _page(self, request, "certificates/admin_act.html", context)

    def file(self, request, pk):
        """The sealed file; of a certificate that no longer holds an unsigned copy stamped 作废."""
        certificate = self._certificate_or_404(request, pk)
        if not certificate.sha256:
            messages.error(request, _("The certificate is not sealed yet."))
            return redirect(self._address(certificate))
        if certificate.status in (CertificateStatus.VALID, CertificateStatus.SUSPENDED):
            return pdf_response(certificate.file.open("rb"), certificate)
        response = HttpResponse(files.void_pdf(certificate, clock.now()), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{certificate.number}-void.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    @admin.display(description=_("what it says"))
    def says(self, certificate):
        return faces.sentence(certificate)["zh"]

    def _certificate_or_404(self, request, pk):
        certificates = self.get_queryset(request) if self.has_view_permission(request) else Certificate.objects.none()
        return get_object_or_404(certificates.select_related("kind", "organization__region", "holder"), pk=pk)

    def _address(self, certificate):
        return reverse("admin:certificates_certificate_change", args=[certificate.pk])


@admin.register(Batch)
class BatchAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = edit_roles = (Role.CERTIFICATE_CLERK,)
    list_display = ("title", "kind", "organization", "approved_on", "created_by", "created_at", "started_at")
    list_select_related = ("kind", "organization", "created_by")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(organization__in=self._organizations(request))

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("columns.csv", view(self.columns), name="certificates_batch_columns"),
            path("<int:pk>/run/", view(self.run), name="certificates_batch_run"),
        ]
        return own + super().get_urls()

    def add_view(self, request, form_url="", extra_context=None):
        """Hand in a file; every fault of the file as a whole is told beside the field."""
        if not self.has_add_permission(request):
            return redirect("admin:index")
        form = BatchForm(request.POST or None, request.FILES or None, organizations=self._organizations(request))
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data | {"content": form.cleaned_data["file"]}
            del words["file"]
            try:
                batch = batches.create_batch(**words, actor=request.user, now=clock.now())
                return redirect("admin:certificates_batch_change", batch.pk)
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error("file", reason)
        context = {"title": _("New batch of certificates"), "form": form, "columns": batches.COLUMNS.values()}
        return _page(self, request, "certificates/admin_batch_new.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The lines with their errors before the start; the progress afterwards."""
        batch = self._batch_or_404(request, object_id)
        progress = queries.progress(batch)
        rows = list(batch.rows.select_related("certificate", "person").order_by("line"))
        for row in rows:
            row.masked = mask_document(row.id_number or "")
        context = {
            "title": batch.title,
            "batch": batch,
            "progress": progress,
            "rows": rows,
            "running": queries.is_working(batch),
        }
        return _page(self, request, "certificates/admin_batch.html", context)

    def run(self, request, pk):
        """Start the batch, or go on where it stopped."""
        batch = self._batch_or_404(request, pk)
        if request.method == "POST":
            try:
                taken = batches.run_batch(batch=batch, actor=request.user, now=clock.now())
                self.log_change(request, batch, f"run: {taken}")
                messages.success(request, _("%(count)d certificates are being made.") % {"count": taken})
            except Refused as refused:
                for reason in refused.reasons:
                    messages.error(request, str(reason))
        return redirect("admin:certificates_batch_change", batch.pk)

    def columns(self, request):
        """An empty file with the heads of all columns."""
        response = HttpResponse(batches.example_csv(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="certificates.csv"'
        return response

    def _organizations(self, request):
        if request.user.is_superuser:
            return Organization.objects.all()
        posts = posts_of(request.user, clock.today()).filter(role=Role.CERTIFICATE_CLERK)
        found = Organization.objects.none()
        for post in posts:
            found |= Organization.objects.filter(region__path__startswith=post.region.path)
        return found

    def _batch_or_404(self, request, pk):
        allowed = self.get_queryset(request) if self.has_view_permission(request) else Batch.objects.none()
        return get_object_or_404(allowed.select_related("kind", "organization"), pk=pk)


def _page(model_admin, request, template: str, context: dict):
    context |= model_admin.admin_site.each_context(request) | {"opts": model_admin.opts}
    return TemplateResponse(request, template, context, headers={"Cache-Control": "no-store"})
