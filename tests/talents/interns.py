"""Rows of internships for tests: a school, a base, places, who asks for them, an agreement with its months."""

import datetime as dt
from decimal import Decimal

from accounts.models import UnitMember
from jobs import clock
from talents.models import (
    Agreement,
    Attendance,
    ClaimedMonth,
    Place,
    PlaceApplication,
    Retention,
    School,
    SubsidyClaim,
    TraineeshipBase,
)
from talents.services import agreement_papers
from talents.states import AgreementState, ApplicationState, Degree, PlaceKind, VacancyState

DAY = dt.timedelta(days=1)


def school(of) -> School:
    """Make a unit a school."""
    return School.objects.get_or_create(unit=of)[0]


def base(of, office, today) -> TraineeshipBase:
    """Recognize a unit as a base for a year around today."""
    return TraineeshipBase.objects.create(
        unit=of,
        level="COUNTY",
        organization=office,
        document_no="示人社〔2026〕9号",
        staff=40,
        starts_on=today - 100 * DAY,
        ends_on=today + 300 * DAY,
    )


def place(of, region, by, now, *, kind=PlaceKind.INTERNSHIP, state=VacancyState.ONLINE, of_base=None, **more) -> Place:
    """Offer a place, read by the office where it is online."""
    told = {
        "title": "设备维护",
        "majors": ["080202"],
        "degree": Degree.COLLEGE,
        "places": 3,
        "months": 3,
        "allowance": 2000,
        "mentor": "李师傅",
        "is_insured": True,
        "description": "跟班学习",
        "starts_on": now.date() + 30 * DAY,
        "apply_by": now.date() + 20 * DAY,
        "reviewed_by": by if state == VacancyState.ONLINE else None,
        "created_at": now,
        "updated_at": now,
    }
    return Place.objects.create(unit=of, region=region, by=by, kind=kind, state=state, base=of_base, **{**told, **more})


def asked(of: Place, person, now, *, by_school=None, state=ApplicationState.SENT) -> PlaceApplication:
    """Let a person ask for a place."""
    return PlaceApplication.objects.create(
        place=of,
        user=person,
        school=by_school,
        major="080202",
        degree=Degree.COLLEGE,
        graduates_on=now.date() + 300 * DAY,
        words="想学维修",
        state=state,
        sent_at=now,
    )


def agreed(of: Place, person, now, *, by_school=None, state=AgreementState.RUNNING, months: int = 0) -> Agreement:
    """Make an agreement; unless it is being signed, every party has, and it began some months ago."""
    application = asked(of, person, now, by_school=by_school, state=ApplicationState.TAKEN)
    signed = now if state != AgreementState.SIGNING else None
    first = (now.date().replace(day=1) - 32 * months * DAY).replace(day=1)
    agreement = Agreement.objects.create(
        application=application,
        starts_on=first,
        ends_on=now.date() if state == AgreementState.FINISHED else now.date() + 60 * DAY,
        allowance=of.allowance,
        mentor=of.mentor,
        insurance_no="X-1",
        state=state,
        unit_signed_by=of.by if signed else None,
        unit_signed_at=signed,
        person_signed_at=signed,
        school_signed_at=signed if by_school else None,
        signed_name=person.name if signed else "",
        ended_on=now.date() if state == AgreementState.FINISHED else None,
        made_at=now,
    )
    for number in range(months):
        month(agreement, (first + 32 * number * DAY).replace(day=1), now, confirmed=number > 0)
    return agreement


def papered(of: Agreement, now) -> Agreement:
    """Give a signed agreement its paper."""
    of.content = agreement_papers.words(of, now)
    of.save(update_fields=["content"])
    return agreement_papers.draw(agreement=of, now=now)


def month(of: Agreement, first, now, *, confirmed: bool) -> Attendance:
    """Record a month, paid."""
    return Attendance.objects.create(
        agreement=of,
        month=first,
        days=20,
        paid=Decimal("2000.00"),
        paid_on=now.date(),
        recorded_by=of.application.place.by,
        recorded_at=now,
        confirmed_at=now if confirmed else None,
    )


def claimed(of: TraineeshipBase, months, by, now) -> SubsidyClaim:
    """Claim months of a base."""
    rows = list(months)
    claim = SubsidyClaim.objects.create(base=of, amount=1000 * len(rows), rate=1000, submitted_by=by, submitted_at=now)
    ClaimedMonth.objects.bulk_create([ClaimedMonth(claim=claim, month=row) for row in rows])
    return claim


def retained(of: Agreement, by, now) -> Retention:
    """Record that the unit hired its trainee."""
    return Retention.objects.create(
        agreement=of, hired_on=now.date(), contract_months=12, recorded_by=by, recorded_at=now
    )


def walk(who, now) -> dict:
    """Give the demo an agreement in each state that has a page of its own."""
    handler, teacher = who("handler"), who("teacher")
    unit = handler.memberships.get(unit__status="VERIFIED").unit
    college = School.objects.get(unit__members__user=teacher)
    of_base = TraineeshipBase.objects.get(unit=unit)
    rows = {kind: Place.objects.filter(unit=unit, kind=kind).first() for kind in PlaceKind.values}
    signing = agreed(rows["INTERNSHIP"], who("graduate"), now, by_school=college, state=AgreementState.SIGNING)
    running = agreed(rows["TRAINEESHIP"], who("graduate"), now, months=3)
    finished = papered(agreed(rows["TRAINEESHIP"], who("applicant"), now, state=AgreementState.FINISHED, months=2), now)
    retained(finished, handler, now)
    waiting = asked(rows["INTERNSHIP"], who("applicant"), now, by_school=college)
    draft = place(unit, unit.work_region, handler, now, state=VacancyState.DRAFT)
    claim = claimed(of_base, finished.months.filter(confirmed_at__isnull=False), handler, now)
    return {
        "unit": unit,
        "base": of_base,
        "school": college,
        "signing": signing,
        "running": running,
        "finished": finished,
        "waiting": waiting,
        "claim": claim,
        "draft": draft,
    }


def pages(walked: dict, who):
    """Yield the pages of everybody, student, unit, school and office."""
    place_, read = walked["waiting"].place, Place.objects.get(state=VacancyState.REVIEW)
    for query in ("", "?kind=TRAINEESHIP", "?region=533100"):
        yield None, "internships:list", (), query
    yield from ((user, "internships:detail", (place_.public_id,), "") for user in (None, who("rare")))
    for person in ("graduate", "applicant", "rare"):
        yield who(person), "me:internships", (), ""
    for agreement, person in (("signing", "graduate"), ("running", "graduate"), ("finished", "applicant")):
        yield who(person), "me:internship", (walked[agreement].public_id,), ""
        yield who("handler"), "org:intern_agreement", (walked[agreement].public_id,), ""
    yield who("teacher"), "org:intern_agreement", (walked["signing"].public_id,), ""
    for name in ("internships", "new_internship", "intern_base"):
        yield who("handler"), f"org:{name}", (), ""
    yield who("teacher"), "org:internships", (), ""
    yield who("handler"), "org:internship", (place_.public_id,), ""
    yield who("handler"), "org:edit_internship", (walked["draft"].public_id,), ""
    yield who("florist"), "org:internship", (read.public_id,), ""
    rows = (("place", read), ("traineeshipbase", walked["base"]), ("subsidyclaim", walked["claim"]))
    for model, row in (*rows, ("school", walked["school"])):
        yield who("examiner"), f"admin:talents_{model}_changelist", (), ""
        yield who("examiner"), f"admin:talents_{model}_change", (row.pk,), ""
    for model in ("traineeshipbase", "school"):
        yield who("examiner"), f"admin:talents_{model}_add", (), ""


def scene(scene) -> None:
    """Give the access matrix its rows: the handler's unit is school and base, the owner asks and signs."""
    now, people, unit = clock.now(), scene.people, scene.unit  # the pages are asked today
    member = UnitMember.objects.get(unit=unit, user=people.handler)
    scene.intern_school, scene.intern_base = school(member.unit), base(unit, scene.world.office, now.date())
    told = {"of": unit, "region": scene.world.county, "by": people.handler, "now": now}
    scene.intern_place = place(**told)
    scene.intern_draft = place(**told, state=VacancyState.DRAFT)
    scene.intern_application = asked(scene.intern_place, people.owner, now)
    trainee = place(**told, kind=PlaceKind.TRAINEESHIP, of_base=scene.intern_base)
    scene.agreement = papered(agreed(trainee, people.owner, now, months=2), now)
    scene.intern_claim = claimed(scene.intern_base, scene.agreement.months.all(), people.handler, now)
