import pytest
import yaml

from notifications import wording
from notifications.events import EVENTS
from notifications.models import Channel, MessageTemplate


def filled(text, context, language="zh-hans"):
    template = MessageTemplate(event="accepted", title_zh=text, title_en=text, body_zh=text, body_en=text, sms_zh=text)
    return wording.compose(template, context, language)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ({"zh": "职称", "en": "Title"}, "职称", "Title"),
        ("2026-10-08", "2026年10月8日（星期四）", "Thursday 8 October 2026"),
        (["身份证", {"zh": "合同", "en": "Contract"}], "身份证、合同", "身份证, Contract"),
        (3, "3", "3"),
        ("买买提·艾力", "买买提·艾力", "买买提·艾力"),
        ("{code}", "{code}", "{code}"),
    ],
)
def test_words_are_said_in_the_language_of_the_reader(value, zh, en):
    assert filled("{item}", {"item": value}).body == zh
    assert filled("{item}", {"item": value}, "en").body == en


@pytest.mark.parametrize(
    "text", ["{item}", "{}", "{item.__class__}", "{0}", "{item!r}", "{", "}", "{item", "50%", "%(x)s"]
)
def test_no_wording_can_fail(text, caplog):
    assert filled(text, {}).body == text.replace("{item}", "").replace("{}", "").replace("{0}", "")


def test_a_missing_word_is_logged(caplog):
    filled("{item}", {})
    assert "accepted: no word for {item}" in caplog.text


def test_an_sms_never_carries_an_id_number():
    text = filled("{item}，{case_no}", {"item": "53010219900307001x", "case_no": "530100202610090003000013"})
    assert text.sms == "***，530100202610090003000013"
    assert text.body == "53010219900307001x，530100202610090003000013"


def test_without_its_own_text_an_sms_says_the_title():
    template = MessageTemplate(event="accepted", title_zh="已受理", body_zh="长")
    assert wording.compose(template, {}, "zh-hans").sms == "已受理"


def test_placeholders_that_nobody_fills_are_found():
    assert wording.unknown_placeholders("accepted", "{item} {naem} {case_no} {} {date}") == ["", "naem"]
    assert wording.unknown_placeholders("nothing", "{item}") == ["item"]


def test_every_event_has_a_name():
    assert all(str(name) for name, _words in EVENTS.values())


def test_the_wording_that_comes_with_the_portal_is_sound(settings):
    texts = yaml.safe_load((settings.BASE_DIR / "provinces" / "common" / "messages.yaml").read_text())
    assert set(texts) == set(EVENTS)
    for event, parts in texts.items():
        for part in ("title", "body", "sms"):
            for text in parts.get(part, {}).values():
                assert wording.unknown_placeholders(event, text) == [], (event, text)
        assert set(parts["channels"]) <= set(Channel.values)
