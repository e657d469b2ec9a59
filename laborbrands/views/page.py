"""The public page of a brand, its pictures, the image shared with its address, and the enquiry form."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from certificates import throttle
from jobs import clock
from laborbrands import share
from laborbrands.models import Ambassador, Brand, BrandPicture
from laborbrands.page_forms import EnquiryForm
from laborbrands.queries import page as queries
from laborbrands.rules import chart, wording
from laborbrands.services import enquiries
from laborbrands.states import ON_THE_MAP
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import Refused

ENQUIRIES_PER_MINUTE = 3
TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}


@require_safe
def brand(request, code: str):
    """Everything the public may know of a brand; one that was never recognized is not there."""
    today = clock.today()
    found = queries.page_of(code, today)
    if found is None:
        raise Http404
    context = {
        "page": found,
        "brand": found.brand,
        **_picture_addresses(found),
        "place": share.place_map(found.brand),
        "home": wording.place_name(found.brand.region, found.brand.region.parent),
        "jobs_chart": chart.bars([(stat.year, stat.driven_jobs) for stat in reversed(found.stats)]),
        "chart_size": (chart.WIDTH, chart.HEIGHT, chart.GROUND),
        "address": request.build_absolute_uri(request.path),
    }
    return render(request, "laborbrands/brand.html", context)


def _picture_addresses(found: queries.Page) -> dict:
    """Return where the logo is, the pictures with their captions, and the ambassadors with theirs."""

    def at(file) -> str:
        return reverse("brands:picture", args=[found.brand.code, file.name.rpartition("/")[2]]) if file else ""

    return {
        "logo": at(found.brand.logo),
        "pictures": [(at(row.image), pick(row, "caption")) for row in found.brand.pictures.all()],
        "ambassadors": [(row, at(row.picture)) for row in found.ambassadors],
    }


@require_safe
@cache_control(max_age=86400, public=True)
def share_image(request, code: str):
    """The brand's card as PNG, 1200 by 630, in the language of the address."""
    found = queries.page_of(code, clock.today())
    if found is None:
        raise Http404
    tier = str(found.tier.label) if found.tier else _("No longer recognized")
    return HttpResponse(share.card(found.brand, tier, get_language() or ""), content_type="image/png")


@require_safe
@cache_control(max_age=86400, public=True)
def picture(request, code: str, name: str):
    """A logo, a picture of the brand or of an ambassador, by the name of its file."""
    shown = get_object_or_404(queries.public_brands(), code=code)
    files = [shown.logo, *(row.image for row in BrandPicture.objects.filter(brand=shown))]
    files += [row.picture for row in Ambassador.objects.filter(brand=shown)]
    file = next((file for file in files if file and file.name.rpartition("/")[2] == name), None)
    if file is None or not file.storage.exists(file.name):
        raise Http404
    return FileResponse(file.open("rb"), content_type=TYPES.get(f".{name.rpartition('.')[2]}", "image/webp"))


@never_cache
@sensitive_post_parameters("name", "contact", "text")
def enquire(request, code: str):
    """Leave a contact for a brand that is recognized now."""
    shown = get_object_or_404(Brand.objects.filter(stage__in=ON_THE_MAP).select_related("department"), code=code)
    kind = request.GET.get("kind", "")
    form = EnquiryForm(request.POST if request.method == "POST" else None, initial={"kind": kind})
    if request.method != "POST" or not form.is_valid():
        return _enquiry_page(request, shown, form, status=422 if form.errors else 200)
    try:
        if not throttle.within_limit(request, "enquiry", ENQUIRIES_PER_MINUTE):
            form.add_error(None, _("Too many enquiries from here. Try again in a minute."))
            return _enquiry_page(request, shown, form, status=429)
    except throttle.Unavailable:  # rather an enquiry too many than none
        pass
    words = {key: value for key, value in form.cleaned_data.items() if key != "consent"}
    try:
        enquiries.leave_enquiry(brand=shown, now=clock.now(), **words)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _enquiry_page(request, shown, form, status=422)
    return redirect("brands:thanks", code=code)


def _enquiry_page(request, shown: Brand, form: EnquiryForm, status: int):
    context = {"brand": shown, "form": form, "kept_days": enquiries.KEPT_DAYS}
    return render(request, "laborbrands/enquiry.html", context, status=status)


@require_safe
def thanks(request, code: str):
    """Say what happens next; holds nothing of what was left."""
    shown = get_object_or_404(queries.public_brands().select_related("department"), code=code)
    title = _("Thank you: %(brand)s") % {"brand": pick(shown, "name")}
    return render(request, "laborbrands/thanks.html", {"brand": shown, "title": title})
