"""Followed policies: each new version, repeal, other end and later benefit is told once, to those who followed then."""

import datetime as dt
import re

import pytest
from django.core import mail

from accounts.models import User
from jobs.models import Job
from notifications.models import Message
from policies import services as library
from policies.models import Follow
from policies.news import followers
from policies.services import following
from talentportal.lib.refusals import Refused
from tests.policies.library import FRIDAY, make_benefit
from tests.policies.news import SATURDAY, follow_of, inbox, run, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portal_time", "letters", "wording")]


def publish_next(version, writer, checker, now, *, label="2.0", **values):
    """Publish the next version by the office's own verbs; `values` are changes of its only benefit."""
    draft = library.copy_version(version=version, label=label, actor=writer, now=now)
    for benefit in draft.benefits.all():
        benefit = library.change_benefit(benefit=benefit, fields=values, actor=writer, now=now) if values else benefit
        library.confirm_benefit(benefit=benefit, actor=checker, now=now)
    library.submit_for_review(version=draft, actor=writer, now=now)
    return library.publish(version=draft, actor=checker, now=now)


def test_followers_are_told_once_of_each_new_version(person, english, writer, checker):
    version = follow_of(person)
    make_benefit(version, "settling", name_zh="安家补贴", name_en="Settling", amount_yuan=100_000, pay_rule="ONCE")
    following.follow(policy=version.policy, actor=english, now=FRIDAY)
    following.follow(policy=version.policy, actor=english, now=FRIDAY)
    second = publish_next(version, writer, checker, FRIDAY + dt.timedelta(hours=1), amount_yuan=150_000)
    for hours in (2, 3, 30):
        run(FRIDAY + dt.timedelta(hours=hours))
    followers.tell_of_version({"version": second.pk}, FRIDAY)  # a job done twice
    [chinese] = inbox(person)
    assert chinese.startswith("你关注的政策有新版本：人才若干措施\n《人才若干措施》发布了 2.0 版。")
    assert "安家补贴" in chinese
    [told] = inbox(english)
    assert told.startswith("New version of a policy you follow: Measures for talents")
    assert "Raised (1): Settling" in told
    assert "In force from Thursday 1 January 2026." in told
    assert {one.path for one in Message.objects.all()} == {"/policies/talents/versions/1.0..2.0/"}
    assert len(mail.outbox) == 2
    publish_next(second, writer, checker, FRIDAY + dt.timedelta(days=2), label="3.0")
    run(FRIDAY + dt.timedelta(days=3))
    assert (len(inbox(person)), len(inbox(english))) == (2, 2)


def test_changes_of_the_text_alone_are_counted(english, writer, checker):
    version = follow_of(english)
    now = FRIDAY + dt.timedelta(hours=1)
    draft = library.copy_version(version=version, label="2.0", actor=writer, now=now)
    library.write_text(version=draft, text="第一条 全新的条文，讲别的事情。\n\n第二条 条文", actor=writer, now=now)
    library.submit_for_review(version=draft, actor=writer, now=now)
    library.publish(version=draft, actor=checker, now=now)
    run(now)
    [told] = inbox(english)
    assert re.search(r"\d clauses? changed\.", told)


def test_who_follows_later_or_no_longer_is_not_told(person, english, writer, checker):
    version = follow_of(person)
    following.unfollow(policy=version.policy, actor=person, now=FRIDAY)
    following.unfollow(policy=version.policy, actor=person, now=FRIDAY)
    publish_next(version, writer, checker, FRIDAY + dt.timedelta(hours=1))
    following.follow(policy=version.policy, actor=english, now=FRIDAY + dt.timedelta(hours=2))
    run(FRIDAY + dt.timedelta(days=1))
    assert (inbox(person), inbox(english)) == ([], [])


def test_a_saved_search_does_not_repeat_what_a_followed_policy_told(person, writer, checker):
    save(person, query="")
    version = follow_of(person, at=FRIDAY)
    publish_next(version, writer, checker, FRIDAY + dt.timedelta(hours=1))
    run(SATURDAY)
    assert [told.split("：")[0] for told in inbox(person)] == ["你关注的政策有新版本"]


def test_many_followers_are_told_in_few_statements(writer, checker, django_assert_max_num_queries):
    version = follow_of(writer)
    users = User.objects.bulk_create(User(email=f"u{number}@example.org", name="众") for number in range(40))
    Follow.objects.bulk_create(Follow(user=user, policy=version.policy, since=FRIDAY) for user in users)
    second = publish_next(version, writer, checker, FRIDAY + dt.timedelta(hours=1))
    with django_assert_max_num_queries(20):
        followers.tell_of_version({"version": second.pk}, FRIDAY + dt.timedelta(hours=1))
    assert Message.objects.count() == 41


def test_followers_are_told_once_of_a_repeal_and_not_again_on_its_day(person, english, checker):
    version = follow_of(person)
    following.follow(policy=version.policy, actor=english, now=FRIDAY)
    now, day = FRIDAY + dt.timedelta(hours=1), dt.date(2026, 9, 21)
    library.repeal(version=version, repealed_on=day, reason="云政发〔2026〕9号", actor=checker, now=now)
    for days in (0, 1, 3, 4):
        run(now + dt.timedelta(days=days))
    version.refresh_from_db()
    assert version.state == "REPEALED"
    [chinese], [told] = inbox(person), inbox(english)
    assert chinese.startswith(
        "你关注的政策废止：人才若干措施\n《人才若干措施》自2026年9月21日（星期一）起废止。依据：云政发〔2026〕9号"
    )
    assert "“Measures for talents” is repealed from Monday 21 September 2026." in told
    assert {one.path for one in Message.objects.all()} == {"/policies/talents/"}
    assert len(mail.outbox) == 2


def test_a_repeal_at_once_is_told_once_and_of_an_old_version_not_at_all(person, writer, checker):
    first = follow_of(person)
    second = publish_next(first, writer, checker, FRIDAY)
    run(FRIDAY)
    library.repeal(version=first, repealed_on=FRIDAY.date(), reason="旧版", actor=checker, now=FRIDAY)
    run(FRIDAY)
    assert len(inbox(person)) == 1  # of the new version
    library.repeal(version=second, repealed_on=FRIDAY.date(), reason="新法", actor=checker, now=FRIDAY)
    run(FRIDAY)
    run(SATURDAY)
    assert [told.split("：")[0] for told in inbox(person)] == ["你关注的政策有新版本", "你关注的政策废止"]


def test_followers_are_told_once_of_each_other_end(person, english, checker):
    version = follow_of(person)
    following.follow(policy=version.policy, actor=english, now=FRIDAY)
    for end in (dt.date(2027, 1, 1), None):
        library.set_end(version=version, expires_on=end, reason="延期通知", actor=checker, now=FRIDAY)
        run(FRIDAY)
        run(SATURDAY)
    first, second = inbox(english)
    assert "The validity of “Measures for talents” was changed: its last day is Thursday 31 December 2026." in first
    assert "it holds without an end. By: 延期通知" in second
    assert "2026年12月31日（星期四）" in inbox(person)[0]
    assert len(inbox(person)) == 2


def test_an_end_that_is_the_same_is_refused(person, checker):
    version = follow_of(person)
    with pytest.raises(Refused):
        library.set_end(version=version, expires_on=None, reason="延期", actor=checker, now=FRIDAY)
    assert not Job.objects.exists()


def test_benefits_left_hidden_are_told_the_morning_after_they_are_confirmed(person, english, writer, checker):
    """What waits is not said to be gone; a day's confirmations are one message."""
    version = follow_of(person)
    for number in (1, 2, 3):
        make_benefit(version, f"b{number}", name_zh=f"补贴{number}", name_en=f"Allowance {number}")
    following.follow(policy=version.policy, actor=english, now=FRIDAY)
    draft = library.copy_version(version=version, label="2.0", actor=writer, now=FRIDAY)
    kept, later, wrong = draft.benefits.order_by("key")
    library.confirm_benefit(benefit=kept, actor=checker, now=FRIDAY)
    library.submit_for_review(version=draft, actor=writer, now=FRIDAY)
    library.publish(version=draft, actor=checker, now=FRIDAY, hidden=2)
    soon = FRIDAY + dt.timedelta(minutes=1)
    for benefit in (later, wrong):
        library.confirm_benefit(benefit=benefit, actor=checker, now=soon)
    library.withdraw_benefit(benefit=wrong, actor=checker, now=soon)
    run(soon)
    [told] = inbox(english)
    assert "Being checked (1): Allowance 2" in told
    assert "Gone (1): Allowance 3" in told
    for hours in (0, 1, 24, 48):
        run(SATURDAY + dt.timedelta(hours=hours))
    [_version, benefits] = inbox(english)
    assert "can be read now (1): Allowance 2" in benefits
    assert inbox(person)[1].endswith("可以查看了（1）：补贴2")
    assert len(mail.outbox) == 4
