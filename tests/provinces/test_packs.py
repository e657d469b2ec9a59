"""The packs as they are written: complete, in both languages, with the counts that the articles name."""

import re
from collections import Counter
from datetime import date

import pytest

from certificates.models import CertificateKind
from certificates.rules import PLACEHOLDER
from notifications.events import EVENTS
from notifications.wording import unknown_placeholders
from policies.guides import check_guide
from policies.models import CatalogItem, GuideVersion, OnBreach, ServiceItem
from provinces import packs
from provinces.demo_cases import STORIES, answers
from provinces.loader import guide_fields, material_specs
from provinces.packs import fill, merge
from talentportal.lib import idcard, uscc

NAMES = ["jilin", "yunnan", "zhejiang"]
CHINESE = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]")
UNTRANSLATED = {"keywords", "doc_no"}  # search words and document numbers stay as issued
SMS_LIMIT = 70
NAMED_BY_ZHEJIANG = {"same-city-benefits", "title-certificate", "returnee-car"}


@pytest.fixture(scope="module", params=NAMES)
def pack(request):
    return packs.read(request.param)


def bilingual(value, path=""):
    """Yield (path, zh, en) of every text inside that is written in both languages."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "zh" or key.endswith("_zh"):
                yield f"{path}/{key}", part, value.get(f"{key[:-2]}en")
            elif key not in UNTRANSLATED:
                yield from bilingual(part, f"{path}/{key}")
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from bilingual(part, f"{path}/{index}")


def draft(pack, code) -> tuple[GuideVersion, list]:
    """Build the guide of a service and its materials in memory."""
    entry = pack.services[code]
    types = {row["code"]: row["item_type"] for row in pack.catalog}
    kinds = {key: CertificateKind(code=key) for key in pack.certificate_kinds}
    item = ServiceItem(catalog_item=CatalogItem(item_type=types[entry["catalog_code"]]))
    guide = GuideVersion(item=item, version=1, effective_from=date(2024, 1, 1), **guide_fields(entry["guide"], kinds))
    return guide, material_specs(guide, entry["materials"])


def test_the_three_packs_are_found():
    assert packs.names() == NAMES


def test_every_text_is_written_in_both_languages(pack):
    texts = list(bilingual([pack.site, pack.organizations, pack.zones, pack.workstations, pack.windows]))
    texts += bilingual([pack.services, pack.catalog, pack.certificate_kinds, pack.messages, packs.topics()])
    assert len(texts) > 800
    wrong = [
        (path, zh, en) for path, zh, en in texts if bool(zh) != bool(en) or CHINESE.search(en or "") or "$" in zh + en
    ]
    assert wrong == []


def test_no_text_is_empty_but_the_notes(pack):
    empty = [path for path, zh, _en in bilingual(pack.services) if not zh and not path.endswith("/note_zh")]
    assert empty == []


def test_every_guide_is_complete(pack):
    faults = {code: check_guide(*draft(pack, code)) for code in pack.services}
    assert {code: list(map(str, found)) for code, found in faults.items() if found} == {}


def test_every_guide_and_material_fits_its_fields(pack):
    for code in pack.services:
        guide, materials = draft(pack, code)
        guide.clean_fields(exclude=["item", "certificate_kind"])
        for material in materials:
            material.clean_fields(exclude=["guide"])


def test_what_comes_later_comes_in_time(pack):
    """No promise may be longer than the promised period where the guide binds it, nor than the reserve of a licence."""
    for code in pack.services:
        guide, materials = draft(pack, code)
        days = [material.defer_days for material in materials if material.deferrable]
        if days and guide.defer_within_promise:
            reserve = guide.reserve_days if guide.item.catalog_item.item_type == "01" else 0
            assert max(days) <= guide.promised_days - reserve, code


def test_at_least_eight_services_and_the_three_that_zhejiang_names(pack):
    assert len(pack.services) >= 8
    assert set(pack.services) >= NAMED_BY_ZHEJIANG
    assert len({entry["serial"] for entry in pack.services.values()}) == len(pack.services)
    assert all(entry["is_sample"] for entry in pack.services.values())


def test_every_consequence_of_a_broken_promise_occurs():
    found = {
        entry["guide"]["on_breach"]
        for name in ("yunnan", "jilin")
        for entry in packs.read(name).services.values()
        if entry["guide"]["deferral_allowed"]
    }
    assert found == set(OnBreach.values)


def test_in_zhejiang_a_broken_promise_revokes_the_acceptance():
    services = packs.read("zhejiang").services.values()
    assert {entry["guide"]["on_breach"] for entry in services if entry["guide"]["deferral_allowed"]} == {
        "ACCEPTANCE_REVOKED"
    }


def test_the_services_differ_in_kind(pack):
    guides = [entry["guide"] for entry in pack.services.values()]
    assert any(guide["case_kind"] == "INSTANT" and guide["promised_days"] == 0 for guide in guides)
    assert any(guide["by_unit"] for guide in guides)
    assert any(guide["pause_while_waiting"] for guide in guides)
    assert any(
        material.get("condition") for entry in pack.services.values() for material in entry["materials"].values()
    )


def test_jilin_has_its_seventy_seven_windows():
    windows = packs.read("jilin").windows
    kinds = Counter("zone" if row["region"][0] == "9" else row["region"][2:] for row in windows)
    prefectures = sum(count for code, count in kinds.items() if code.endswith("00") and code != "0000")
    assert (len(windows), kinds["0000"], prefectures, kinds["zone"]) == (77, 1, 9, 7)


def test_windows_and_stations_refer_to_what_is_there(pack):
    for row in pack.windows:
        assert row["organization"] in pack.organizations
        assert not row["station"] or row["station"] in pack.workstations
    assert len({row["code"] for row in pack.windows}) == len(pack.windows)
    assert all(zone["code"].startswith("9") for zone in pack.zones)


def test_credit_codes_and_identity_numbers_are_the_demos_own_and_pass_their_checks(pack):
    codes = [entry["uscc"] for entry in [*pack.organizations.values(), *pack.units.values()]]
    assert [uscc.clean(code) for code in codes] == codes
    assert len(set(codes)) == len(codes)
    assert all(entry["uscc"].startswith("1199") for entry in pack.organizations.values())
    for entry in pack.people.values():
        document = entry["document"]
        if document["type"] == "RESIDENT_ID":
            assert document["number"].startswith("99")
            idcard.clean("RESIDENT_ID", document["number"], birth_date=None, today=date(2026, 1, 1), allow_demo=True)


def test_the_people_include_the_names_that_break_naive_forms(pack):
    names = [entry["name"] for entry in pack.people.values()]
    assert any("·" in name for name in names)
    assert any(ord(character) < 0x4E00 and ord(character) > 0x3400 for name in names for character in name)
    assert any(entry["document"]["type"] == "PASSPORT" for entry in pack.people.values())


def test_every_role_has_somebody(pack):
    roles = Counter(post["role"] for entry in pack.staff.values() for post in entry["posts"])
    assert set(roles) == {
        "ADMINISTRATOR", "CLERK", "EXAMINER", "LEADER", "CERTIFICATE_CLERK", "EDITOR", "OFFICIAL", "EXPERT",
    }  # fmt: skip
    first, second, other = (pack.staff[key]["posts"][0]["windows"] for key in ("clerk", "clerk2", "other-clerk"))
    assert first == second != other


def test_messages_cover_every_event_with_words_that_somebody_fills_in(pack):
    assert set(pack.messages) == set(EVENTS)
    for event, entry in pack.messages.items():
        for _path, zh, en in bilingual(entry):
            assert unknown_placeholders(event, zh) == unknown_placeholders(event, en) == []
            assert set(PLACEHOLDER.findall(zh)) == set(PLACEHOLDER.findall(en)), event
        assert len(entry.get("sms", {"zh": ""})["zh"]) <= SMS_LIMIT


def test_the_face_of_a_certificate_finds_its_words_among_the_questions(pack):
    for code, entry in pack.services.items():
        kind = entry["guide"].get("certificate_kind")
        if entry["guide"].get("outcome") == "labor-brand":  # the brand's plate, whose words its own app writes
            kind = None
        needed = set(PLACEHOLDER.findall(pack.certificate_kinds[kind]["text"]["zh"])) if kind else set()
        assert needed <= set(entry["guide"]["questions"]), code


def test_the_demos_answers_are_those_of_real_questions(pack):
    for story in STORIES:
        if story.item in pack.services:
            questions = guide_fields(pack.services[story.item]["guide"], dict.fromkeys(pack.certificate_kinds))[
                "questions"
            ]
            known = packs.demo_answers()[story.item]
            assert set(known) <= {question["key"] for question in questions}
            given = answers(questions, known, date(2026, 9, 1), "530114")
            required = {q["key"] for q in questions if q["required"] and "shown_if" not in q}
            assert required <= set(given), story.key


def test_words_are_filled_in_the_language_of_their_text():
    words = {"province": {"zh": "云南省", "en": "Yunnan Province"}}
    text = {
        "zh": "在$province内",
        "en": "in $province",
        "note_zh": "$province",
        "days": 5,
        "list": [{"en": "$province"}],
    }
    assert fill(text, words) == {
        "zh": "在云南省内",
        "en": "in Yunnan Province",
        "note_zh": "云南省",
        "days": 5,
        "list": [{"en": "Yunnan Province"}],
    }
    with pytest.raises(KeyError):
        fill({"zh": "$city"}, words)


def test_mappings_are_merged_lists_replaced_and_null_removes():
    base = {"guide": {"days": 10, "steps": [1, 2], "faq": [1]}, "materials": {"a": {"tier": "CORE"}, "b": {}}}
    over = {"guide": {"days": 5, "steps": [3]}, "materials": {"b": None, "c": {"tier": "SECONDARY"}}}
    assert merge(base, over) == {
        "guide": {"days": 5, "steps": [3], "faq": [1]},
        "materials": {"a": {"tier": "CORE"}, "c": {"tier": "SECONDARY"}},
    }
    assert base["guide"]["days"] == 10
