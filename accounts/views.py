"""Pages under /me/: profile, identity, security, units and their members."""

from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from accounts import queries, rules, services
from accounts.forms import IdentityForm, MemberForm, ProfileForm, TakeOverForm, UnitForm
from jobs import clock
from talentportal.lib.refusals import Refused


def forgotten_password(request):
    """Replace a forgotten password: sign in by a code, then set a new one. One way for numbers and addresses."""
    change = reverse("account_change_password")
    return redirect(f"{reverse('account_request_login_code')}?{urlencode({'next': change})}")


@login_required
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@login_required
@never_cache
@sensitive_post_parameters("number", "name", "birth_date")
@sensitive_variables()
def identity(request):
    person = queries.person_of(request.user)
    initial = {} if person is None else {"name": person.name, "document_type": person.document_type}
    form = IdentityForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.register_person(user=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as faults:
            form.add_error(None, faults)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("accounts:identity")
        else:
            messages.success(request, _("Your identity is registered."))
            return redirect(_safe_next(request) or "accounts:identity")
    return render(request, "accounts/identity.html", {"form": form, "person": person, "next": _safe_next(request)})


@login_required
@never_cache
@sensitive_post_parameters("number")
@sensitive_variables()
def take_over(request):
    """Let somebody take over the account that an office opened for them, once they know the document number."""
    if not request.user.is_untaken:
        return redirect("me:home")
    form = TakeOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, app="allauth.account", action="take_over", user=request.user):
            form.add_error(None, _("Too many tries. Come to a window with your document."))
        else:
            try:
                services.take_over(user=request.user, number=form.cleaned_data["number"], now=clock.now())
            except Refused as refused:
                form.add_error("number", refused.reasons[0])
            else:
                messages.success(request, _("This account is yours now."))
                return redirect("me:home")
    return render(request, "accounts/take_over.html", {"form": form})


def _safe_next(request) -> str:
    """Return where the person came from, when that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, None) else ""


@login_required
@never_cache
def security(request):
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    return render(request, "accounts/security.html", {"kinds": kinds})


@login_required
def unit_list(request):
    units = queries.units_of(request.user).select_related("region", "work_region")
    return render(request, "accounts/unit_list.html", {"units": units})


@login_required
def register_unit(request):
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            new = services.register_unit(code=values.pop("uscc"), actor=request.user, now=clock.now(), **values)
        except ValidationError as faults:
            form.add_error(None, faults)
        else:
            messages.success(request, _("The unit is registered. We will check it."))
            return redirect("accounts:unit", pk=new.pk)
    return render(request, "accounts/register_unit.html", {"form": form})


@login_required
@never_cache
def unit(request, pk: int):
    found = get_object_or_404(queries.units_of(request.user), pk=pk)
    may_manage = rules.may_manage_members(queries.membership(request.user, found))
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ratelimit.consume(request, app="allauth.account", action="add_unit_member", raise_exception=True)
        try:
            services.add_member(unit=found, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error("contact", [str(reason) for reason in refused.reasons])
        else:
            messages.success(request, _("Added. The new member can act for the unit from now on."))
            return redirect("accounts:unit", pk=pk)
    members = found.members.filter(left_at=None).select_related("user").order_by("joined_at")
    context = {"unit": found, "members": members, "form": form, "may_manage": may_manage}
    return render(request, "accounts/unit.html", context)


@login_required
@require_POST
def end_membership(request, pk: int, member_pk: int):
    found = get_object_or_404(queries.units_of(request.user), pk=pk)
    member = get_object_or_404(found.members.filter(left_at=None), pk=member_pk)
    try:
        services.end_membership(member=member, actor=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:unit", pk=pk)
    messages.success(request, _("The membership has ended."))
    if member.user_id == request.user.pk:
        return redirect("accounts:unit_list")
    return redirect("accounts:unit", pk=pk)
