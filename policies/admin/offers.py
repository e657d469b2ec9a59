"""Benefits found for persons, to read: for what, and how they were answered. Who it was is told by contact only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from policies.admin.library import Reach
from policies.models import Offer


@admin.register(Offer)
class OfferAdmin(Reach, admin.ModelAdmin):
    """Those of the policies that an editor keeps."""

    view_roles = (Role.EDITOR, Role.ADMINISTRATOR)
    edit_roles = ()
    list_display = ("benefit", "person", "state", "found_at", "answer_by", "answered_at")
    list_filter = ("state",)
    list_select_related = ("benefit", "user")
    search_fields = ("benefit__name_zh", "benefit__key")
    fields = readonly_fields = ("benefit", "person", "state", "found_at", "answer_by", "answered_at")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(benefit__version__in=self.versions(request))

    @admin.display(description=_("person"))
    def person(self, offer):
        return offer.user.masked_contact
