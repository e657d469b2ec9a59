"""The wallet of verified materials: what it holds, where each comes from, and how to take it out."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications.models import WalletItem
from applications.services.wallet import remove_from_wallet
from applications.views.common import signed_in
from jobs import clock


@require_safe
@signed_in
def wallet(request):
    """List the verified materials of a person, those that can be used first."""
    today = clock.today()
    kept = WalletItem.objects.filter(owner=request.user, removed_at__isnull=True).order_by("-verified_on", "-pk")
    items = list(kept.select_related("file__material__case__item", "verified_by", "unit").prefetch_related("uses"))
    context = {
        "usable": [item for item in items if not item.valid_until or item.valid_until >= today],
        "expired": [item for item in items if item.valid_until and item.valid_until < today],
    }
    return render(request, "applications/wallet.html", context)


@require_POST
@signed_in
def remove(request, public_id: str):
    """Take a material out of the own wallet."""
    item = get_object_or_404(WalletItem, public_id=public_id, owner=request.user)
    remove_from_wallet(item=item, actor=request.user, now=clock.now())
    messages.success(request, _("Taken out. It stays only in the cases in which you used it."))
    return redirect("me:wallet")
