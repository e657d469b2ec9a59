"""Paper at the window: who and what first, then answers and materials; and the powers of attorney on record."""

from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person, Role, Unit, User
from accounts.permissions import ReadOnlyAdminMixin
from accounts.queries import people_with_document, posts_of
from applications import intake_forms, proof
from applications.models import STAFF_ROLES_ON_CASES, Case, PowerOfAttorney
from applications.services import attorney as attorneys
from applications.services.drafts import guide_of_today
from applications.states import PaperKind, ScanState
from applications.uploads import too_large
from applications.views.files import SHOWN_INLINE, give_out
from jobs import clock
from policies.models import ServiceItem
from talentportal.lib.refusals import Refused
from workstations.models import Window

SALT = "applications.intake"
LASTS = 12 * 3600  # seconds between the first page and the second


class IntakePages:
    """The two pages on which a clerk takes in paper; mixed into the admin of cases."""

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("intake/", view(self.intake), name="applications_case_intake"),
            path("intake/<str:token>/", view(self.intake_papers), name="applications_case_intake_papers"),
        ]
        return own + super().get_urls()

    def intake(self, request):
        """Ask who the application is of, who brought it, and for which item; the person is found or registered."""
        now = clock.now()
        windows = clerk_windows(request, now)
        form = intake_forms.IntakeForm(
            request.POST or None, request.FILES or None, windows=windows, today=timezone.localdate(now)
        )
        context = {"title": _("Take in paper at the window"), "form": form}
        if request.method == "POST" and form.is_valid() and (step := self._meet(request, form, now, context)):
            return step
        wrong = form.is_bound and "told" not in context
        return self._page(request, "applications/admin_intake.html", context, 422 if wrong else 200)

    def _meet(self, request, form, now, context):
        """Find or register the person once the contact is proved; return the way to the second page, or None."""
        is_proved = False
        try:
            if _asks_proof(form):
                is_proved = self._prove(request, form, now, context)
                if not is_proved:
                    return None
            person, attorney = attorneys.meet_at_window(
                identity=form.identity(),
                agent=_agent(form),
                item=form.cleaned_data["item"],
                is_proved=is_proved,
                actor=request.user,
                now=now,
            )
        except ValidationError as faults:
            form.add_error(None, faults)
            return None
        except Refused as refused:
            context["reasons"] = refused.reasons
            return None
        proof.forget(request)
        unit = form.cleaned_data["uscc"]
        said = {
            "by": request.user.pk,
            "item": form.cleaned_data["item"].pk,
            "window": form.cleaned_data["window"].pk,
            "applicant": person.user_id,
            "unit": unit.pk if unit else None,
            "attorney": attorney.pk if attorney else None,
        }
        return redirect("admin:applications_case_intake_papers", token=signing.dumps(said, salt=SALT))

    def _prove(self, request, form, now, context) -> bool:
        """Tell whether the person read out the right code; where none was sent yet, send it and ask."""
        contact, code = form.cleaned_data["contact"], form.cleaned_data["code"]
        context["asks_code"] = form.fields["code"].required = True
        if code and proof.is_right(request, contact, code, now):
            return True
        if proof.is_waiting(request, contact, now):
            form.add_error("code", _("This is not the code. Ask for it again.") if code else _("Type the code."))
        elif code:
            form.add_error("code", _("The code is used up. Send another one."))
        else:
            proof.send(request, contact, now)
            context["told"] = _("A code is on its way. Ask the person to read it out.")
        return False

    def intake_papers(self, request, token):
        """Ask for the answers and the materials, then receive the case."""
        now = clock.now()
        today = timezone.localdate(now)
        windows = clerk_windows(request, now)
        place = _read(token, request.user, windows)
        try:
            guide = guide_of_today(place["item"], today)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:applications_case_intake")
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        answers = intake_forms.answers_form(guide, place, now, data)
        papers = intake_forms.PaperForm(guide, place["applicant"], data, files, today=today)
        context = {"title": _("Take in paper at the window"), "answers": answers, "papers": papers, **place}
        if data is not None:
            context["reasons"] = too_large(request)
            if answers.is_valid() and papers.is_valid() and not context["reasons"]:
                try:
                    return self._received(request, self._take_in(request, place, answers, papers, now))
                except Refused as refused:
                    context["reasons"] = refused.reasons
        return self._page(request, "applications/admin_intake_papers.html", context, 422 if data is not None else 200)

    def _take_in(self, request, place: dict, answers, papers, now) -> Case:
        return attorneys.take_in_paper(
            **place,
            answers=answers.to_keep(),
            files=papers.files_by_key(),
            on_paper=papers.on_paper(),
            **papers.commitment(),
            actor=request.user,
            now=now,
        )

    def _received(self, request, case: Case):
        receipt = case.papers.filter(kind=PaperKind.RECEIPT).first()
        link = reverse("admin:applications_case_paper", args=[receipt.public_id])
        words = _("Received: %(name)s, case %(no)s, query code %(code)s.") % {
            "name": case.applicant_name,
            "no": case.case_no,
            "code": case.query_code,
        }
        messages.success(request, format_html('{} <a href="{}">{}</a>', words, link, _("Print the receipt")))
        return redirect("admin:applications_case_change", case.pk)


def clerk_windows(request, now):
    """Return the windows at which the user works as a clerk today, or refuse the page."""
    posts = posts_of(request.user, timezone.localdate(now)).filter(role=Role.CLERK).prefetch_related("windows")
    windows = intake_forms.windows_of_clerk(posts)
    if not windows.exists():
        raise PermissionDenied
    return windows


def _asks_proof(form) -> bool:
    """Tell whether a code must come back: the person is here with a contact, and nobody has the account yet."""
    if not form.cleaned_data["contact"] or form.has_agent:
        return False
    return not people_with_document(form.cleaned_data["number"]).filter(user__is_untaken=False).exists()


def _agent(form) -> dict | None:
    data = form.cleaned_data
    if not form.has_agent:
        return None
    return {
        "name": data["agent_name"],
        "number": data["agent_number"],
        "until": data["attorney_until"],
        "scan": data["attorney_scan"],
    }


def _read(token: str, user: User, windows) -> dict:
    """Read what the first page found; only for the clerk who was there, and not for long."""
    try:
        said = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise Http404 from error
    if said["by"] != user.pk:
        raise Http404
    return {
        "item": get_object_or_404(ServiceItem, pk=said["item"]),
        "window": get_object_or_404(Window.objects.filter(pk__in=windows), pk=said["window"]),
        "applicant": get_object_or_404(User.objects.select_related("person"), pk=said["applicant"]),
        "unit": Unit.objects.filter(pk=said["unit"]).first(),
        "attorney": PowerOfAttorney.objects.filter(pk=said["attorney"]).first(),
    }


@admin.register(PowerOfAttorney)
class PowerOfAttorneyAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """Powers of attorney on record: who may hand in for whom, for what, until when; ended when taken back."""

    view_roles = (*STAFF_ROLES_ON_CASES, Role.ADMINISTRATOR)
    change_form_template = "applications/admin_attorney.html"
    list_display = ("grantor_name", "agent_name", "starts_on", "ends_on", "ended_at")
    list_select_related = ("grantor__person", "agent")
    search_fields = ("grantor__person__name", "agent_name")
    show_full_result_count = False
    ordering = ("-pk",)
    fields = ("grantor_name", "agent_name", "agent_id_masked", "what_for", "starts_on", "ends_on", "scan_state")
    fields += ("recorded_by", "recorded_at", "ended_at")
    readonly_fields = fields

    def get_queryset(self, request):
        """Members of staff see those of people with cases in their reach, and those they recorded themselves."""
        found = super().get_queryset(request)
        if request.user.is_superuser or posts_of(request.user, clock.today()).filter(role=Role.ADMINISTRATOR):
            return found
        near = Case.objects.for_staff(request.user).filter(agent__isnull=False).values("applicant")
        return found.filter(recorded_by=request.user) | found.filter(grantor__in=near)

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/file/", view(self.file), name="applications_powerofattorney_file"),
            path("<int:pk>/end/", view(self.end), name="applications_powerofattorney_end"),
        ]
        return own + super().get_urls()

    @admin.display(description=gettext_lazy("given by"))
    def grantor_name(self, attorney):
        person = Person.objects.filter(user=attorney.grantor_id).first()
        return person.name if person else attorney.grantor.name

    @admin.display(description=gettext_lazy("for"))
    def what_for(self, attorney):
        return ", ".join(str(item) for item in attorney.items.all()) or _("every service item")

    def file(self, request, pk):
        """Give out the scan; never an infected one, and none before its scan."""
        kept = self._attorney_or_404(request, pk)
        if kept.scan_state == ScanState.INFECTED:
            raise Http404
        if kept.scan_state == ScanState.PENDING:
            words = _("This file is being scanned. Try again in a moment.")
            return HttpResponse(words, "text/plain; charset=utf-8", 503)
        mime = intake_forms.uploads.MIME[kept.kind]
        return give_out(kept.file, kept.name, mime, inline=kept.kind in SHOWN_INLINE)

    def end(self, request, pk):
        """End a power of attorney that was taken back."""
        kept = self._attorney_or_404(request, pk)
        if request.method == "POST":
            try:
                attorneys.end_attorney(attorney=kept, actor=request.user, now=clock.now())
                self.log_change(request, kept, "end")
                messages.success(request, _("The power of attorney is ended."))
            except Refused as refused:
                messages.error(request, str(refused))
        return redirect("admin:applications_powerofattorney_change", pk)

    def _attorney_or_404(self, request, pk) -> PowerOfAttorney:
        found = self.get_queryset(request) if self.has_view_permission(request) else PowerOfAttorney.objects.none()
        return get_object_or_404(found, pk=pk)
