"""The inbox of a user, and the demo's mailbox."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs import clock
from jobs.views import demo_only
from notifications import queries, services


@require_safe
@login_required
def inbox(request):
    """List the messages, newest first, a page after a mark at a time."""
    found, older = queries.inbox_page(request.user, request.GET.get("before", ""))
    return render(request, "notifications/inbox.html", {"inbox": found, "older": older})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def message(request, pk):
    """Show one message; POST opens it, which marks it read."""
    found = get_object_or_404(queries.inbox(request.user), pk=pk)
    if request.method == "POST":
        services.mark_read(messages=queries.inbox(request.user).filter(pk=pk), now=clock.now())
        return redirect("me:message", pk=pk)
    return render(request, "notifications/message.html", {"message": found, "link": queries.link_of(found)})


@require_POST
@login_required
def read_all(request):
    """Mark the whole inbox as read."""
    services.mark_read(messages=queries.inbox(request.user), now=clock.now())
    return redirect("me:inbox")


@require_safe
@demo_only
def mailbox(request):
    """Show what would have left the house by SMS and e-mail."""
    address = request.GET.get("address", "").strip()
    page = Paginator(queries.demo_mails(address), queries.PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mailbox.html", {"page": page, "address": address})
