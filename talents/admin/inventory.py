"""What officials read of the pool: figures of their region, never a person."""

from django.contrib import admin
from django.template.response import TemplateResponse

from accounts.models import Role
from accounts.permissions import ReadOnlyAdminMixin
from accounts.queries import posts_of
from jobs import clock
from regions.models import Region, RegionKind
from talents import limits
from talents.models import Profile
from talents.queries import inventory

READERS = (Role.OFFICIAL, Role.LEADER, Role.ADMINISTRATOR)


@admin.register(Profile)
class InventoryAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """The list is a page of figures; a single profile belongs to its person and opens for nobody here."""

    view_roles = READERS

    def has_view_permission(self, request, obj=None) -> bool:
        return obj is None and super().has_view_permission(request)

    def get_queryset(self, request):
        return super().get_queryset(request).none()

    def changelist_view(self, request, extra_context=None):
        """Figures of one of the regions that the official's posts cover; small cells are hidden here, too."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        regions = _regions(request.user)
        chosen = next((one for one in regions if one.code == request.GET.get("region")), regions[0])
        heads, rows = inventory.by_place_and_degree(chosen)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": self.opts.verbose_name_plural,
            "regions": regions,
            "chosen": chosen,
            "total": inventory.total(chosen),
            "parts": inventory.parts(chosen),
            "heads": heads,
            "rows": rows,
            "small": limits.SMALL_CELL,
        }
        return TemplateResponse(request, "talents/admin_inventory.html", context)


def _regions(user) -> list[Region]:
    """Return the regions of the posts that the user holds today, the widest first; the province for a superuser."""
    posts = posts_of(user, clock.today()).filter(role__in=READERS)
    rows = Region.objects.filter(pk__in=posts.values("region")).order_by("path").defer("outline")
    found = list(rows)
    return found or list(Region.objects.filter(kind=RegionKind.PROVINCE).defer("outline")[:1])
