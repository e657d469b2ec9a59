"""The life of a version: written by one person, approved by another, public, replaced, repealed."""

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict

from accounts.models import Role
from jobs.models import Job
from policies import queries, services
from policies.models import Benefit, Follow, Policy, PolicyVersion, SearchEntry
from policies.search import engine
from policies.states import VersionState
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment

NOW = moment("2026-09-18 10:00")
TEXT = "第一条 为了吸引人才。\n\n第二条 对博士给予补贴10万元。\n\n第三条 自公布之日起施行。"
FIELDS = {
    "title_zh": "示例市人才若干措施",
    "title_en": "Measures for talents of a sample city",
    "issuer_zh": "示例市人民政府",
    "level": "city",
    "region_code": "530100",
    "effective_on": dt.date(2026, 10, 1),
}


@pytest.fixture
def second(world):
    return cast.make_staff("second@example.org", "吕审", Role.EDITOR, world.province, world.office)


@pytest.fixture
def draft(editor) -> PolicyVersion:
    version = services.draft_version(slug="measures", fields=FIELDS, actor=editor, now=NOW)
    return services.write_text(version=version, text=TEXT, actor=editor, now=NOW)


@pytest.fixture
def reviewed(draft, editor):
    return services.submit_for_review(version=draft, actor=editor, now=NOW)


@pytest.fixture
def published(reviewed, second):
    return services.publish(version=reviewed, actor=second, now=NOW)


@pytest.fixture
def next_draft(published, editor):
    return services.copy_version(version=published, label="2.0", actor=editor, now=NOW)


@pytest.fixture
def benefit(published, editor):
    return services.add_benefit(
        version=published,
        actor=editor,
        now=NOW,
        key="doctor",
        kind="settling",
        name_zh="博士安家补贴",
        text_zh="博士补贴10万元。",
        clause=published.clauses.get(anchor="a2"),
        conditions={"fact": "degree", "op": "at_least", "value": "doctor"},
    )


def verbs(version) -> list[str]:
    return list(version.events.values_list("verb", flat=True))


def again(version: PolicyVersion) -> PolicyVersion:
    return PolicyVersion.objects.get(pk=version.pk)


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_a_text_is_cut_into_clauses(draft):
    assert list(draft.clauses.values_list("order", "anchor", "number", "text_zh")) == [
        (1, "a1", "第一条", "为了吸引人才。"),
        (2, "a2", "第二条", "对博士给予补贴10万元。"),
        (3, "a3", "第三条", "自公布之日起施行。"),
    ]
    assert draft.state == VersionState.DRAFT


def test_an_address_is_given_once(draft, second):
    with pytest.raises(Refused):
        services.draft_version(slug="measures", fields=FIELDS, actor=second, now=NOW)
    assert Policy.objects.count() == 1


def test_benefits_stay_with_their_clause_when_the_text_is_written_anew(draft, editor):
    fields = {"key": "x", "kind": "award", "name_zh": "奖", "text_zh": "奖", "clause": draft.clauses.get(anchor="a2")}
    benefit = services.add_benefit(version=draft, actor=editor, now=NOW, **fields)
    services.write_text(version=draft, text="第二条 对博士给予补贴20万元。", actor=editor, now=NOW)
    benefit.refresh_from_db()
    assert benefit.clause.text_zh == "对博士给予补贴20万元。"
    services.write_text(version=draft, text="第一条 没有了。", actor=editor, now=NOW)
    benefit.refresh_from_db()
    assert benefit.clause is None


def test_a_draft_is_changed_and_thrown_away(draft, editor):
    services.change_draft(version=draft, fields={"title_zh": "新题"}, actor=editor, now=NOW)
    assert again(draft).title_zh == "新题"
    services.discard_draft(version=draft, actor=editor, now=NOW)
    assert not Policy.objects.exists()


def test_what_is_in_review_is_not_changed(reviewed, editor):
    for verb, more in (("change_draft", {"fields": {}}), ("write_text", {"text": TEXT}), ("discard_draft", {})):
        with pytest.raises(Refused):
            getattr(services, verb)(version=reviewed, actor=editor, now=NOW, **more)
    assert again(reviewed).state == VersionState.REVIEW


def test_the_next_version_begins_as_a_copy(published, benefit, second, editor):
    services.confirm_benefit(benefit=benefit, actor=second, now=NOW)
    copy = services.copy_version(version=published, label="2.0", actor=editor, now=NOW)
    assert (copy.number, copy.label, copy.state, copy.author, copy.reviewer) == (2, "2.0", "DRAFT", editor, None)
    assert list(copy.clauses.values_list("anchor", "text_zh")) == list(
        published.clauses.values_list("anchor", "text_zh")
    )
    (copied,) = copy.benefits.all()
    assert (copied.key, copied.clause.version, copied.confirmed_at) == ("doctor", copy, None)
    with pytest.raises(Refused):
        services.copy_version(version=published, label="3.0", actor=editor, now=NOW)
    services.discard_draft(version=copy, actor=editor, now=NOW)
    with pytest.raises(Refused):
        services.copy_version(version=published, label="1.0", actor=editor, now=NOW)


# --- Review and publication ------------------------------------------------------------------------------------------


def test_what_is_incomplete_is_not_submitted(editor):
    version = services.draft_version(slug="empty", fields=FIELDS | {"issuer_zh": ""}, actor=editor, now=NOW)
    with pytest.raises(Refused) as refused:
        services.submit_for_review(version=version, actor=editor, now=NOW)
    assert len(refused.value.reasons) == 2
    assert again(version).state == VersionState.DRAFT


def test_a_second_person_publishes(published, second, editor):
    assert (published.state, published.published_at, published.reviewer, published.author) == (
        VersionState.PUBLISHED, NOW, second, editor,
    )  # fmt: skip
    assert published.published_on == dt.date(2026, 9, 18)
    assert verbs(published) == ["draft", "edit", "submit_for_review", "publish"]
    assert SearchEntry.objects.filter(version=published).exists()


def test_whoever_wrote_a_part_reviews_nothing(draft, editor, second):
    services.change_draft(version=draft, fields={"summary_zh": "摘要"}, actor=second, now=NOW)
    services.submit_for_review(version=draft, actor=editor, now=NOW)
    later = NOW + dt.timedelta(days=1)
    for person in (editor, second, None):
        with pytest.raises(Refused):
            services.publish(version=draft, actor=person, now=NOW)
        with pytest.raises(Refused):
            services.schedule(version=draft, publish_at=later, actor=person, now=NOW)
    assert again(draft).state == VersionState.REVIEW
    assert not SearchEntry.objects.exists()


def test_a_draft_is_not_published_without_review(draft, second):
    with pytest.raises(Refused):
        services.publish(version=draft, actor=second, now=NOW)


def test_publishing_twice_is_refused(published, second):
    with pytest.raises(Refused):
        services.publish(version=published, actor=second, now=NOW)
    assert verbs(published).count("publish") == 1


def test_a_version_returns_to_its_editor_with_a_reason(reviewed, editor, second):
    with pytest.raises(Refused):
        services.return_to_editor(version=reviewed, reason="  ", actor=second, now=NOW)
    services.return_to_editor(version=reviewed, reason="第二条有误", actor=second, now=NOW)
    assert (again(reviewed).state, again(reviewed).return_reason) == (VersionState.DRAFT, "第二条有误")
    services.submit_for_review(version=reviewed, actor=editor, now=NOW)
    assert again(reviewed).return_reason == ""


def test_a_scheduled_version_waits_for_its_moment(reviewed, second):
    moment_ = NOW + dt.timedelta(hours=2)
    with pytest.raises(Refused):
        services.schedule(version=reviewed, publish_at=NOW, actor=second, now=NOW)
    services.schedule(version=reviewed, publish_at=moment_, actor=second, now=NOW)
    with pytest.raises(Refused):
        services.publish(version=reviewed, actor=None, now=NOW)
    version = services.publish(version=reviewed, actor=None, now=moment_)
    assert (version.state, version.published_at, version.reviewer) == (VersionState.PUBLISHED, moment_, second)


def test_the_next_version_supersedes_and_followers_are_told_once(published, next_draft, applicant, editor, second):
    Follow.objects.create(user=applicant, policy=published.policy, since=NOW)
    services.submit_for_review(version=next_draft, actor=editor, now=NOW)
    services.publish(version=next_draft, actor=second, now=NOW)
    assert again(published).state == VersionState.SUPERSEDED
    assert verbs(published)[-1] == "supersede"
    assert dict(SearchEntry.objects.values_list("version_id", "state")) == {
        published.pk: "SUPERSEDED",
        next_draft.pk: "PUBLISHED",
    }
    assert list(Job.objects.filter(kind="policies.tell_followers").values_list("key", "payload")) == [
        (str(next_draft.pk), {"version": next_draft.pk})
    ]


def test_benefits_that_wait_are_left_hidden_on_purpose(published, benefit, editor, second):
    """A copied benefit waits: publishing without a word is refused, with its number it is written down."""
    services.confirm_benefit(benefit=benefit, actor=second, now=NOW)
    draft = services.copy_version(version=published, label="2.0", actor=editor, now=NOW)
    services.submit_for_review(version=draft, actor=editor, now=NOW)
    at = NOW + dt.timedelta(days=1)
    for act in (
        lambda: services.publish(version=draft, actor=second, now=NOW),
        lambda: services.schedule(version=draft, publish_at=at, actor=second, now=NOW),
    ):
        with pytest.raises(Refused, match="1"):
            act()
    assert again(draft).state == VersionState.REVIEW
    services.schedule(version=draft, publish_at=at, actor=second, now=NOW, hidden=1)
    services.publish(version=draft, actor=None, now=at)  # the clock asks nobody again
    assert [(event.note, event.actor) for event in draft.events.filter(verb="leave_hidden")] == [("1", second)]
    assert list(draft.benefits.waiting().values_list("key", flat=True)) == ["doctor"]
    assert not draft.benefits.public().exists()


def test_a_version_holds_until_the_first_day_of_its_successor(published, next_draft, editor, second):
    begins = dt.date(2027, 1, 1)
    services.change_draft(version=next_draft, fields={"effective_on": begins}, actor=editor, now=NOW)
    services.submit_for_review(version=next_draft, actor=editor, now=NOW)
    services.publish(version=next_draft, actor=second, now=NOW)
    published.refresh_from_db()
    assert (published.state, published.superseded_on) == (VersionState.SUPERSEDED, begins)
    for day, holds in ((begins - dt.timedelta(days=1), published), (begins, next_draft)):
        assert list(PolicyVersion.objects.in_force(day)) == [holds]
        found = engine.search(engine.parse(QueryDict("q=人才&status=current")), day=day).rows
        assert [hit.version for hit in found] == [holds]
        assert queries.leading_versions(["measures"], day=day) == [holds]
    assert queries.leading_versions(["measures"]) == [next_draft]


@pytest.mark.parametrize("label", ["2/3", "1..2"])
def test_a_version_is_called_so_that_it_stands_in_an_address(published, editor, label):
    with pytest.raises(Refused):
        services.copy_version(version=published, label=label, actor=editor, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.create(policy=published.policy, number=9, label=label, level="city")


def test_a_version_is_called_in_plain_text(published, editor):
    with pytest.raises(Refused):
        services.copy_version(version=published, label="<b>2", actor=editor, now=NOW)


def test_an_earlier_version_does_not_come_after_a_later_one(published, next_draft, editor, second):
    services.submit_for_review(version=next_draft, actor=editor, now=NOW)
    services.publish(version=next_draft, actor=second, now=NOW)
    PolicyVersion.objects.filter(pk=next_draft.pk).update(number=9)
    third = services.copy_version(version=published, label="1.1", actor=editor, now=NOW)
    PolicyVersion.objects.filter(pk=third.pk).update(number=5)
    services.submit_for_review(version=third, actor=editor, now=NOW)
    with pytest.raises(Refused):
        services.publish(version=third, actor=second, now=NOW)
    assert again(next_draft).state == VersionState.PUBLISHED


def test_the_text_of_a_published_version_cannot_be_changed_by_anybody(published):
    attempts = (
        lambda: published.clauses.update(text_zh="别的"),
        lambda: published.clauses.first().delete(),
        lambda: PolicyVersion.objects.filter(pk=published.pk).update(title_zh="别的"),
        lambda: published.delete(),
        lambda: published.events.all().delete(),
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_version_is_repealed_now_or_on_a_day(published, second):
    with pytest.raises(Refused):
        services.repeal(version=published, repealed_on=dt.date(2026, 9, 18), reason="", actor=second, now=NOW)
    services.repeal(
        version=published, repealed_on=dt.date(2026, 12, 1), reason="省发〔2026〕9号", actor=second, now=NOW
    )
    assert (again(published).state, again(published).repealed_on) == (VersionState.PUBLISHED, dt.date(2026, 12, 1))
    services.repeal(
        version=published, repealed_on=dt.date(2026, 9, 18), reason="省发〔2026〕9号", actor=second, now=NOW
    )
    assert (again(published).state, again(published).repealed_on) == (VersionState.REPEALED, dt.date(2026, 9, 18))
    assert verbs(published)[-2:] == ["repeal_planned", "repeal"]
    with pytest.raises(Refused):
        services.repeal(version=published, repealed_on=dt.date(2026, 9, 18), reason="再来", actor=second, now=NOW)


def test_the_end_of_validity_moves(published, draft, second):
    services.set_end(version=published, expires_on=dt.date(2031, 1, 1), reason="延期", actor=second, now=NOW)
    assert again(published).expires_on == SearchEntry.objects.get().ends_on == dt.date(2031, 1, 1)
    with pytest.raises(Refused):
        services.set_end(version=published, expires_on=dt.date(2026, 10, 1), reason="", actor=second, now=NOW)


# --- Benefits --------------------------------------------------------------------------------------------------------


def test_a_benefit_is_public_when_a_person_has_confirmed_it(published, benefit, second):
    assert not Benefit.objects.public().exists()
    with pytest.raises(Refused):
        services.confirm_benefit(benefit=benefit, actor=None, now=NOW)
    services.confirm_benefit(benefit=benefit, actor=second, now=NOW)
    assert list(Benefit.objects.public()) == [benefit]
    assert SearchEntry.objects.get().kinds == ["settling"]
    with pytest.raises(Refused):
        services.confirm_benefit(benefit=benefit, actor=second, now=NOW)
    with pytest.raises(Refused):
        services.change_benefit(benefit=benefit, fields={"name_zh": "别的"}, actor=second, now=NOW)


@pytest.mark.parametrize("name", ["name_zh", "name_en", "text_zh", "pay_note_zh"])
def test_a_benefit_is_plain_text(published, benefit, second, name):
    for text in ("<b>博士</b>", "<script>x</script>", "博士<!-- x", "博士</b>"):
        with pytest.raises(Refused):
            services.change_benefit(benefit=benefit, fields={name: text}, actor=second, now=NOW)
    benefit = services.change_benefit(benefit=benefit, fields={name: "年龄<35岁，a < b"}, actor=second, now=NOW)
    assert getattr(Benefit.objects.get(pk=benefit.pk), name) == "年龄<35岁，a < b"


def test_a_withdrawn_benefit_frees_its_key(published, benefit, second):
    services.confirm_benefit(benefit=benefit, actor=second, now=NOW)
    services.withdraw_benefit(benefit=benefit, actor=second, now=NOW)
    assert (list(Benefit.objects.public()), SearchEntry.objects.get().kinds) == ([], [])
    with pytest.raises(Refused):
        services.withdraw_benefit(benefit=benefit, actor=second, now=NOW)
    fields = {"key": "doctor", "kind": "settling", "name_zh": "补贴", "text_zh": "补贴"}
    services.add_benefit(version=published, actor=second, now=NOW, **fields)
    with pytest.raises(Refused):
        services.add_benefit(version=published, actor=second, now=NOW, **fields)
    assert verbs(published)[-2:] == ["confirm_benefit", "withdraw_benefit"]


def test_a_benefit_is_checked(published, next_draft, benefit, second):
    for fields in (
        {"clause": next_draft.clauses.first()},
        {"conditions": {"fact": "shoe_size", "op": "is", "value": 44}},
    ):
        with pytest.raises(Refused):
            services.change_benefit(benefit=benefit, fields=fields, actor=second, now=NOW)
    services.change_benefit(benefit=benefit, fields={"name_zh": "新名"}, actor=second, now=NOW)
    assert Benefit.objects.get(pk=benefit.pk).name_zh == "新名"


# --- Two at once -----------------------------------------------------------------------------------------------------


def at_once(*acts) -> list[str]:
    """Run each act in a thread with a connection of its own; return how each ended."""
    ends, gate = [], threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait(10)
            act()
            ends.append("done")
        except Refused:
            ends.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(ends)


@pytest.mark.django_db(transaction=True)
def test_two_editors_publish_in_the_same_moment(transactional_db, reviewed, second, world):
    third = cast.make_staff("third@example.org", "严审", Role.EDITOR, world.province, world.office)
    acts = [
        lambda person=person: services.publish(version=reviewed, actor=person, now=NOW) for person in (second, third)
    ]
    assert at_once(*acts) == ["done", "refused"]
    assert verbs(reviewed).count("publish") == 1


@pytest.mark.django_db(transaction=True)
def test_publishing_and_repealing_its_predecessor_in_the_same_moment(
    transactional_db, published, next_draft, editor, second
):
    services.submit_for_review(version=next_draft, actor=editor, now=NOW)
    repeal = {"repealed_on": dt.date(2026, 9, 18), "reason": "废止", "actor": second, "now": NOW}
    ends = at_once(
        lambda: services.publish(version=next_draft, actor=second, now=NOW),
        lambda: services.repeal(version=published, **repeal),
    )
    assert ends == ["done", "done"]
    assert (again(published).state, again(next_draft).state) == (VersionState.REPEALED, VersionState.PUBLISHED)
