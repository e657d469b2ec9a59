"""What keeps brands honest, for walks through the pages on the demo: notices, objections, report, removal."""

from types import SimpleNamespace

from accounts.models import Unit
from laborbrands.models import AnnualReport, Subsidy, SubsidyRule
from laborbrands.services import evaluation, removal, reports
from regions.models import Region
from reviews.services import objections, publicity
from tests.cast import day
from tests.laborbrands import factory
from tests.reviews import notices


def make(who, now) -> SimpleNamespace:
    """Post notices, one open with an objection and one interrupted; give a brand of the demo's unit notice."""
    examiner = who("examiner")
    office = examiner.posts.get().organization
    home = SimpleNamespace(office=office, county=Region.objects.get(pk="530114"))
    notices_made = [notices.posted(home, examiner, now, entries=3) for _nth in range(2)]
    publicity.interrupt(publicity=notices_made[1], actor=examiner, now=now, reason="机房停电")
    objection = objections.object_to(entry=notices_made[0].entries.first(), now=now, **notices.OBJECTION)
    brand = factory.kept_brand(
        home, "走查花艺师", unit=Unit.objects.get(uscc="91990100MA0000001G"), code="walked-brand"
    )
    for year in (2024, 2025):
        AnnualReport.objects.create(brand=brand, year=year, due_on=day("2026-12-31"))
    figures = {"practitioners": 320, "driven_jobs": 900, "trained": 120}
    reports.submit_report(
        report=brand.reports.get(year=2024), text="培训 12 期", figures=figures, actor=who("handler"), now=now
    )
    cycle = evaluation.open_evaluation(
        organization=office,
        tier="PROVINCIAL",
        scheme=factory.make_scheme("walk"),
        title_zh="评价",
        title_en="Evaluation",
        starts_on=now.date(),
        ends_on=now.date(),
        actor=examiner,
        now=now,
    )
    evaluation.evaluate(
        round=cycle, brand=brand, scores={"jobs": 20, "quality": 20}, opinion="差", actor=examiner, now=now
    )
    removed = removal.give_notice(
        brand=brand, ground="FRAUD", facts="数据造假", notice_no="1号", actor=examiner, now=now
    )
    given = Subsidy.objects.create(
        brand=brand,
        tier="PROVINCIAL",
        recognition=brand.recognitions.get(tier="PROVINCIAL"),
        rule=SubsidyRule.objects.get(tier="PROVINCIAL"),
        year=2026,
        amount_yuan=100_000,
    )
    return SimpleNamespace(
        notices=notices_made, objection=objection, brand=brand, cycle=cycle, removal=removed, subsidy=given
    )


def pages(kept, who):
    """Yield (user, address, arguments, query) of their pages on both sides; `who` finds a demo user by key."""
    yield None, "publicity:list", (), ""
    yield from ((None, "publicity:detail", (notice.number,), "") for notice in kept.notices)
    for query in ("", f"?number={kept.objection.code}&received", "?number=AAAAAAAAAA"):
        yield None, "publicity:objection", (), query
    builder, brand = who("handler"), kept.brand
    yield from ((builder, "org_brands:report", (brand.code, year), "") for year in (2024, 2025))
    yield builder, "org_brands:removal", (brand.code,), ""
    yield builder, "org_brands:subsidy", (kept.subsidy.pk,), ""
    leader, rows = who("leader"), (*kept.notices[:1], kept.objection, kept.cycle, kept.removal)
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        yield leader, f"{name}_changelist", (), ""
        yield leader, f"{name}_change", (row.pk,), ""
    yield leader, "admin:reviews_objection_reveal", (kept.objection.pk,), ""
    yield leader, "admin:laborbrands_brand_coverage", (brand.pk,), ""
    for model in ("reviews_publicity", "laborbrands_evaluationround", "laborbrands_removal", "laborbrands_succession"):
        yield leader, f"admin:{model}_add", (), ""
