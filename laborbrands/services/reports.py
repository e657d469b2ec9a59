"""Yearly reports 年度报告: owed from January on, reminded of, handed in with figures, counted when missed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.services.clocks import at_nine
from laborbrands.models import AnnualReport, Brand
from laborbrands.queries.keeping import highest_held, missing_reports, owing_a_report, people_of
from laborbrands.rules import keeping as rules
from laborbrands.services.figures import report_figures
from laborbrands.services.steps import check_builder, lock, notice_page, tell_builders, tell_office
from laborbrands.states import ON_THE_MAP, RemovalGround
from notifications.services import cancel_reminders, plan_reminders
from regions.queries import calendar_for
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless

SOURCE = "建设单位年度报告"  # of the figures, as it is stored


def open_reports(now: datetime) -> int:
    """Sweep: write down who owes the report of last year, tell the builders and plan reminders; return how many.

    Nobody owes a report whose day has passed already when the portal learns of the brand.
    """
    year, opened = timezone.localdate(now).year - 1, 0
    for brand in owing_a_report(year):
        due_on = rules.report_due(calendar_for(brand.region), year)
        if timezone.localdate(now) <= due_on:
            _open(brand, year, due_on, now)
            opened += 1
    return opened


def _open(brand: Brand, year: int, due_on, now: datetime) -> None:
    report = AnnualReport.objects.create(brand=brand, year=year, due_on=due_on)
    said, path = {"brand": both(brand, "name"), "year": str(year), "date": due_on.isoformat()}, page_of(report)
    rows = [
        ("brand_report_reminder", person, at_nine(due_on - timedelta(days=days)), said, path)
        for person in people_of(brand)
        for days in rules.REMIND_BEFORE
    ]
    plan_reminders(subject=f"brand_report:{report.pk}", rows=rows, now=now)
    words = {"year": str(year), "date": due_on.isoformat()}
    tell_builders(brand, "brand_report_opened", str(report.pk), path, now, **words)


def page_of(report: AnnualReport) -> str:
    """Return the address of a report for its builder, without the language."""
    return f"/org/brands/{report.brand.code}/report/{report.year}/"


def miss_reports(now: datetime) -> int:
    """Sweep: note the reports whose day has passed and tell the builders; return how many."""
    today = timezone.localdate(now)
    late = AnnualReport.objects.filter(due_on__lt=today, submitted_at=None, missed_at=None, brand__stage__in=ON_THE_MAP)
    reports = list(
        late.select_related("brand__region").select_for_update(of=("self",), skip_locked=True).order_by("pk")
    )
    AnnualReport.objects.filter(pk__in=[report.pk for report in reports]).update(missed_at=now)
    for report in reports:
        words = {"year": str(report.year), "date": report.due_on.isoformat()}
        words["count"] = str(missing_reports(report.brand).count())
        tell_builders(report.brand, "brand_report_missed", str(report.pk), page_of(report), now, **words)
        _call_for_removal(report, now)
    return len(reports)


def _call_for_removal(report: AnnualReport, now: datetime) -> None:
    """Tell the office when so many reports are missing that the brand may be removed."""
    brand, held = report.brand, highest_held(report.brand, timezone.localdate(now))
    if held and missing_reports(brand).count() >= rules.MISSED_FOR_REMOVAL:
        path, words = notice_page(brand, RemovalGround.REPORTS), {"reason": both(RemovalGround.REPORTS.label)}
        tell_office(brand, held.tier, "brand_removal_called_for", f"report:{report.pk}", path, now, **words)


@transaction.atomic
def submit_report(*, report: AnnualReport, text: str, figures: dict, actor, now: datetime) -> AnnualReport:
    """Hand in a yearly report with its figures, for the unit that builds the brand; late is better than never.

    Effects: the figures wait to be verified by somebody else, reminders end, the office is told.
    """
    brand = lock(report.brand)
    check_builder(actor, brand)
    report = AnnualReport.objects.select_for_update(of=("self",)).select_related("brand").get(pk=report.pk)
    reasons = [] if report.submitted_at is None else [_("This report has been handed in already.")]
    reasons += [] if text.strip() else [_("Write what happened in the year.")]
    if brand.stage not in ON_THE_MAP:
        reasons.append(_("This is not possible: the brand is %(stage)s.") % {"stage": brand.get_stage_display()})
    refuse_unless(not reasons, reasons)
    report.stat = report_figures(brand=brand, year=report.year, values=figures, source=SOURCE, actor=actor, now=now)
    report.text, report.submitted_by, report.submitted_at = text.strip(), actor, now
    report.save()
    cancel_reminders(subject=f"brand_report:{report.pk}", now=now)
    if held := highest_held(brand, timezone.localdate(now)):
        path = f"/admin/laborbrands/annualreport/{report.pk}/change/"
        tell_office(brand, held.tier, "brand_report_received", str(report.pk), path, now, year=str(report.year))
    return report
