"""The clerk's queue over a million cases, 55,000 of them open: the query, the page, and sixteen clerks at once.

The peer is Django's own change list of the same table, with the columns of our lines and nothing tuned, behind the same
middleware and in the same frame. The floor of the query is fifty lines by primary key through the same ORM with the
same parts. First 10,000 cases lie there, then 1,000,000; clerk of a county, leader of a city with eight counties,
examiner of a province with 128.
"""

from collections.abc import Callable

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from applications import office
from applications.models import Case, Clock
from bench import rush
from bench.cases import copies
from bench.measure import Result, interleave, timed
from jobs import clock
from regions.queries import calendar_for
from tests import cast
from workstations.models import Window

SIZES = (10_000, 1_000_000)
OPEN_OF_1000 = 55
CITIES, COUNTIES = 16, 8  # counties in each city
LINES, ROUNDS = 50, 7
NOW = cast.moment("2026-09-18 09:00")
QUEUE, STOCK = "/admin/applications/case/?queue=accept", "/bench/admin/applications/case/"
FRAME = {
    "ROOT_URLCONF": "bench.urls",
    "ALLOWED_HOSTS": ["testserver"],
    "STAFF_NEEDS_SECOND_FACTOR": False,
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


def run() -> Result:
    clock.now = lambda: NOW
    people, figures, built = make_people(), [], 0
    with override_settings(**FRAME):
        for size in SIZES:
            build(people["world"], built, size)
            built = size
            figures.append(measure(people))
        notes = told(*figures) | counted(people)
    notes |= rush.run(people["world"], NOW)
    large = figures[-1]
    return Result(
        "queue_page_1m",
        SIZES[-1],
        large["queue page"],
        large["stock change list"],
        None,  # the query's own floor stands in the notes
        notes,
    )


def measure(people: dict) -> dict[str, float]:
    """Return the median seconds of each subject; the first call of each warms."""
    clerk, leader, examiner = (people[who] for who in ("clerk", "leader", "examiner"))
    queues = {user.pk: office.Queue(user, NOW) for user in (clerk, leader, examiner)}
    ids = [row.case.pk for row in office.queue_page(clerk, office.Wish("accept"), NOW, LINES).rows]
    deep = office.Wish("examine", after=f"{NOW:%Y}-10-12.0")
    subjects: dict[str, Callable] = {
        "50 lines by key": lambda: list(office.with_row_parts(Case.objects.filter(pk__in=ids))),
        "query of the county": lambda: lines(queues[clerk.pk], office.Wish("accept")),
        "query of the city": lambda: lines(queues[leader.pk], office.Wish("accept")),
        "query of the province": lambda: lines(queues[examiner.pk], office.Wish("examine")),
        "query of the province, overdue": lambda: lines(queues[examiner.pk], office.Wish("overdue")),
        "query of the province, far down": lambda: lines(queues[examiner.pk], deep),
        "counts of the county": queues[clerk.pk].counts,
        "counts of the province": queues[examiner.pk].counts,
        "where the posts of the county lead": lambda: office.Queue(clerk, NOW).reach,
        "where the posts of the province lead": lambda: office.Queue(examiner, NOW).reach,
        "queue page": lambda: shown(clerk, QUEUE),
        "queue page of the province": lambda: shown(examiner, QUEUE.replace("accept", "examine")),
        "stock change list": lambda: shown(people["root"], STOCK),
        "stock change list, newest first": lambda: shown(people["root"], f"{STOCK}newest/"),
    }
    for subject in subjects.values():
        subject()
    return interleave({name: lambda work=work: timed(work) for name, work in subjects.items()}, ROUNDS)


def lines(queue: office.Queue, wish: office.Wish) -> None:
    """Read one page with all its parts; where the posts lead is read once a request and told apart."""
    found = queue.page(wish, LINES).rows
    assert len(found) == LINES or wish.queue == "overdue", (queue.user, wish, len(found))


def shown(user, address: str) -> bytes:
    """Get a whole page, with middleware, session and user."""
    if user.pk not in _CLIENTS:
        _CLIENTS[user.pk] = Client(headers={"accept-language": "zh-hans"})
        _CLIENTS[user.pk].force_login(user)
    answer = _CLIENTS[user.pk].get(address, secure=True)
    assert answer.status_code == 200, (answer.status_code, address, answer.headers)
    return answer.content


_CLIENTS: dict[int, Client] = {}


def told(small: dict, large: dict) -> dict:
    """Say how each subject grew, and the ratios that the goals name."""
    notes = {
        f"{name}, at {SIZES[0]:,} and {SIZES[1]:,} cases": f"{small[name] * 1000:.2f} and {large[name] * 1000:.2f} ms"
        for name in large
    }
    floor = large["50 lines by key"]
    for place in ("county", "city", "province"):
        notes[f"query of the {place} / 50 lines by key"] = f"{large[f'query of the {place}'] / floor:.2f}"
    return notes


def counted(people: dict) -> dict:
    """Count the statements of both pages, and what both show."""
    notes = {}
    for name, user, address in (
        ("queue page", people["clerk"], QUEUE),
        ("stock change list", people["root"], STOCK),
    ):
        with CaptureQueriesContext(connection) as statements:
            content = shown(user, address)
        notes[f"statements, bytes of the {name}"] = f"{len(statements)}, {len(content):,}"
    return notes


# --- the million -----------------------------------------------------------------------------------------------------


def make_people() -> dict:
    """Make 128 counties with a window each, a clerk, a leader, an examiner and a superuser."""
    world = cast.make_world()
    counties = [world.county]
    for c in range(CITIES):
        city = world.city if c == 0 else cast.make_region(f"53{c + 30:02d}00", "PREFECTURE", f"城{c}", world.province)
        for n in range(1 if c == 0 else 0, COUNTIES):
            county = cast.make_region(f"{city.code[:4]}{n + 50:02d}", "COUNTY", f"县{c}-{n}", city)
            counties.append(county)
    for n, county in enumerate(counties[1:]):
        cast.make_window(f"b{n}", county, world.office)
    world.case = Case.objects.create(
        case_no="B",
        query_code="ABCDEF",
        item=world.item,
        guide=world.guide,
        organization=world.office,
        region=world.county,
        window=world.window,
        applicant=User.objects.create_user("first@bench.example"),
        state="CLOSED",
        close_type="GRANTED",
        step="sign",
        created_at=NOW,
        saved_at=NOW,
        received_at=NOW,
        closed_at=NOW,
    )
    today = cast.today(NOW)
    world.clock = Clock.objects.create(
        case=world.case,
        kind="ACCEPT",
        owner="OFFICE",
        days=20,
        started_on=today,
        printed_due_on=today,
        due_on=today,
        due_wd=0,
        calendar=calendar_for("530000").code,
    )
    world.windows = [Window.objects.get(region=county) for county in counties]
    return {
        "world": world,
        "clerk": cast.make_staff("c@bench.example", "量测", Role.CLERK, world.county, world.office, [world.window]),
        "leader": cast.make_staff("l@bench.example", "量领", Role.LEADER, world.city, world.office),
        "examiner": cast.make_staff("e@bench.example", "量审", Role.EXAMINER, world.province, world.office),
        "root": User.objects.create_superuser("r@bench.example", "x"),
    }


def build(world, first: int, last: int) -> None:
    """Write the cases with these numbers; 55 of each thousand are open, a quarter of those at the first county."""
    calendar = calendar_for("530000")
    days = [calendar.date_of(calendar.ordinal(cast.today(NOW)) + offset) for offset in range(-2, 40)]
    values = {
        "first": first,
        "last": last,
        "open": OPEN_OF_1000,
        "regions": [window.region_id for window in world.windows],
        "windows": [window.pk for window in world.windows],
        "places": len(world.windows),
        "days": days,
        "ordinals": [calendar.ordinal(day) for day in days],
        "count": len(days),
        "now": NOW,
    }
    User.objects.bulk_create(
        (
            User(email=f"p{n}@bench.example", password="!", is_demo=True)
            for n in range(first, last)
            if n % 1000 < OPEN_OF_1000
        ),
        batch_size=5000,
    )
    copies(world.case, CASE, NUMBERED, values)
    copies(world.clock, CLOCK, UNCLOCKED, values)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum would have done by then


NUMBERED = """(
    SELECT numbered.*, people.id AS person, CASE WHEN k %% 4 = 0 THEN 1 ELSE 1 + k %% %(places)s END AS place,
        (ARRAY['RECEIVED', 'EXAMINING', 'RECEIVED', 'EXAMINING', 'RECEIVED', 'CORRECTION', 'RECEIVED', 'EXAMINING',
               'REVIEWED', 'RECEIVED', 'EXAMINING', 'RECEIVED', 'CORRECTION', 'RECEIVED', 'EXAMINING', 'PRECHECK',
               'RECEIVED', 'EXAMINING', 'REVIEWED', 'READY'])[1 + k / 4 %% 20] AS state, 1 + (k * 7) %% %(count)s AS day
    FROM (SELECT n, n %% 1000 < %(open)s AS is_open, n / 1000 * %(open)s + n %% 1000 AS k
          FROM generate_series(%(first)s, %(last)s - 1) n) numbered
    LEFT JOIN (SELECT id, substring(email, 2, position('@' in email) - 2)::int AS n FROM accounts_user
               WHERE email LIKE 'p%%@bench.example') people USING (n)) p"""
CASE = {
    "public_id": "'b' || p.n",
    "case_no": "'B' || p.n",
    "applicant_name": "'演示' || p.n %% 5000",
    "applicant_id": "COALESCE(p.person, template.applicant_id)",
    "region_id": "(%(regions)s::text[])[p.place]",
    "window_id": "(%(windows)s::int[])[p.place]",
    "state": "CASE WHEN p.is_open THEN p.state ELSE 'CLOSED' END",
    "close_type": "CASE WHEN p.is_open THEN '' ELSE 'GRANTED' END",
    "due_on": "CASE WHEN p.is_open THEN (%(days)s::date[])[p.day] END",
    "due_wd": "CASE WHEN p.is_open THEN (%(ordinals)s::int[])[p.day] END",
    "closed_at": "CASE WHEN NOT p.is_open THEN %(now)s::timestamptz END",
}
CLOCK = {
    "case_id": "c.id",
    "kind": "CASE c.state WHEN 'RECEIVED' THEN 'ACCEPT' WHEN 'PRECHECK' THEN 'PRECHECK' WHEN 'READY' THEN 'DELIVERY' "
    "WHEN 'CORRECTION' THEN 'CORRECTION' ELSE 'PROMISED' END",
    "started_on": "c.due_on - 30",
    "printed_due_on": "c.due_on",
    "due_on": "c.due_on",
    "due_wd": "c.due_wd",
}
UNCLOCKED = """(
    SELECT id, state, due_on, due_wd FROM applications_case c
    WHERE state <> 'CLOSED' AND NOT EXISTS (SELECT FROM applications_clock k WHERE k.case_id = c.id)) c"""
