"""The frame of the office's pages: the rail at the left and the summary of work. `{% load office %}`."""

from dataclasses import replace

from django import template
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.permissions import roles_in
from accounts.queries import posts_of
from applications import office
from applications.models import STAFF_ROLES_ON_CASES
from jobs import clock
from jobs.queries import oldest_waiting
from policies import desk

register = template.Library()

RAIL = (  # model of the admin, what the rail says, icon
    ("Case", _("Cases"), "inbox"),
    ("Certificate", _("Certificates"), "certificate"),
    ("Person", _("People"), "user"),
    ("Unit", _("Units"), "users"),
    ("UnitCheck", _("Unit checks"), "check"),
    ("Authority", _("Powers of attorney of units"), "key"),
    ("BrandApplication", _("Brand cases"), "flag"),
    ("Subsidy", _("Brand subsidies"), "yuan"),
    ("Brand", _("Labor brands"), "pin"),
    ("AnnualReport", _("Brand reports"), "chart"),
    ("EvaluationRound", _("Brand checks"), "check"),
    ("Removal", _("Brand removals"), "x"),
    ("ReviewRound", _("Review rounds"), "users"),
    ("Publicity", _("Publicity"), "message"),
    ("Objection", _("Objections"), "warning"),
    ("Profile", _("Talent pool"), "users"),
    ("Vacancy", _("Vacancies"), "file"),
    ("Place", _("Internships"), "file"),
    ("SubsidyClaim", _("Trainee subsidies"), "yuan"),
    ("RecruitEvent", _("Job fairs"), "calendar"),
    ("Booth", _("Booths"), "pin"),
    ("PolicyVersion", _("Policy library"), "book"),
    ("Benefit", _("Benefits"), "yuan"),
    ("GuideVersion", _("Guides"), "file"),
    ("Window", _("Windows"), "window"),
    ("CalendarDay", _("Calendar"), "calendar"),
    ("MessageTemplate", _("Wording"), "message"),
    ("User", _("Staff"), "key"),
    ("Job", _("Jobs"), "clock"),
)


@register.simple_tag(takes_context=True)
def rail(context) -> list[dict]:
    """Return the entries of the rail that this person may open, the present one marked; `due` counts what waits.

    Asked once per request. An admin that has a `due_count(request)` has a filter `?due=yes` that shows the same rows.
    """
    request = context["request"]
    if not hasattr(request, "_portal_rail"):
        request._portal_rail = _rail(request)
    return request._portal_rail


def _rail(request) -> list[dict]:
    models = {model.__name__: (model, its) for model, its in admin.site._registry.items()}
    home = reverse("admin:index")
    entries = [{"url": home, "name": _("Work"), "icon": "home", "here": home == request.path}]
    for name, label, icon in RAIL:
        model, its = models[name]
        if its.has_module_permission(request) and its.has_view_permission(request):
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            due = its.due_count(request) if hasattr(its, "due_count") else 0
            here = request.path.startswith(url)
            entries.append({"url": url, "name": label, "icon": icon, "here": here, "due": due})
    if Role.EXPERT in roles_in(request):
        url = reverse("expert:home")
        entries.append({"url": url, "name": _("Reviews"), "icon": "pen", "here": False, "due": 0})
    return entries


@register.simple_tag(takes_context=True)
def posts(context) -> list:
    """Return the posts that the signed-in person holds today."""
    user = context["request"].user
    return list(posts_of(user, clock.today()).prefetch_related("windows"))


@register.simple_tag(takes_context=True)
def work_summary(context) -> dict:
    """Return what waits for this person: queues with counts and what is due first; for administrators the jobs."""
    request, now = context["request"], clock.now()
    roles = roles_in(request)
    summary = {"queues": [], "rows": [], "waiting": None, "library": []}
    if not roles.isdisjoint(STAFF_ROLES_ON_CASES):
        queue = office.Queue(request.user, now)
        counts = queue.counts()
        own = office.own_queue(roles)
        summary["queues"] = [(key, office.QUEUES[key], count, key == own) for key, count in counts.items()]
        summary["own"], summary["own_name"] = own, office.QUEUES[own]
        summary["rows"] = queue.page(office.Wish(own), size=8).rows
    summary["more"] = office.more_work(request.user, now)
    if Role.EDITOR in roles:
        counts = desk.counts(desk.reached(request.user, timezone.localdate(now)), request.user, timezone.localdate(now))
        summary["library"] = [(key, desk.LISTS[key], count) for key, count in counts.items()]
    if Role.ADMINISTRATOR in roles:
        summary["waiting"] = oldest_waiting(now)
    return summary


@register.filter
def capped(count) -> str:
    """Say a count as a tab shows it: "99+" where it was not counted on."""
    return office.count_words(count)


@register.filter
def due_ones(entries: list[dict]) -> list[dict]:
    """Keep the entries of the rail behind which something waits."""
    return [entry for entry in entries if entry.get("due")]


@register.simple_tag
def filters(wish, **changes) -> str:
    """Return tab and filters as a query, with these changes."""
    return office.address(replace(wish, **changes))


@register.simple_tag
def work_link(load, queue: str, count: int):
    """Link a colleague's count to their cases in that queue; nothing to link at none."""
    if not count:
        return "0"
    query = office.address(office.Wish(queue, who=load.who))
    return format_html('<a href="{}?{}">{}</a>', reverse("admin:applications_case_changelist"), query, count)
