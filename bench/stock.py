"""Django's own change list of cases, as a tutorial registers it: the peer of the queue."""

from django.contrib import admin
from django.urls import path

from applications.models import Case


class StockAdmin(admin.ModelAdmin):
    list_display = ("applicant_name", "case_no", "item", "region", "window", "state", "assigned_to", "due_on")
    list_filter = ("state", "item")
    search_fields = ("applicant_name", "case_no")

    def get_urls(self):
        """Give the frame of our pages the one address that it links."""
        return [path("search/", self.changelist_view, name="applications_case_search"), *super().get_urls()]


stock_site = admin.AdminSite("stock")
stock_site.register(Case, StockAdmin)
