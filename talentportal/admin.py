"""The admin: where clerks, leaders and administrators work. Sign-in is the portal's own, so that second factors count."""

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    site_header = _("Talent services, staff")
    site_title = _("Talent services")
    index_title = _("Work")
    enable_nav_sidebar = True

    def login(self, request, extra_context=None):
        """Send staff to the portal's sign-in; somebody signed in without a post is told so there."""
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))
