"""The demo of Yunnan with more going on: what `tests/test_pages.py` looks at besides what every demo shows."""

from datetime import timedelta

from accounts.models import Unit, User
from applications import services
from applications.models import Case, Viewing
from applications.services import conversation, export, ratings, unit_batches
from applications.uploads import look_into
from jobs import clock
from jobs import services as jobs
from policies.matching import proactive
from policies.models import Policy, PolicyVersion, SavedSearch, ServiceItem
from policies.services import following, library
from provinces import demo_accounts, demo_cases, packs
from tests.applications import samples
from tests.cast import day
from tests.laborbrands import kept
from tests.reviews import walk
from tests.talents import event_walk, events, interns, person_walk, unit_walk, vacancy_walk
from workstations.models import Window


def drafts() -> dict:
    """Begin drafts for the steps that the demo's own do not show: nobody known yet, all promised, expired."""
    pack, now = packs.read("yunnan"), clock.now()
    newcomer = User.objects.create_user(email="fresh@demo.example", name="新来")
    item = ServiceItem.objects.get(code="talent-grading")
    new = services.start(item=item, actor=newcomer, now=now)
    later = {"achievements": 4, "unit-opinion": 5}
    story = demo_cases.Story("promised", "talent-grading", "applicant", ((0, "begin"),), later=later)
    play = demo_cases.Play(pack, story, now)
    play.run()
    for material in play.materials():
        if material.status == "MISSING" and material.spec.necessity == "REQUIRED" and material.spec.key not in later:
            play.hand_in(material, now)
    promises = {m.pk: {"reason": "BEING_ISSUED", "promised_on": "2026-09-24"} for m in play.promised()}
    services.promise_material(case=play.case, actor=play.applicant, promises=promises, now=now)
    services.save_answers(case=play.case, actor=play.applicant, answers={}, step="sign", now=now)
    expired = services.start(item=item, actor=who("passport"), now=now - timedelta(days=70))
    told = {"region": "530000/530100/530114", "degree": "doctor", "grade": "D", "age": 50}
    proactive.give_consent(facts=told, actor=who("engineer"), now=now)
    return {
        "new": new,
        "promised": play.case,
        "expired": expired,
        "rated": rated(),  # lets the worker do what is due, so it comes before what waits
        "searches": searches(now),
        "versions": versions(now),
        "talked": talked_about(),
        "of_a_unit": of_a_unit(),
        "acted_on": acted_on_many(),
        "kept": kept.make(who, clock.now()),
        "walked": walk.make(who, clock.now()),
        "units": unit_walk.make(who, clock.now()),
        "pooled": person_walk.make(who, clock.now()),
        "vacancy": vacancy_walk.make(who, clock.now()),
        "interns": interns.walk(who, clock.now()),
        "events": events.walk(who, clock.now()),
        "recruiting": event_walk.walk(who, clock.now()),
    }


def searches(now) -> list[SavedSearch]:
    """Let a person follow a policy and a search, and ask for an address: saved, waiting, stopped."""
    following.follow(policy=Policy.objects.filter(versions__state="PUBLISHED").first(), actor=who("applicant"), now=now)
    following.save_search(query="topic=talent", frequency="DAILY", actor=who("applicant"), now=now)
    for query in ("topic=housing", "topic=science"):
        asked = {"query": query, "frequency": "WEEKLY", "email": "reader@mail.example", "language": "en", "now": now}
        following.ask_for_alerts(**asked)
    stopped, waiting, saved = SavedSearch.objects.order_by("-pk")[:3]  # the demo has some of its own
    following.stop_searches(searches=SavedSearch.objects.filter(pk=stopped.pk), now=now)
    return [saved, waiting, stopped]


def versions(now) -> dict:
    """Take three published policies further: a draft given back, one in review, one that waits for its moment."""
    author, second = who("editor"), who("editor2")
    begun = PolicyVersion.objects.filter(state__in=("DRAFT", "REVIEW", "SCHEDULED")).values("policy")
    published = PolicyVersion.objects.filter(state="PUBLISHED").exclude(policy__in=begun).order_by("pk")[:3]
    draft, review, scheduled = (
        library.copy_version(version=one, label="9.0", actor=author, now=now) for one in published
    )
    library.add_benefit(
        version=draft, key="loose", kind="card", name_zh="无条款", text_zh="无条款", actor=author, now=now
    )
    for version in (draft, review, scheduled):
        library.submit_for_review(version=version, actor=author, now=now)
    library.return_to_editor(version=draft, reason="金额不对", actor=second, now=now)
    unread = scheduled.benefits.waiting().count()
    library.schedule(version=scheduled, publish_at=now + timedelta(days=9), actor=second, now=now, hidden=unread)
    return {"draft": draft, "review": review, "scheduled": scheduled, "published": published[0]}


def who(key: str) -> User:
    return User.objects.get(email=demo_accounts.sign_in_name(key))


def rated():
    """Let an applicant rate a finished case badly and ask for the own data; make a code for a step not rated yet."""
    case, now = Case.objects.filter(close_type="GRANTED", window__code="530114-1").first(), clock.now()
    ratings.rate(case=case, actor=case.applicant, now=now, level=5, comment="等了两个小时", aspects={"speed": 5})
    export.ask_for_export(actor=case.applicant, now=now)
    Viewing.objects.create(case=case, by=who("clerk"), what="case", at=now)
    jobs.run_due(now)
    code = ratings.make_rating_token(case=case, actor=who("clerk"), now=now, touch_point="INTAKE")
    return case, code


def talked_about() -> Case:
    """Let the clerk and an applicant talk about a case, with a question that waits for its answer and a note."""
    clerk, now = who("clerk"), clock.now()
    case = Case.objects.for_staff(clerk).filter(state="RECEIVED").order_by("pk").first()
    files = [look_into(samples.pdf("说明.pdf"))]
    conversation.send_message(case=case, actor=case.applicant, now=now, text="照片要白底的吗？", files=files)
    conversation.write_note(case=case, actor=clerk, now=now, text="电话里已经说过。")
    conversation.send_message(case=case, actor=clerk, now=now, text="单位全称是什么？", reply_by=day("2026-09-24"))
    conversation.send_message(
        case=Case.objects.exclude(pk=case.pk).for_staff(clerk).filter(state="EXAMINING").first(),
        actor=clerk,
        now=now,
        text="请确认电话",
        reply_by=day("2026-09-24"),
    )
    return case


def of_a_unit():
    """A table of two people with one fault, not taken in yet."""
    unit = Unit.objects.get(uscc="91990100MA0000001G")
    item = ServiceItem.objects.get(code="talent-card")
    lines = "姓名,证件号码,手机号\n周新来,990101199506151239,19900000077\n吴二,1,2\n"
    return unit_batches.create_unit_batch(
        unit=unit,
        item=item,
        window=Window.objects.get(code="530114-1"),
        handler=who("handler"),
        attorney=look_into(samples.pdf("委托书.pdf")),
        until=day("2026-12-31"),
        content=lines.encode(),
        actor=who("clerk"),
        now=clock.now(),
    )


def acted_on_many():
    """Let the clerk accept two cases at once: the result of each is shown."""
    clerk, now = who("clerk"), clock.now()
    cases = [(case, case.version) for case in Case.objects.for_staff(clerk).filter(state="RECEIVED")[:2]]
    batch = services.begin_batch(cases=cases, verb="notify", facts={"text": " "}, actor=clerk, now=now)
    for row in batch.rows.all():
        services.do_batch_case(row=row, now=now)
    return batch
