"""Who may see and change what in the admin: by the posts held today, not by Django's groups."""

from accounts import queries
from accounts.models import Role
from jobs import clock


def roles_in(request) -> frozenset[str]:
    """Return the roles of the signed-in user today; all of them for a superuser. Asked once per request."""
    if not hasattr(request, "_portal_roles"):
        user = request.user
        request._portal_roles = (
            frozenset(Role.values) if user.is_active and user.is_superuser else queries.roles_of(user, clock.today())
        )
    return request._portal_roles


class RoleAdminMixin:
    """Open a model admin or inline to roles. Put it before ModelAdmin; name the roles; deletion is off unless said.

    Which rows a role may reach (its region, its windows) is the work of `get_queryset`.
    """

    view_roles: tuple[str, ...] = (Role.ADMINISTRATOR,)
    edit_roles: tuple[str, ...] = (Role.ADMINISTRATOR,)
    may_add = True
    may_delete = False

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None) -> bool:
        return not roles_in(request).isdisjoint((*self.view_roles, *self.edit_roles))

    def has_change_permission(self, request, obj=None) -> bool:
        return not roles_in(request).isdisjoint(self.edit_roles)

    def has_add_permission(self, request, obj=None) -> bool:
        return self.may_add and self.has_change_permission(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self.may_delete and self.has_change_permission(request)


class ReadOnlyAdminMixin(RoleAdminMixin):
    """Open a model admin or inline for reading only; acts on its rows go through buttons and services."""

    edit_roles = ()
    may_add = False
