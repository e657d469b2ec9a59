"""A form that could not be taken is given back by a redirect: reload and Back are plain loads, nothing is lost."""

import re

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from applications import services
from tests import cast
from tests.applications import samples
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 10:00")
NUMBER = "990101199003070016"  # its last character is wrong


@pytest.fixture
def newcomer(world, at, client_of):
    """Somebody without a real-name record, with a draft."""
    user = User.objects.create_user(email="new@example.org", password=cast.PASSWORD)
    case = services.start(item=world.item, actor=user, now=NOW)
    return client_of(user), f"/en/apply/{world.item.code}/{case.public_id}/"


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_failed_form_answers_with_a_redirect_to_a_page_that_can_be_loaded_again(newcomer):
    client, draft = newcomer
    sent = {"document_type": "RESIDENT_ID", "name": "阿依古丽", "number": NUMBER}
    answer = client.post(f"{draft}identity/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{draft}identity/?again")
    for _load in range(2):
        page = client.get(answer["Location"])
        assert "The last character does not fit the others." in text(page)
        assert NUMBER in page.content.decode()
        assert "<title>Error:" in page.content.decode()
    assert NUMBER not in client.get(f"{draft}identity/").content.decode()  # a new visit begins with an empty form


def test_once_taken_nothing_waits_any_more(newcomer):
    client, draft = newcomer
    sent = {"document_type": "RESIDENT_ID", "name": "阿依古丽", "number": NUMBER}
    client.post(f"{draft}identity/", sent)
    assert client.post(f"{draft}identity/", sent | {"number": "990101199003070015"})["Location"] == f"{draft}basics/"
    assert "does not fit" not in text(client.get(f"{draft}identity/?again"))
    assert set(client.session.keys()) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}


def test_what_waits_is_sealed_and_only_its_own_page_and_person_see_it(newcomer, client_of, stranger, world):
    client, draft = newcomer
    client.post(f"{draft}identity/", {"document_type": "RESIDENT_ID", "name": "阿依古丽", "number": NUMBER})
    kept = [row.get_decoded() for row in Session.objects.all()]
    assert NUMBER not in str(kept)
    assert "阿依古丽" not in str(kept)
    assert NUMBER not in client.get(f"/en/apply/{world.item.code}/?again").content.decode()
    assert NUMBER not in client_of(stranger).get(f"{draft}identity/?again").content.decode()


def test_a_session_that_ends_in_between_loses_nothing_even_without_a_script(newcomer, client_of):
    client, draft = newcomer
    client.logout()
    sent = {"document_type": "RESIDENT_ID", "name": "阿依古丽", "number": NUMBER}
    door = client.post(f"{draft}identity/", sent)
    assert door["Location"].startswith("/en/accounts/login/?next=")
    came = client.post(door["Location"], {"login": "new@example.org", "password": cast.PASSWORD})
    assert came["Location"] == f"{draft}identity/?again"
    assert NUMBER in client.get(came["Location"]).content.decode()


def test_an_unreadable_slot_is_an_empty_form(newcomer, settings):
    client, draft = newcomer
    client.post(f"{draft}identity/", {"number": NUMBER})
    settings.FIELD_KEYS = {"9": b"9" * 32}
    assert client.get(f"{draft}identity/?again").status_code == 200


def test_a_refused_upload_without_a_script_leads_back_to_the_summary_of_errors(world, applicant, at, client_of):
    draft = cast.make_draft(world, applicant, "id", now=NOW)
    material = draft.materials.get(spec__key="degree")
    draft_at, client = f"/en/apply/{world.item.code}/{draft.public_id}/", client_of(applicant)
    base = f"{draft_at}materials/"
    make, said = samples.BAD_FILES["renamed"]
    answer = client.post(f"{draft_at}upload/{material.pk}/", {"file": make()})
    assert answer["Location"] == f"{base}?again"  # no anchor: a browser then focuses it instead of the summary
    page = client.get(answer["Location"])
    assert said in text(page)
    assert f'id="error-{material.pk}-1"' in page.content.decode()


def test_more_than_anybody_types_is_not_kept(newcomer):
    client, draft = newcomer
    answer = client.post(f"{draft}identity/", {"name": "长" * 300_000}, follow=True)
    assert answer.status_code == 200
    assert "长长" not in answer.content.decode()
