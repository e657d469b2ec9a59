from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.permissions import ReadOnlyAdminMixin, RoleAdminMixin
from notifications import wording
from notifications.events import EVENTS
from notifications.models import Channel, Delivery, Message, MessageTemplate, Reminder

TEXTS = ("title_zh", "title_en", "body_zh", "body_en", "sms_zh", "sms_en")


class EventFilter(admin.SimpleListFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request, model_admin):
        return [(key, label) for key, (label, _words) in EVENTS.items()]

    def queryset(self, request, queryset):
        return queryset.filter(event=self.value()) if self.value() else queryset


@admin.display(description=_("event"), ordering="event")
def event_name(row):
    return EVENTS[row.event][0] if row.event in EVENTS else row.event


class MessageTemplateForm(forms.ModelForm):
    channels = forms.TypedMultipleChoiceField(
        label=_("Channels beside the inbox"), choices=Channel, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = MessageTemplate
        fields = ["event", *TEXTS, "channels", "is_statutory"]

    def clean_event(self):
        if self.cleaned_data["event"] not in EVENTS:
            raise forms.ValidationError(_("Nothing in the portal sends this event."))
        return self.cleaned_data["event"]

    def clean(self):
        cleaned = super().clean()
        event = cleaned.get("event") or self.instance.event
        for name in TEXTS:
            if unknown := wording.unknown_placeholders(event, cleaned.get(name) or ""):
                words = {"unknown": " ".join(f"{{{word}}}" for word in unknown)}
                self.add_error(name, _("No word is known for %(unknown)s.") % words)
        return cleaned


@admin.register(MessageTemplate)
class MessageTemplateAdmin(RoleAdminMixin, admin.ModelAdmin):
    form = MessageTemplateForm
    list_display = [event_name, "title_zh", "title_en", "ways", "is_statutory"]
    search_fields = ["event", "title_zh", "title_en"]
    may_add = False

    def get_readonly_fields(self, request, obj=None):
        return ["event", "words"] if obj else ["words"]

    @admin.display(description=_("channels beside the inbox"))
    def ways(self, template):
        return str(_(", ")).join(str(Channel(channel).label) for channel in template.channels)

    @admin.display(description=_("words that may be used"))
    def words(self, template):
        return " ".join(f"{{{word}}}" for word in EVENTS.get(template.event, ("", ()))[1])


class DeliveryInline(ReadOnlyAdminMixin, admin.StackedInline):
    model = Delivery
    extra = 0
    fields = ["channel", "state", "attempts", "last_error", "sent_at"]
    view_roles = (Role.ADMINISTRATOR,)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    list_display = ["created_at", event_name, "recipient", "title", "read_at"]
    list_filter = [EventFilter]
    list_select_related = ["recipient"]
    search_fields = ["=recipient__email", "=recipient__phone", "key"]
    inlines = [DeliveryInline]
    show_full_result_count = False
    view_roles = (Role.ADMINISTRATOR,)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    list_display = ["message", "channel", "state", "attempts", "last_error", "sent_at"]
    list_filter = ["state", "channel"]
    list_select_related = ["message"]
    show_full_result_count = False
    view_roles = (Role.ADMINISTRATOR,)


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    list_display = ["due_at", event_name, "subject", "recipient", "sent_at", "cancelled_at"]
    list_filter = [EventFilter]
    list_select_related = ["recipient"]
    search_fields = ["=subject"]
    show_full_result_count = False
    view_roles = (Role.ADMINISTRATOR,)
