"""Texts that offices write are kept as JSON; who only reads them in the admin sees words."""

import pytest
from django.utils import translation

from talentportal.templatetags.admin_words import words_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"zh": "全省通办", "en": "Anywhere"}, '全省通办<br><span class="soft" lang="en">Anywhere</span>'),
        ({"zh": "全省通办"}, "全省通办"),
        (["person", "unit"], "Person, Unit"),
        ([], "—"),
        ({}, '<dl class="told"></dl>'),
        (True, "Yes"),
        (1, "1"),
        ({"zh": "<b>", "en": ""}, "&lt;b&gt;"),
        (
            [{"title_zh": "法", "title_en": "Law", "article": "3"}],
            '<ol class="told"><li><dl class="told"><div><dt>Title</dt><dd>法<br><span class="soft" lang="en">Law</span>'
            "</dd></div><div><dt>Article</dt><dd>3</dd></div></dl></li></ol>",
        ),
        (
            {"en": "Adult", "zh": "成年", "note": "x", "key": "unit"},
            '<dl class="told"><div><dt>Text</dt><dd>成年<br><span class="soft" lang="en">Adult</span></dd></div>'
            "<div><dt>Note</dt><dd>x</dd></div><div><dt>Key</dt><dd>unit</dd></div></dl>",
        ),
        ({"some_key": None}, '<dl class="told"><div><dt>some key</dt><dd>—</dd></div></dl>'),
    ],
)
def test_words_instead_of_json(value, shown):
    with translation.override("en"):
        assert str(words_of(value)) == shown


@pytest.mark.django_db
def test_a_published_guide_is_read_and_not_deciphered(client, world, administrator):
    client.force_login(administrator)
    page = client.get(f"/en/admin/policies/guideversion/{world.guide.pk}/change/").content.decode()
    readonly = [part.split("</div>")[0] for part in page.split('<div class="readonly">')[1:]]
    assert not [text for text in readonly if '{"' in text or "&quot;" in text or "[{" in text]
    assert "在省内全职工作" in page
    assert "Class D" in page
