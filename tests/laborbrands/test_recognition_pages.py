"""The desk of recognitions and subsidies, and the unit's own pages: what is shown, refused, given back."""

import pytest
from django.urls import reverse

from laborbrands.models import Endorsement, Subsidy
from tests.applications.conftest import at, client_of  # noqa: F401
from tests.laborbrands import recognition as road
from tests.laborbrands.recognition import held, make_brand

pytestmark = pytest.mark.django_db
HOME, CHANGE = "/en/org/brands/", "admin:laborbrands_brandapplication_change"


@pytest.fixture
def scene(at):  # noqa: F811
    scene = road.make_scene()
    scene.brand = make_brand(scene)
    held(scene.brand, "COUNTY", "2025-01-10")
    return scene


def page_of(case) -> str:
    return reverse(CHANGE, args=[case.brand_application.pk])


def test_the_county_reads_the_application_and_gives_its_word(scene, client_of):  # noqa: F811
    case = road.accepted(scene, practitioners="2999")
    client = client_of(scene.clerk)
    listed = client.get(reverse("admin:laborbrands_brandapplication_changelist"), {"next": "COUNTY"})
    assert "呈贡花匠" in listed.content.decode()
    page = client.get(page_of(case)).content.decode()
    assert page.count("tag--seal") == 1  # the condition on size; the admin speaks Chinese by default
    said = {"verdict": "no", "opinion": "人数不足", "version": case.version}
    assert client.post(page_of(case), said).status_code == 302
    given = Endorsement.objects.get()
    assert (given.is_favorable, given.by) == (False, scene.clerk)
    assert "not recommended" in client_of(scene.handler).get(HOME).content.decode()


@pytest.mark.parametrize("said", [{}, {"verdict": "maybe", "opinion": "x"}, {"verdict": "yes", "opinion": ""}])
def test_a_word_that_is_not_whole_is_given_back(scene, client_of, said):  # noqa: F811
    case = road.accepted(scene)
    answer = client_of(scene.clerk).post(page_of(case), said | {"version": case.version})
    assert answer.status_code == 422
    assert not Endorsement.objects.exists()


def test_a_stale_word_and_one_of_the_wrong_place_are_refused(scene, client_of):  # noqa: F811
    case = road.accepted(scene)
    said = {"verdict": "yes", "opinion": "属实", "version": case.version - 1}
    assert client_of(scene.clerk).post(page_of(case), said).status_code == 422
    answer = client_of(scene.city_examiner).post(page_of(case), said | {"version": case.version})
    assert answer.status_code == 422
    assert not Endorsement.objects.exists()


@pytest.mark.parametrize("who", ["COUNTY", "PREFECTURE", "decision", "nonsense"])
def test_the_list_knows_whose_word_is_next(scene, client_of, who):  # noqa: F811
    road.endorsed(scene)
    page = client_of(scene.examiner).get(reverse("admin:laborbrands_brandapplication_changelist"), {"next": who})
    assert ("呈贡花匠" in page.content.decode()) == (who in ("decision", "nonsense"))


def test_scores_are_for_the_office_that_decides(scene, client_of):  # noqa: F811
    case = road.endorsed(scene)
    road.reviewed(scene, case, mean="86.54")
    assert "86.54" in client_of(scene.examiner).get(page_of(case)).content.decode()
    for user, address in ((scene.clerk, page_of(case)), (scene.handler, HOME)):
        assert "86.54" not in client_of(user).get(address).content.decode()


def test_the_case_leads_to_where_it_stands(scene, client_of):  # noqa: F811
    case = road.accepted(scene)
    own = client_of(scene.handler).get(f"/en/me/applications/{case.case_no}/").content.decode()
    assert f"{HOME}#application-" in own
    desk = client_of(scene.clerk).get(reverse("admin:applications_case_change", args=[case.pk]))
    assert page_of(case) in desk.content.decode()


def test_whoever_builds_nothing_reads_so(scene, client_of):  # noqa: F811
    stranger = road.colleague(scene, unit="none")
    assert "No labor brand and no application yet" in client_of(stranger).get(HOME).content.decode()


def test_money_from_the_units_page_to_the_table(scene, client_of):  # noqa: F811
    road.granted(scene)
    subsidy = Subsidy.objects.get()
    own, office = f"/org/brands/subsidies/{subsidy.pk}/", reverse("admin:laborbrands_subsidy_change", args=[subsidy.pk])
    unit, examiner, leader = client_of(scene.handler), client_of(scene.examiner), client_of(scene.leader)
    assert unit.post(own, {"account": "12"}).status_code == 422
    assert unit.post(own, {"account": "6222020011223344556"}).status_code == 302
    page = unit.get(own).content.decode()
    assert "****4556" in page
    assert "6222020011223344556" not in page
    assert client_of(road.colleague(scene, unit="none")).get(own).status_code == 404

    def step(client, verb, **said):
        """Press a button of the office; tell whether the page that follows names something to put right."""
        answer = client.post(reverse("admin:laborbrands_subsidy_step", args=[subsidy.pk, verb]), said, follow=True)
        assert answer.redirect_chain[0][1] == 302
        return "error-summary" not in answer.content.decode()

    assert not step(leader, "check")
    assert step(examiner, "check")
    assert not step(leader, "approve", document_no="")
    assert step(leader, "approve", document_no="批1号")
    assert not step(examiner, "pay", document_no="付1号", paid_on="never")
    assert step(examiner, "pay", document_no="付1号", paid_on="2026-09-18")
    assert not step(leader, "recover", reason="多付", amount="100000.01")
    assert step(leader, "recover", reason="=1+1", amount="0.01")
    assert "2026-09-18" in leader.get(reverse("admin:laborbrands_subsidy_table")).content.decode("utf-8-sig")
    listed = leader.get(reverse("admin:laborbrands_subsidy_changelist"))
    assert "99,999.99" in listed.content.decode()
    assert listed.context_data["totals"].agrees
    assert "0.01" in examiner.get(office).content.decode()


def test_what_a_spreadsheet_would_run_is_quoted(scene, client_of):  # noqa: F811
    scene.unit.name = '=HYPERLINK("x")'
    scene.unit.save()
    road.granted(scene)
    Subsidy.objects.update(payee=scene.unit.name)
    table = client_of(scene.leader).get(reverse("admin:laborbrands_subsidy_table")).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in table
