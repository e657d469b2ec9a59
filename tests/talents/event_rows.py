"""Rows of recruitment events for tests: events, booths, who registered and who waits; what pages and access look at."""

import datetime as dt

from accounts.models import UnitMember
from jobs import clock
from talents import consent_texts
from talents.models import Booth, RecruitEvent, Registration, Talk
from talents.services import booths
from talents.states import BoothState, RecruitKind, RecruitState, TalkState
from tests.talents import vacancy_rows

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def event(office, region, by, now, code="cloud-1", *, begins=-HOUR, lasts=8 * HOUR, **more) -> RecruitEvent:
    """Announce an event, by itself one online that began an hour ago."""
    told = {
        "kind": RecruitKind.CLOUD,
        "title_zh": "云招聘示例专场",
        "title_en": "Sample cloud recruitment",
        "about_zh": "线上交流，全程免费。",
        "about_en": "Talks online, free of charge.",
        "emergency_plan": "示人社应急〔2026〕3号",
        "state": RecruitState.ANNOUNCED,
        "starts_at": now + begins,
        "ends_at": now + begins + lasts,
        "created_at": now - DAY,
        "announced_at": now - DAY,
    }
    return RecruitEvent.objects.create(code=code, organization=office, region=region, by=by, **{**told, **more})


def booth(at: RecruitEvent, unit, by, now, *vacancies, number=1, state=BoothState.ADMITTED, **more) -> Booth:
    """Give a unit a booth, or let it ask for one."""
    decided = {"decided_by": by, "decided_at": now} if state in (BoothState.ADMITTED, BoothState.REFUSED) else {}
    number = number if state == BoothState.ADMITTED else None
    row = Booth.objects.create(event=at, unit=unit, by=by, asked_at=now, number=number, state=state, **decided, **more)
    row.vacancies.set(vacancies)
    return row


def registered(at: RecruitEvent, user, now, **more) -> Registration:
    return Registration.objects.create(event=at, user=user, at=now, **more)


def drawn(at: Booth, user, now, line="做过三年车联网") -> Talk:
    """Let who is registered draw a number for the first vacancy of a booth."""
    said = {"line": line, "consent_version": consent_texts.for_talks().version, "now": now}
    return booths.draw(booth=at, user=user, vacancy=at.vacancies.first(), **said)


def talked(at: Booth, registration: Registration, now, number: int, state=TalkState.INTENTION, **more) -> Talk:
    """Write a talk of ten minutes that has ended."""
    began = now - (20 - number) * dt.timedelta(minutes=12)
    return Talk.objects.create(
        booth=at,
        registration=registration,
        vacancy=at.vacancies.first(),
        number=number,
        name="周来访",
        line="刚毕业",
        consent_version="2026-11",
        state=state,
        drawn_at=began,
        called_at=began,
        ended_at=began + dt.timedelta(minutes=10),
        **more,
    )


def walk(who, now) -> dict:
    """Give the demo a running event with a queue, one that comes, one that is over, and one that was called off."""
    handler, examiner = who("handler"), who("examiner")
    unit = handler.memberships.get(unit__status="VERIFIED").unit
    office = examiner.posts.first().organization
    shown = vacancy_rows.of_unit(unit, handler, now)
    told = (office, office.region, examiner, now)
    live = event(*told, "walk-live", stream="https://live.demo.example/walk")
    soon = event(*told, "walk-soon", begins=9 * DAY, kind=RecruitKind.FAIR, address="示例路1号 人才大厦")
    over = event(*told, "walk-over", begins=-3 * DAY, state=RecruitState.OVER)
    event(*told, "walk-off", begins=5 * DAY, state=RecruitState.CANCELLED, cancelled_because="场地维修")
    at_live, at_over = booth(live, unit, handler, now, shown), booth(over, unit, handler, now, shown)
    booth(soon, unit, handler, now, shown, state=BoothState.REFUSED, note="岗位已在另一场展出")
    for person in ("applicant", "graduate", "engineer"):
        registered(live, who(person), now)
    talked(at_over, registered(over, who("applicant"), now), now, 1)
    drawn(at_live, who("applicant"), now)
    drawn(at_live, who("graduate"), now)
    booths.call_next(booth=at_live, actor=handler, now=now)
    return {"live": live, "soon": soon, "over": over, "booth": at_live}


def pages(walked: dict, who):
    """Yield the pages of everybody, of people and of the unit."""
    booth_ = walked["booth"].public_id
    yield from ((None, "events:list", (), query) for query in ("", "?kind=DOCTORS", "?kind=?&page=x"))
    for code in ("walk-live", "walk-soon", "walk-over", "walk-off"):
        yield None, "events:detail", (code,), ""
        yield who("handler"), "org:event", (code,), ""
    yield who("engineer"), "events:detail", ("walk-live",), ""
    yield who("rare"), "events:detail", ("walk-soon",), ""
    for person in (None, "engineer", "rare", "applicant"):
        yield who(person) if person else None, "events:booth", ("walk-live", booth_), ""
    for person in ("applicant", "graduate", "rare"):
        yield who(person), "me:events", (), ""
    for code in ("walk-live", "walk-over"):
        yield who("applicant"), "me:event", (code,), ""
    yield who("handler"), "org:events", (), ""
    yield who("florist"), "org:event", ("walk-soon",), ""


def scene(scene) -> None:
    """Give the access matrix its rows: the handler's unit has a booth, the owner waits there."""
    now, people, world = clock.now(), scene.people, scene.world  # the pages are asked today
    unit = UnitMember.objects.get(unit=scene.unit, user=people.handler).unit
    scene.recruit_event = event(world.office, world.province, people.examiner, now)
    shown = vacancy_rows.of_unit(unit, people.handler, now)
    scene.booth = booth(scene.recruit_event, unit, people.handler, now, shown)
    registered(scene.recruit_event, people.owner, now)
    scene.talk = drawn(scene.booth, people.owner, now)
