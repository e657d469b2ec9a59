"""Django's own change list of cases, as a tutorial registers it: the peer of the queue."""

from django.contrib import admin
from django.urls import path

from applications.models import Case


class StockAdmin(admin.ModelAdmin):
    list_display = ("applicant_name", "case_no", "item", "region", "window", "state", "assigned_to", "due_on")
    list_filter = ("state", "item")
    search_fields = ("applicant_name", "case_no")

    def get_ordering(self, request):
        """By what is due, as the queue; or newest first, which the key's own index gives."""
        return ("-id",) if "newest" in request.path else ("due_on", "id")

    def get_urls(self):
        """Give the frame of our pages the one address that it links."""
        own = [
            path("search/", self.changelist_view, name="applications_case_search"),
            path("newest/", self.changelist_view),
        ]
        return own + super().get_urls()


stock_site = admin.AdminSite("stock")
stock_site.register(Case, StockAdmin)
