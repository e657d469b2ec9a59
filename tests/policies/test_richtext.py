"""Clause texts as HTML: what is useful stays, what could run or load is gone."""

import time

import pytest

from policies.text.richtext import html, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("第一款\n第二款", "<p>第一款<br>\n第二款</p>"),
        ("**重点**与*说明*", "<p><strong>重点</strong>与<em>说明</em></p>"),
        ("# 标题", "<h4>标题</h4>"),
        ("#### 小标题", "<h5>小标题</h5>"),
        ("    四个空格的一行", "<p>四个空格的一行</p>"),
        ("一行\n---", "<p>一行</p>\n<hr>"),
        ("| 类 | 元 |\n|---|---|\n| A | 10 |", "<td>A</td>"),
        ("[原文](https://example.org/a)", '<a href="https://example.org/a" rel="noopener noreferrer">原文</a>'),
        ("H<sub>2</sub>O", "<p>H<sub>2</sub>O</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
    ],
)
def test_what_is_useful_stays(text, shown):
    assert shown in html(text)


FORBIDDEN = (
    *("<script", "<img", "<iframe", "<form", "<svg", "<!--", "onerror=", "onclick=", "javascript:", "data:"),
    *("style", "class=", "id=", "evil.example/x", "pixel.png"),
)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        '<p onclick="alert(1)">文</p>',
        "[点](javascript:alert(1))",
        "[点](JaVaScRiPt:alert(1))",
        '<a href="java&#10;script:alert(1)">点</a>',
        '<a href="data:text/html;base64,PHNjcmlwdD4=">点</a>',
        "![图](data:image/png;base64,iVBORw0KGgo=)",
        "![图](https://evil.example/pixel.png)",
        '<iframe src="https://evil.example"></iframe>',
        '<p style="background:url(https://evil.example)">文</p>',
        "<style>p{display:none}</style>",
        '<form action="https://evil.example"><input name="q"></form>',
        '<svg><use href="data:x"></use></svg>',
        '<p id="content" class="visually-hidden">文</p>',
        "<!-- 注释 -->",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    ],
)
def test_what_could_run_or_load_is_gone(text):
    shown = html(text).lower()
    forbidden = ("<script", "onerror=", "onclick=", "javascript:", "data:", "<img", "<iframe", "style", "<form", "<svg")
    assert [
        word for word in (*forbidden, "evil.example/x", 'pixel.png"', "class=", "id=", "<!--") if word in shown
    ] == []


def test_words_without_marks_are_those_of_the_text():
    assert plain("**给予**[补贴](https://example.org)<script>x</script> A & B <b>1</b> < 2") == "给予补贴 A & B 1 < 2"
    assert plain("") == ""


def test_long_and_nasty_texts_take_no_time():
    started = time.monotonic()
    for text in (
        "[" * 20_000,
        "> " * 5_000 + "x",
        "*a " * 20_000,
        "<" * 20_000,
        "|" * 5_000 + "\n|-|\n",
        "条文。" * 100_000,
    ):
        html(text)
    assert time.monotonic() - started < 10
