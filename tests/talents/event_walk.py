"""A person and a unit at recruitment events, for tests, and the pages of both that the demo of Yunnan shows."""

import datetime as dt

from talents import consent_texts
from talents.models import Booth, RecruitEvent, Talk
from talents.services import booths
from talents.states import BoothState, RecruitKind, RecruitState, TalkState
from tests.talents import events as rows
from tests.talents import vacancy_rows
from tests.talents.events import DAY, HOUR


def held(office, by, now, code="cloud-1", *, begins: dt.timedelta = -HOUR, **more) -> RecruitEvent:
    """Announce an event of eight hours, by itself one that began an hour ago."""
    times = {"starts_at": now + begins, "ends_at": now + begins + 8 * HOUR}
    return rows.event(office, office.region, by, now, code=code, **times | {"stream": ""} | more)


def drawn(at: Booth, user, now, line="做过三年车联网") -> Talk:
    """Let who is registered draw a number for the first vacancy of a booth."""
    said = {"line": line, "consent_version": consent_texts.for_talks().version, "now": now}
    return booths.draw(booth=at, user=user, vacancy=at.vacancies.first(), **said)


def walk(who, now) -> dict:
    """Give the demo a running event with a queue, one that comes, one that is over, and one that was called off."""
    handler, examiner = who("handler"), who("examiner")
    unit = handler.memberships.get(unit__status="VERIFIED").unit
    office = examiner.posts.first().organization
    shown = vacancy_rows.of_unit(unit, handler, now)
    told = (office, examiner, now)
    live = held(*told, "walk-live", stream="https://live.demo.example/walk")
    soon = held(*told, "walk-soon", begins=9 * DAY, kind=RecruitKind.FAIR, address="示例路1号 人才大厦")
    over = held(*told, "walk-over", begins=-3 * DAY, state=RecruitState.OVER)
    held(*told, "walk-off", begins=5 * DAY, state=RecruitState.CANCELLED, cancelled_because="场地维修")
    at_live, at_over = (rows.booth(one, unit, handler, now, [shown], number=1) for one in (live, over))
    asked = rows.booth(soon, unit, handler, now, [shown])
    asked.state, asked.note, asked.decided_by, asked.decided_at = BoothState.REFUSED, "岗位不符", examiner, now
    asked.save()
    for person in ("applicant", "graduate", "engineer"):
        rows.registered(live, who(person), now)
    rows.talk(at_over, rows.registered(over, who("applicant"), now), now, state=TalkState.INTENTION)
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
