"""Rows of recruitment events for tests: an event, booths, who takes part, places in queues."""

from datetime import timedelta

from jobs import clock
from talents.models import Booth, RecruitEvent, Registration, Talk
from talents.states import BoothState, RecruitKind, RecruitState, TalkState
from tests import cast
from tests.talents import vacancy_rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def values(region, now, **changed) -> dict:
    """Return what an office writes of an event: a cloud event in ten days, for eight hours."""
    plain = {
        "code": "cloud-2026",
        "kind": RecruitKind.CLOUD,
        "title_zh": "云招聘",
        "title_en": "Cloud recruitment",
        "about_zh": "在线面谈",
        "about_en": "Talks online",
        "region": region,
        "address": "",
        "stream": "https://live.example.org/1",
        "starts_at": now + 10 * DAY,
        "ends_at": now + 10 * DAY + 8 * HOUR,
        "emergency_plan": "云人社备〔2026〕8号",
        "most_booths": 100,
    }
    return plain | changed


def event(office, region, by, now, *, state=RecruitState.ANNOUNCED, **changed) -> RecruitEvent:
    """Make an event, announced unless told."""
    told = values(region, now, **changed)
    return RecruitEvent.objects.create(organization=office, by=by, created_at=now, state=state, **told)


def booth(at: RecruitEvent, unit, by, now, vacancies=(), *, number=None) -> Booth:
    """Make a booth of a unit: admitted where it has a number, else asked for."""
    decided = {"state": BoothState.ADMITTED, "decided_by": at.by, "decided_at": now} if number else {}
    made = Booth.objects.create(event=at, unit=unit, by=by, asked_at=now, number=number, **decided)
    made.vacancies.set(vacancies)
    return made


def registered(at: RecruitEvent, person, now, **more) -> Registration:
    """Let a person take part."""
    return Registration.objects.create(event=at, user=person, at=now, **more)


def talk(at: Booth, registration: Registration, now, *, state=TalkState.WAITING, minutes: int = 10) -> Talk:
    """Draw the next number at a booth; a talk that was called or held began now."""
    at.last_talk += 1
    at.save()
    is_called = state not in (TalkState.WAITING, TalkState.LEFT)
    is_over = is_called and state != TalkState.CALLED
    return Talk.objects.create(
        booth=at,
        registration=registration,
        vacancy=at.vacancies.first(),
        number=at.last_talk,
        name=str(registration.user),
        line="做过五年育种",
        consent_version="2026-11",
        state=state,
        drawn_at=now,
        called_at=now if is_called else None,
        ended_at=now + timedelta(minutes=minutes) if is_over else None,
    )


def scene(scene) -> None:
    """Give the access matrix its rows: an event that runs, with the handler's booth and the owner in the queue."""
    now, people, world = clock.now(), scene.people, scene.world
    times = {"starts_at": now - HOUR, "ends_at": now + HOUR}
    scene.recruit_event = event(world.office, world.province, people.examiner, now, **times)
    vacancy = vacancy_rows.put(
        world, unit=scene.unit, by=people.handler, expires_on=cast.today(now) + 30 * DAY, online_since=now
    )
    scene.booth = booth(scene.recruit_event, scene.unit, people.handler, now, [vacancy], number=1)
    scene.talk = talk(scene.booth, registered(scene.recruit_event, people.owner, now), now)


def walk(who, now) -> dict:
    """Give the demo a draft of an event and a booth that waits for the office."""
    examiner, handler = who("examiner"), who("handler")
    office = examiner.posts.earliest("pk").organization
    draft = event(office, office.region, examiner, now, state=RecruitState.DRAFT, code="draft-of-a-fair")
    unit = handler.memberships.get(unit__status="VERIFIED").unit
    planned = event(office, office.region, examiner, now, code="planned")
    online = unit.vacancies.online(now)[:2]
    return {"draft": draft, "planned": planned, "asked": booth(planned, unit, handler, now, online)}


def office_pages(walked: dict, who):
    """Yield the pages of the office."""
    over = RecruitEvent.objects.filter(state=RecruitState.OVER).first()
    rows = [("recruitevent", walked["draft"]), ("recruitevent", walked["planned"]), ("recruitevent", over)]
    for model in ("recruitevent", "booth"):
        yield who("examiner"), f"admin:talents_{model}_changelist", (), ""
    yield who("examiner"), "admin:talents_recruitevent_add", (), ""
    for model, row in (*rows, ("booth", walked["asked"])):
        yield who("examiner"), f"admin:talents_{model}_change", (row.pk,), ""
