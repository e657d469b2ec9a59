"""The queue of the office, its pages inside the admin."""

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.permissions import roles_in
from applications import office
from jobs import clock


class QueuePages:
    """The pages of the queue; mixed into the admin of cases."""

    def changelist_view(self, request, extra_context=None):
        """One page of a queue; tab, filters and search live in the address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now, wish = clock.now(), _wish(request)
        today = timezone.localdate(now)
        page = office.queue_page(request.user, wish, now)
        counts = office.counts(request.user, today)
        context = {
            "title": gettext_lazy("Cases"),
            "wish": wish,
            "page": page,
            "tabs": [(key, label, counts.get(key)) for key, label in office.QUEUES.items()],
            "items": office.items_for_filter(),
            "windows": office.windows_of(request.user, today),
        }
        return self._page(request, "applications/admin_queue.html", context)

    def _page(self, request, template, context, status=200):
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, template, context, status=status, headers={"Cache-Control": "no-store"})


def _wish(request) -> office.Wish:
    """Read tab, filters, search and mark; what is unreadable counts as not said."""
    said = request.GET
    queue = said.get("queue", "")
    return office.Wish(
        queue=queue if queue in office.QUEUES else office.own_queue(roles_in(request)),
        words=said.get("q", "").replace("\0", "").strip()[:60],
        item=_number(said.get("item")),
        window=_number(said.get("window")),
        after=said.get("after", ""),
    )


def _number(text) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
