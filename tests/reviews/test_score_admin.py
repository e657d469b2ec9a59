"""The office's pages of dossiers and scores: two people, buttons that call services, and not one point to change."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from reviews.models import Dossier, Sheet
from tests.reviews import scoring
from tests.reviews.papers import make_pdf
from tests.reviews.scoring import NOW, score

pytestmark = pytest.mark.django_db


def address(name: str, *args) -> str:
    with override("en"):
        return reverse(f"admin:reviews_dossier_{name}", args=args)


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def office(people, client_of, at):
    at(NOW)
    return client_of(people.examiner), client_of(people.leader)


def test_a_dossier_is_made_filled_and_checked_by_two(scene, people, office):
    examiner, leader = office
    case = scoring.make_case(scene, people)
    page = address("round", scene.round.pk)
    assert case.case_no in text(examiner.get(page))
    examiner.post(page, {"act": "place", "group": scene.group.pk, "case": case.pk})
    dossier = Dossier.objects.get()
    file = SimpleUploadedFile("陈思远.pdf", make_pdf("陈思远"), "application/pdf")
    act = {"title_zh": "标准", "title_en": "Standard", "enclosed": file}
    examiner.post(address("act", dossier.pk, "file"), act)
    own = text(examiner.post(address("act", dossier.pk, "approve"), follow=True))
    assert "Another person than the one who made the dossier must check it." in own
    shown = text(leader.get(address("change", dossier.pk)))
    assert "Still holds:" in shown
    assert "示例单位" in shown
    answer = leader.get(address("file", dossier.pk, 1))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert "陈思远" not in answer["Content-Disposition"]
    leader.post(address("act", dossier.pk, "clear"), {"pk": dossier.files.get().pk, "reason": "样例"})
    done = text(leader.post(address("act", dossier.pk, "approve"), follow=True))
    assert "The dossier is approved; its experts may read it." in done
    assert Dossier.objects.get().checked_by == people.leader
    examiner.post(address("act", dossier.pk, "names"), {"words": "示例\n"})
    assert Dossier.objects.get().checked_by is None
    examiner.post(address("act", dossier.pk, "remove"), {"pk": dossier.files.get().pk})
    assert not dossier.files.exists()


def test_the_matrix_shows_totals_and_offers_no_points(reviewed, office):
    examiner, _leader = office
    score(reviewed.seats[0], reviewed.dossiers[0])
    page = text(examiner.get(address("round", reviewed.round.pk)))
    assert "85.00" in page
    assert f"{reviewed.dossiers[0].code}: 1 of 3 sheets are submitted." in page
    for shown in (page, text(examiner.get(address("change", reviewed.dossiers[0].pk)))):
        fields = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', shown))
        assert not {
            name for name in fields if "points" in name or "score" in name or name in ("total", "state", "mean")
        }


def test_a_draft_stays_with_its_expert(reviewed, office):
    scoring.sheet_of(reviewed.seats[0], reviewed.dossiers[0])
    Sheet.objects.update(comment="还没想好", scores={"feature": "12.5"})
    page = text(office[0].get(address("change", reviewed.dossiers[0].pk)))
    assert "还没想好" not in page
    assert "12.5" not in page


def test_returning_and_closing(reviewed, office):
    examiner, _leader = office
    for seat in reviewed.seats:
        for dossier in reviewed.dossiers:
            score(seat, dossier)
    first = reviewed.dossiers[0]
    sheet = first.sheets.first()
    back = address("act", first.pk, "return")
    assert "This field is required." in text(examiner.post(back, {"pk": sheet.pk}, follow=True))
    assert "The sheet was returned" in text(examiner.post(back, {"pk": sheet.pk, "reason": "请核对"}, follow=True))
    page = address("round", reviewed.round.pk)
    said = text(examiner.post(page, {"act": "close"}, follow=True))
    assert f"{first.code}: 2 of 3 sheets are submitted." in said
    score(next(seat for seat in reviewed.seats if seat.pk == sheet.seat_id), first)
    assert "The round is closed" in text(examiner.post(page, {"act": "close"}, follow=True))
    assert "<form" not in text(examiner.get(page)).partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("act", ["extend", "place", "nonsense", ""])
def test_bad_input_changes_nothing(reviewed, office, act):
    answer = office[0].post(
        address("round", reviewed.round.pk), {"act": act, "until": "x", "case": "9" * 30}, follow=True
    )
    assert answer.status_code == 200
    reviewed.round.refresh_from_db()
    assert (reviewed.round.state, str(reviewed.round.review_until)) == ("REVIEWING", "2026-10-15")


def test_others_find_nothing(reviewed, client_of, people, other_clerk, at):
    at(NOW)
    first = reviewed.dossiers[0]
    pages = [("round", reviewed.round.pk), ("change", first.pk), ("act", first.pk, "approve"), ("changelist",)]
    for user in (other_clerk, people.clerk, reviewed.seats[0].expert.user):
        assert {client_of(user).get(address(*one)).status_code for one in pages} <= {302, 403, 404}


def test_a_round_without_dossiers_is_given_up_not_closed_with_results(scene, office):
    page = address("round", scene.round.pk)
    shown = text(office[0].get(page))
    assert "Give the round up" in shown
    assert "The expert review of every case ends with its mean as result." not in shown
    said = text(office[0].post(page, {"act": "close"}, follow=True))
    assert "The round is given up." in said
    assert "go on with their results" not in said


def test_every_score_in_the_matrix_bears_its_expert_for_the_cards_of_a_phone(reviewed, office):
    score(reviewed.seats[0], reviewed.dossiers[0], "40")
    shown = text(office[0].get(address("round", reviewed.round.pk)))
    for seat in reviewed.seats:
        assert shown.count(f'data-label="{seat.expert.name}"') == len(reviewed.dossiers)
