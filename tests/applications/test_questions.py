"""The questions of a guide as a form: every kind, what is kept, what is asked when."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from applications import questions

TODAY = dt.date(2026, 9, 18)


def text(zh, en):
    return {"zh": zh, "en": en}


def question(key, kind, **more):
    return {"key": key, "kind": kind, "label": text(f"问{key}", f"Ask {key}"), "required": True} | more


def guide(*asked):
    return SimpleNamespace(questions=list(asked))


def choices(*values):
    return [{"value": value, "label": text(f"选{value}", f"Choice {value}")} for value in values]


def filled(*asked, **answers):
    data = {f"q-{key}": value for key, value in answers.items()}
    return questions.question_form(guide(*asked), TODAY, data=data)


@pytest.mark.parametrize(
    ("asked", "typed", "kept"),
    [
        (question("a", "text"), " 阿依古丽·买买提 ", "阿依古丽·买买提"),
        (question("a", "text"), "䶮𬭎", "䶮𬭎"),
        (question("a", "longtext"), "one\ntwo", "one\ntwo"),
        (question("a", "choice", choices=choices("D", "E")), "E", "E"),
        (question("a", "multi", choices=choices("x", "y", "z")), ["x", "z"], ["x", "z"]),
        (question("a", "yesno"), "no", "no"),
        (question("a", "date"), "2026-09-01", "2026-09-01"),
        (question("a", "number"), "１，２００．５０", "1200.5"),
        (question("a", "number", min=3), "3", "3"),
        (question("a", "year"), "２０１９", "2019"),
    ],
)
def test_each_kind_is_kept_in_one_spelling(asked, typed, kept):
    form = filled(asked, a=typed)
    assert form.is_valid(), form.errors
    assert form.to_keep() == {"a": kept}
    again = questions.kept_form(guide(asked), TODAY, {"a": kept})
    assert again.is_valid()
    assert again.to_keep() == {"a": kept}


@pytest.mark.parametrize(
    ("asked", "typed", "said"),
    [
        (question("a", "text"), "", "Answer this question: Ask a"),
        (question("a", "text", max_length=3), "abcd", "At most 3 characters fit here; these are 4."),
        (question("a", "text"), "a\0b", "Null characters are not allowed"),
        (question("a", "choice", choices=choices("D")), "Z", "none of the answers offered"),
        (question("a", "multi", choices=choices("D")), [], "Answer this question"),
        (question("a", "yesno"), "maybe", "none of the answers offered"),
        (question("a", "date"), "2026-02-30", "not a day"),
        (question("a", "date", min="2026-01-01"), "2025-12-31", "Not before Thursday 1 January 2026."),
        (question("a", "date", max="today"), "2026-09-19", "Not later than Friday 18 September 2026."),
        (question("a", "number"), "many", "Enter a number"),
        (question("a", "number", min=3), "2.5", "greater than or equal to 3"),
        (question("a", "number"), "NaN", "Enter a number"),
        (question("a", "number"), "9" * 40, "no more than 16 digits"),
        (question("a", "year"), "1066", "Enter a year from 1900 on."),
        (question("a", "year"), "2027", "Enter a year up to 2026."),
    ],
)
def test_what_is_not_valid_is_said_and_kept_as_typed(asked, typed, said):
    with override("en"):
        form = filled(asked, a=typed)
        assert not form.is_valid()
        assert said in str(form.errors["a"])
        kept = form.to_keep()["a"]
    assert kept == (typed.replace("\0", "") if isinstance(typed, str) else typed)


def test_a_region_is_kept_by_its_code(world):
    form = filled(question("where", "region"), where=world.county.pk)
    assert form.is_valid()
    assert form.to_keep() == {"where": "530114"}
    with override("zh-hans"):
        assert questions.readable(guide(question("where", "region")), TODAY, {"where": "530114"})[0][2] == "呈贡区"


CHAIN = (
    question("job", "yesno"),
    question("kind", "choice", choices=choices("new", "old"), shown_if={"question": "job", "in": ["yes"]}),
    question("since", "year", shown_if={"question": "kind", "in": ["old"]}),
)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, {"job"}),
        ({"job": "yes"}, {"job", "kind"}),
        ({"job": "yes", "kind": "old"}, {"job", "kind", "since"}),
        ({"job": "no", "kind": "old"}, {"job"}),  # what depends on an unasked question is not asked either
    ],
)
def test_a_question_is_asked_only_in_its_situation(answers, asked):
    assert questions.asked(list(CHAIN), answers) == asked


def test_an_answer_to_an_unasked_question_is_neither_checked_nor_kept():
    form = filled(*CHAIN, job="no", kind="nonsense", since="1066")
    assert form.is_valid()
    assert form.to_keep() == {"job": "no", "kind": None, "since": None}


def test_an_asked_question_is_required():
    form = filled(*CHAIN, job="yes")
    assert list(form.errors) == ["kind"]


def test_unbound_form_shows_what_was_kept_even_when_invalid():
    form = questions.question_form(guide(question("a", "number")), TODAY, answers={"a": "about 5"})
    assert 'value="about 5"' in str(form["a"])


@pytest.mark.parametrize(
    ("sent", "kept", "many"),
    [
        (None, "", []),
        ("a\0b", "ab", []),
        ("\ud800x", "x", []),
        (["a", 3, {"b": 1}, "c\0"], "", ["a", "3", "", "c"]),
        ({"a": 1}, "", []),
        (7, "7", []),
        ("长" * 20_000, "长" * 10_000, []),
    ],
)
def test_plain_makes_anything_fit_for_the_database(sent, kept, many):
    assert questions.plain(sent) == kept
    assert questions.plain(sent, many=True) == many


@pytest.mark.parametrize("kind", ["text", "longtext", "choice", "multi", "yesno", "date", "number", "year"])
@pytest.mark.parametrize("sent", [None, [], ["x"], {}, 7, "x", True])
def test_whatever_was_kept_of_a_question_can_be_checked_again(kind, sent):
    asked = question("a", kind, choices=choices("D"))
    kept = {"a": questions.answer_of(asked, sent)}
    assert not questions.kept_form(guide(asked), TODAY, kept).is_valid() or kind in ("text", "longtext", "number")
    str(questions.question_form(guide(asked), TODAY, answers=kept))


def test_answers_in_words():
    asked = guide(
        question("a", "multi", choices=choices("x", "y")),
        question("b", "yesno"),
        question("c", "date"),
        question("d", "number"),
    )
    answers = {"a": ["x", "y"], "b": "yes", "c": "2026-09-01", "d": "12000"}
    with override("en"):
        words = [entry[2] for entry in questions.readable(asked, TODAY, answers)]
    assert words == ["Choice x, Choice y", "Yes", "Tuesday 1 September 2026", "12,000"]
