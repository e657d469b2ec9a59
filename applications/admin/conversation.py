"""Messages and notes of a case at the office, and the ready phrases."""

from copy import copy

from django.contrib import admin, messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Role
from accounts.permissions import RoleAdminMixin, roles_in
from accounts.queries import posts_of
from applications.conversation import phrases_for
from applications.conversation_forms import NoteForm, OfficeMessageForm, PhraseForm
from applications.models import STAFF_ROLES_ON_CASES, CaseMessage, Phrase
from applications.services import conversation
from applications.services.clocks import calendar_of
from applications.uploads import too_large
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused


class TalkPages:
    """The pages of messages and notes; mixed into the admin of cases."""

    def get_urls(self):
        own = [path("<int:pk>/messages/", self.admin_site.admin_view(self.talk), name="applications_case_messages")]
        return own + super().get_urls()

    def talk(self, request, pk):
        """Show the messages and notes of a case; a POST says in `do` what is to be done with them."""
        case, now = self._case_or_404(request, pk), clock.now()
        if request.method == "POST":
            return self._talk_act(request, case, now)
        told, typed = again.told(request), again.typed(request)
        forms = {"note": lambda: NoteForm(typed, auto_id="talk_%s"), "say": lambda: _message_form(case, now, typed)}
        context = {"title": _("Messages and notes"), "case": case, "reasons": told.get("reasons", [])}
        if told.get("do") in forms:
            kept = forms[told["do"]]()
            context |= {"message_form" if told["do"] == "say" else "note_form": kept, "has_errors": True}
        return self._page(request, "applications/admin_messages.html", context)

    def _talk_act(self, request, case, now):
        acts = {"say": self._say, "note": self._note, "read": self._read, "settle": self._settle}
        do = request.POST.get("do", "")
        try:
            reasons, said = acts[do](request, case, now) if do in acts else ([], "")
        except Refused as refused:
            reasons, said = refused.reasons, ""
        page = reverse("admin:applications_case_messages", args=[case.pk])
        if not said:
            return again.give_back(request, page, do=do, reasons=reasons)
        messages.success(request, said)
        desk = f"{reverse('admin:applications_case_change', args=[case.pk])}#talk"
        return redirect(desk if "from_desk" in request.POST else page)

    def _say(self, request, case, now):
        form = _message_form(case, now, request.POST, request.FILES)
        reasons = too_large(request)
        if not form.is_valid() or reasons:
            return [*reasons, *form.errors.get("files", [])], ""
        conversation.send_message(case=case, actor=request.user, now=now, **form.cleaned_data)
        return [], _("The message is sent.")

    def _note(self, request, case, now):
        form = NoteForm(request.POST)
        if not form.is_valid():
            return [], ""
        conversation.write_note(case=case, actor=request.user, now=now, text=form.cleaned_data["note"])
        return [], _("The note is kept.")

    def _read(self, request, case, now):
        conversation.read_messages(case=case, actor=request.user, now=now)
        return [], _("Marked as read.")

    def _settle(self, request, case, now):
        pk = request.POST.get("message", "")
        message = get_object_or_404(CaseMessage, pk=pk if pk.isdecimal() and len(pk) < 19 else 0, case=case)
        conversation.withdraw_question(message=message, actor=request.user, now=now)
        return [], _("No answer is awaited any more.")


def _message_form(case, now, data, files=None) -> OfficeMessageForm:
    today = timezone.localdate(now)
    return OfficeMessageForm(data, files, calendar=calendar_of(case), today=today, auto_id="talk_%s")


@admin.register(Phrase)
class PhraseAdmin(RoleAdminMixin, admin.ModelAdmin):
    """Ready phrases: everybody's own, and the office's, which heads, leaders and administrators write."""

    view_roles = edit_roles = (*STAFF_ROLES_ON_CASES, Role.ADMINISTRATOR)
    form = PhraseForm
    list_display = ("title_zh", "title_en", "cures", "of_whom", "order")
    list_filter = ("cures",)
    list_select_related = ("owner", "organization")
    search_fields = ("title_zh", "title_en", "text_zh", "text_en")
    fields = ("title_zh", "text_zh", "title_en", "text_en", "cures", "order", "is_shared")

    def get_queryset(self, request):
        """Administrators see the phrases of every office; everybody else those they may use. Never another's own."""
        phrases = super().get_queryset(request)
        if Role.ADMINISTRATOR in roles_in(request):
            return phrases.filter(Q(owner__isnull=True) | Q(owner=request.user))
        return phrases.filter(pk__in=phrases_for(request.user, _today()).values("pk"))

    @admin.display(description=gettext_lazy("belongs to"))
    def of_whom(self, phrase):
        return phrase.owner or phrase.organization

    def has_change_permission(self, request, obj=None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.owner_id == request.user.pk or self._may_share(request))

    def has_delete_permission(self, request, obj=None) -> bool:
        return self.has_change_permission(request, obj)

    def has_add_permission(self, request) -> bool:
        return super().has_change_permission(request) and self._office(request) is not None

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else [name for name in fields if name != "is_shared"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if not self._may_share(request) and "is_shared" in form.base_fields:
            field = form.base_fields["is_shared"] = copy(form.base_fields["is_shared"])  # other requests have theirs
            field.disabled, field.help_text = True, _("Phrases of the office are written by its heads.")
        return form

    def save_model(self, request, obj, form, change):
        if not change:
            obj.organization = self._office(request)
        obj.owner = None if form.cleaned_data["is_shared"] else obj.owner or request.user
        super().save_model(request, obj, form, change)

    def _may_share(self, request) -> bool:
        """Tell whether the user writes for the office: as head, leader or administrator."""
        if not roles_in(request).isdisjoint((Role.LEADER, Role.ADMINISTRATOR)):
            return True
        return posts_of(request.user, _today()).filter(is_head=True).exists()

    def _office(self, request) -> Organization | None:
        """Return the organization of the user's first post; a superuser without posts writes for the first of all."""
        post = posts_of(request.user, _today()).order_by("pk").first()
        if post:
            return post.organization
        return Organization.objects.order_by("pk").first() if request.user.is_superuser else None


def _today():
    return clock.today()
