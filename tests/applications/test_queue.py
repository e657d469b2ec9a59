"""The queue: what stands in which tab and in what order, filters, saved views, who has what, acts over many cases."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Role, User
from applications import office, services, workload
from applications.models import BatchCase, Case, CaseEvent, Cover, MaterialFile, Recusal, SavedView
from applications.reach import Walk, page_ids, reach_of
from applications.states import OPEN_STATES, ScanState, State
from jobs import clock
from jobs.models import Job
from notifications.models import Message
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 11:00")
ALL = ("id", "degree", "works", "form", "photo")
NUMBERS = ("990102199511300039", "99010119900307004X", "99010119900307012X")
QUEUE = "/en/admin/applications/case/"


@pytest.fixture(autouse=True)
def _portal_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def case(world, applicant):
    draft = cast.make_draft(world, applicant, *ALL, now=moment("2026-09-18 10:00"))
    case = cast.submit(draft, applicant, moment("2026-09-18 10:00"))
    MaterialFile.objects.update(scan_state=ScanState.NOT_SCANNED)
    return case


@pytest.fixture
def cases(world, case):
    return [case, *(submitted_by(world, n, number) for n, number in enumerate(NUMBERS))]


@pytest.fixture
def colleague(world):
    return cast.make_staff("second@example.org", "周同", Role.CLERK, world.county, world.office, [world.window])


@pytest.fixture
def head(world):
    head = cast.make_staff("head@example.org", "冯长", Role.CLERK, world.county, world.office, [world.window])
    head.posts.update(is_head=True)
    return head


@pytest.fixture
def as_(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


def submitted_by(world, n: int, number: str, name: str = "张三"):
    someone = cast.make_person(f"more{n}@example.org", name, number)
    return cast.submit(cast.make_draft(world, someone, *ALL, now=NOW), someone, NOW)


def rows(response) -> list[Case]:
    return [row.case for row in response.context["page"].rows]


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def shown(user, queue="accept", **wish) -> list[Case]:
    return [row.case for row in office.queue_page(user, office.Wish(queue, **wish), NOW).rows]


# --- what stands where ------------------------------------------------------------------------


def test_every_state_has_a_queue_and_every_queue_a_state():
    assert set(office.QUEUE_OF) == set(State) - {State.DRAFT}
    assert set(office.STATES) == set(office.QUEUES)
    assert set(office.OF_OFFICE) | set(office.OF_APPLICANT) == set(OPEN_STATES)


def test_the_queue_says_in_words_what_is_due(as_, case, clerk, monkeypatch):
    client, said = as_(clerk), {}
    for day in ("2026-09-18 11:00", "2026-09-23 11:00", "2026-09-24 11:00", "2026-09-25 11:00", "2026-09-28 11:00"):
        monkeypatch.setattr(clock, "now", lambda day=day: moment(day))
        page = client.get(QUEUE, {"queue": "accept"})
        counts = {key: count for key, _label, count in page.context["tabs"]}
        said[day[5:10]] = (page.context["page"].rows[0].words, counts["soon"], counts["overdue"])
    assert said == {
        "09-18": ("5 working days left", 0, 0),
        "09-23": ("1 working day left", 1, 0),
        "09-24": ("Due today", 1, 0),
        "09-25": ("Overdue", 0, 1),  # a holiday: no working day has passed yet
        "09-28": ("1 working day overdue", 0, 1),
    }


def test_the_time_of_the_applicant_is_never_the_offices_overdue(case, clerk):
    Case.objects.filter(pk=case.pk).update(state=State.CORRECTION, due_on=cast.day("2026-09-01"), due_wd=1)
    assert office.Queue(clerk, NOW).counts() == dict.fromkeys(office.COUNTED, 0) | {"correction": 1}
    Case.objects.filter(pk=case.pk).update(state=State.SPECIAL)
    assert office.Queue(clerk, NOW).counts() == dict.fromkeys(office.COUNTED, 0) | {"special": 1, "overdue": 1}


def test_the_queue_begins_where_the_role_works(as_, case, clerk, examiner, leader):
    found = {user.name: as_(user).get(QUEUE).context["wish"].queue for user in (clerk, examiner, leader)}
    assert found == {"李雪梅": "accept", "赵审": "examine", "钱批": "decide"}


def test_filters_narrow_the_queue_and_its_counts(as_, world, case, clerk):
    client = as_(clerk)
    here = client.get(QUEUE, {"item": world.item.pk, "window": world.window.pk})
    assert rows(here) == [case]
    assert dict(zip(office.QUEUES, [count for *_other, count in here.context["tabs"]], strict=True))["accept"] == 1
    nothing = client.get(QUEUE, {"window": world.other_window.pk})
    assert (rows(nothing), {count for *_other, count in nothing.context["tabs"]}) == ([], {0, None})
    assert "Nothing fits these filters." in text(nothing)
    assert (
        client.get(QUEUE, {"queue": "no", "item": "x", "window": "9" * 30, "after": "a.b", "who": "?"}).status_code
        == 200
    )


@pytest.mark.parametrize("after", ["x", "2026-99-01.5", ".5", "2026-09-18.", "9" * 30, "2026-09-18.-1"])
def test_an_unreadable_mark_shows_the_first_page(case, clerk, after):
    assert shown(clerk, after=after) == [case]


def test_pages_of_the_queue_lose_and_repeat_nothing(clerk, cases):
    Case.objects.filter(pk=cases[0].pk).update(due_on=None, due_wd=None)  # nothing due comes last
    seen, mark = [], ""
    while True:
        page = office.queue_page(clerk, office.Wish("accept", after=mark), NOW, size=2)
        seen += [row.case.pk for row in page.rows]
        mark = page.next_mark
        if not mark:
            break
    assert seen == [*[other.pk for other in cases[1:]], cases[0].pk]


def test_closed_cases_page_backwards(clerk, cases):
    Case.objects.update(state="CLOSED", close_type="GRANTED", closed_at=NOW)
    first = office.queue_page(clerk, office.Wish("closed"), NOW, size=3)
    second = office.queue_page(clerk, office.Wish("closed", after=first.next_mark), NOW, size=3)
    assert [row.case for row in first.rows + second.rows] == cases[::-1]
    assert "closed" not in office.Queue(clerk, NOW).counts()


def test_counting_stops_at_a_hundred(monkeypatch, clerk, cases):
    monkeypatch.setattr(office, "MOST_COUNTED", 3)
    assert office.Queue(clerk, NOW).counts()["accept"] == 3
    assert (office.count_words(3), office.count_words(2), office.count_words(None)) == ("2+", "2", "")


# --- reach: the list of places says the same as the condition ------------------------------------------------------


@pytest.mark.parametrize("who", ["clerk", "other_clerk", "examiner", "leader", "certificate_clerk", "official"])
@pytest.mark.parametrize("wide", [1, 40])
def test_places_and_condition_agree(request, monkeypatch, world, cases, who, wide):
    monkeypatch.setattr("applications.reach.WIDE", wide)
    Case.objects.filter(pk=cases[1].pk).update(window=None)
    Case.objects.filter(pk=cases[2].pk).update(window=world.other_window, region=world.other_county)
    Case.objects.filter(pk=cases[3].pk).update(region=world.city, window=None)
    user = request.getfixturevalue(who)
    Case.objects.filter(pk=cases[0].pk).update(is_restricted=True)  # the account is closed: leaders only
    reach = reach_of(user, NOW)
    expected = list(Case.objects.for_staff(user).order_by("id").values_list("pk", flat=True))
    assert sorted(page_ids(reach, Walk(OPEN_STATES), size=10)) == expected
    assert list(reach.cases().order_by("id").values_list("pk", flat=True)) == expected
    Case.objects.update(state="ARCHIVED", close_type="GRANTED", closed_at=NOW)
    assert page_ids(reach, Walk(office.STATES["closed"]), size=10) == expected[::-1]


def test_nobody_sees_the_own_case_and_that_of_the_own_unit(world, applicant, cases):
    applicant.is_staff = True
    applicant.save()
    applicant.posts.create(role=Role.CLERK, organization=world.office, region=world.county, starts_on="2024-01-01")
    unit = cast.make_unit(world.county, applicant, NOW)
    Case.objects.filter(pk=cases[1].pk).update(unit=unit)
    Case.objects.filter(pk=cases[2].pk).update(agent=applicant)
    assert shown(applicant) == [cases[3]]


def test_who_stays_away_sees_the_case_no_more(cases, clerk, leader):
    Recusal.objects.create(case=cases[0], user=clerk, reason="亲属", declared_by=clerk, declared_at=NOW)
    assert (shown(clerk), shown(leader)) == (cases[1:], cases)
    assert list(Case.objects.for_staff(clerk).order_by("id")) == cases[1:]


def test_a_leader_of_a_window_sees_closed_accounts_there_only(world, cases, leader):
    Case.objects.filter(pk__in=[cases[0].pk, cases[1].pk]).update(is_restricted=True)
    Case.objects.filter(pk=cases[1].pk).update(window=world.other_window, region=world.other_county)
    leader.posts.get().windows.set([world.window])
    leader.posts.create(role=Role.EXAMINER, organization=world.office, region=world.province, starts_on="2024-01-01")
    expected = list(Case.objects.for_staff(leader).order_by("id"))
    assert (shown(leader), expected) == ([cases[0], *cases[2:]],) * 2


def test_a_post_that_names_windows_elsewhere_reaches_nothing_there(world, clerk, case):
    clerk.posts.get().windows.set([world.other_window])
    assert (reach_of(clerk, NOW).windows, shown(clerk)) == ((), [])


@pytest.mark.parametrize(
    ("who", "index", "wish"),
    [
        ("clerk", "case_window", {}),
        ("leader", "case_queue", {}),
        ("clerk", "case_assigned", {"who": "own"}),
        ("clerk", "case_done", {"queue": "closed"}),
    ],
)
def test_a_page_walks_its_index(request, cases, who, index, wish):
    user = request.getfixturevalue(who)
    with CaptureQueriesContext(connection) as asked:
        office.queue_page(user, office.Wish(**({"queue": "accept"} | wish)), NOW)
    (sql,) = [query["sql"] for query in asked if "CROSS JOIN LATERAL" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows would be read whole
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # so few rows would be sorted
        for other in {"case_window", "case_queue", "case_assigned", "case_done", "case_wide", "case_own"} - {index}:
            cursor.execute(f"DROP INDEX {other}")  # as good as this one while there are so few rows
        cursor.execute("EXPLAIN " + sql)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan


@pytest.mark.usefixtures("kept_long")
def test_a_page_of_many_asks_as_often_as_a_page_of_one(as_, world, clerk, case):
    client, before = as_(clerk), statements(as_(clerk))
    for n, number in enumerate(NUMBERS):
        submitted_by(world, n, number)
    assert statements(client) == before <= 28


def statements(client) -> int:
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(QUEUE).status_code == 200
    return len(queries)


# --- given to somebody, covered by somebody ------------------------------------------------------------------------


def test_given_cases_stand_with_whom_they_were_given_to(as_, cases, clerk, colleague):
    given = services.assign(case=cases[0], to=colleague, actor=clerk, now=NOW)
    services.assign(case=cases[1], to=clerk, actor=clerk, now=NOW)
    assert (shown(colleague, who="own"), shown(clerk, who="own")) == ([cases[0]], [cases[1]])
    assert shown(clerk, who=str(colleague.pk)) == [cases[0]]
    assert shown(clerk, who="nobody") == cases[2:]
    event = CaseEvent.objects.get(case=given, verb="assign")
    assert (event.actor, event.data, event.from_state, event.to_state) == (
        clerk,
        {"before": "", "after": "周同"},
        "RECEIVED",
        "RECEIVED",
    )
    assert list(Message.objects.filter(event="case_given").values_list("recipient", flat=True)) == [colleague.pk]
    assert "周同" in text(as_(clerk).get(QUEUE))


def test_only_the_head_takes_a_case_from_somebody(case, clerk, colleague, head):
    services.assign(case=case, to=clerk, actor=clerk, now=NOW)
    with pytest.raises(Refused, match="李雪梅"):
        services.assign(case=case, to=colleague, actor=colleague, now=NOW)
    services.assign(case=case, to=colleague, actor=head, now=NOW)
    services.assign(case=case, to=None, actor=colleague, now=NOW)
    case.refresh_from_db()
    assert case.assigned_to is None


def test_a_leader_is_the_head_where_there_is_none(case, clerk, colleague, leader):
    services.assign(case=case, to=clerk, actor=clerk, now=NOW)
    services.assign(case=case, to=colleague, actor=leader, now=NOW)
    case.refresh_from_db()
    assert case.assigned_to == colleague


def test_nobody_outside_the_posts_gets_or_gives_a_case(case, clerk, other_clerk, applicant, official):
    for to in (other_clerk, official, applicant):
        with pytest.raises(Refused):
            services.assign(case=case, to=to, actor=clerk, now=NOW)
    for actor in (other_clerk, official, applicant):
        with pytest.raises(Refused):
            services.assign(case=case, to=clerk, actor=actor, now=NOW)
    with pytest.raises(Refused):
        services.assign(case=case, to=None, actor=clerk, now=NOW)  # nobody has it: nothing to change
    assert not case.events.filter(verb="assign").exists()


def test_who_stands_in_sees_and_takes_over(as_, case, clerk, colleague):
    services.assign(case=case, to=clerk, actor=clerk, now=NOW)
    today = cast.today(NOW)
    cover = services.arrange_cover(
        absent=clerk, substitute=colleague, starts_on=today, ends_on=today + timedelta(days=3), actor=clerk, now=NOW
    )
    assert shown(colleague, who="own") == [case]
    assert "You stand in for 李雪梅 today" in text(as_(colleague).get(QUEUE))
    services.assign(case=case, to=colleague, actor=colleague, now=NOW)
    services.end_cover(cover=cover, actor=colleague, now=NOW)
    services.end_cover(cover=cover, actor=colleague, now=NOW)
    assert not Cover.objects.exists()


def test_cover_is_arranged_once_and_shows_a_case_once(case, clerk, colleague):
    services.assign(case=case, to=clerk, actor=clerk, now=NOW)
    today = cast.today(NOW)
    days = {"absent": clerk, "substitute": colleague, "starts_on": today, "ends_on": today + timedelta(days=3)}
    first = services.arrange_cover(**days, actor=clerk, now=NOW)
    assert services.arrange_cover(**days, actor=clerk, now=NOW) == first, "a second click"
    with translation.override("en"), pytest.raises(Refused, match="on some of these days already"):
        services.arrange_cover(**days | {"ends_on": today + timedelta(days=9)}, actor=clerk, now=NOW)
    Cover.objects.create(**days, arranged_by=clerk, arranged_at=NOW)  # as two could be before
    assert shown(colleague, who="own") == [case]


def test_cover_ends_today_when_it_has_begun(clerk, colleague):
    today = cast.today(NOW)
    cover = Cover.objects.create(
        absent=clerk,
        substitute=colleague,
        starts_on=today - timedelta(days=2),
        ends_on=today + timedelta(days=9),
        arranged_by=clerk,
        arranged_at=NOW,
    )
    services.end_cover(cover=cover, actor=clerk, now=NOW)
    cover.refresh_from_db()
    assert (cover.ends_on, cover.last_on) == (today, today - timedelta(days=1))


@pytest.mark.parametrize(
    ("who", "starts", "ends", "actor", "words"),
    [
        ("clerk", 0, 2, "clerk", "Somebody else has to stand in."),
        ("colleague", 2, 2, "clerk", "The end must be after the beginning."),
        ("colleague", -5, -1, "clerk", "These days have passed."),
        ("colleague", 0, 200, "clerk", "Three months at most; longer absences are a change of posts."),
        ("other_clerk", 0, 2, "clerk", "王外 holds no post for the work of 李雪梅."),
        ("examiner", 0, 2, "clerk", "赵审 holds no post for the work of 李雪梅."),
        ("colleague", 0, 2, "colleague", "Only the head of the window arranges cover for somebody else."),
    ],
)
def test_cover_that_cannot_be_is_refused(request, clerk, colleague, who, starts, ends, actor, words):
    today = cast.today(NOW)
    with translation.override("en"), pytest.raises(Refused) as refused:
        services.arrange_cover(
            absent=clerk,
            substitute=request.getfixturevalue(who),
            starts_on=today + timedelta(days=starts),
            ends_on=today + timedelta(days=ends),
            actor=request.getfixturevalue(actor),
            now=NOW,
        )
    with translation.override("en"):
        assert [str(reason) for reason in refused.value.reasons] == [words]


def test_the_head_sees_who_has_what(as_, cases, clerk, colleague, head):
    services.assign(case=cases[0], to=clerk, actor=clerk, now=NOW)
    services.assign(case=cases[1], to=colleague, actor=clerk, now=NOW)
    Case.objects.filter(pk=cases[0].pk).update(due_on=cast.day("2026-09-01"), due_wd=1)
    loads = {load.user.name if load.user else "": load for load in workload.loads(reach_of(head, NOW), cast.today(NOW))}
    assert {name: (load.total, load.late, load.stages["accept"]) for name, load in loads.items()} == {
        "": (2, 0, 2),
        "李雪梅": (1, 1, 1),
        "周同": (1, 0, 1),
        "冯长": (0, 0, 0),
    }
    page = as_(head).get(f"{QUEUE}workload/")
    assert f"?queue=overdue&amp;who={clerk.pk}" in page.content.decode()
    assert "Open cases by colleague" in text(page)
    assert "Open cases by colleague" not in text(as_(clerk).get(f"{QUEUE}workload/"))


def test_cover_is_arranged_and_ended_on_its_page(as_, clerk, colleague, head):
    client, address = as_(head), f"{QUEUE}cover/"
    data = {"absent": clerk.pk, "substitute": colleague.pk, "starts_on": "2026-09-21", "last_on": "2026-09-25"}
    assert client.post(address, data).status_code == 302
    cover = Cover.objects.get()
    assert (cover.last_on, cover.arranged_by) == (cast.day("2026-09-25"), head)
    assert "周同 stands in for 李雪梅" in text(client.get(f"{QUEUE}workload/"))
    wrong = client.post(address, data | {"substitute": clerk.pk})
    assert (wrong.status_code, "Somebody else has to stand in." in text(wrong)) == (422, True)
    assert client.post(f"{address}{cover.pk}/end/").status_code == 302
    assert not Cover.objects.exists()


# --- saved views ------------------------------------------------------------------------


def test_a_view_keeps_tab_and_filters_under_a_name(as_, world, case, clerk, colleague):
    client = as_(clerk)
    query = f"queue=accept&who=own&item={world.item.pk}&after=2026-09-18.5&q=%E9%99%88&evil=1"
    saved = client.post(f"{QUEUE}views/", {"name": " 我的  受理 ", "query": query})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.owner) == ("我的 受理", f"queue=accept&who=own&item={world.item.pk}", clerk)
    assert saved.headers["Location"] == f"{QUEUE}?{view.query}"
    client.post(f"{QUEUE}views/", {"name": "我的 受理", "query": "queue=overdue"})
    view.refresh_from_db()
    assert view.query == "queue=overdue"
    assert 'href="?queue=overdue"' in client.get(QUEUE).content.decode()
    nameless = client.post(f"{QUEUE}views/", {"name": " ", "query": "queue=accept"}, follow=True)
    assert "“Name of the view” is needed." in text(nameless)
    as_(colleague).post(f"{QUEUE}views/{view.pk}/forget/")
    assert SavedView.objects.exists()
    as_(clerk).post(f"{QUEUE}views/{view.pk}/forget/")
    assert not SavedView.objects.exists()


def test_views_are_twelve_at_most(clerk):
    for n in range(12):
        services.save_view(name=f"v{n}", query="queue=accept", actor=clerk)
    services.save_view(name="v3", query="queue=soon", actor=clerk)
    with pytest.raises(Refused):
        services.save_view(name="one more", query="queue=accept", actor=clerk)
    with pytest.raises(Refused):
        services.save_view(name="  ", query="queue=accept", actor=clerk)


# --- acts over many cases ------------------------------------------------------------------------


def ticks(cases) -> list[str]:
    for case in cases:
        case.refresh_from_db()
    return [f"{case.pk}:{case.version}" for case in cases]


def test_each_case_of_a_batch_is_checked_again_and_done_by_itself(as_, cases, clerk, other_clerk, run_due):
    client = as_(clerk)
    for case in cases[:3]:
        cast.check_all(case, clerk, NOW)
    data = {"case": ticks(cases), "verb": "accept", "query": "queue=accept"}
    services.assign(case=cases[2], to=clerk, actor=clerk, now=NOW)  # it has changed since it was ticked
    begun = client.post(f"{QUEUE}batch/", data)
    assert (begun.status_code, Job.objects.filter(kind="applications.do_batch_case").count()) == (302, 4)
    assert "0 of 4 done" in text(client.get(begun.headers["Location"]))
    run_due(NOW)
    page = client.get(begun.headers["Location"])
    assert "4 of 4 done · 2 not possible" in text(page)
    assert f'href="{QUEUE}?queue=accept"' in page.content.decode()  # back to where it was begun
    states = [Case.objects.get(pk=case.pk).state for case in cases]
    assert states == ["EXAMINING", "EXAMINING", "RECEIVED", "RECEIVED"]
    assert [bool(row.refused) for row in page.context["rows"]] == [False, False, True, True]
    assert len(page.context["rows"][3].refused) == 5  # every material that was not checked
    assert as_(other_clerk).get(begun.headers["Location"]).status_code == 404


def test_only_the_batches_of_the_own_role_are_offered(as_, cases, clerk, examiner, certificate_clerk):
    def offered(user, queue):
        return as_(user).get(QUEUE, {"queue": queue}).context["batch_verbs"]

    assert offered(clerk, "accept") == ["accept", "assign", "notify"]
    assert offered(examiner, "accept") == ["assign", "notify"]
    assert offered(clerk, "deliver") == ["deliver", "assign", "notify"]
    assert offered(certificate_clerk, "deliver") == ["issue", "assign", "notify"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_a_batch_could_not_do_is_told_in_the_language_of_who_reads_it(as_, cases, clerk, language):
    User.objects.filter(pk=clerk.pk).update(language=language)
    cases[0].refresh_from_db()
    chosen = [(cases[0], cases[0].version)]
    batch = services.begin_batch(cases=chosen, verb="accept", facts={}, actor=clerk, now=NOW)
    row = services.do_batch_case(row=batch.rows.get(), now=NOW)
    assert row.refused[1]["en"] == "“Material degree” has not been checked yet."
    assert "材料degree" in row.refused[1]["zh"]
    assert len(row.refused) == 5


def test_a_case_of_a_batch_is_done_once(cases, clerk):
    cast.check_all(cases[0], clerk, NOW)
    cases[0].refresh_from_db()
    chosen = [(cases[0], cases[0].version)]
    batch = services.begin_batch(cases=chosen, verb="accept", facts={}, actor=clerk, now=NOW)
    row = batch.rows.get()
    services.do_batch_case(row=row, now=NOW)
    again = services.do_batch_case(row=row, now=NOW + timedelta(hours=1))
    assert (again.done_at, again.refused) == (NOW, [])
    assert cases[0].events.filter(verb="accept").count() == 1


def test_who_lost_the_post_meanwhile_does_nothing(cases, clerk):
    batch = services.begin_batch(
        cases=[(case, case.version) for case in cases], verb="assign", facts={"to": clerk.pk}, actor=clerk, now=NOW
    )
    clerk.posts.update(ends_on=cast.today(NOW))
    for row in batch.rows.all():
        services.do_batch_case(row=row, now=NOW)
    assert all(row.refused for row in BatchCase.objects.all())
    assert not Case.objects.filter(assigned_to__isnull=False).exists()


def test_many_are_given_to_a_colleague_and_written_to(as_, cases, clerk, colleague, run_due):
    client = as_(clerk)
    client.post(f"{QUEUE}batch/", {"case": ticks(cases), "verb": "assign", "to": colleague.pk})
    run_due(NOW)
    assert shown(colleague, who="own") == cases
    client.post(f"{QUEUE}batch/", {"case": ticks(cases), "verb": "notify", "text": "请带原件"})
    run_due(NOW)
    assert [case.messages.get().text for case in cases] == ["请带原件"] * 4


def test_certificates_of_many_are_issued_and_handed_over(cases, clerk, examiner, leader, certificate_clerk):
    for case in cases[:2]:
        cast.check_all(case, clerk, NOW)
        services.accept(case=case, actor=clerk, now=NOW)
        services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="可")
        services.grant(case=case, actor=leader, now=NOW)

    def act(verb, actor, **facts):
        chosen = [(case, Case.objects.get(pk=case.pk).version) for case in cases[:3]]
        batch = services.begin_batch(cases=chosen, verb=verb, facts=facts, actor=actor, now=NOW)
        return [bool(services.do_batch_case(row=row, now=NOW).refused) for row in batch.rows.all()]

    assert act("issue", clerk) == [True, True, True]  # not the clerk's step
    assert act("issue", certificate_clerk) == [False, False, True]
    assert [Case.objects.get(pk=case.pk).state for case in cases[:3]] == ["READY", "READY", "RECEIVED"]
    assert act("deliver", clerk, method="window") == [False, False, True]
    assert [Case.objects.get(pk=case.pk).state for case in cases[:2]] == ["CLOSED", "CLOSED"]


@pytest.mark.parametrize(
    "data",
    [
        {"verb": "accept"},
        {"verb": "grant"},
        {"verb": "notify", "text": " "},
        {"verb": "assign", "to": "999999"},
        {"verb": "accept", "case": ["x", "1", "1:x", "9" * 30 + ":1"]},
    ],
)
def test_a_batch_that_cannot_be_is_said_above_the_same_queue(as_, cases, clerk, data):
    data = {"case": ticks(cases)} | data if data["verb"] != "accept" else data
    answer = as_(clerk).post(f"{QUEUE}batch/", data | {"query": "queue=accept&who=nobody"})
    assert (answer.status_code, answer.context["wish"].who, rows(answer)) == (422, "nobody", cases)
    assert 'class="error-summary"' in answer.content.decode()
    assert not BatchCase.objects.exists()


def test_cases_of_others_are_not_taken_into_a_batch(as_, cases, other_clerk):
    answer = as_(other_clerk).post(f"{QUEUE}batch/", {"case": ticks(cases), "verb": "accept"})
    assert (answer.status_code, BatchCase.objects.count()) == (422, 0)


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_a_case_of_a_batch_once(world, case, clerk):
    cast.check_all(case, clerk, NOW)
    case.refresh_from_db()
    row = services.begin_batch(cases=[(case, case.version)], verb="accept", facts={}, actor=clerk, now=NOW).rows.get()
    together = threading.Barrier(2)

    def work():
        together.wait()
        services.do_batch_case(row=row, now=NOW)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    row.refresh_from_db()
    assert (row.refused, case.events.filter(verb="accept").count()) == ([], 1)
