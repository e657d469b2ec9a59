from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils.translation import override

from talentportal.lib.bilingual import pick

ROW = SimpleNamespace(
    name_zh="昆明", name_en="Kunming", note_zh="", note_en="only English", title={"zh": "题", "en": ""}
)


@pytest.mark.parametrize(
    ("language", "source", "name", "text"),
    [
        ("zh-hans", ROW, "name", "昆明"),
        ("en", ROW, "name", "Kunming"),
        ("zh-hans", ROW, "note", "only English"),
        ("en", ROW, "title", "题"),
        ("en", ROW, "missing", ""),
        ("en", {"zh": "甲", "en": "A"}, "", "A"),
        ("zh-hans", {"zh": "甲", "en": "A"}, "", "甲"),
        ("en", {"zh": "甲"}, "", "甲"),
        ("en", {}, "", ""),
        ("en", {"label": {"zh": "甲", "en": "A"}}, "label", "A"),
        ("en", {"label_zh": "甲", "label_en": "A"}, "label", "A"),
        ("zh-hans", SimpleNamespace(name="合作社", name_en="Cooperative"), "name", "合作社"),
        ("en", SimpleNamespace(name="合作社", name_en="Cooperative"), "name", "Cooperative"),
        ("en", SimpleNamespace(name="合作社", name_en=""), "name", "合作社"),
        ("en", None, "name", ""),
        ("en", "plain", "", "plain"),
    ],
)
def test_pick(language, source, name, text):
    with override(language):
        assert pick(source, name) == text


def test_without_an_active_language_chinese_is_picked():
    with override(None):
        assert pick(ROW, "name") == "昆明"


def test_filter():
    page = Template('{% load bilingual %}{{ row|in_language:"name" }} {{ texts|in_language }}')
    with override("en"):
        assert page.render(Context({"row": ROW, "texts": {"zh": "甲", "en": "A&B"}})) == "Kunming A&amp;B"


def test_a_property_of_the_same_name_may_use_pick():
    class Row:
        name_zh = name_en = ""
        name = property(lambda self: pick(self, "name"))

    assert Row().name == ""
