"""What a guide consists of: the shapes of its JSON fields, and whether it is complete enough to be published.

Texts are `Words`: {"zh": ..., "en": ...}. The elements are those of the national exchange schema (domain book 2.4, M
marks); what must be shown is 行政许可法 第30条; vague catch-all materials are forbidden (北京市优化营商环境条例).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NotRequired, TypedDict

from django.utils.translation import gettext_lazy as _

from policies.matching.conditions import check_tree
from policies.matching.facts import FACTS, Kind
from policies.models import CaseKind, GuideVersion, ItemType, MaterialSpec, PowerSource, ResultKind


class Words(TypedDict):
    zh: str
    en: str


class Condition(TypedDict):
    """One clause of the conditions of acceptance 受理条件, and what it means in practice."""

    zh: str
    en: str
    note_zh: NotRequired[str]
    note_en: NotRequired[str]


class LegalBasis(TypedDict):
    """A law or rule 设定依据; `article` holds numbers only, e.g. "32, 42" or "3–9"; `doc_no` is Chinese as issued."""

    title_zh: str
    title_en: str
    doc_no: str
    article: str
    url: str
    text_zh: NotRequired[str]  # the words of the article
    text_en: NotRequired[str]


class Choice(TypedDict):
    value: str
    label: Words


class FormField(TypedDict):
    """A box of a blank form, with what stands in the sample; `lines` makes it that many lines high."""

    label: Words
    sample: Words
    lines: NotRequired[int]


class BlankForm(TypedDict):
    """A blank form 空白表 that the portal draws, empty or as a filled-in sample 样表."""

    fields: list[FormField]
    opinion: NotRequired[Words]  # over a large box that somebody else signs and seals
    notes: list[Words]


SERVED_OBJECTS = {"person": _("Persons"), "unit": _("Units")}
HANDLING_FORMS = {  # GB/T 39046-2020, annex A
    "online": _("on a computer"),
    "mobile": _("on the phone"),
    "window": _("at a window"),
    "courier": _("by courier"),
}
SUPPORTS = {  # conveniences that a guide must tell of (domain 2.4)
    "appointment": _("Appointments"),
    "courier_in": _("Papers by courier to the window"),
    "courier_out": _("Result by courier"),
    "online_payment": _("Payment online"),
    "self_service": _("Self-service terminal"),
}
SPECIAL_KINDS = {  # what may stop the office's clock (许可法 第45条)
    "EXPERT_REVIEW": _("expert review"),
    "HEARING": _("hearing"),
    "INSPECTION": _("inspection or test"),
    "ON_SITE": _("check on site"),
}

Situation = TypedDict("Situation", {"question": str, "in": list[str]})  # true when the answer is one of these


class Question(TypedDict):
    """A question to the applicant. `kind`: text, longtext, choice, multi, date, number, yesno, region or year.

    A yesno is answered "yes" or "no". `choices` for choice and multi; `max_length` for texts; `min`, `max` for numbers.
    `fact` names the fact of matching/facts.py that the answer tells, in its values, so that rules can be asked of it.
    `anonymous` says what experts see of the answer: "omit", "keep", or "name" (it is a name, to be hidden everywhere).
    """

    key: str
    kind: str
    label: Words
    help: NotRequired[Words]
    required: bool
    choices: NotRequired[list[Choice]]
    shown_if: NotRequired[Situation]
    max_length: NotRequired[int]
    min: NotRequired[int]
    max: NotRequired[int]
    fact: NotRequired[str]
    anonymous: NotRequired[str]


class Step(TypedDict):
    name: Words
    text: Words
    days: Words


class JointBody(TypedDict):
    """Another body that takes part 联办机构, and in what."""

    name: Words
    part: Words


class Intermediary(TypedDict):
    """A service that somebody else must do first 中介服务, e.g. a translation; a guide without any says "none"."""

    name: Words
    basis: Words
    period: Words


class ResultSample(TypedDict):
    """What stands in the sample of the result 结果样本: an invented holder, and what a certificate says of it.

    `face` has the words that the certificate's text names, and any other of the fields it prints.
    """

    holder: Words
    face: NotRequired[dict[str, Words]]


class Fee(TypedDict):
    name: Words
    standard: Words
    basis: Words


class Answer(TypedDict):
    q: Words
    a: Words  # a frequent question


class Contact(TypedDict):
    phone: str
    text: Words


class Remedy(TypedDict):
    """Where and by when one can object. `kind`: reconsideration (复议) or litigation (诉讼).

    `days` (calendar days) or `months` count the period that `within` says, for the last day on the case page.
    """

    kind: str
    days: NotRequired[int]
    months: NotRequired[int]
    body: Words
    within: Words
    address: Words
    phone: str


ENTRIES = {  # fields that are lists of entries, and the texts of each
    "joint_bodies": ("name", "part"),
    "intermediaries": ("name", "basis", "period"),
    "window_steps": ("name", "text", "days"),
}
QUESTION_KINDS = {"text", "longtext", "choice", "multi", "date", "number", "yesno", "region", "year"}
REMEDY_NEEDED = {ItemType.LICENCE, ItemType.PAYMENT, ItemType.CONFIRMATION, ItemType.AWARD}
MAX_ACCEPT_DAYS = 5  # 行政许可法 第32条(4)
MAX_LICENCE_DAYS = 20  # 行政许可法 第42条
VAGUE = re.compile(
    r"其他(相关|有关)?(材料|资料|证明|文件)|(相关|有关)(证明)?(材料|资料|文件)"
    r"|\bother (relevant )?(materials|documents|papers)\b",
    re.I,
)


def check_guide(guide: GuideVersion, materials: Iterable[MaterialSpec] | None = None) -> list:
    """List everything that keeps a guide from being published; empty when it is complete.

    `materials` are read from the guide when not given. Pure: nothing else is looked at.
    """
    materials = list(guide.materials.all() if materials is None else materials)
    try:
        return _faults(guide, materials)
    except (KeyError, TypeError, AttributeError, ValueError) as error:  # the texts are JSON that people type
        return [_("An entry is not of the shape it should be: %(what)s") % {"what": error}]


def _faults(guide: GuideVersion, materials: list[MaterialSpec]) -> list:
    return [
        *(fault for _field, fault in field_faults(guide)),
        *_text_faults(guide),
        *_period_faults(guide),
        *_form_faults(guide),
        *_remedy_faults(guide),
        *_question_faults(guide.questions),
        *_material_faults(guide, materials),
        *_result_faults(guide),
        *check_tree(guide.eligibility),
    ]


def field_faults(guide: GuideVersion) -> Iterator[tuple[str, str]]:
    """Yield (field, fault) of the fields that are wrong by themselves, also in a draft; whatever JSON they hold."""
    entrusted, body = guide.power_source == PowerSource.ENTRUSTED, guide.entrusting_body
    if entrusted and not body:
        yield "entrusting_body", _("Name the body that entrusts the power.")
    elif body and not entrusted:
        yield "entrusting_body", _("Only an entrusted power has an entrusting body. Empty this, or change the source.")
    elif body and not _is_said(body):
        yield "entrusting_body", _("Write it in Chinese and in English.")
    for field, texts in ENTRIES.items():
        yield from ((field, fault) for fault in _entry_faults(getattr(guide, field), texts))
    yield from (("result_sample", fault) for fault in _sample_faults(guide))


def _entry_faults(entries, texts: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(entries, list):
        yield _("Write a list of entries, or [] for none.")
        return
    for number, entry in enumerate(entries, start=1):
        said = entry if isinstance(entry, dict) else {}
        lacking = [name for name in texts if not _is_said(said.get(name))]
        if lacking:
            words = {"number": number, "names": ", ".join(lacking)}
            yield _("Entry %(number)s lacks in Chinese or in English: %(names)s.") % words
        if unknown := sorted(set(said) - set(texts)):
            yield _("Entry %(number)s has what nobody knows: %(names)s.") % {
                "number": number,
                "names": ", ".join(unknown),
            }


def _is_said(words) -> bool:
    """Tell whether this is a text in both languages."""
    return isinstance(words, dict) and all(
        isinstance(words.get(one), str) and words[one].strip() for one in ("zh", "en")
    )


def _sample_faults(guide: GuideVersion) -> Iterator[str]:
    sample, kind = guide.result_sample, guide.certificate_kind
    if sample == {}:
        return
    if not isinstance(sample, dict) or not _is_said(sample.get("holder")):
        yield _("Name an invented holder in Chinese and in English.")
        return
    face = sample.get("face", {})
    if not isinstance(face, dict) or not all(map(_is_said, face.values())):
        yield _("Write every word of the sample in Chinese and in English.")
    elif guide.result_kind == ResultKind.CERTIFICATE and kind and (lacking := sorted(kind.asked_of_face() - set(face))):
        yield _("The text of the certificate also needs: %(names)s.") % {"names": ", ".join(lacking)}


def _text_faults(guide: GuideVersion) -> Iterator:
    for field in ("conditions", "legal_basis", "steps", "consult", "complain", "served_objects", "handling_forms"):
        if not getattr(guide, field):
            yield _("“%(field)s” is empty.") % {"field": _label(guide, field)}
    for field in ("conditions", "steps", "faq", "fees", "remedies", "questions", "consult", "complain", "legal_basis"):
        if any(_one_sided(getattr(guide, field))):
            yield _("“%(field)s” lacks a text in one of the languages.") % {"field": _label(guide, field)}


def _label(row, field: str):
    return row._meta.get_field(field).verbose_name


def _one_sided(value) -> Iterator[bool]:
    """Yield True for every text inside that is written in one language only, or in neither where both are named."""
    if isinstance(value, Mapping):
        for key in value:
            if key == "zh" or key.endswith("_zh"):
                zh, en = value[key], value.get(f"{key[:-2]}en")
                yield bool(zh) != bool(en) or (key == "zh" and not zh)
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _one_sided(part)


def _period_faults(guide: GuideVersion) -> Iterator:
    licence = guide.item.catalog_item.item_type == ItemType.LICENCE
    if guide.accept_days > MAX_ACCEPT_DAYS:
        yield _("Acceptance must be answered within 5 working days.")
    if guide.statutory_days and guide.promised_days > guide.statutory_days:
        yield _("The promised period must not be longer than the statutory one.")
    if not guide.statutory_days and not guide.statutory_note:
        yield _("Without a statutory period, say so in the note.")
    if licence and not 0 < guide.statutory_days <= MAX_LICENCE_DAYS:
        yield _("A licence is decided within 20 working days by law.")
    if guide.case_kind == CaseKind.PROMISED and not guide.promised_days:
        yield _("A promised case needs a promised period.")


def _form_faults(guide: GuideVersion) -> Iterator:
    if guide.special_kinds and not guide.special_procedures:
        yield _("Say how long each special procedure takes at most.")
    if "window" in guide.handling_forms and not guide.window_steps:
        yield _("Say the steps of an application at a window.")
    if guide.visits and not guide.visit_reason:
        yield _("Say why a visit is needed.")
    if not guide.visits and not {"online", "courier"} & set(guide.handling_forms):
        yield _("Without a visit it must be possible online or by courier.")
    if guide.by_unit and "unit" not in guide.served_objects:
        yield _("What the unit applies for must serve units.")


def _remedy_faults(guide: GuideVersion) -> Iterator:
    kinds = {remedy["kind"] for remedy in guide.remedies}
    if guide.item.catalog_item.item_type in REMEDY_NEEDED and kinds != {"reconsideration", "litigation"}:
        yield _("Name the body for reconsideration and the court.")


def _question_faults(questions: list[Question]) -> Iterator:
    keys = [question["key"] for question in questions]
    if len(set(keys)) < len(keys):
        yield _("Two questions have the same key.")
    for question in questions:
        if question["kind"] not in QUESTION_KINDS:
            yield _("Question “%(key)s” is of no known kind.") % {"key": question["key"]}
        if question["kind"] in ("choice", "multi") and not question.get("choices"):
            yield _("Question “%(key)s” has no choices.") % {"key": question["key"]}
        if (situation := question.get("shown_if")) and not _possible(situation, questions):
            yield _("Question “%(key)s” hangs on an answer that nobody can give.") % {"key": question["key"]}
        if (fact := question.get("fact")) and not _tells(question, fact):
            yield _("Question “%(key)s” does not answer in the values of its fact.") % {"key": question["key"]}


def _tells(question: Question, fact: str) -> bool:
    """Tell whether every answer to the question is a value of the fact."""
    if fact not in FACTS:
        return False
    kind = FACTS[fact].kind
    if kind in (Kind.ORDER, Kind.CHOICE):
        return question["kind"] == "choice" and {one["value"] for one in question["choices"]} <= set(FACTS[fact].values)
    return question["kind"] == {Kind.NUMBER: "number", Kind.FLAG: "yesno", Kind.PLACE: "region"}[kind]


def facts_told(questions: list[Question], answers: Mapping) -> dict:
    """Return the facts that the answers to a guide's questions tell; a place as its code."""
    return {
        question["fact"]: answers[question["key"]]
        for question in questions
        if question.get("fact") in FACTS and answers.get(question["key"]) not in (None, "")
    }


def _possible(situation: Situation, questions: list[Question]) -> bool:
    asked = next((question for question in questions if question["key"] == situation["question"]), None)
    if asked is None:
        return False
    values = {"yes", "no"} if asked["kind"] == "yesno" else {choice["value"] for choice in asked.get("choices", [])}
    return bool(situation["in"]) and set(situation["in"]) <= values


def _material_faults(guide: GuideVersion, materials: list[MaterialSpec]) -> Iterator:
    if not materials:
        yield _("A guide without materials says so by asking for the identity document at least.")
    for material in materials:
        name = {"name": material.name_zh}
        if VAGUE.search(f"{material.name_zh} {material.name_en}"):
            yield _("Material “%(name)s” is a catch-all; name what is needed.") % name
        texts = (material.name_zh, material.name_en, material.requirement_zh, material.requirement_en)
        if not all(texts) or any(_one_sided([material.issuer, material.basis])):
            yield _("Material “%(name)s” lacks a text in one of the languages.") % name
        if not (material.issuer and material.basis):
            yield _("Material “%(name)s” needs its issuer and why we may ask for it.") % name
        if material.condition and not _possible(material.condition, guide.questions):
            yield _("Material “%(name)s” hangs on an answer that nobody can give.") % name
        if not _is_form(material.form):
            yield _("The blank form of “%(name)s” lacks a label, a sample or one of the languages.") % name
        if material.deferrable and not guide.deferral_allowed:
            yield _("Material “%(name)s” may come later, but the guide does not allow it.") % name
    if guide.deferral_allowed and not any(material.deferrable for material in materials):
        yield _("The guide allows materials to come later, but names none.")


def _is_form(form) -> bool:
    """Tell whether a blank form is empty (there is none) or complete in both languages."""
    if form == {}:
        return True
    try:
        words = [text for box in form["fields"] for text in (box["label"], box["sample"])] + form["notes"]
        return bool(form["fields"]) and all(
            text["zh"] and text["en"] for text in [*words, form.get("opinion", words[0])]
        )
    except (KeyError, TypeError):
        return False


def _result_faults(guide: GuideVersion) -> Iterator:
    if guide.result_kind != ResultKind.NONE and not guide.result_name:
        yield _("Name the result.")
    if guide.result_kind != ResultKind.NONE and not guide.result_sample:
        yield _("Say what the sample of the result shows.")
    if guide.result_kind == ResultKind.CERTIFICATE and guide.certificate_kind is None:
        yield _("Choose the certificate that is issued.")
