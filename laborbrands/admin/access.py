"""Who sees and changes the rows around brands: the offices whose region covers the brand."""

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from accounts import queries
from accounts.models import Role
from accounts.permissions import RoleAdminMixin
from jobs import clock
from laborbrands.models import Brand
from laborbrands.queries.posts import covering_post
from regions.models import Region

READERS = (Role.CLERK, Role.OFFICIAL, Role.ADMINISTRATOR)
EDITORS = (Role.EXAMINER, Role.LEADER)


def brand_of(row) -> Brand | None:
    """Return the brand that a row is about."""
    return row if isinstance(row, Brand) else getattr(row, "brand", None)


def regions_of(user):
    """Return the regions that the user's posts cover, without their outlines."""
    rows = Region.objects.defer("outline")
    if user.is_superuser:
        return rows
    own = Q(pk__in=[])
    for post in queries.posts_of(user, clock.today()):
        own |= Q(pk=post.region_id) | Q(path__startswith=f"{post.region.path}/")
    return rows.filter(own)


def may_edit(request, brand: Brand) -> bool:
    """Tell whether the user edits this brand: by a post of an editor that covers its home."""
    return request.user.is_superuser or covering_post(request.user, brand.region, EDITORS, clock.now()) is not None


EDITORS_BUTTONS = ("picture_button", "dismiss_button", "coverage_button")


class BrandAdminMixin(RoleAdminMixin):
    """Rows of the brands that one's posts cover; editors of a region change theirs, the others read."""

    view_roles = READERS
    edit_roles = EDITORS
    brand_path = "brand"  # how a row leads to its brand

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        brands = Brand.objects.visible_to(request.user)
        return rows.filter(**{f"{self.brand_path}__in": brands}) if self.brand_path else rows

    def has_change_permission(self, request, obj=None) -> bool:
        brand = brand_of(obj) if obj is not None else None
        return super().has_change_permission(request, obj) and (brand is None or may_edit(request, brand))

    def get_fieldsets(self, request, obj=None):
        """Leave out the buttons of acts that are not this person's."""
        groups = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return groups
        return [
            (title, options | {"fields": [field for field in options["fields"] if field not in EDITORS_BUTTONS]})
            for title, options in groups
        ]

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.remote_field.model is Brand:
            options["queryset"] = Brand.objects.visible_to(request.user)
        elif db_field.remote_field.model is Region:
            options["queryset"] = regions_of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **options)


def button(name: str, pk, words: str) -> str:
    """Return a link that looks like a button, to a page of the admin."""
    return format_html('<a class="button" href="{}">{}</a>', reverse(name, args=[pk]), words)
