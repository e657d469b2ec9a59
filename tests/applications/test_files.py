"""Files: taken in one by one with their own error, given out only to who may see the case."""

import re

import pgtrigger
import pytest

from accounts.models import Role
from applications import services
from applications.models import MaterialFile
from applications.services import rendering
from applications.states import MaterialStatus, ScanState
from policies.models import MaterialSpec
from tests import cast
from tests.applications import samples
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = "2026-09-18 10:00"
FETCH = {"x-requested-with": "fetch"}


@pytest.fixture
def me(applicant, at, client_of):
    return client_of(applicant)


@pytest.fixture
def draft(world, applicant, at):
    return cast.make_draft(world, applicant, now=moment(NOW))


def material(case, key="degree"):
    return case.materials.get(spec__key=key)


def upload_url(case, key="degree"):
    return f"/en/apply/talent-grade-1/{case.public_id}/upload/{material(case, key).pk}/"


def send(client, case, file, key="degree", **headers):
    return client.post(upload_url(case, key), {"file": file}, headers=headers)


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def body(response) -> bytes:
    return b"".join(response.streaming_content)


# --- taking in -------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_scanned_later_and_the_page_comes_back_to_its_row(draft, me, run_due):
    response = send(me, draft, samples.pdf("劳动合同 2026.pdf"))
    assert response["Location"].endswith(f"/materials/#material-{material(draft).pk}")
    kept = MaterialFile.objects.get()
    assert (kept.name, kept.kind, kept.scan_state) == ("劳动合同 2026.pdf", "pdf", ScanState.PENDING)
    assert re.fullmatch(r"materials/\d{4}/\d\d/[\w-]{22}\.pdf", kept.file.name)
    assert material(draft).status == MaterialStatus.PROVIDED
    assert "being scanned for viruses; you can go on" in text(me.get(response["Location"]))
    run_due(moment("2026-09-18 10:05"))
    kept.refresh_from_db()
    assert kept.scan_state == ScanState.NOT_SCANNED
    assert "20 B" not in text(me.get(response["Location"]))


def test_a_script_gets_the_fresh_rows(draft, me):
    response = me.post(upload_url(draft), {"file": samples.pdf()}, headers=FETCH)
    answer = response.json()
    assert (response.status_code, answer["errors"], answer["scanning"]) == (200, [], True)
    assert f'id="material-{material(draft).pk}"' in answer["lists"]
    rows = me.get(f"/en/apply/talent-grade-1/{draft.public_id}/rows/", headers=FETCH).json()
    assert rows["lists"].count("material--scanning") == 1


@pytest.mark.parametrize("by_script", [False, True])
@pytest.mark.parametrize("kind", samples.BAD_FILES)
def test_a_bad_file_is_explained_beside_its_row_and_nothing_is_lost(draft, me, kind, by_script):
    send(me, draft, samples.pdf("good.pdf"), key="id")
    make, said = samples.BAD_FILES[kind]
    response = me.post(upload_url(draft), {"file": make()}, headers=FETCH if by_script else {}, follow=not by_script)
    page = response.json()["lists"] if by_script else response.content.decode()
    assert response.status_code == (422 if by_script else 200)
    row = page.split(f'id="material-{material(draft).pk}"')[1].split("</li>")[0]
    assert said in row
    assert "material--failed" in page
    assert "good.pdf" in page
    assert (by_script and said in response.json()["errors"][0]) or "<title>Error:" in page
    assert not material(draft).files.exists()
    assert material(draft).status == MaterialStatus.MISSING


def test_a_bad_file_is_explained_in_chinese(draft, me):
    url = upload_url(draft).removeprefix("/en")
    response = me.post(url, {"file": samples.BAD_FILES["empty"][0]()}, follow=True)
    assert response.status_code == 200
    assert 'lang="zh-Hans"' in response.content.decode()


def test_a_file_of_another_kind_than_the_guide_wants_is_refused(draft, me):
    with pgtrigger.ignore("policies.MaterialSpec:published_material_is_frozen"):
        MaterialSpec.objects.update(formats=["pdf"])
    response = me.post(upload_url(draft), {"file": samples.png()}, follow=True)
    assert "This material must be one of: pdf." in text(response)
    assert send(me, draft, samples.pdf()).status_code == 302


def test_no_file_at_all_is_explained(draft, me):
    response = me.post(upload_url(draft), follow=True)
    assert "Choose a file first." in text(response)


@pytest.mark.parametrize("name", ["长" * 500 + ".pdf", "../../etc/passwd.pdf", 'a"<script>.pdf', "𬭎䶮.pdf"])
def test_odd_names_are_kept_readable_and_harmless(draft, me, name):
    assert send(me, draft, samples.pdf(name)).status_code == 302
    kept = MaterialFile.objects.get()
    assert kept.name.endswith(".pdf")
    assert len(kept.name) <= 120
    assert "/" not in kept.name
    page = me.get(f"/en/apply/talent-grade-1/{draft.public_id}/materials/").content.decode()
    assert "<script>.pdf" not in page
    assert body(me.get(f"/en/me/files/{kept.public_id}/")).startswith(b"%PDF-")


def test_a_file_is_replaced_and_removed(draft, me):
    send(me, draft, samples.pdf("first.pdf"))
    send(me, draft, samples.pdf("second.pdf"))
    url = f"/en/apply/talent-grade-1/{draft.public_id}"
    page = me.get(f"{url}/materials/").content.decode()
    assert "second.pdf" in page
    assert "first.pdf" not in page
    me.post(f"{url}/remove/{material(draft).pk}/")
    assert material(draft).status == MaterialStatus.MISSING
    assert "second.pdf" not in me.get(f"{url}/materials/").content.decode()


def test_a_material_of_another_case_is_not_found(world, draft, stranger, me):
    other = cast.make_draft(world, stranger, now=moment(NOW))
    foreign = material(other).pk
    for verb in ("upload", "remove"):
        url = f"/en/apply/talent-grade-1/{draft.public_id}/{verb}/{foreign}/"
        assert me.post(url, {"file": samples.pdf()}).status_code == 404
    assert not MaterialFile.objects.exists()


def test_nothing_is_taken_in_after_submission(draft, applicant, me):
    cast.hand_in(draft, applicant, "id", "degree", "works", "form", "photo", now=moment(NOW))
    case = cast.submit(draft, applicant, moment(NOW))
    before = MaterialFile.objects.count()
    assert send(me, draft, samples.pdf())["Location"] == f"/en/me/applications/{case.case_no}/"
    assert me.post(upload_url(draft), {"file": samples.pdf()}, headers=FETCH).status_code == 409
    assert me.post(f"/en/me/applications/{case.case_no}/supplement/{material(case).pk}/").status_code == 302
    assert MaterialFile.objects.count() == before


@pytest.mark.parametrize("by_script", [False, True])
def test_a_lost_login_is_told(draft, client_of, by_script):
    response = client_of().post(upload_url(draft), {"file": samples.pdf()}, headers=FETCH if by_script else {})
    assert response.status_code == (401 if by_script else 302)


def test_a_draft_is_nobody_elses(draft, stranger, client_of):
    assert send(client_of(stranger), draft, samples.pdf()).status_code == 404
    assert not MaterialFile.objects.exists()


# --- giving out ------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(draft, me):
    send(me, draft, samples.pdf("合同.pdf"))
    return MaterialFile.objects.get()


def file_url(kept):
    return f"/en/me/files/{kept.public_id}/"


def test_a_file_is_sealed_off(kept, me):
    response = me.get(file_url(kept))
    assert body(response).startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert "no-store" in response["Cache-Control"]


def test_office_files_are_only_downloaded(kept, me):
    MaterialFile.objects.update(kind="docx")
    response = me.get(file_url(kept))
    body(response)
    assert response["Content-Disposition"].startswith("attachment")


def test_an_infected_file_is_never_given_out(kept, me):
    MaterialFile.objects.update(scan_state=ScanState.INFECTED)
    assert me.get(file_url(kept)).status_code == 404
    page = text(me.get(f"/en/apply/talent-grade-1/{kept.material.case.public_id}/materials/"))
    assert "A virus was found in this file." in page


def test_a_removed_file_is_not_given_out(kept, applicant, me):
    services.remove_file(file=kept, actor=applicant, now=moment(NOW))
    assert me.get(file_url(kept)).status_code == 404


def test_a_file_whose_content_is_gone_is_not_found(kept, me):
    kept.file.storage.delete(kept.file.name)
    assert me.get(file_url(kept)).status_code == 404


def test_files_of_a_draft_are_the_applicants_alone(kept, stranger, clerk, client_of):
    assert client_of(stranger).get(file_url(kept)).status_code == 404
    assert client_of(clerk).get(file_url(kept)).status_code == 404
    assert client_of().get(file_url(kept)).status_code == 302


def test_files_and_papers_of_a_case_follow_the_case(
    world, draft, applicant, stranger, clerk, other_clerk, client_of, me
):
    cast.hand_in(draft, applicant, "id", "degree", "works", "form", "photo", now=moment(NOW))
    case = cast.submit(draft, applicant, moment(NOW))
    services.confirm_submission(case=case, now=moment(NOW))
    kept, paper = case.materials.first().files.get(), case.papers.get()
    rendering.render_paper(paper=paper, now=moment(NOW))
    MaterialFile.objects.update(scan_state=ScanState.CLEAN)
    elsewhere = cast.make_staff(
        "far@example.org",
        "远",
        Role.EXAMINER,
        cast.make_region("530300", "PREFECTURE", "曲靖市", world.province),
        world.office,
    )
    for url in (file_url(kept), f"/en/me/papers/{paper.public_id}/", f"/en/me/papers/{paper.public_id}/words/"):
        for user, status in ((applicant, 200), (clerk, 200), (stranger, 404), (other_clerk, 404), (elsewhere, 404)):
            response = client_of(user).get(url)
            assert response.status_code == status, (url, user)
            if response.streaming:
                assert body(response).startswith(b"%PDF-")


def test_staff_wait_for_the_scan(draft, applicant, clerk, client_of):
    cast.hand_in(draft, applicant, "id", "degree", "works", "form", "photo", now=moment(NOW))
    case = cast.submit(draft, applicant, moment(NOW))
    response = client_of(clerk).get(file_url(case.materials.first().files.get()))
    assert response.status_code == 503
    assert "being scanned" in response.content.decode()


def test_while_a_paper_is_being_drawn_its_words_can_be_printed(draft, applicant, me):
    cast.hand_in(draft, applicant, "id", "degree", "works", "form", "photo", now=moment(NOW))
    case = cast.submit(draft, applicant, moment(NOW))
    services.confirm_submission(case=case, now=moment(NOW))
    paper = case.papers.get()
    response = me.get(f"/en/me/papers/{paper.public_id}/")
    assert response["Location"] == f"/en/me/papers/{paper.public_id}/words/"
    page = text(me.get(response["Location"]))
    for words in (case.case_no, case.query_code, paper.number, "The PDF is being drawn."):
        assert words in page
