"""Score sheets: kept as typed, submitted once, returned once, and what is refused."""

import datetime as dt

import pytest
from django.db import InternalError, connection, transaction

from notifications.models import Message, MessageTemplate
from reviews.models import Dossier, ReviewRound, Seat, Sheet
from reviews.services import sheets
from talentportal.lib.refusals import Refused
from tests.applications import life
from tests.cast import moment
from tests.reviews import scoring
from tests.reviews.scoring import COMMENT, NOW, points, score, sheet_of

pytestmark = pytest.mark.django_db


def save(sheet, actor, given=None, comment="", at=NOW, version=None, **more):
    facts = {"points": points(**(given or {})), "comment": comment, "is_veto": False} | more
    return sheets.save_sheet(
        sheet=sheet, version=sheet.version if version is None else version, actor=actor, now=moment(at), **facts
    )


def submit(sheet, actor, given=None, comment=COMMENT, at=NOW, **more):
    facts = {"points": points(**(given or {})), "comment": comment, "is_veto": False} | more
    return sheets.submit_sheet(sheet=sheet, version=sheet.version, actor=actor, now=moment(at), **facts)


@pytest.fixture
def seat(reviewed):
    return reviewed.seats[0]


@pytest.fixture
def dossier(reviewed):
    return reviewed.dossiers[0]


def test_a_sheet_is_kept_and_submitted(seat, dossier):
    sheet, faults = save(sheet_of(seat, dossier), seat.expert.user, {"scale": ""}, "写到一半")
    assert (sheet.scores, sheet.total, sheet.comment, faults) == (
        {"feature": "50.0", "honesty": "5.0"},
        None,
        "写到一半",
        {},
    )
    sheet, faults = submit(sheet, seat.expert.user)
    assert (sheet.state, str(sheet.total), faults) == ("SUBMITTED", "85.00", {})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"feature": "60.5"}, "feature"),
        ({"scale": "-1"}, "scale"),
        ({"honesty": "five"}, "honesty"),
        ({"feature": "1e400"}, "feature"),
        ({"feature": "NaN"}, "feature"),
        ({"scale": "30.25"}, "scale"),
        ({"scale": ""}, "scale"),
    ],
)
def test_bad_points_are_refused_beside_their_field_and_the_rest_is_kept(seat, dossier, given, field):
    sheet, faults = submit(sheet_of(seat, dossier), seat.expert.user, given)
    assert set(faults) == {field}
    kept = Sheet.objects.get(pk=sheet.pk)
    assert (kept.state, field in kept.scores, kept.comment, kept.total) == ("DRAFT", False, COMMENT, None)


def test_a_comment_too_short_is_refused(seat, dossier):
    _sheet, faults = submit(sheet_of(seat, dossier), seat.expert.user, comment="好" * 49 + " " * 20)
    assert list(faults) == ["comment"]
    _sheet, faults = submit(sheet_of(seat, dossier), seat.expert.user, comment="好" * 5001)
    assert list(faults) == ["comment"]


def test_a_veto_needs_a_reason_even_where_comments_may_be_short(reviewed, seat, dossier):
    type(reviewed.scheme).objects.update(comment_min=0)
    _sheet, faults = submit(sheet_of(seat, dossier), seat.expert.user, comment="欠薪", is_veto=True)
    assert list(faults) == ["comment"]
    sheet, faults = submit(
        sheet_of(seat, dossier), seat.expert.user, comment="2025年两起拖欠工资案件被人社部门立案查处", is_veto=True
    )
    assert (sheet.is_veto, faults) == (True, {})


def test_a_scheme_without_a_veto_takes_none(reviewed, seat, dossier):
    plain = [{**one, "is_veto": False} for one in scoring.CRITERIA]
    type(reviewed.scheme).objects.update(criteria=plain)
    _sheet, faults = submit(sheet_of(seat, dossier), seat.expert.user, is_veto=True)
    assert list(faults) == ["is_veto"]


def test_submitted_is_final(seat, dossier):
    sheet, _faults = score(seat, dossier)
    again = {"sheet": sheet, "version": sheet.version, "actor": seat.expert.user, "now": moment(NOW)}
    given = {"points": points(), "comment": COMMENT, "is_veto": False}
    words = ["This sheet is submitted and cannot be changed any more."]
    assert life.refused(sheets.submit_sheet, **again, **given) == words
    assert life.refused(sheets.save_sheet, **again, **given) == words
    with pytest.raises(InternalError), transaction.atomic():
        Sheet.objects.filter(pk=sheet.pk).update(total=99)
    with pytest.raises(InternalError), transaction.atomic():
        Sheet.objects.filter(pk=sheet.pk).delete()


def test_an_older_page_overwrites_nothing(seat, dossier):
    sheet = sheet_of(seat, dossier)
    save(sheet, seat.expert.user, comment="新的")
    with pytest.raises(sheets.Changed):
        save(sheet, seat.expert.user, comment="旧的", version=1)
    assert Sheet.objects.get(pk=sheet.pk).comment == "新的"


def test_others_neither_open_nor_write_it(reviewed, seat, dossier, people, other_clerk):
    sheet, other = sheet_of(seat, dossier), reviewed.seats[1].expert.user
    for person in (other, people.examiner, other_clerk):
        with pytest.raises(Refused):
            save(sheet, person)
    for person in (people.examiner, other_clerk):
        with pytest.raises(Refused):
            sheets.open_sheet(dossier=dossier, actor=person, now=moment(NOW))


@pytest.mark.parametrize(
    "change",
    [
        lambda seat, dossier: Seat.objects.filter(pk=seat.pk).update(committed_at=None),
        lambda seat, dossier: Seat.objects.filter(pk=seat.pk).update(state="DISMISSED"),
        lambda seat, dossier: Dossier.objects.filter(pk=dossier.pk).update(checked_at=None),
        lambda seat, dossier: Dossier.objects.filter(pk=dossier.pk).update(withdrawn_at=moment(NOW)),
        lambda seat, dossier: ReviewRound.objects.update(state="CLOSED"),
        lambda seat, dossier: ReviewRound.objects.update(state="DRAWN"),
    ],
)
def test_nothing_opens_without_promise_check_and_round(seat, dossier, change):
    change(seat, dossier)
    assert life.refused(sheets.open_sheet, dossier=dossier, actor=seat.expert.user, now=moment(NOW)) == [
        "This dossier is not open to you."
    ]


def test_after_the_last_day_nothing_is_taken_until_the_office_gives_more(reviewed, seat, dossier, people):
    sheet = sheet_of(seat, dossier)
    submit(sheet, seat.expert.user, {"scale": ""}, at="2026-10-15 23:59")
    sheet.refresh_from_db()
    facts = {"sheet": sheet, "version": sheet.version, "points": points(), "comment": COMMENT, "is_veto": False}
    late = facts | {"actor": seat.expert.user, "now": moment("2026-10-16 00:00")}
    words = ["The time for reviews is over. Ask the office of this round for more time."]
    assert life.refused(sheets.submit_sheet, **late) == words
    extend = {"round": reviewed.round, "actor": people.examiner, "now": moment("2026-10-16 09:00")}
    assert life.refused(sheets.extend_review, until=dt.date(2026, 10, 15), **extend)
    sheets.extend_review(until=dt.date(2026, 10, 20), **extend)
    assert sheets.submit_sheet(**late)[1] == {}


def test_time_on_the_dossier_is_counted_without_breaks(seat, dossier):
    sheet = sheet_of(seat, dossier, "2026-09-18 10:00")
    for at in ("2026-09-18 10:02", "2026-09-18 10:04", "2026-09-18 12:00", "2026-09-18 12:01"):
        sheet, _faults = save(sheet, seat.expert.user, at=at)
    assert sheet.seconds == 2 * 60 + 2 * 60 + 60


def test_the_office_returns_a_sheet_once(reviewed, seat, dossier, people):
    MessageTemplate.objects.create(event="sheet_returned", title_zh="x", title_en="x", body_zh="", body_en="")
    sheet, _faults = score(seat, dossier)
    facts = {"sheet": sheet, "now": moment(NOW)}
    assert life.refused(sheets.return_sheet, reason="x", actor=seat.expert.user, **facts) == [
        "Examiners and leaders of the organization do this."
    ]
    assert life.refused(sheets.return_sheet, reason=" ", actor=people.examiner, **facts) == ["Give the reason."]
    sheet = sheets.return_sheet(reason="评语与分数不符", actor=people.examiner, **facts)
    assert (sheet.state, sheet.returned["total"], sheet.returned["comment"]) == ("DRAFT", "85.00", COMMENT)
    assert Message.objects.filter(recipient=seat.expert.user, event="sheet_returned").count() == 1
    sheet, _faults = submit(sheet, seat.expert.user, {"feature": "40"})
    assert (sheet.state, str(sheet.total), sheet.returned["total"]) == ("SUBMITTED", "75.00", "85.00")
    assert life.refused(sheets.return_sheet, reason="x", actor=people.examiner, **facts) == [
        "This sheet was returned once already."
    ]


def test_reminders_come_three_and_one_day_before_and_on_the_day(reviewed, seat, dossier):
    MessageTemplate.objects.create(event="review_due", title_zh="x", title_en="x", body_zh="", body_en="")
    score(seat, reviewed.dossiers[0])
    score(seat, reviewed.dossiers[1])
    sent = {
        at: sheets.sweep_reviews(moment(f"2026-10-{at}"))
        for at in (
            "09 10:00",
            "12 08:59",
            "12 09:00",
            "12 11:00",
            "13 09:00",
            "14 09:00",
            "15 09:00",
            "15 20:00",
            "16 09:00",
        )
    }
    assert sent == {
        "09 10:00": 0,
        "12 08:59": 0,
        "12 09:00": 2,
        "12 11:00": 0,
        "13 09:00": 0,
        "14 09:00": 2,
        "15 09:00": 2,
        "15 20:00": 0,
        "16 09:00": 0,
    }
    assert not Message.objects.filter(recipient=seat.expert.user, event="review_due").exists()


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_make_one(reviewed):
    seat, dossier = reviewed.seats[0], reviewed.dossiers[0]
    sheet = sheet_of(seat, dossier)

    def act(feature):
        def run():
            try:
                submit(sheet, seat.expert.user, {"feature": feature})
            except sheets.Changed as error:
                raise Refused("changed") from error

        return run

    results = life.at_once(act("10"), act("20"))
    connection.close()
    assert sorted(results)[-1] == "done" and len(set(results)) == 2
    assert str(Sheet.objects.get().total) in ("45.00", "55.00")
