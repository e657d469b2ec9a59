"""What keeps a guide from being published."""

import copy

import pytest
from django.utils import translation

from certificates.models import CertificateKind
from policies.guides import check_guide, facts_told, field_faults
from policies.models import CatalogItem, GuideVersion, MaterialSpec, ServiceItem

WORDS = {"zh": "文字", "en": "text"}
REMEDIES = [
    {"kind": kind, "body": WORDS, "within": WORDS, "address": WORDS, "phone": "12345"}
    for kind in ("reconsideration", "litigation")
]
COMPLETE = {
    "case_kind": "PROMISED",
    "served_objects": ["person"],
    "handling_forms": ["online"],
    "promised_days": 10,
    "statutory_days": 20,
    "conditions": [{"zh": "条件", "en": "condition"}],
    "legal_basis": [{"title_zh": "办法", "title_en": "rules", "doc_no": "", "article": "3", "url": ""}],
    "questions": [{"key": "married", "kind": "yesno", "label": WORDS, "required": True}],
    "steps": [{"name": WORDS, "text": WORDS, "days": WORDS}],
    "remedies": REMEDIES,
    "consult": {"phone": "12333", "text": WORDS},
    "complain": {"phone": "12345", "text": WORDS},
    "deferral_allowed": True,
    "result_kind": "DOCUMENT",
    "result_name": WORDS,
    "result_sample": {"holder": WORDS},
}
MATERIAL = {
    "key": "proof",
    "name_zh": "结婚证",
    "name_en": "Marriage certificate",
    "requirement_zh": "扫描件",
    "requirement_en": "Scan",
    "basis": {"zh": "规定", "en": "Rule"},
    "issuer": WORDS,
    "tier": "SECONDARY",
    "deferrable": True,
    "necessity": "CONDITIONAL",
    "condition": {"question": "married", "in": ["yes"]},
}


def faults(item_type: str = "07", material: dict | None = None, **changes) -> list[str]:
    """Check a complete guide with some fields changed."""
    item = ServiceItem(catalog_item=CatalogItem(item_type=item_type))
    guide = GuideVersion(item=item, **(copy.deepcopy(COMPLETE) | changes))
    materials = [] if material == {} else [MaterialSpec(guide=guide, **(MATERIAL | (material or {})))]
    return [str(fault) for fault in check_guide(guide, materials)]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_a_complete_guide_has_no_faults():
    assert faults() == []
    assert faults(result_kind="CERTIFICATE", certificate_kind=CertificateKind(code="x")) == []
    assert faults(item_type="20", remedies=[]) == []


ONE_SIDED = {"zh": "文字", "en": ""}


STEPS = [{"name": WORDS, "text": WORDS, "days": WORDS}]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"conditions": []}, "“conditions of acceptance” is empty."),
        ({"consult": {}}, "“where to ask” is empty."),
        ({"conditions": [ONE_SIDED]}, "“conditions of acceptance” lacks a text in one of the languages."),
        ({"conditions": [{"zh": "", "en": ""}]}, "“conditions of acceptance” lacks a text in one of the languages."),
        ({"faq": [{"q": WORDS, "a": ONE_SIDED}]}, "“frequent questions” lacks a text in one of the languages."),
        ({"accept_days": 6}, "Acceptance must be answered within 5 working days."),
        ({"promised_days": 21}, "The promised period must not be longer than the statutory one."),
        ({"statutory_days": 0}, "Without a statutory period, say so in the note."),
        ({"promised_days": 0}, "A promised case needs a promised period."),
        ({"item_type": "01", "statutory_days": 21}, "A licence is decided within 20 working days by law."),
        ({"visits": 1}, "Say why a visit is needed."),
        ({"special_kinds": ["HEARING"]}, "Say how long each special procedure takes at most."),
        ({"handling_forms": ["online", "window"]}, "Say the steps of an application at a window."),
        ({"result_sample": {}}, "Say what the sample of the result shows."),
        ({"power_source": "ENTRUSTED"}, "Name the body that entrusts the power."),
        (
            {"entrusting_body": WORDS},
            "Only an entrusted power has an entrusting body. Empty this, or change the source.",
        ),
        (
            {"handling_forms": ["window"], "window_steps": STEPS},
            "Without a visit it must be possible online or by courier.",
        ),
        ({"by_unit": True}, "What the unit applies for must serve units."),
        ({"remedies": REMEDIES[:1]}, "Name the body for reconsideration and the court."),
        ({"result_name": {}}, "Name the result."),
        ({"result_kind": "CERTIFICATE"}, "Choose the certificate that is issued."),
        ({"material": {"name_zh": "其他相关材料"}}, "Material “其他相关材料” is a catch-all; name what is needed."),
        ({"material": {"name_en": "Other documents"}}, "Material “结婚证” is a catch-all; name what is needed."),
        ({"material": {"requirement_en": ""}}, "Material “结婚证” lacks a text in one of the languages."),
        ({"material": {"basis": {}}}, "Material “结婚证” needs its issuer and why we may ask for it."),
        ({"deferral_allowed": False}, "Material “结婚证” may come later, but the guide does not allow it."),
        ({"material": {"deferrable": False}}, "The guide allows materials to come later, but names none."),
        (
            {"material": {"condition": {"question": "married", "in": ["maybe"]}}},
            "Material “结婚证” hangs on an answer that nobody can give.",
        ),
        (
            {"material": {"condition": {"question": "gone", "in": ["yes"]}}},
            "Material “结婚证” hangs on an answer that nobody can give.",
        ),
    ],
)
def test_each_fault_is_named_alone(changes, fault):
    assert faults(**changes) == [fault]


LEVEL = CertificateKind(code="x", text_zh="{holder}为{level}。", text_en="{holder} is {level}.")


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("entrusting_body", ONE_SIDED, "Write it in Chinese and in English."),
        ("entrusting_body", "省局", "Write it in Chinese and in English."),
        ("joint_bodies", {"name": WORDS}, "Write a list of entries, or [] for none."),
        ("joint_bodies", [{"name": WORDS, "part": WORDS}, {}], "Entry 2 lacks in Chinese or in English: name, part."),
        ("joint_bodies", ["省局"], "Entry 1 lacks in Chinese or in English: name, part."),
        (
            "intermediaries",
            [{"name": WORDS, "basis": {"zh": "条例", "en": 3}, "period": WORDS}],
            "Entry 1 lacks in Chinese or in English: basis.",
        ),
        ("window_steps", [STEPS[0] | {"dates": WORDS}], "Entry 1 has what nobody knows: dates."),
        ("result_sample", [], "Name an invented holder in Chinese and in English."),
        ("result_sample", {"holder": ONE_SIDED}, "Name an invented holder in Chinese and in English."),
        (
            "result_sample",
            {"holder": WORDS, "face": {"level": "D类"}},
            "Write every word of the sample in Chinese and in English.",
        ),
        (
            "result_sample",
            {"holder": WORDS, "face": [WORDS]},
            "Write every word of the sample in Chinese and in English.",
        ),
        ("result_sample", {"holder": WORDS}, "The text of the certificate also needs: level."),
    ],
)
def test_a_fault_names_its_field(field, value, fault):
    entrusted = {"power_source": "ENTRUSTED"} if field == "entrusting_body" else {}
    sampled = {"result_kind": "CERTIFICATE", "certificate_kind": LEVEL} if field == "result_sample" else {}
    guide = GuideVersion(
        item=ServiceItem(), **{**copy.deepcopy(COMPLETE), **entrusted, **sampled, field: copy.deepcopy(value)}
    )
    assert [(name, str(what)) for name, what in field_faults(guide)] == [(field, fault)]


def test_a_guide_asks_for_something():
    assert "A guide without materials says so by asking for the identity document at least." in faults(material={})


QUESTION = COMPLETE["questions"][0]


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ({"key": "married"}, "Two questions have the same key."),
        ({"kind": "video"}, "Question “new” is of no known kind."),
        ({"kind": "choice", "choices": []}, "Question “new” has no choices."),
        (
            {"shown_if": {"question": "married", "in": []}},
            "Question “new” hangs on an answer that nobody can give.",
        ),
    ],
)
def test_faults_of_questions(question, fault):
    assert faults(questions=[QUESTION, {**QUESTION, "key": "new", **question}]) == [fault]


# --- the rule tree of a guide, and the facts that its questions tell -------------------------------------------------

GRADE = {
    "key": "level",
    "kind": "choice",
    "fact": "grade",
    "label": WORDS,
    "required": True,
    "choices": [{"value": "D", "label": WORDS}, {"value": "E", "label": WORDS}],
}
MARRIED = COMPLETE["questions"][0]


def asking(question: dict) -> list[str]:
    return faults(questions=[MARRIED, question])


def test_a_rule_tree_that_cannot_be_asked_keeps_a_guide_back():
    assert faults(eligibility={"fact": "age", "op": "at_most", "value": 45}) == []
    assert faults(eligibility={"fact": "weight", "op": "at_most", "value": 45}) == ["There is no fact “weight”."]


@pytest.mark.parametrize(
    "change",
    [
        {"fact": "wisdom"},
        {"choices": [{"value": "G", "label": WORDS}]},
        {"kind": "text"},
        {"fact": "age"},
        {"fact": "region"},
        {"fact": "returned"},
    ],
)
def test_a_question_answers_in_the_values_of_its_fact(change):
    assert asking(GRADE) == []
    assert asking(GRADE | change) == ["Question “level” does not answer in the values of its fact."]


@pytest.mark.parametrize(("kind", "fact"), [("number", "years"), ("yesno", "returned"), ("region", "region")])
def test_kinds_of_questions_and_of_facts(kind, fact):
    assert asking({"key": "x", "kind": kind, "fact": fact, "label": WORDS, "required": True}) == []


def test_the_facts_told_are_those_answered():
    questions = [GRADE, GRADE | {"key": "years", "kind": "number", "fact": "years"}, MARRIED]
    assert facts_told(questions, {"level": "D", "years": "", "married": "yes"}) == {"grade": "D"}
    assert facts_told(questions, {"level": "D", "years": "4"}) == {"grade": "D", "years": "4"}
    assert facts_told(questions, {}) == {}
