"""The demo's recruitment events: one that runs today, one to come, one that is over; played by the services.

`<name>/events.yaml`. An event that was told once is left alone: it belongs to the office from then on.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import cycle

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, Unit, User
from provinces import demo_vacancies, packs
from provinces.demo_accounts import sign_in_name
from provinces.models import PackRecord
from provinces.packs import Pack
from regions.models import Region
from talents import consent_texts
from talents.models import Booth, RecruitEvent, Vacancy
from talents.queries.people import handlers_of
from talents.services import booths, events

KIND = "demo event"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BEFORE = 30 * DAY  # an event is written and announced before it begins
TALKS = HOUR  # by then the talks that the file tells of the event of today have been held
OUTCOMES = {"T": "TALKED", "I": "INTENTION", "A": "ABSENT"}


def load(pack: Pack, now: datetime) -> str:
    """Hold the events that were not told yet; return how many there are."""
    path = packs.FOLDER / pack.name / "events.yaml"
    if not path.exists():
        return "none"
    told = packs.read_yaml(path)
    known = set(PackRecord.objects.filter(kind=KIND).values_list("key", flat=True))
    with transaction.atomic():
        for entry in told["events"]:
            if entry["code"] not in known:
                _Held(pack, told, entry, now).play()
                PackRecord.objects.create(kind=KIND, key=entry["code"], digest="1")
    return str(len(told["events"]))


class _Held:
    """One event of the file, from its draft to what has happened of it by now."""

    def __init__(self, pack: Pack, told: dict, entry: dict, now: datetime):
        self.pack, self.told, self.entry, self.now = pack, told, entry, now
        self.host = _user(told["by"])
        self.starts_at, self.ends_at = _times(entry, now)
        self.before = min(now, self.starts_at) - BEFORE
        self.lines = cycle(told["lines"])

    def play(self) -> None:
        """Announce the event, give its booths, and let happen what would have happened by now."""
        event = self._announced()
        told = [(self._booth(event, booth, self.before + DAY), booth) for booth in self.entry["booths"]]
        for booth, _told in told:
            events.admit(booth=booth, actor=self.host, now=self.before + 2 * DAY)
        for booth in self.entry.get("asked", ()):
            self._booth(event, booth, self.now - 2 * DAY)
        people = list(self._registered(event))
        if self.now >= self.starts_at + TALKS:
            queues = cycle(people)
            for booth, of_booth in told:
                self._talks(booth, of_booth.get("talks", ""), queues)
        if events.close_event(event=event, now=min(self.now, self.ends_at)):
            self._survey(event, people)

    def _announced(self) -> RecruitEvent:
        entry = self.entry
        values = {
            "code": entry["code"],
            "kind": entry["kind"],
            "title_zh": entry["title"]["zh"],
            "title_en": entry["title"]["en"],
            "about_zh": entry["about"]["zh"],
            "about_en": entry["about"]["en"],
            "region": Region.objects.get(pk=entry["region"]),
            "address": entry.get("address", ""),
            "stream": entry.get("stream", ""),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "emergency_plan": entry["plan"],
            "most_booths": 60,
        }
        office = Organization.objects.get(uscc=self.pack.organizations[self.told["office"]]["uscc"])
        event = events.write_event(organization=office, values=values, actor=self.host, now=self.before)
        return events.announce(event=event, actor=self.host, now=self.before)

    def _booth(self, event: RecruitEvent, told: dict, at: datetime) -> Booth:
        unit = Unit.objects.get(uscc=self.pack.units[told["unit"]]["uscc"])
        records = PackRecord.objects.filter(kind=demo_vacancies.KIND, key__in=told["vacancies"])
        vacancies = list(Vacancy.objects.filter(public_id__in=records.values("digest")))
        actor = handlers_of(unit, at).earliest("pk")
        return booths.ask_booth(event=event, unit=unit, vacancies=vacancies, actor=actor, now=at)

    def _registered(self, event: RecruitEvent) -> Iterator[User]:
        named = [sign_in_name(key) for key in self.entry.get("named", ())]
        samples = User.objects.filter(email__endswith="@pool.demo.example").order_by("pk")[: self.entry["people"]]
        for user in [*User.objects.filter(email__in=named), *samples]:
            booths.register(event=event, user=user, is_doctor=event.kind == "DOCTORS", now=self.before + 3 * DAY)
            yield user

    def _talks(self, booth: Booth, letters: str, people: Iterator[User]) -> None:
        """Let one person for each letter draw a number, and call those whose letter tells an outcome."""
        actor, vacancies = booth.by, cycle(booth.vacancies.order_by("pk"))
        for _letter in letters:
            told = {"vacancy": next(vacancies), "line": next(self.lines), "now": self.starts_at + 5 * MINUTE}
            version = consent_texts.for_talks().version
            booths.draw(booth=booth, user=next(people), consent_version=version, **told)
        for turn, letter in enumerate(letters.rstrip("W")):
            at = self.starts_at + (6 + 12 * turn) * MINUTE
            talk = booths.call_next(booth=booth, actor=actor, now=at)
            length = (6 + turn % 3 * 2) * MINUTE
            booths.end_talk(talk=talk, outcome=OUTCOMES[letter], actor=actor, now=at + length)

    def _survey(self, event: RecruitEvent, people: list[User]) -> None:
        for user, stars in zip(people[1:], self.entry.get("stars", ()), strict=False):
            booths.answer_survey(event=event, user=user, stars=stars, words="", now=self.ends_at + HOUR)


def _user(key: str) -> User:
    return User.objects.get(email=sign_in_name(key))


def _times(entry: dict, now: datetime) -> tuple[datetime, datetime]:
    """Return when an event begins and ends; what would run today runs tomorrow when the day is nearly over."""
    first, last = entry["hours"]
    day = timezone.localdate(now) + entry["day"] * DAY
    if entry["day"] == 0 and timezone.localtime(now).hour >= last - 1:
        day += DAY
    return tuple(timezone.make_aware(datetime.combine(day, time(hour))) for hour in (first, last))
