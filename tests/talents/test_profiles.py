"""The person's own verbs: join, change, choose who may find one, confirm, leave."""

import pytest
from django.utils.translation import override

from accounts.models import UnitSuccession
from notifications.models import MessageTemplate, Reminder
from talentportal.lib.refusals import Refused
from talents import consent_texts
from talents.models import BlockedUnit, Consent, ContactRequest, Look, PoolEntry, Profile, ShortlistEntry
from talents.services import profiles, rounds
from talents.states import Degree, Purpose, Visibility
from tests.talents import pool

pytestmark = pytest.mark.django_db
NOW, DAY = pool.NOW, pool.DAY
VERSION = consent_texts.current(Purpose.POOL).version


def join(user, world, **changes):
    told = {
        "facts": {
            "degree": Degree.MASTER,
            "major": "080901",
            "work_since": 2015,
            "employer": "",
            "region": world.county,
        },
        "visibility": Visibility.UNITS_ONLY,
        "version": VERSION,
        "now": NOW,
    }
    return profiles.join(user=user, **told | changes)


def refused(act, *args, **options) -> list[str]:
    with pytest.raises(Refused) as caught, override("en"):
        act(*args, **options)
    with override("en"):
        return [str(reason) for reason in caught.value.reasons]


def found(profile) -> bool:
    return PoolEntry.objects.filter(profile=profile).exists()


def test_who_joins_is_found_at_once_with_a_consent_to_the_words_shown(world, applicant):
    profile = join(applicant, world)
    consent = Consent.objects.get()
    assert (consent.user, consent.purpose, consent.text_version, consent.unit) == (applicant, "POOL", VERSION, None)
    assert found(profile)
    assert profile.confirm_by == NOW + 90 * DAY
    assert sorted(Reminder.objects.values_list("due_at", flat=True)) == [NOW + 76 * DAY, NOW + 87 * DAY]


def test_nobody_joins_on_words_that_were_not_shown(world, applicant):
    assert refused(join, applicant, world, version="1999-01") == [
        "The words of the consent have changed meanwhile. Please read them again."
    ]
    assert not Profile.objects.exists()
    assert not PoolEntry.objects.exists()


def test_nobody_joins_twice_nor_with_a_closed_account(world, applicant, stranger):
    join(applicant, world)
    assert refused(join, applicant, world) == ["You are in the talent pool already."]
    stranger.is_active = False
    stranger.save()
    assert refused(join, stranger, world) == ["This account is closed already."]


def test_one_who_joins_hidden_is_not_found(world, applicant):
    assert not found(join(applicant, world, visibility=Visibility.HIDDEN))


def test_a_change_is_searched_at_once_and_confirms(world, applicant):
    profile, later = join(applicant, world), NOW + 40 * DAY
    profile = profiles.edit(
        profile=profile, facts={"major": "080902", "skills": ["OTA"]}, version=1, actor=applicant, now=later
    )
    assert (profile.version, profile.confirm_by) == (2, later + 90 * DAY)
    entry = PoolEntry.objects.get(profile=profile)
    assert (entry.major, entry.updated_at, entry.confirm_by) == ("080902", later, later + 90 * DAY)


def test_a_change_from_an_old_page_or_by_somebody_else_is_refused(world, applicant, stranger):
    profile = join(applicant, world)
    edit = profiles.edit
    assert refused(edit, profile=profile, facts={"major": ""}, version=7, actor=applicant, now=NOW) == [
        "You changed this on another page meanwhile. Please look again."
    ]
    assert refused(edit, profile=profile, facts={"major": ""}, version=1, actor=stranger, now=NOW) == [
        "Only the person changes this profile."
    ]
    profile.refresh_from_db()
    assert (profile.major, profile.version) == ("080901", 1)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"headline": "打 13812345678"}, "headline"),
        ({"summary": "我叫陈思远，做电池"}, "summary"),
        ({"skills": ["chen@example.org"]}, "skills"),
        ({"school": "某某保密大学", "summary": "某某保密大学博士"}, "summary"),
        ({"employer": "某某保密公司", "headline": "某某保密公司 架构师"}, "headline"),
        ({"major": "' OR 1=1"}, "major"),
        ({"work_since": -3}, "work_since"),
    ],
)
def test_what_would_give_somebody_away_or_cannot_be_is_refused_by_field(world, applicant, facts, field):
    profile = join(applicant, world)
    with pytest.raises(Refused) as caught:
        profiles.edit(profile=profile, facts=facts, version=1, actor=applicant, now=NOW)
    assert list(caught.value.rows) == [field]
    profile.refresh_from_db()
    assert (profile.headline, profile.summary, profile.school) == ("", "", "")


def test_hidden_and_one_region_only_hold_at_once(world, applicant):
    profile = join(applicant, world)
    profiles.show_to(profile=profile, visibility="HIDDEN", audience=None, actor=applicant, now=NOW)
    assert not found(profile)
    profiles.show_to(profile=profile, visibility="REGION_ONLY", audience=world.city, actor=applicant, now=NOW)
    assert PoolEntry.objects.get(profile=profile).audience == world.city.path
    with pytest.raises(Refused) as caught:
        profiles.show_to(profile=profile, visibility="REGION_ONLY", audience=None, actor=applicant, now=NOW)
    assert list(caught.value.rows) == ["audience"]


def test_a_blocked_unit_is_in_the_search_row_until_the_block_is_lifted(world, applicant):
    profile, unit = join(applicant, world), pool.unit(world.county)
    for _ in range(2):
        profiles.block_unit(profile=profile, unit=unit, actor=applicant, now=NOW)
    assert PoolEntry.objects.get(profile=profile).blocked == [unit.pk]
    profiles.unblock_unit(profile=profile, unit=unit, actor=applicant, now=NOW)
    assert PoolEntry.objects.get(profile=profile).blocked == []


def test_the_employer_is_blocked_by_itself_by_name_or_membership_and_never_lifted(world, applicant):
    named, joined = pool.unit(world.county, name="某某雇主有限公司"), pool.unit(world.county)
    joined.members.create(user=applicant, role="HR", joined_at=NOW)
    facts = {"degree": Degree.DOCTOR, "employer": "某某雇主有限公司", "region": world.county}
    profile = join(applicant, world, facts=facts)
    assert PoolEntry.objects.get(profile=profile).blocked == sorted([named.pk, joined.pk])
    assert refused(profiles.unblock_unit, profile=profile, unit=named, actor=applicant, now=NOW) == [
        "Your present employer never sees you."
    ]
    profiles.edit(profile=profile, facts={"employer": ""}, version=1, actor=applicant, now=NOW)
    assert set(BlockedUnit.objects.values_list("unit", "is_employer")) == {(named.pk, False), (joined.pk, True)}


def test_an_employer_that_registers_or_merges_later_is_blocked_by_the_sweep(world, applicant, leader):
    facts = {"degree": Degree.DOCTOR, "employer": "某某雇主有限公司", "region": world.county}
    profile = join(applicant, world, facts=facts)
    assert rounds.block_new_employers(NOW) == 0
    unit, heir = pool.unit(world.county, name="某某雇主有限公司"), pool.unit(world.county)
    assert rounds.block_new_employers(NOW) == 1
    assert PoolEntry.objects.get(profile=profile).blocked == [unit.pk]
    UnitSuccession.objects.create(
        old=unit, new=heir, starts_on=NOW.date(), basis="x", recorded_by=leader, recorded_at=NOW
    )
    assert rounds.block_new_employers(NOW) == 1
    assert PoolEntry.objects.get(profile=profile).blocked == sorted([unit.pk, heir.pk])
    assert rounds.block_new_employers(NOW) == 0


def test_a_profile_that_is_not_confirmed_is_hidden_with_a_word_and_comes_back(world, applicant):
    profile, late = join(applicant, world), NOW + 90 * DAY
    assert rounds.hide_unconfirmed(late - DAY) == 0
    assert rounds.hide_unconfirmed(late) == 1
    assert not found(profile)
    assert [message.event for message in applicant.inbox.all()] == ["talent_hidden"]
    assert rounds.hide_unconfirmed(late) == 0
    profiles.confirm(profile=profile, actor=applicant, now=late)
    assert found(profile)


def test_leaving_deletes_everything_but_the_proof_of_consents(world, applicant):
    profile, unit = join(applicant, world), pool.unit(world.county)
    handler = pool.handler(unit)
    asked = pool.accepted(unit, profile, handler)
    asked.messages.create(from_person=True, by=applicant, text="你好", at=NOW)
    Look.objects.create(profile=profile, unit=unit, by=handler, kind="CARD", at=NOW)
    unit.shortlists.create(name="一", by=handler, created_at=NOW).entries.create(profile=profile, by=handler, at=NOW)
    profiles.leave(profile=profile, actor=applicant, now=NOW)
    for model in (Profile, PoolEntry, ContactRequest, Look, ShortlistEntry, BlockedUnit):
        assert not model.objects.exists(), model
    assert set(Consent.objects.values_list("purpose", "ended_at", "is_withdrawn")) == {
        ("POOL", NOW, True),
        ("SHARE", NOW, True),
    }
    assert not Reminder.objects.filter(cancelled_at__isnull=True).exists()
    assert "contact_ended" in handler.inbox.values_list("event", flat=True)


def test_only_the_person_leaves(world, applicant, stranger):
    profile = join(applicant, world)
    assert refused(profiles.leave, profile=profile, actor=stranger, now=NOW) == [
        "Only the person changes this profile."
    ]
    assert found(profile)


def test_the_weekly_note_counts_the_units_of_last_week_once(world, applicant):
    profile, units = join(applicant, world), [pool.unit(world.county), pool.unit(world.county)]
    for unit, day in ((units[0], 0), (units[0], 1), (units[1], 2), (units[1], 5)):
        Look.objects.create(profile=profile, unit=unit, by=pool.handler(unit), kind="CARD", at=NOW + day * DAY)
    monday = pool.cast.moment("2026-09-21 09:30")  # NOW is a Friday
    assert rounds.weekly_notes(monday - DAY) == 0
    assert rounds.weekly_notes(pool.cast.moment("2026-09-21 08:59")) == 0
    MessageTemplate.objects.create(event="talent_looks", title_zh="{count} 家", title_en="{count}", body_zh="-")
    assert rounds.weekly_notes(monday) == 1
    assert rounds.weekly_notes(monday + DAY) == 0
    note = applicant.inbox.get()
    assert (note.event, note.title) == ("talent_looks", "2 家")
    profiles.set_weekly_note(profile=profile, wanted=False, actor=applicant, now=monday)
    assert rounds.weekly_notes(monday + 7 * DAY) == 0
