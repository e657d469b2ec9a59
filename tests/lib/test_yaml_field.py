"""What is kept as JSON is shown and typed as YAML."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from talentportal.lib.yaml_field import YamlField, read, written

KEPT = [
    {"zh": "有", "en": "yes", "n": 3, "x": True, "day": "2026-01-01", "a": "40", "b": "08", "e": "", "f": 1.5},
    {
        "lines": "a\nb: c",
        "none": None,
        "list": [],
        "word": "true",
        "colon": "a: b # c",
        "dash": "- a",
        "long": "字" * 300,
    },
]


def test_what_is_written_reads_the_same():
    assert read(written(KEPT)) == KEPT
    assert read(written({"name": {"zh": "财政厅", "en": "Finance"}})) == {"name": {"zh": "财政厅", "en": "Finance"}}


def test_it_is_written_for_people():
    assert written([{"zh": "在省内全职工作", "en": "Work full time"}]) == "- zh: 在省内全职工作\n  en: Work full time\n"
    assert [written(nothing) for nothing in (None, [], {})] == ["", "", ""]


def test_words_that_look_like_something_else_stay_words():
    assert read("- yes\n- 2026-01-01\n- 08\n- 1:30\n- 7\n- true") == ["yes", "2026-01-01", "08", "1:30", 7, True]
    assert read('[{"a": 1}]') == [{"a": 1}]
    assert read(" \n") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n- [1, 2", "Line 2 could not be read."),
        ("a: &x 1\nb: *x", "Line 2 could not be read."),
        ("- !!timestamp 2026-01-01", "Line 1 could not be read."),
        ("!!python/object:os.system x", "Line 1 could not be read."),
        ("\tx: 1", "Line 1 could not be read."),
        ("a\x00b", "This could not be read."),
        ('- "\\0"', "This could not be read."),
        ('- "\\ud800"', "This could not be read."),
        ("- " + "9" * 5000, "This could not be read."),
        ("[" * 3000, "This could not be read."),
        ("hello", "Write a list, each entry after “- ”, or names with their values after “: ”."),
    ],
)
def test_what_cannot_be_kept_is_told(text, said):
    with override("en"):
        with pytest.raises(ValidationError) as error:
            read(text)
        assert error.value.messages == [said]


def test_a_field_gives_back_what_was_typed_and_sees_what_changed():
    field = YamlField(initial=list)
    assert field.bound_data("- [", None) == field.prepare_value("- [") == "- ["
    assert field.clean("") == []
    assert not field.has_changed([{"zh": "有"}], "- zh: 有")
    assert field.has_changed([{"zh": "有"}], "- zh: 无")
