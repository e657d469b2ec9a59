"""The admin: where clerks, leaders and administrators work. It has no sign-in of its own: second factors count."""

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    site_header = _("Talent services, staff")
    site_title = _("Talent services")
    index_title = _("Work")
    enable_nav_sidebar = False  # the rail of templates/admin/base_site.html takes its place

    def login(self, request, extra_context=None):
        """Send staff to the portal's sign-in; who is signed in and no staff is refused."""
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))

    def password_change(self, request, extra_context=None):
        """Passwords are changed in one place."""
        return redirect("account_change_password")
