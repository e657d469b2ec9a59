"""Yearly reports: who owes one, reminders, handed in by the builder, missed ones counted."""

import pytest
from django.urls import reverse

from accounts.models import UnitMember
from jobs import clock
from laborbrands.models import AnnualReport, BrandStat
from laborbrands.queries import keeping
from laborbrands.services import reports
from notifications.models import Message
from notifications.queries import reminders_for
from tests import cast
from tests.cast import day, moment
from tests.laborbrands.factory import kept_brand
from tests.reviews.notices import refused

pytestmark = pytest.mark.django_db
JANUARY = moment("2027-01-04 09:00")
FIGURES = {"practitioners": 320, "driven_jobs": 900, "exported_out": 40, "trained": 120}


@pytest.fixture
def unit(world, applicant):
    return cast.make_unit(world.county, applicant, moment("2024-01-01 09:00"))


@pytest.fixture
def brand(world, unit):
    return kept_brand(world, unit=unit)


def test_every_recognized_brand_owes_the_report_of_last_year(world, brand):
    kept_brand(world, "年轻", on="2027-01-02")
    kept_brand(world, "已摘牌", stage="REMOVED", tiers=())
    assert reports.open_reports(JANUARY) == 1
    assert reports.open_reports(JANUARY) == 0
    report = AnnualReport.objects.get()
    assert (report.brand, report.year, report.due_on) == (brand, 2026, day("2027-03-31"))
    told = Message.objects.get(event="brand_report_opened")
    assert told.path == f"/org/brands/{brand.code}/report/2026/"
    due = [f"{one.due_at.astimezone(cast.SHANGHAI):%m-%d %H:%M}" for one in reminders_for(f"brand_report:{report.pk}")]
    assert sorted(due) == ["03-01 09:00", "03-24 09:00", "03-30 09:00"]


def test_nobody_owes_a_report_whose_day_has_passed(brand):
    assert reports.open_reports(moment("2027-04-01 00:00")) == 0


def test_a_day_off_moves_the_due_day(brand):
    assert reports.open_reports(moment("2024-01-04 09:00")) == 0  # recognized in May 2024
    assert reports.open_reports(moment("2025-01-06 09:00")) == 1
    assert AnnualReport.objects.get().due_on == day("2025-03-31")


def test_the_builder_hands_it_in_with_figures(brand, applicant):
    reports.open_reports(JANUARY)
    report = AnnualReport.objects.get()
    who = {"report": report, "actor": applicant, "now": JANUARY, "text": "全年培训 120 人", "figures": FIGURES}
    reports.submit_report(**who)
    report.refresh_from_db()
    assert (report.stat.practitioners, report.stat.version, report.stat.verified_at) == (320, 1, None)
    assert not [one for one in reminders_for(f"brand_report:{report.pk}") if one.cancelled_at is None]
    assert "already" in refused(reports.submit_report, **who)
    assert BrandStat.objects.count() == 1


def test_what_is_refused(brand, applicant, stranger):
    reports.open_reports(JANUARY)
    who = {"report": AnnualReport.objects.get(), "now": JANUARY, "text": "x", "figures": FIGURES}
    assert "do not act" in refused(reports.submit_report, actor=stranger, **who)
    assert "Write what" in refused(reports.submit_report, actor=applicant, **who | {"text": " "})
    wrong = {"practitioners": 10, "exported_out": 11}
    assert "elsewhere" in refused(reports.submit_report, actor=applicant, **who | {"figures": wrong})
    assert not BrandStat.objects.exists()


def test_missed_reports_are_counted_until_they_come(brand, applicant):
    for year in (2025, 2026):
        AnnualReport.objects.create(brand=brand, year=year, due_on=day(f"{year + 1}-03-31"))
    assert reports.miss_reports(moment("2027-03-31 23:59")) == 1
    assert reports.miss_reports(moment("2027-04-01 00:00")) == 1
    assert reports.miss_reports(moment("2027-04-01 00:01")) == 0
    assert keeping.missing_reports(brand).count() == 2
    assert Message.objects.filter(event="brand_report_missed", recipient=applicant).count() == 2
    late = brand.reports.get(year=2025)
    reports.submit_report(report=late, actor=applicant, now=moment("2027-04-02 09:00"), text="补交", figures={})
    assert keeping.missing_reports(brand).count() == 1


def test_who_left_the_unit_hears_no_more(brand, applicant):
    path = f"/org/brands/{brand.code}/report/2026/"
    assert keeping.may_hear(applicant, path)
    assert keeping.may_hear(applicant, "/me/applications/1/")
    UnitMember.objects.update(left_at=JANUARY)
    assert not keeping.may_hear(applicant, path)


def test_the_page_takes_the_report_and_gives_faults_back(brand, applicant, stranger, client):
    year = clock.now().year - 1
    AnnualReport.objects.create(brand=brand, year=year, due_on=day(f"{year + 1}-12-31"))
    address = reverse("org_brands:report", args=[brand.code, year])
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    client.force_login(applicant)
    page = client.get(address).content.decode()
    assert 'name="practitioners"' in page
    fields = dict.fromkeys(BrandStat.COUNTS, "0") | {"text": "全年培训 120 人", "practitioners": "x"}
    page = client.post(address, fields, follow=True).content.decode()
    assert "error-summary" in page
    assert "全年培训 120 人" in page  # what was typed is there again
    wrong = client.post(address, fields | {"practitioners": "10", "exported_out": "11"}, follow=True)
    assert set(wrong.context["form"].errors) == {"practitioners"}
    page = client.post(address, fields | {"practitioners": "320"}, follow=True).content.decode()
    assert "320" in page
    assert brand.reports.get().submitted_by == applicant
