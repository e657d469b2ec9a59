"""The list of services and the public guide."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import translation

from applications.models import Paper, PaperCounter
from certificates.models import Certificate
from jobs import clock
from policies.models import GuideVersion
from policies.queries import forecast, guide_of, initials
from regions.queries import calendar_for
from tests import cast
from tests.cast import moment
from tests.pdf import text_of

NOW = moment("2026-09-18 10:00")  # a Friday; Sunday the 20th is worked, the 25th to the 27th is Mid-Autumn


@pytest.fixture(autouse=True)
def _friday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    translation.activate("zh-hans")


@pytest.fixture
def licence(world):
    """A second item: for units, with a visit, nothing deferrable."""
    item, _guide = cast.make_item(
        world.province,
        world.office,
        [],
        serial=2,
        item_type="01",
        served_objects=["unit"],
        online_depth=3,
        visits=1,
        deferral_allowed=False,
    )
    item.name_zh, item.name_en, item.topics = (
        "人力资源服务许可",
        "HR-service licence",
        [{"zh": "行政许可", "en": "Licences"}],
    )
    item.save()
    return item


def page(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def listed(client, **params) -> list[str]:
    return [guide.item.code for guide in client.get("/services/", params).context["guides"]]


def test_list_shows_items_with_a_guide_in_force(client, world, licence):
    assert listed(client) == ["talent-grade-1", "talent-grade-2"]
    licence.guides.update(effective_to=NOW.date())
    assert listed(client) == ["talent-grade-1"]


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({"who": "unit"}, ["talent-grade-2"]),
        ({"way": "later"}, ["talent-grade-1"]),
        ({"way": "no-visit", "who": "person"}, ["talent-grade-1"]),
        ({"way": "no-visit", "who": "unit"}, []),
        ({"topic": "行政许可"}, ["talent-grade-2"]),
        ({"region": "530000"}, ["talent-grade-1", "talent-grade-2"]),
        ({"q": "licence"}, ["talent-grade-2"]),
        ({"q": "rlzy"}, ["talent-grade-2"]),
        ({"q": "licence", "who": "person"}, []),
        ({"who": "nobody"}, []),
    ],
)
def test_filters(client, world, licence, params, codes):
    assert listed(client, **params) == codes


def test_counts_ignore_their_own_group(client, world, licence):
    facets = client.get("/services/", {"who": "unit"}).context["filter"].facets()
    counts = {facet.key: {option.key: option.count for option in facet.options} for facet in facets}
    assert counts["who"] == {"person": 1, "unit": 1}
    assert "way" not in counts  # the only item left offers nothing to choose


def test_chosen_values_can_be_dropped_one_by_one(client, world, licence):
    text = page(client.get("/en/services/?who=unit&q=licence"))
    assert '<a class="chip" href="?who=unit">' in text
    assert '<a class="chip" href="?q=licence">' in text


def test_nothing_found_offers_ways_on(client, world):
    text = page(client.get("/en/services/?q=zzz"))
    assert "Nothing fits" in text
    assert "See all services" in text


def test_initials():
    assert initials("高层次人才分类认定") == "gccrcflrd"


def test_guide_shows_its_elements(client, world):
    text = page(client.get(reverse("services:guide", args=[world.item.code])))
    for words in (
        world.item.name_zh,
        world.item.summary_zh,
        "材料degree",
        "在省内全职工作",
        "示例办法",
        "TASK1",
        "530714001001",
        "云南省人力资源和社会保障厅",
        "呈贡区人才服务窗口",
        "高层次人才证书",
        "60日内",
        "云南省人民政府",
    ):
        assert words in text
    assert text.count("tag--core") == 2
    assert len(re.findall(r'<th scope="row">', text)) == 5


def test_guide_in_english(client, world):
    text = page(client.get(f"/en/services/{world.item.code}/"))
    for words in (
        "10 working days",
        "by law: 20 working days",
        "5 materials",
        "Free of charge",
        "2 papers may come later",
        "Work full time in the province",
        "Sample rules, Article 3",
        "within 60 days",
    ):
        assert words in text


def test_guide_reckons_with_the_work_calendar(world):
    translation.activate("en")
    guide = world.guide
    found = forecast(guide, calendar_for(world.province), NOW.date())
    assert found.accepted_on == dt.date(2026, 9, 18)
    assert found.decided_on == calendar_for(world.province).add(dt.date(2026, 9, 18), 10)
    assert found.decided_on == dt.date(2026, 10, 9)
    assert found.skipped == ["Mid-Autumn Festival", "National Day"]
    assert not found.is_provisional


def test_a_day_off_counts_from_the_next_working_day(world):
    found = forecast(world.guide, calendar_for(world.province), dt.date(2026, 9, 19))
    assert found.accepted_on == dt.date(2026, 9, 20)


def test_beyond_the_published_calendar_the_day_is_provisional(client, world, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: moment("2026-12-28 10:00"))
    assert "Provisional" in page(client.get(f"/en/services/{world.item.code}/"))


def test_own_draft_is_offered_to_its_owner_only(client, world, applicant, stranger):
    cast.make_draft(world, applicant, now=NOW)
    address = f"/en/services/{world.item.code}/"
    assert "Go on with your draft" not in page(client.get(address))
    client.force_login(stranger)
    assert "Apply online" in page(client.get(address))
    client.force_login(applicant)
    assert "Go on with your draft" in page(client.get(address))


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({"effective_to": dt.date(2026, 9, 18)}, "ENDED", "ended on 18 September 2026"),
        ({"state": "SUSPENDED"}, "SUSPENDED", "This service is suspended"),
        ({"state": "CANCELLED"}, "ENDED", "shown for reference"),
    ],
)
def test_no_guide_in_force_says_so_and_offers_no_application(client, world, change, state, words):
    GuideVersion.objects.update(**change)
    assert guide_of(world.item, NOW.date()).state == state
    text = page(client.get(f"/en/services/{world.item.code}/"))
    assert words in text
    assert "Apply online" not in text
    assert "You cannot apply now" in text


def test_a_guide_of_tomorrow_announces_its_day(client, world, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: moment("2023-12-29 10:00"))
    text = page(client.get(f"/en/services/{world.item.code}/"))
    assert "opens on Monday 1 January 2024" in text
    assert "Apply online" not in text


def test_a_guide_says_what_a_guide_must_say(client, world):
    words = {"special_procedures": [{"zh": "专家评审", "en": "Expert review"}], "in_hall": False}
    rights = [{"zh": "有权申辩", "en": "You may state your view"}]
    item, _guide = cast.make_item(
        world.province, world.office, [], serial=7, supports=["appointment"], rights=rights, **words
    )
    text = page(client.get(f"/en/services/{item.code}/"))
    for words in ("You may state your view", "Expert review", "Power given by law", "level 5 of 5", "Blank form"):
        assert words in text
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", text))
    assert (facts["Appointments"], facts["Result by courier"], facts["In the service hall"]) == ("Yes", "No", "No")
    assert "<dt>特别程序</dt><dd>无</dd>" in page(client.get(f"/services/{world.item.code}/"))


def test_a_form_can_be_had_empty_and_as_a_sample(client, world, tmp_path):
    address = f"/services/{world.item.code}/forms/form/"
    answers = [client.get(one) for one in (address, f"{address}sample/", f"/en{address}")]
    assert {answer["Content-Type"] for answer in answers} == {"application/pdf"}
    empty, sample, english = (text_of(answer.content, tmp_path) for answer in answers)
    for words in ("材料 form", "姓名", "业绩", "单位意见", "负责人（签字）", "盖章有效。"):
        assert words in empty
    assert "张三（样例）" not in empty
    assert "Opinion of the employer" not in empty
    assert "张三（样例）" in sample
    assert "专利两件" in sample
    assert "Opinion of the employer" in english


def test_there_is_no_form_where_the_guide_has_none(client, world):
    for key in ("degree", "no-such-material"):
        assert client.get(f"/services/{world.item.code}/forms/{key}/").status_code == 404
    assert client.get("/services/no-such-item/forms/form/").status_code == 404


def test_the_newest_guide_in_force_is_shown(world):
    GuideVersion.objects.update(effective_to=None)
    newer = GuideVersion.objects.get(pk=world.guide.pk)
    newer.pk, newer.version, newer.effective_from, newer.promised_days = None, 2, dt.date(2026, 9, 1), 8
    newer.save()
    assert guide_of(world.item, NOW.date()).guide.version == 2


def test_an_item_never_published_is_not_public(client, world):
    draft, guide = cast.make_item(world.province, world.office, [], serial=3)
    guide.item.guides.update(state="DRAFT")
    assert client.get(reverse("services:guide", args=[draft.code])).status_code == 404
    assert client.get("/services/no-such-item/").status_code == 404


def test_the_list_asks_few_questions(client, world, licence, django_assert_max_num_queries):
    client.get("/services/")
    with django_assert_max_num_queries(4):
        client.get("/services/")


# --- who is behind it, and what comes out ----------------------------------------------------------------------------

PARTIES = {
    "power_source": "ENTRUSTED",
    "body_nature": "3",
    "entrusting_body": {"zh": "省职改办", "en": "Office for titles"},
    "handle_item_code": "TASK7001",
    "joint_bodies": [{"name": {"zh": "财政厅", "en": "Finance"}, "part": {"zh": "拨付", "en": "pays"}}],
    "intermediaries": [
        {
            "name": {"zh": "翻译", "en": "Translation"},
            "basis": {"zh": "条例第三条", "en": "Rules, article 3"},
            "period": {"zh": "3 日", "en": "3 days"},
        }
    ],
    "window_steps": [
        {
            "name": {"zh": "递交", "en": "Hand in"},
            "text": {"zh": "带原件", "en": "Bring it"},
            "days": {"zh": "", "en": ""},
        }
    ],
}


@pytest.fixture
def whole(world):
    """An item whose guide says all it can."""
    basis = {
        "title_zh": "办法",
        "title_en": "Rules",
        "article": "3",
        "text_zh": "应当公示。",
        "text_en": "It is shown.",
    }
    item, _guide = cast.make_item(world.province, world.office, [], serial=7, legal_basis=[basis], **PARTIES)
    return item


def test_a_guide_tells_who_is_behind_it(client, world, whole):
    text = page(client.get(f"/en/services/{whole.code}/"))
    for words in (
        "Entrusted organization",
        "<dt>Entrusted by</dt><dd>Office for titles</dd>",
        '<dd>Finance <span class="soft">pays</span></dd>',
        "<b>Translation</b> · 3 days",
        "Rules, article 3",
        "TASK7001",
        "If you apply at a window",
        "Bring it",
        "It is shown.",
        "on a computer · at a window",
        f'<dd class="mono">{world.office.uscc}</dd>',
    ):
        assert words in text, words


def test_an_older_guide_says_none_and_has_no_sample(client, world):
    item, _guide = cast.make_item(world.province, world.office, [], serial=8, result_sample={})
    text = page(client.get(f"/en/services/{item.code}/"))
    assert "no other body" in text
    assert "None: you need no paid service of an agency for this." in text
    assert "Entrusted by" not in text
    assert "See a sample of it" not in text
    assert client.get(f"/services/{item.code}/result/sample/").status_code == 404
    assert client.get("/services/no-such-item/result/sample/").status_code == 404


def test_the_sample_of_a_certificate_is_stamped_and_proves_nothing(client, world, tmp_path):
    address = f"/services/{world.item.code}/result/sample/"
    assert address in page(client.get(f"/services/{world.item.code}/"))
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"/Sig" not in answer.content
    text = text_of(answer.content, tmp_path)
    for words in ("高层次人才证书", "张三（样例）", "D类", "样本，不具有法律效力"):
        assert words.replace(" ", "") in text.replace(" ", ""), words
    assert Certificate.objects.count() == 0


def test_the_sample_of_a_document_speaks_the_reader_s_language(client, world, tmp_path):
    item, _guide = cast.make_item(
        *(world.province, world.office, []), serial=9, result_kind="DOCUMENT", certificate_kind=None
    )
    chinese, english = (
        text_of(client.get(f"{language}/services/{item.code}/result/sample/").content, tmp_path)
        for language in ("", "/en")
    )
    for words in ("张三（样例）", "样本，不具有法律效力", "第 00000 号"):
        assert words.replace(" ", "") in chinese.replace(" ", ""), words
    for words in ("Zhang San (sample)", "Sample only, without legal effect", "Decision to grant"):
        assert words in english
    assert not Paper.objects.exists()
    assert not PaperCounter.objects.exists()
