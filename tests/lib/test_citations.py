"""A legal basis as people cite it, in both languages."""

import pytest
from django.utils import translation

from talentportal.lib.citations import articles_in_chinese, articles_in_english, citation

LAW = {
    "title_zh": "中华人民共和国行政许可法",
    "title_en": "Administrative Licence Law of the People's Republic of China",
    "doc_no": "2019年修正",
    "article": "32, 42",
}
REGULATION = {
    "title_zh": "优化营商环境条例",
    "title_en": "Regulation on Optimizing the Business Environment",
    "doc_no": "国务院令第722号",
    "article": "36, 37",
}
SAMPLE = {"title_zh": "云南省留学人员服务办法（演示）", "title_en": "Measures of Yunnan (sample)", "article": "3–9"}


@pytest.mark.parametrize(
    ("basis", "chinese", "english"),
    [
        (
            LAW,
            "《中华人民共和国行政许可法》（2019年修正）第三十二条、第四十二条",
            "Administrative Licence Law of the People's Republic of China (as amended in 2019), Articles 32 and 42",
        ),
        (
            REGULATION,
            "《优化营商环境条例》（国务院令第722号）第三十六条、第三十七条",
            "Regulation on Optimizing the Business Environment (State Council Decree No. 722, 国务院令第722号), "
            "Articles 36 and 37",
        ),
        (SAMPLE, "《云南省留学人员服务办法》（演示）第三条至第九条", "Measures of Yunnan (sample), Articles 3–9"),
        ({"title_zh": "办法", "title_en": "Rules"}, "《办法》", "Rules"),
        (
            {
                "title_zh": "关于《办法》的通知",
                "title_en": "Notice",
                "doc_no": "云人社〔2020〕1号",
                "article": "第二部分",
            },
            "关于《办法》的通知（云人社〔2020〕1号）第二部分",
            "Notice (云人社〔2020〕1号), 第二部分",
        ),
    ],
)
def test_a_basis_is_cited_as_its_language_does(basis, chinese, english):
    with translation.override("zh-hans"):
        assert citation(basis) == chinese
    with translation.override("en"):
        assert citation(basis) == english


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        ("5", "第五条", "Article 5"),
        ("10", "第十条", "Article 10"),
        ("16, 20", "第十六条、第二十条", "Articles 16 and 20"),
        ("6, 7, 16", "第六条、第七条、第十六条", "Articles 6, 7 and 16"),
        ("3–9", "第三条至第九条", "Articles 3–9"),
        ("107, 110–115", "第一百零七条、第一百一十条至第一百一十五条", "Articles 107 and 110–115"),
        ("", "", ""),
        ("III", "III", "III"),
    ],
)
def test_articles(text, chinese, english):
    assert (articles_in_chinese(text), articles_in_english(text)) == (chinese, english)
