"""The sample policies of the packs: complete in both languages, countable, sound, and loaded once."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from time import process_time

import pytest
import yaml
from django.utils import timezone
from django.utils.translation import override

from jobs.models import Job
from policies.matching.conditions import check_tree, leaves
from policies.models import (
    Benefit,
    Clause,
    Follow,
    Offer,
    OfferState,
    Policy,
    PolicyVersion,
    ProactiveConsent,
    SavedSearch,
    VersionEvent,
    VersionState,
)
from policies.models.search import SearchEntry
from policies.pages.differences import Change, of_benefits
from policies.rules import missing, standing
from policies.services import library
from policies.states import Standing
from policies.wording import money
from provinces import demo_cases, loader, packs, policies
from provinces.policies import PackError, chinese_number
from tests.cast import moment

NAMES = ["jilin", "yunnan", "zhejiang"]
LEADING = {name: f"{name}-talent-support" for name in NAMES}
CHINESE = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]")
SAMPLE_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,4}示〔20\d\d〕\d{1,2}号")
NOW = moment("2026-09-18 10:00")
ENOUGH = 60
LONGEST = 3  # seconds of the processor to load the policies of a province
UNITS = {"age": "周岁", "years": "年", "graduated_years": "年", "insured_months": "个月"}
COMPARED = {"settling", "rent", "schooling"}  # kinds that at least three cities grant


@pytest.fixture(scope="module", params=NAMES)
def pack(request):
    return packs.read(request.param)


@pytest.fixture(scope="module")
def entries(pack):
    return policies.read(pack)


def current(entries) -> list:
    return [entry for entry in entries if entry.state == VersionState.PUBLISHED]


# --- as they are written ----------------------------------------------------------------------------------------------


def test_three_levels_have_policies_and_together_more_than_enough_benefits(entries):
    last = {entry.slug: entry for entry in current(entries)}.values()
    levels = Counter(entry.fields["level"] for entry in last for _benefit in entry.benefits)
    assert set(levels) == {"province", "city", "county"}
    assert levels.total() >= ENOUGH
    assert min(levels.values()) >= 12
    assert len({entry.fields["region_code"] for entry in last if entry.fields["level"] == "city"}) >= 3
    assert len({entry.fields["region_code"] for entry in last if entry.fields["level"] == "county"}) >= 3


def test_cities_can_be_compared_by_kind(entries):
    cities = {
        kind: {
            entry.fields["region_code"]
            for entry in current(entries)
            for benefit in entry.benefits
            if entry.fields["level"] == "city" and benefit["kind"] == kind
        }
        for kind in COMPARED
    }
    assert {kind: len(codes) for kind, codes in cities.items() if len(codes) < 3} == {}


def rows(entries):
    """Yield (place, mapping) of everything that holds texts."""
    for entry in entries:
        yield f"{entry.slug} {entry.label}", entry.fields
        for clause in entry.clauses:
            yield f"{entry.slug} {entry.label} {clause['anchor']}", clause
        for benefit in entry.benefits:
            yield f"{entry.slug} {entry.label} {benefit['key']}", benefit


def test_every_text_is_written_in_both_languages_and_fits_its_field(entries):
    wrong = []
    for place, row in rows(entries):
        model = PolicyVersion if "level" in row else Clause if "anchor" in row else Benefit
        for field, text in row.items():
            longest = isinstance(text, str) and model._meta.get_field(field).max_length
            if longest and len(text) > longest:
                wrong.append((place, field, len(text)))
            if field.endswith("_en") and (CHINESE.search(text) or not text.strip()):
                wrong.append((place, field, text))
            if field.endswith("_zh") and (not CHINESE.search(text) or f"{field[:-2]}en" not in row):
                wrong.append((place, field, text))
    assert wrong == []


def test_samples_say_that_they_are_samples(entries):
    for entry in entries:
        assert entry.fields["is_sample"]
        assert entry.fields["title_zh"].endswith("（演示）")
        assert entry.fields["title_en"].endswith(" (sample)")
        number = entry.fields["document_no"]
        assert SAMPLE_NUMBER.fullmatch(number) or (not number and entry.state == VersionState.DRAFT)
    numbers = [entry.fields["document_no"] for entry in entries if entry.fields["document_no"]]
    assert len(numbers) == len(set(numbers))


def test_conditions_are_sound_and_name_clauses_that_exist(entries):
    for entry in entries:
        anchors = {clause["anchor"] for clause in entry.clauses}
        for benefit in entry.benefits:
            assert check_tree(benefit["conditions"]) == []
            assert benefit["clause"] in anchors
            assert {leaf["clause"] for leaf in leaves(benefit["conditions"])} <= anchors
    trees = [benefit["conditions"] for entry in entries for benefit in entry.benefits]
    assert sum(bool(tree) for tree in trees) > ENOUGH


def test_amounts_stand_in_the_sentence_that_readers_see_and_in_the_clause(entries):
    wrong = []
    for entry in entries:
        clauses = {clause["anchor"]: clause for clause in entry.clauses}
        for benefit, text in ((benefit, text) for benefit in entry.benefits for text in ("text_zh", "text_en")):
            with override("en" if text == "text_en" else "zh-hans"):
                amount = benefit["amount_yuan"] and re.sub("元| yuan|,", "", money(benefit["amount_yuan"]))
            places = benefit[text], clauses[benefit["clause"]][text]
            wrong += [
                (entry.slug, amount, place) for place in places if amount and amount not in place.replace(",", "")
            ]
    assert wrong == []


def test_numbers_of_a_condition_stand_in_the_clause_that_it_names(entries):
    wrong = []
    for entry in entries:
        texts = {clause["anchor"]: clause["text_zh"] for clause in entry.clauses}
        asked = [leaf for benefit in entry.benefits for leaf in leaves(benefit["conditions"]) if leaf["fact"] in UNITS]
        wrong += [
            (entry.slug, leaf) for leaf in asked if f"{leaf['value']}{UNITS[leaf['fact']]}" not in texts[leaf["clause"]]
        ]
    assert wrong == []


def test_all_kinds_of_standing_and_of_getting_it_occur(entries):
    day = timezone.localdate(NOW)
    modes = Counter(benefit["mode"] for entry in entries for benefit in entry.benefits)
    assert set(modes) == {"APPLY", "AUTO", "CARD"}
    ends = [entry.dates["expires"] for entry in entries if "expires" in entry.dates]
    assert any(day <= end <= day + timedelta(days=120) for end in ends)
    assert any(end <= day for end in ends)
    ending = [benefit["ends_on"] for entry in current(entries) for benefit in entry.benefits if benefit["ends_on"]]
    assert len(ending) >= 3
    assert min(ending) > day
    assert {entry.state for entry in entries} == set(VersionState) - {VersionState.SUPERSEDED}
    assert any(entry.dates.get("effective", "") == f"+{days}" for entry in entries for days in range(30, 60))


def test_the_second_version_of_the_leading_policy_changes_everything_that_can_change(pack, entries):
    old, new = (entry for entry in entries if entry.slug == LEADING[pack.name])
    assert (old.label, new.label) == ("1.0", "2.0")
    before, after = ([Benefit(**fields(benefit)) for benefit in entry.benefits] for entry in (old, new))
    changes = Counter(change.change for change in of_benefits(before, after))
    assert set(changes) >= {Change.NEW, Change.RAISED, Change.LOWERED, Change.CHANGED, Change.GONE}
    kept = {benefit.key for benefit in before} & {benefit.key for benefit in after}
    assert len(kept) >= 9


def fields(benefit: dict) -> dict:
    return {key: value for key, value in benefit.items() if key not in ("clause", "service_item")}


def test_jilin_has_22_measures_for_rural_talents():
    (rural,) = (entry for entry in policies.read(packs.read("jilin")) if entry.slug == "jilin-rural-talents")
    assert [clause["number"] for clause in rural.clauses][-1] == "第二十二条"
    assert len(rural.clauses) == 22
    assert "22条" in rural.fields["title_zh"]


def test_yunnan_pays_labor_brands_what_the_article_says():
    found = {
        benefit["key"]: benefit["amount_yuan"]
        for entry in policies.read(packs.read("yunnan"))
        for benefit in entry.benefits
        if entry.slug == "yunnan-labor-brands"
    }
    assert (found["brand-national"], found["brand-provincial"]) == (300_000, 100_000)


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (22, "二十二"), (35, "三十五")]
)
def test_articles_are_numbered_as_in_chinese_documents(number, words):
    assert chinese_number(number) == words


# --- what is wrong is said -------------------------------------------------------------------------------------------

SOUND = {
    "level": "city",
    "region": "530100",
    "issuer": "局 | Bureau",
    "topics": ["talent"],
    "audiences": ["skilled"],
    "versions": {
        "1.0": {
            "title": "题 | Title",
            "summary": "摘要 | Summary",
            "body": [
                {
                    "h": "补贴 | Allowance",
                    "zh": "给予补贴。",
                    "en": "Money is paid.",
                    "gives": {
                        "money": {"is": "living", "pays": "800 MONTHLY 12", "name": "补 | A", "text": "补 | A"},
                    },
                }
            ],
        }
    },
}


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("colour",), "red", r"sample: unknown keys \['colour'\]"),
        (("level",), "village", "sample: unknown level 'village'"),
        (("region",), "539999", "sample: unknown region '539999'"),
        (("topics",), ["talents"], r"sample: unknown topics \['talents'\]"),
        (("audiences",), ["doctors"], r"sample: unknown audiences \['doctors'\]"),
        (("issuer",), "局", "sample: issuer is not written in both languages: '局'"),
        (("versions", "1.0", "no"), "1号", r"sample 1.0: unknown keys \['no'\]"),
        (("versions", "1.0", "state"), "SUPERSEDED", "sample 1.0: unknown state 'SUPERSEDED'"),
        (("versions", "1.0", "body", 0, "text"), "x", r"sample 1.0, 第一条: unknown keys \['text'\]"),
        (("kind",), "x", r"sample 1.0, 第一条, money: unknown keys \['kind'\]"),
        (("is",), "gold", "sample 1.0, 第一条, money: unknown kind 'gold'"),
        (("pays",), "much", "sample 1.0, 第一条, money: cannot read what it pays: 'much'"),
        (("pays",), "800 WEEKLY", "sample 1.0, 第一条, money: unknown pay rule 'WEEKLY'"),
        (("mode",), "SMILE", "sample 1.0, 第一条, money: unknown mode 'SMILE'"),
        (("by",), "teleport", "sample 1.0, 第一条, money: unknown service 'teleport'"),
        (("who",), ["height >= 180"], "sample 1.0, 第一条, money: unknown fact 'height'"),
        (("who",), ["age ~ 40"], "sample 1.0, 第一条, money: unknown comparison '~'"),
        (("who",), ["age >= 40@a9"], "sample 1.0, 第一条, money: unknown clause 'a9'"),
        (("who",), [{"none": ["age >= 40"]}], "sample 1.0, 第一条, money: unknown condition 'none'"),
        (("who",), ["degree >= king"], "sample 1.0, 第一条, money: "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, pack, path, value, reason):
    policy = yaml.safe_load(yaml.safe_dump(SOUND))
    of_benefit = path[0] in ("is", "kind", "pays", "mode", "by", "who")
    target = policy["versions"]["1.0"]["body"][0]["gives"]["money"] if of_benefit else policy
    for key in path[:-1]:
        target = target[key]
    (tmp_path / "sample.yaml").write_text(yaml.safe_dump({"sample": policy}, allow_unicode=True), encoding="utf-8")
    assert len(policies.read(pack, tmp_path)) == 1
    target[path[-1]] = value
    (tmp_path / "sample.yaml").write_text(yaml.safe_dump({"sample": policy}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PackError, match=reason):
        policies.read(pack, tmp_path)


# --- as they are loaded -----------------------------------------------------------------------------------------------


def load(pack, monkeypatch) -> None:
    """Load a demo without its cases, which take longest and have nothing to do with the library."""
    monkeypatch.setattr(demo_cases, "load", lambda pack, now: "none")
    loader.load(pack.name, demo=True, now=NOW)


@pytest.mark.django_db
def test_a_demo_holds_the_library_and_its_life(pack, entries, monkeypatch, django_assert_max_num_queries):
    took = time_of(monkeypatch)
    load(pack, monkeypatch)
    assert took.pop() < LONGEST
    assert PolicyVersion.objects.count() == len(entries)
    assert Policy.objects.count() == len({entry.slug for entry in entries})
    states = Counter(PolicyVersion.objects.values_list("state", flat=True))
    assert {state: states[state] for state in ("REVIEW", "DRAFT", "SCHEDULED", "SUPERSEDED", "REPEALED")} == {
        "REVIEW": 1, "DRAFT": 1, "SCHEDULED": 1, "SUPERSEDED": 1, "REPEALED": 1,
    }  # fmt: skip
    day = timezone.localdate(NOW)
    public = PolicyVersion.objects.public()
    assert {standing(version, day) for version in public} == set(Standing)
    check_published(public, entries)
    check_life(pack)
    with django_assert_max_num_queries(12):
        assert policies.load(pack, NOW + timedelta(hours=1)).endswith(", 0 new")


def time_of(monkeypatch) -> list[float]:
    """Return a list that gets the processor seconds of each loading of policies."""
    took, real = [], policies.load

    def timed(pack, now):
        begun = process_time()
        said = real(pack, now)
        took.append(process_time() - begun)
        return said

    monkeypatch.setattr(policies, "load", timed)
    return took


def check_published(public, entries) -> None:
    assert not public.filter(published_at__gt=NOW).exists()
    assert {version.author.email for version in public} == {"editor@demo.example"}
    assert {version.reviewer.email for version in public} == {"editor2@demo.example"}
    assert [reasons for version in public if (reasons := missing(version, clauses=version.clauses.count()))] == []
    confirmed = Benefit.objects.public()
    assert confirmed.filter(version__state="PUBLISHED").count() >= ENOUGH
    assert set(confirmed.values_list("confirmed_by__email", flat=True)) == {"editor2@demo.example"}
    assert not confirmed.filter(version__state__in=["DRAFT", "REVIEW"]).exists()
    assert not Benefit.objects.filter(clause=None).exists()
    redeemed = {benefit["service_item"] for entry in entries for benefit in entry.benefits} - {None}
    assert set(Benefit.objects.exclude(service_item=None).values_list("service_item__code", flat=True)) == redeemed
    assert set(SearchEntry.objects.values_list("version", flat=True)) == set(public.values_list("pk", flat=True))
    verbs = Counter(VersionEvent.objects.values_list("verb", flat=True))
    assert verbs["publish"] == public.count()
    assert verbs["draft"] == PolicyVersion.objects.count()


def check_life(pack) -> None:
    leading = Follow.objects.filter(policy__slug=LEADING[pack.name])
    assert set(leading.values_list("user__email", flat=True)) == {"applicant@demo.example", "returnee@demo.example"}
    search = SavedSearch.objects.get()
    assert search.user.email == "applicant@demo.example"
    assert "region=" in search.query
    consent = ProactiveConsent.objects.get()
    assert consent.user.email == "graduate@demo.example"
    offers = Offer.objects.filter(user=consent.user, state=OfferState.OPEN)
    assert offers.filter(benefit__key="living-master", benefit__version__policy__slug=LEADING[pack.name]).exists()
    assert Offer.objects.count() == offers.count()


@pytest.mark.django_db
def test_time_goes_on_in_the_demo(monkeypatch):
    """The clock publishes what was scheduled, and a later version of the pack is added; followers hear of that only."""
    pack = packs.read("yunnan")
    load(pack, monkeypatch)
    assert not Job.objects.filter(kind=library.TELL).exists()
    scheduled = PolicyVersion.objects.get(state=VersionState.SCHEDULED)
    later = scheduled.publish_at + timedelta(minutes=1)
    assert library.publish(version=scheduled, actor=None, now=later).state == VersionState.PUBLISHED
    assert Benefit.objects.public().filter(version=scheduled).exists()

    before = dict(PolicyVersion.objects.values_list("pk", "title_zh"))
    entries = policies.read(pack)
    second = [entry for entry in entries if entry.slug == LEADING["yunnan"]][-1]
    monkeypatch.setattr(policies, "read", lambda pack: [*entries, replace(second, label="3.0", dates={})])
    assert policies.load(pack, later).endswith(", 1 new")
    states = dict(PolicyVersion.objects.filter(policy__slug=second.slug).values_list("label", "state"))
    assert states == {"1.0": "SUPERSEDED", "2.0": "SUPERSEDED", "3.0": "PUBLISHED"}
    assert before.items() <= dict(PolicyVersion.objects.values_list("pk", "title_zh")).items()
    assert (Follow.objects.count(), SavedSearch.objects.count(), ProactiveConsent.objects.count()) == (3, 1, 1)
    assert Job.objects.filter(kind=library.TELL).count() == 1


@pytest.mark.django_db
def test_samples_stay_out_of_a_database_in_earnest():
    loader.load("jilin", demo=False, now=NOW)
    assert not Policy.objects.exists()
