"""What an address may hold: nothing that breaks a page, and long questions are answered in words."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/search/", "/windows/", "/services/", "/policies/", "/en/policies/"])
def test_the_character_nul_is_refused_everywhere(client, path):
    assert client.get(path, query_params={"q": "\0人才"}).status_code == 400


@pytest.mark.parametrize("path", ["/search/", "/windows/", "/services/", "/policies/"])
@pytest.mark.parametrize("words", ["人" * 10_000, "talent " * 1500, "?!。、" * 2500])
def test_a_question_of_ten_thousand_characters_gets_a_page(client, path, words):
    assert client.get(path, query_params={"q": words}).status_code == 200
