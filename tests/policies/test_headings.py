"""The English beside Chinese headings."""

import pytest
from django.urls import reverse
from django.utils import translation

from policies.models import Clause
from policies.text.headings import USUAL, gloss
from tests.policies.library import make_version


@pytest.mark.parametrize(
    ("clause", "english"),
    [
        (Clause(number="第一章", heading="总则", anchor="h1"), "Chapter 1 · General provisions"),
        (Clause(number="第十二节", heading="奖励", anchor="h9"), "Section 12"),
        (Clause(number="第二部分", heading="申报条件", anchor="h2"), "Part 2 · Conditions of application"),
        (Clause(number="第四条", heading="适用范围", anchor="a4"), "Article 4 · Scope of application"),
        (Clause(number="（三）", heading="加强组织领导。", anchor="s2-3"), "Section 2 (3) · Leadership"),
        (Clause(number="", heading="附 则", anchor="h3"), "Supplementary provisions"),
        (Clause(number="", heading="苍洱英才", anchor="h4"), ""),
        (Clause(number="1.", heading="", anchor="n1"), ""),
    ],
)
def test_headings_are_glossed_on_english_pages_only(clause, english):
    with translation.override("en"):
        assert gloss(clause) == english
    with translation.override("zh-hans"):
        assert gloss(clause) == ""


def test_every_usual_heading_is_written_as_it_is_looked_up():
    assert all(heading and not set(heading) & set(" \u3000。.：:") for heading in USUAL)


@pytest.mark.django_db
def test_the_text_marks_what_is_chinese_and_says_it_in_english(client):
    version = make_version("measures", state="DRAFT")
    version.clauses.filter(order=1).update(kind="HEADING", number="第一章", heading="总则")
    version.clauses.filter(order=2).update(heading="适用范围")
    type(version).objects.filter(pk=version.pk).update(state="PUBLISHED", published_at="2026-01-05T01:00Z")
    with translation.override("en"):
        text = client.get(reverse("policies:detail", args=["measures"])).content.decode()
    assert '<span lang="zh-Hans">第一章 总则</span> <small class="soft">Chapter 1 · General provisions</small>' in text
    assert 'lang="zh-Hans">第二条 适用范围</a> <small class="soft">Article 2 · Scope of application</small>' in text
    chinese = client.get("/policies/measures/").content.decode()
    assert "Chapter 1" not in chinese
    assert '<span lang="zh-Hans">第一章' not in chinese
