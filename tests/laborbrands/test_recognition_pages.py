"""The desk of recognitions and subsidies, and the unit's own pages: what is shown, refused, given back."""

import datetime as dt
import html
import re

import pytest
from django.core import signing
from django.urls import reverse

from applications import services
from laborbrands.models import Builder, Endorsement, Subsidy
from regions.models import Region
from reviews.services import publicity
from tests.applications.conftest import at, client_of  # noqa: F401
from tests.applications.life import refused
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
    case = road.accepted(scene)
    road.found_smaller(case)
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


# --- what is wrong is said beside what was typed


def form_of(case, **typed) -> dict:
    answers = road.ANSWERS | {"window": case.window_id} | typed
    return {name if name == "window" else f"q-{name}": value for name, value in answers.items()}


def beside(page: str, field: str) -> str:
    """What the page says right beside a field."""
    found = re.search(rf'id="{field}_error"[^>]*>(.*?)</(?:ul|p|div)>', page, re.S)
    return html.unescape(found[1]) if found else ""


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"practitioners": "2999"}, "id_q-practitioners", "Condition not met: at least 3,000 people"),
        ({"tier": "COUNTY"}, "id_q-tier", "The brand is recognized at this tier already."),
        ({"home": "530102"}, "id_q-home", "“呈贡花匠” is at home in Region 530114. A brand has one home; apply there."),
        ({"home": "530100"}, "id_q-home", "Choose the county where the brand is at home."),
        ({"brand_name": "别家花匠"}, "id_q-brand_name", "A brand of this name exists, and another unit builds it."),
    ],
)
def test_what_stands_against_an_answer_is_said_beside_it(scene, client_of, typed, field, said):  # noqa: F811
    strange = make_brand(scene, "别家花匠", unit=False)
    Builder.objects.create(brand=strange, name_zh="别家", starts_on=dt.date(2020, 1, 1))
    case = road.draft(scene)
    client = client_of(scene.handler)
    address = f"/en/apply/{scene.item.code}/{case.public_id}/basics/"
    page = client.post(address, form_of(case, **typed), follow=True).content.decode()
    assert said in beside(page, field)
    assert all(value in page for value in typed.values())  # what was typed is kept


def test_the_window_of_another_county_is_named_beside_the_window(scene, client_of):  # noqa: F811
    case = road.draft(scene)
    client = client_of(scene.handler)
    address = f"/en/apply/{scene.item.code}/{case.public_id}/basics/"
    page = client.post(address, form_of(case, window=scene.world.other_window.pk), follow=True).content.decode()
    assert "Choose the window of Region 530114" in beside(page, "id_window")


def test_a_dissolved_county_names_its_successor(scene, client_of):  # noqa: F811
    old = Region.objects.create(
        code="530121",
        kind="COUNTY",
        name_zh="呈贡县",
        name_en="Chenggong County",
        parent=scene.world.city,
        path=f"{scene.world.city.path}/530121",
        valid_to=dt.date(2011, 5, 20),
    )
    old.successors.add(scene.world.county)
    case = road.draft(scene)
    address = f"/en/apply/{scene.item.code}/{case.public_id}/basics/"
    page = client_of(scene.handler).post(address, form_of(case, home="530121"), follow=True).content.decode()
    assert "Chenggong County was dissolved on Friday 20 May 2011. Choose its successor: Region 530114." in page


def corrected(scene, question):
    """A case whose notice asks for the answer to a question."""
    case = road.submitted(scene)
    points = {case.materials.get(spec__key="form").pk: ("M06", "与材料不一致", question)}
    return services.request_correction(case=case, actor=scene.clerk, now=road.NOW, points=points)


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("practitioners", "2999", "Condition not met: at least 3,000 people"),
        ("home", "530102", "“呈贡花匠” is at home in Region 530114. A brand has one home; apply there."),
    ],
)
def test_a_corrected_answer_is_judged_when_it_is_handed_in(scene, client_of, question, answer, said):  # noqa: F811
    case = corrected(scene, question)
    address = f"/en/me/applications/{case.case_no}/supplement/"
    page = client_of(scene.handler).post(address, {f"q-{question}": answer}, follow=True).content.decode()
    assert said in beside(page, f"id_q-{question}")
    assert f'value="{answer}"' in page
    case.refresh_from_db()
    assert (case.state, case.answers[question]) == ("CORRECTION", road.ANSWERS[question])


def test_a_correction_is_not_held_up_by_what_it_was_not_asked_for(scene, client_of):  # noqa: F811
    case = corrected(scene, "story")
    road.found_smaller(case)
    address = f"/en/me/applications/{case.case_no}/supplement/"
    client_of(scene.handler).post(address, {"q-story": "花农的手艺，三代相传"})
    case.refresh_from_db()
    assert (case.state, case.answers["story"]) == ("RECEIVED", "花农的手艺，三代相传")


def test_a_sign_step_is_not_reached_with_what_stands_against_it(scene, client_of):  # noqa: F811
    case = road.draft(scene, practitioners="2999")
    answer = client_of(scene.handler).get(f"/en/apply/{scene.item.code}/{case.public_id}/sign/", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/basics/")
    assert "Condition not met: at least 3,000 people" in answer.content.decode()


def test_the_counter_refuses_beside_the_field_and_so_does_the_service(scene, client_of):  # noqa: F811
    place = {"item": scene.item, "applicant": scene.handler, "unit": scene.unit, "window": scene.world.window}
    said = {"by": scene.clerk.pk, "attorney": None} | {key: row.pk for key, row in place.items()}
    address = f"/admin/applications/case/intake/{signing.dumps(said, salt='applications.intake')}/"
    typed = {f"q-{key}": value for key, value in (road.ANSWERS | {"practitioners": "2999"}).items()}
    answer = client_of(scene.clerk).post(address, typed | {"paper_id": "on"})
    assert answer.status_code == 422
    assert "条件" in beside(answer.content.decode(), "id_q-practitioners")  # the admin speaks Chinese by default
    words = {"answers": road.ANSWERS | {"practitioners": "2999"}, "files": {}, "on_paper": ["id"]}
    reasons = refused(services.receive_at_window, **place, actor=scene.clerk, now=road.NOW, **words)
    assert reasons == ["Condition not met: at least 3,000 people"]


def test_whoever_builds_nothing_reads_so(scene, client_of):  # noqa: F811
    stranger = road.colleague(scene, unit="none")
    assert "No labor brand and no application yet" in client_of(stranger).get(HOME).content.decode()


def test_each_brand_leads_to_its_figures_and_its_public_page(scene, client_of):  # noqa: F811
    client, figures = client_of(scene.handler), f"{HOME}{scene.brand.code}/figures/"
    page = client.get(HOME).content.decode()
    assert figures in page
    assert f"/en/brands/{scene.brand.code}/" in page
    assert f'href="{HOME}"' in client.get(figures).content.decode()  # the way back


def test_the_days_of_a_publicity_are_spoken(scene, client_of):  # noqa: F811
    case = road.endorsed(scene)
    road.reviewed(scene, case)
    road.published(scene, case)
    page = client_of(scene.handler).get(HOME).content.decode()
    assert "From Sunday 13 September 2026 to Thursday 17 September 2026" in page


def test_money_from_the_units_page_to_the_table(scene, client_of):  # noqa: F811
    road.granted(scene)
    subsidy = Subsidy.objects.get()
    own, office = f"/org/brands/subsidies/{subsidy.pk}/", reverse("admin:laborbrands_subsidy_change", args=[subsidy.pk])
    unit, examiner, leader = client_of(scene.handler), client_of(scene.examiner), client_of(scene.leader)
    given_back = unit.post(own, {"account": "12"}, follow=True).content.decode()
    assert beside(given_back, "id_account")
    assert 'value="12"' in given_back
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


def test_a_public_list_names_the_brand_its_builder_and_the_tier(scene):
    case = road.accepted(scene)
    words = {"organization": scene.world.office, "title_zh": "名单", "title_en": "List"}
    shown = publicity.make_publicity(**words, actor=scene.examiner, now=road.NOW)
    entry = publicity.add_entry(publicity=shown, actor=scene.examiner, now=road.NOW, case=case)
    assert (entry.name_zh, entry.name_en) == ("呈贡花匠", "Chenggong Flower Growers")
    assert (entry.unit, entry.category_zh, entry.text_zh) == (scene.unit.name, "省级", "呈贡区")


def test_what_a_spreadsheet_would_run_is_quoted(scene, client_of):  # noqa: F811
    scene.unit.name = '=HYPERLINK("x")'
    scene.unit.save()
    road.granted(scene)
    Subsidy.objects.update(payee=scene.unit.name)
    table = client_of(scene.leader).get(reverse("admin:laborbrands_subsidy_table")).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in table
