import datetime as dt
import time

import pytest

from policies.text import reading
from tests.policies.documents import law


def outline(text: str) -> list[tuple]:
    return [(one.anchor, one.number, one.heading, one.text) for one in reading.clauses(text)]


def test_a_law_has_events_chapters_and_articles():
    document = reading.read(law("示例省人才条例"))
    assert document.title == "示例省人才条例"
    assert document.history == [
        (dt.date(2019, 1, 8), "2019年1月8日 省人民代表大会常务委员会第一次会议通过"),
        (dt.date(2023, 5, 6), "2023年5月6日 省人民代表大会常务委员会第九次会议修订"),
    ]
    assert [(one.kind, one.anchor, one.number, one.heading, one.text) for one in document.passages] == [
        ("HEADING", "h1", "第一章", "总则", ""),
        ("ARTICLE", "a1", "第一条", "", "为了吸引人才，制定本条例。"),
        (
            "ARTICLE",
            "a2",
            "第二条",
            "",
            "对全职引进的博士，给予安家补贴10万元。\n\n（一）一次性发放；\n\n（二）五年内不得离开。",
        ),
        ("HEADING", "h2", "第二章", "附则", ""),
        ("ARTICLE", "a3", "第三条", "", "本条例自公布之日起施行。"),
    ]


NOTICE = """# 关于印发若干措施的通知

各市人民政府：

现将《若干措施》印发给你们。

省人民政府

2026年1月5日

一、总体要求

为了做好工作，提出以下措施。

（一）指导思想。

坚持党管人才。

（二）加大引才力度。对博士给予补贴5万元。

二、明确职责

各部门按职责分工落实。

三、本措施自发布之日起施行，有效期5年。

附件：补贴标准表

一、博士5万元
"""


def test_a_notice_has_sections_and_items():
    assert outline(NOTICE) == [
        ("t1", "", "", "各市人民政府：\n\n现将《若干措施》印发给你们。"),
        ("t2", "", "", "省人民政府\n\n2026年1月5日"),
        ("s1", "一、", "总体要求", ""),
        ("t3", "", "", "为了做好工作，提出以下措施。"),
        ("s1-1", "（一）", "指导思想。", "坚持党管人才。"),
        ("s1-2", "（二）", "加大引才力度。", "对博士给予补贴5万元。"),
        ("s2", "二、", "明确职责", "各部门按职责分工落实。"),
        ("s3", "三、", "", "本措施自发布之日起施行，有效期5年。"),
        ("h1", "", "附件：补贴标准表", ""),
        ("s1_2", "一、", "", "博士5万元"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("第十二条之一 文字", ("a12-1", "第十二条之一", "", "文字")),
        ("第一百零三条　文字", ("a103", "第一百零三条", "", "文字")),
        ("第20条 文字", ("a20", "第20条", "", "文字")),
        ("**第四条** 文字", ("t1", "", "", "**第四条** 文字")),
        ("第三条【适用范围】文字", ("a3", "第三条", "适用范围", "文字")),
        ("第三条 （一）文字", ("a3", "第三条", "", "（一）文字")),
        ("第一条为了吸引人才", ("a1", "第一条", "", "为了吸引人才")),
        ("第五条规定的补贴，按年发放。", ("t1", "", "", "第五条规定的补贴，按年发放。")),
        ("（三）文字", ("i3", "（三）", "", "文字")),
        ("2. 文字", ("n2", "2.", "", "文字")),
        ("2.5万元", ("t1", "", "", "2.5万元")),
        ("总　则", ("h1", "", "总则", "")),
        ("<script>alert(1)</script>", ("t1", "", "", "<script>alert(1)</script>")),
    ],
)
def test_numbers_of_clauses(line, expected):
    assert outline(line) == [expected]


def test_a_sentence_that_cites_an_article_begins_none():
    text = "第一条 甲。\n\n第二条的规定适用。\n\n第二条 乙。"
    assert [one[0] for one in outline(text)] == ["a1", "a2"]


def test_anchors_are_never_used_twice():
    text = "第一条 甲。\n第一条之二 乙。\n2020年1月2日\n办法\n第一条 丙。\n第一条 丁。"
    assert [one[0] for one in outline(text)] == ["a1", "a1-2", "t1", "a1_2", "a1_3"]


def test_lines_that_belong_to_an_event_of_the_head():
    text = (
        "# 法\n1999年1月1日 全国人大\n第九次会议通过\n法发〔1999〕1号\n1999年13月1日 施行\n<!-- INFO END -->\n第一条 甲"
    )
    document = reading.read(text)
    assert document.history == [(dt.date(1999, 1, 1), "1999年1月1日 全国人大 第九次会议通过")]
    assert document.passages[0].text == "法发〔1999〕1号\n\n1999年13月1日 施行"


@pytest.mark.parametrize("text", ["", "\ufeff", "# 只有标题", "\u200b\r\n\u200b\r\n", "\0\x01"])
def test_nothing_to_read(text):
    assert reading.clauses(text) == []


def test_what_cannot_be_seen_is_left_out():
    assert outline("\ufeff第一条 甲\0乙\u200b\r\n\r\n丙") == [("a1", "第一条", "", "甲乙\n\n丙")]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"第{n}条 {'文字' * 60}" for n in range(1, 14_000)),
        "字" * 1_700_000,
        "#" * 5_000_000,
        "一、（" * 600_000,
        "（一" * 900_000,
        "附件：" + " " * 5_000_000,
    ],
    ids=["articles", "one line", "hashes", "numbers", "brackets", "spaces"],
)
def test_five_megabytes_are_read_in_two_seconds(text):
    began = time.process_time()
    reading.read(text)
    assert time.process_time() - began < 2
