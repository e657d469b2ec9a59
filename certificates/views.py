"""Public verification, and the holder's own certificates."""

import hashlib

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from certificates import queries, rules, services, throttle
from certificates.forms import CodeForm, FileForm, NumberForm
from certificates.models import Certificate
from certificates.states import Way
from jobs import clock
from talentportal.lib.typeset import qr_svg

FORMS = {"number": NumberForm, "code": CodeForm, "file": FileForm}
ASKED_PER_MINUTE = 10  # numbers, names and codes could be guessed (domain book 8.4)
SCANNED_PER_MINUTE = 60  # the token of a QR code cannot; a hall of people may share one address


@never_cache
@sensitive_post_parameters("name")
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request):
    """Three ways to ask; what was typed stays in the form, and never in an address."""
    way = request.POST.get("way")
    form = FORMS[way](request.POST, request.FILES, auto_id=f"{way}_%s") if way in FORMS else None
    context = {"forms": {name: _form(name, form) for name in FORMS}, "form": form}
    if form is None or not form.is_valid():
        return _page(request, "certificates/verify.html", context)
    try:
        if not throttle.within_limit(request, "verify", ASKED_PER_MINUTE):
            return _busy(request)
    except throttle.Unavailable:  # without the count anybody could guess on: closed until it is back
        return _page(request, "certificates/verify_closed.html", {}, status=503)
    return _page(request, "certificates/verify.html", context | _answer(way, form.cleaned_data))


@never_cache
@require_safe
def verify_token(request, token):
    """The QR code printed on a certificate."""
    return _scanned(request, queries.by_token(token), Way.QR)


@never_cache
@require_safe
def verify_live(request, code):
    """The QR code on the holder's screen, good for two minutes."""
    return _scanned(request, queries.by_live_code(code), Way.LIVE)


@never_cache
@login_required
@require_safe
def own_list(request):
    """All certificates of the signed-in person, the newest version of each."""
    now = clock.now()
    certificates = _own(request).filter(replaced_by__sealed_at__isnull=True, sealed_at__isnull=False)
    waiting = _own(request).filter(sealed_at__isnull=True, status="PENDING_SEAL", version=1)
    context = {"verdicts": [queries.verdict(one, now) for one in certificates], "waiting": waiting}
    return render(request, "certificates/own_list.html", context)


@never_cache
@login_required
@require_safe
def own(request, token):
    """One certificate: validity, code for the counter, file, history, and how often it was verified."""
    certificate = get_object_or_404(_own(request), token=token)
    context = {
        "certificate": certificate,
        "verdict": queries.verdict(certificate, clock.now()),
        "may_download": rules.may_download(certificate),
        "fields": queries.faces.fields(certificate),
        "events": certificate.events.order_by("id"),
        "lookups": certificate.lookups.all()[:20],
        "lookup_count": certificate.lookups.count(),
        "newer": Certificate.objects.filter(replaces=certificate, sealed_at__isnull=False).first(),
    }
    return render(request, "certificates/own.html", context)


@never_cache
@login_required
@require_safe
def own_code(request, token):
    """The QR code for the screen, new at each call."""
    certificate = get_object_or_404(_own(request), token=token, sealed_at__isnull=False)
    return HttpResponse(qr_svg(queries.live_url(certificate)), content_type="image/svg+xml")


@never_cache
@login_required
@require_safe
def own_file(request, token):
    """The signed PDF, for the holder, while the certificate holds."""
    certificate = get_object_or_404(_own(request), token=token)
    if not rules.may_download(certificate):
        return render(request, "certificates/no_file.html", {"certificate": certificate}, status=404)
    return pdf_response(certificate.file.open("rb"), certificate)


def pdf_response(content, certificate):
    """Return a PDF as a download named by the certificate's number."""
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{certificate.number}.pdf",
        content_type="application/pdf",
        headers={"X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"},
    )


def _own(request):
    return Certificate.objects.own(request.user).select_related("kind", "organization")


def _form(name: str, asked):
    return asked if isinstance(asked, FORMS[name]) else FORMS[name](auto_id=f"{name}_%s")


def _answer(way: str, data: dict) -> dict:
    """Look up by one of the three ways, note it, and return what the page shows."""
    now, file = clock.now(), None
    if way == "number":
        certificate = queries.by_number_and_name(data["number"], data["name"])
    elif way == "code":
        certificate = queries.by_code(data["code"])
    else:
        file = queries.check_file(data["file"], hashlib.sha256(data["file"]).hexdigest())
        certificate = file.certificate
    if certificate:
        services.note_lookup(certificate=certificate, way=Way[way.upper()], now=now)
    verdict = queries.verdict(certificate, now) if certificate else None
    return {"asked": True, "file": file, "verdict": verdict, "checked_at": now}


def _scanned(request, certificate, way: Way):
    try:
        if not throttle.within_limit(request, "scan", SCANNED_PER_MINUTE):
            return _busy(request)
    except throttle.Unavailable:  # a token cannot be guessed: stay open
        pass
    now = clock.now()
    context = {"asked": True, "live": way == Way.LIVE, "verdict": None, "checked_at": now}
    if certificate:
        services.note_lookup(certificate=certificate, way=way, now=now)
        context["verdict"] = queries.verdict(certificate, now)
    return _page(request, "certificates/verify_result.html", context, status=200 if certificate else 404)


def _busy(request):
    response = _page(request, "certificates/verify_busy.html", {"limit": ASKED_PER_MINUTE}, status=429)
    response["Retry-After"] = str(throttle.SECONDS)
    return response


def _page(request, template: str, context: dict, status: int = 200):
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
