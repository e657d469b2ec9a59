"""The editor's desk: from a pasted text to a published version, by two people, with nothing lost on the way."""

import json
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Role
from policies import desk
from policies.models import Benefit, PolicyVersion, VersionState
from policies.services import library
from policies.text import extraction
from tests import cast
from tests.cast import moment
from tests.policies.library import FRIDAY, leaf, make_benefit, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portal_time")]

TEXT = """为支持人才，制定本办法。

第一章 总则

第一条 本办法适用于在本市工作的人才。

第二条 【安家】对A类、B类人才分别给予100万元、60万元安家补贴，分5年发放。

第三条 D类及以上人才子女优先安排入学。<script>alert(1)</script>

| 类别 | 名额 |
|---|---|
| D类 | 10 |
"""
FACTS = {
    "title_zh": "昆明市人才支持办法",
    "title_en": "Measures of Kunming for talents",
    "issuer_zh": "昆明市人民政府",
    "label": "1.0",
    "level": "city",
    "region_code": "530100",
    "effective_on": "2026-01-01",
    "topics": ["talent"],
}


@pytest.fixture
def reviewer(world):
    return cast.make_staff("reviewer@example.org", "钱审", Role.EDITOR, world.province, world.office)


@pytest.fixture
def city_editor(world):
    return cast.make_staff("city@example.org", "市编", Role.EDITOR, world.city, world.office)


def address(page: str, version, *args) -> str:
    return reverse(f"admin:policies_policyversion_{page}", args=[version.pk, *args])


def act(client, version, verb, **said):
    answer = client.post(address("act", version, verb), {f"{verb}-{name}": value for name, value in said.items()})
    version.refresh_from_db()
    return answer


def shown(answer) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def draft(editor):
    version = library.draft_version(
        slug="kunming-talent",
        fields=FACTS | {"effective_on": cast.day("2026-01-01"), "document_no": "昆政发〔2026〕5号"},
        actor=editor,
        now=FRIDAY,
    )
    return library.write_text(version=version, text=TEXT, actor=editor, now=FRIDAY)


def publish(version, editor, reviewer) -> PolicyVersion:
    library.submit_for_review(version=version, actor=editor, now=FRIDAY)
    return library.publish(version=version, actor=reviewer, now=FRIDAY)


# --- writing


def test_a_new_policy_begins_with_facts_and_text(client, editor):
    client.force_login(editor)
    answer = client.post(reverse("admin:policies_policyversion_add"), FACTS | {"slug": "Kunming-Talent", "text": TEXT})
    version = PolicyVersion.objects.get()
    assert (answer.status_code, answer.url) == (302, address("change", version))
    assert (version.policy.slug, version.author, version.state, version.topics) == (
        "kunming-talent",
        editor,
        VersionState.DRAFT,
        ["talent"],
    )
    assert [(c.anchor, c.kind, c.heading) for c in version.clauses.all()] == [
        ("t1", "TEXT", ""),
        ("h1", "HEADING", "总则"),
        ("a1", "ARTICLE", ""),
        ("a2", "ARTICLE", "安家"),
        ("a3", "ARTICLE", ""),
    ]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"slug": "taken"}, "slug"),
        ({"slug": "不行"}, "slug"),
        ({"title_zh": ""}, "title_zh"),
        ({"expires_on": "2025-01-01"}, "expires_on"),
        ({"level": "galaxy"}, "level"),
        ({"topics": ["nonsense"]}, "topics"),
        ({"region_code": "999999"}, "region_code"),
        ({"region_code": "昆明"}, "region_code"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
    ],
)
def test_faults_stand_beside_their_field_and_nothing_is_written(client, editor, said, field):
    make_version("taken")
    client.force_login(editor)
    answer = client.post(reverse("admin:policies_policyversion_add"), FACTS | {"slug": "new", "text": TEXT} | said)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})
    assert PolicyVersion.objects.filter(state="DRAFT").count() == 0


def test_facts_of_a_draft_are_changed(client, draft, editor):
    client.force_login(editor)
    page = client.get(address("facts", draft))
    seen = page.context["form"]["seen"].value()
    answer = client.post(address("facts", draft), FACTS | {"title_zh": "新标题", "label": "1.1", "seen": seen})
    draft.refresh_from_db()
    assert (answer.status_code, draft.title_zh, draft.label, draft.document_no) == (302, "新标题", "1.1", "")


def test_topics_that_only_an_import_knows_are_kept(client, editor):
    draft = make_version(state="DRAFT", author=editor, topics=["talent", "from-elsewhere"])
    client.force_login(editor)
    form = client.get(address("facts", draft)).context["form"]
    said = FACTS | {"topics": form["topics"].value(), "seen": form["seen"].value()}
    assert client.post(address("facts", draft), said).status_code == 302
    draft.refresh_from_db()
    assert draft.topics == ["talent", "from-elsewhere"]


def test_the_text_comes_back_as_it_was_cut(client, draft, editor):
    client.force_login(editor)
    form = client.get(address("text", draft)).context["form"]
    before = list(draft.clauses.values_list("anchor", "kind", "number", "heading", "text_zh"))
    answer = client.post(address("text", draft), {"text": form["text"].value(), "seen": form["seen"].value()})
    assert answer.status_code == 302
    assert list(draft.clauses.values_list("anchor", "kind", "number", "heading", "text_zh")) == before


def test_one_clause_is_changed_in_detail(client, draft, editor):
    client.force_login(editor)
    form = client.get(address("clause", draft, "a1")).context["form"]
    said = {"kind": "ARTICLE", "number": "第一条", "heading": "", "text_zh": "新的一条", "text_en": "A new one"}
    assert client.post(address("clause", draft, "a1"), said | {"seen": form["seen"].value()}).status_code == 302
    clause = draft.clauses.get(anchor="a1")
    assert (clause.text_zh, clause.text_en) == ("新的一条", "A new one")
    assert client.get(address("clause", draft, "a99")).status_code == 404


def test_english_of_a_clause_outlives_a_new_text_and_confirmations_only_an_unchanged_one(client, draft, editor):
    draft.clauses.filter(anchor="a2").update(text_en="Two")
    kept, asked = (make_benefit(draft, key, clause=draft.clauses.get(anchor=key)) for key in ("a2", "a3"))
    client.force_login(editor)
    form = client.get(address("text", draft)).context["form"]
    text = form["text"].value().replace("优先安排", "就近安排")
    client.post(address("text", draft), {"text": text, "seen": form["seen"].value()})
    kept.refresh_from_db()
    asked.refresh_from_db()
    assert draft.clauses.get(anchor="a2").text_en == "Two"
    assert (bool(kept.confirmed_at), bool(asked.confirmed_at)) == (True, False)
    assert (kept.clause.anchor, asked.clause.anchor) == ("a2", "a3")


# --- two at once


@pytest.mark.parametrize("page", ["facts", "text", "clause"])
def test_the_slower_editor_is_told_and_keeps_what_was_typed(client, draft, editor, reviewer, page):
    args = ["a1"] if page == "clause" else []
    client.force_login(editor)
    form = client.get(address(page, draft, *args)).context["form"]
    said = {
        "facts": FACTS | {"title_zh": "我的"},
        "text": {"text": TEXT.replace("本市", "我的")},
        "clause": {"kind": "ARTICLE", "number": "第一条", "text_zh": "我的"},
    }[page] | {"seen": form["seen"].value()}
    library.change_draft(version=draft, fields={"title_zh": "别人的"}, actor=reviewer, now=FRIDAY)
    answer = client.post(address(page, draft, *args), said)
    draft.refresh_from_db()
    assert (answer.status_code, draft.title_zh) == (422, "别人的")
    assert "钱审" in shown(answer)
    assert "我的" in shown(answer)
    assert "我的" not in "".join(draft.clauses.values_list("text_zh", flat=True))
    again = client.post(address(page, draft, *args), said | {"seen": answer.context["form"]["seen"].value()})
    assert again.status_code == 302


def test_a_benefit_changed_by_another_is_not_overwritten(client, draft, editor, reviewer):
    benefit = make_benefit(draft, "rent", confirmed="", clause=draft.clauses.get(anchor="a2"))
    client.force_login(editor)
    page = f"{address('benefits', draft)}?edit={benefit.pk}"
    data = typed(client.get(page).context["opened"].form)
    library.change_benefit(benefit=benefit, fields={"name_zh": "别人的"}, actor=reviewer, now=FRIDAY)
    answer = client.post(page, data | {"name_zh": "我的"})
    benefit.refresh_from_db()
    assert (answer.status_code, benefit.name_zh) == (422, "别人的")
    assert 'value="我的"' in shown(answer)


# --- benefits beside the text


def typed(form) -> dict:
    """Return a form as a browser would send it untouched."""
    values = {field.html_name: field.value() for field in form if field.value() not in (None, False, "")}
    return {name: value.pk if hasattr(value, "pk") else value for name, value in values.items()}


def test_text_stands_beside_suggestions_without_anything_that_runs(client, draft, editor):
    client.force_login(editor)
    page = client.get(address("benefits", draft))
    found = {p.clause.anchor: [s.amount_yuan for _n, s in p.suggestions] for p in page.context["passages"]}
    assert found["a2"] == [1_000_000, 600_000]
    assert found["a3"] == [None]
    assert "alert(1)" not in page.content.decode()
    assert "<td>D类</td>" in page.content.decode()


def test_a_suggestion_becomes_a_benefit_only_through_a_person(client, draft, editor):
    client.force_login(editor)
    page = f"{address('benefits', draft)}?take=a2.1"
    form = client.get(page).context["opened"].form
    assert Benefit.objects.count() == 0
    answer = client.post(page, typed(form) | {"name_zh": "安家补贴（B类）", "name_en": "Settling-in, class B"})
    benefit = Benefit.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{address('benefits', draft)}#c-a2")
    assert (benefit.key, benefit.amount_yuan, benefit.pay_rule, benefit.pay_months, benefit.confirmed_at) == (
        "settling-b",
        600_000,
        "INSTALMENTS",
        60,
        None,
    )
    assert benefit.conditions == {"all": [leaf("grade", "is", "B", clause="a2")]}
    left = [s.amount_yuan for _n, s in desk.Sheet(draft).passages[3].suggestions]
    assert left == [1_000_000]


def test_save_and_confirm_is_one_step(client, draft, editor):
    client.force_login(editor)
    page = f"{address('benefits', draft)}?take=a3.0"
    client.post(page, typed(client.get(page).context["opened"].form) | {"confirm": "1"})
    benefit = Benefit.objects.get()
    assert (benefit.kind, benefit.confirmed_by) == ("schooling", editor)


TREES = [
    {},
    {"all": [leaf("degree", "at_least", "master"), leaf("age", "at_most", 40), leaf("full_time", "is", True)]},
    {"all": [leaf("employer", "in", ["enterprise", "startup"]), leaf("region", "within", "530100")]},
    {"any": [leaf("degree", "is", "doctor"), leaf("grade", "at_least", "D")]},
    {"all": [leaf("degree", "in", ["doctor", "bachelor"])]},
    {"not": leaf("returned", "is", True)},
    {"all": [leaf("age", "at_least", 18), leaf("age", "at_most", 45), leaf("skill", "at_least", "2")]},
]


@pytest.mark.parametrize("tree", TREES, ids=str)
def test_any_rule_tree_survives_the_form(client, draft, editor, tree):
    benefit = make_benefit(draft, "rent", confirmed="", conditions=tree, clause=None)
    client.force_login(editor)
    page = f"{address('benefits', draft)}?edit={benefit.pk}"
    answer = client.post(page, typed(client.get(page).context["opened"].form) | {"name_zh": "改名"})
    benefit.refresh_from_db()
    assert (answer.status_code, benefit.name_zh) == (302, "改名")
    assert leaves(benefit.conditions) == leaves(tree)


def leaves(tree: dict) -> list[str]:
    """Return the parts of a tree without the order in which they stand."""
    return sorted(json.dumps(part, sort_keys=True) for part in tree.get("all", [tree]))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"key": "taken"}, "key"),
        ({"rule": "{"}, "rule"),
        ({"rule": '{"fact": "shoes", "op": "is", "value": 1}'}, "rule"),
        ({"amount_yuan": ""}, "amount_yuan"),
        ({"pay_rule": "NONE"}, "pay_rule"),
        ({"amount_yuan": "-1"}, "amount_yuan"),
        ({"if_region": "Kunming"}, "if_region"),
        ({"if_age_at_most": "1000"}, "if_age_at_most"),
    ],
)
def test_a_faulty_benefit_is_told_where(client, draft, editor, said, field):
    make_benefit(draft, "taken", confirmed="")
    client.force_login(editor)
    page = f"{address('benefits', draft)}?take=a2.0"
    answer = client.post(page, typed(client.get(page).context["opened"].form) | said)
    assert (answer.status_code, set(answer.context["opened"].form.errors)) == (422, {field})
    assert Benefit.objects.count() == 1


def test_benefits_are_confirmed_withdrawn_and_deleted_one_by_one(client, draft, editor):
    first, second = (make_benefit(draft, key, confirmed="") for key in ("first", "second"))
    client.force_login(editor)
    client.get(address("of_benefit", draft, first.pk, "confirm"))
    first.refresh_from_db()
    assert first.confirmed_at is None
    for benefit, verb in ((first, "confirm"), (first, "withdraw"), (second, "discard")):
        assert client.post(address("of_benefit", draft, benefit.pk, verb)).status_code == 302
    first.refresh_from_db()
    assert (first.confirmed_by, first.withdrawn_at) == (editor, FRIDAY)
    assert not Benefit.objects.filter(key="second").exists()
    assert client.post(address("of_benefit", draft, first.pk, "explode")).status_code == 404


def test_a_benefit_whose_clause_names_another_amount_is_marked(draft):
    clause = draft.clauses.get(anchor="a2")
    wrong = make_benefit(draft, "wrong", clause=clause, amount_yuan=999)
    make_benefit(draft, "right", clause=clause, amount_yuan=600_000)
    passage = next(one for one in desk.Sheet(draft).passages if one.clause == clause)
    assert passage.doubtful == {wrong.pk}


# --- review


def test_what_is_missing_stands_there_before_review(client, editor):
    draft = library.draft_version(slug="bare", fields={"level": "city", "title_zh": "空"}, actor=editor, now=FRIDAY)
    client.force_login(editor)
    page = client.get(address("change", draft))
    missing = [str(reason) for reason in page.context["sheet"].missing]
    assert len(missing) == 3
    assert [reason for reason in missing if reason not in shown(page)] == []
    assert act(client, draft, "submit_for_review").status_code == 422
    assert draft.state == VersionState.DRAFT


def test_the_author_writes_and_a_second_person_publishes(client, draft, editor, reviewer):
    client.force_login(editor)
    assert act(client, draft, "submit_for_review").status_code == 302
    assert act(client, draft, "publish", sure="on").status_code == 422
    assert draft.state == VersionState.REVIEW
    client.force_login(reviewer)
    assert act(client, draft, "publish").status_code == 422  # without having said that it was read
    assert act(client, draft, "publish", sure="on").status_code == 302
    assert (draft.state, draft.reviewer, draft.published_at) == (VersionState.PUBLISHED, reviewer, FRIDAY)


def test_a_version_is_published_later_in_local_time(client, draft, editor, reviewer):
    library.submit_for_review(version=draft, actor=editor, now=FRIDAY)
    client.force_login(reviewer)
    assert act(client, draft, "publish", sure="on", at="2026-09-18T09:59").status_code == 422
    assert act(client, draft, "publish", sure="on", at="2026-10-01T08:00").status_code == 302
    assert (draft.state, draft.publish_at) == (VersionState.SCHEDULED, moment("2026-10-01 08:00"))
    assert act(client, draft, "publish", sure="on").status_code == 302
    assert draft.state == VersionState.PUBLISHED


def test_publishing_with_benefits_that_wait_needs_a_tick_for_just_that_number(client, draft, editor, reviewer):
    for key in ("one", "two"):
        make_benefit(draft, key, confirmed="")
    library.submit_for_review(version=draft, actor=editor, now=FRIDAY)
    client.force_login(reviewer)
    assert 'name="publish-hidden" value="2"' in shown(client.get(address("change", draft)))
    assert act(client, draft, "publish", sure="on").status_code == 422
    make_benefit(draft, "meanwhile", confirmed="")
    assert act(client, draft, "publish", sure="on", hidden="2").status_code == 422
    assert draft.state == VersionState.REVIEW
    assert act(client, draft, "publish", sure="on", hidden="3").status_code == 302
    assert draft.state == VersionState.PUBLISHED
    assert draft.events.get(verb="leave_hidden").note == "3"


def test_the_reviewer_gives_it_back_with_a_reason(client, draft, editor, reviewer):
    library.submit_for_review(version=draft, actor=editor, now=FRIDAY)
    client.force_login(reviewer)
    assert act(client, draft, "return_to_editor", reason=" ").status_code == 422
    assert act(client, draft, "return_to_editor", reason="第二条的金额不对").status_code == 302
    assert (draft.state, draft.return_reason) == (VersionState.DRAFT, "第二条的金额不对")
    client.force_login(editor)
    assert "第二条的金额不对" in shown(client.get(address("change", draft)))


def test_a_new_version_shows_its_differences(client, draft, editor, reviewer):
    make_benefit(draft, "settling-a", clause=draft.clauses.get(anchor="a2"), amount_yuan=1_000_000, pay_rule="ONCE")
    publish(draft, editor, reviewer)
    client.force_login(editor)
    answer = act(client, draft, "new_version", label="2.0")
    new = PolicyVersion.objects.get(label="2.0")
    assert answer.url == address("change", new)
    assert [(b.key, b.confirmed_at) for b in new.benefits.all()] == [("settling-a", None)]
    form = client.get(address("text", new)).context["form"]
    text = form["text"].value().replace("100万元", "150万元")
    client.post(address("text", new), {"text": text, "seen": form["seen"].value()})
    page = client.get(address("change", new))
    changed = [one for one in page.context["sheet"].difference.clauses if one.change == "raised"]
    assert [one.clause.anchor for one in changed] == ["a2"]
    assert "<ins>150" in page.content.decode()
    assert act(client, draft, "new_version", label="3.0").status_code == 422


def test_a_published_version_is_read_repealed_and_marked_up_but_never_written(client, draft, editor, reviewer):
    publish(draft, editor, reviewer)
    client.force_login(editor)
    for page, args in (("facts", []), ("text", []), ("clause", ["a1"])):
        assert client.get(address(page, draft, *args)).status_code == 403
        assert client.post(address(page, draft, *args), {}).status_code == 403
    page = f"{address('benefits', draft)}?take=a3.0"
    client.post(page, typed(client.get(page).context["opened"].form) | {"confirm": "1"})
    assert draft.benefits.public().count() == 1
    assert act(client, draft, "discard", sure="on").status_code == 422
    assert act(client, draft, "repeal", repealed_on="2026-09-18").status_code == 422
    assert act(client, draft, "repeal", repealed_on="2026-09-18", reason="昆政发〔2026〕9号").status_code == 302
    assert (draft.state, str(draft.repealed_on)) == (VersionState.REPEALED, "2026-09-18")


def test_the_end_of_a_published_version_is_changed(client, draft, editor, reviewer):
    publish(draft, editor, reviewer)
    client.force_login(editor)
    assert act(client, draft, "set_end", expires_on="2025-01-01", reason="x").status_code == 422
    assert act(client, draft, "set_end", expires_on="2028-01-01", reason="昆政发〔2026〕9号").status_code == 302
    assert str(draft.expires_on) == "2028-01-01"


def test_a_draft_is_deleted_with_its_confirmed_benefits(client, draft, editor):
    make_benefit(draft, "sure", clause=draft.clauses.get(anchor="a2"))
    client.force_login(editor)
    assert client.post(address("act", draft, "discard")).status_code == 422
    assert client.post(address("act", draft, "discard"), {"discard-sure": "on"}).status_code == 302
    assert not PolicyVersion.objects.exists()


# --- lists and reach


def test_lists_hold_what_waits_for_whom(client, editor, reviewer):
    mine = make_version("mine", state="DRAFT", author=editor)
    other = make_version("other", state="DRAFT", author=reviewer)
    published = make_version("published")
    ending = make_version("ending", expires_on=cast.day("2026-10-01"))
    broken = make_version("broken", link_broken_since=FRIDAY)
    review = make_version("review", state="DRAFT", author=reviewer)
    library.submit_for_review(version=review, actor=reviewer, now=FRIDAY)
    client.force_login(editor)
    lists = {
        key: set(client.get(reverse("admin:policies_policyversion_changelist"), {"list": key}).context["rows"])
        for key in desk.LISTS
    }
    assert lists == {
        "mine": {mine},
        "review": {review},
        "scheduled": set(),
        "published": {published, ending, broken},
        "alarms": {ending, broken},
        "all": {mine, other, published, ending, broken, review},
    }


@pytest.mark.parametrize("query", [{"q": "taken"}, {"q": "若干", "page": "999999999"}, {"list": "x", "page": "x"}])
def test_lists_bear_any_address(client, editor, query):
    make_version("taken")
    client.force_login(editor)
    assert client.get(reverse("admin:policies_policyversion_changelist"), query).status_code == 200


def test_an_editor_of_a_city_keeps_to_the_city(client, city_editor):
    here, elsewhere, national = (make_version(region=code, state="DRAFT") for code in ("530114", "530300", "000000"))
    client.force_login(city_editor)
    rows = client.get(reverse("admin:policies_policyversion_changelist"), {"list": "all"}).context["rows"]
    assert rows == [here]
    for other in (elsewhere, national):
        assert client.get(address("change", other)).status_code == 404
        assert client.post(address("act", other, "discard"), {"discard-sure": "on"}).status_code == 404
        assert client.get(address("benefits", other)).status_code == 404


def test_an_editor_of_a_city_begins_policies_of_that_city_only(client, city_editor):
    client.force_login(city_editor)
    for code, status in (("530300", 422), ("530000", 422), ("000000", 422), ("530114", 302)):
        said = FACTS | {"slug": f"of-{code}", "region_code": code}
        assert client.post(reverse("admin:policies_policyversion_add"), said).status_code == status
    version = PolicyVersion.objects.get()
    assert (version.region_code, version.region_name) == ("530114", "呈贡区")


def test_administrators_read_and_do_nothing(client, draft, administrator):
    benefit = make_benefit(draft, "rent", confirmed="")
    client.force_login(administrator)
    page = client.get(address("change", draft))
    assert (page.status_code, page.context["offers"], page.context["may_edit"]) == (200, [], False)
    assert client.get(f"{address('benefits', draft)}?take=a2.0").context["opened"] is None
    assert client.post(f"{address('benefits', draft)}?take=a2.0", {}).status_code == 403
    assert client.post(address("of_benefit", draft, benefit.pk, "confirm")).status_code == 403
    assert act(client, draft, "submit_for_review").status_code == 403
    assert client.get(reverse("admin:policies_policyversion_add")).status_code == 403
    assert client.get(reverse("admin:policies_benefit_import")).status_code == 403


def test_editors_see_their_lists_on_the_page_of_work(client, draft, editor):
    client.force_login(editor)
    page = client.get(reverse("admin:index"))
    assert f"{reverse('admin:policies_policyversion_changelist')}?list=mine" in page.content.decode()


def test_suggestions_are_read_from_the_words_alone(draft):
    """A suggestion is never a row: reading a page leaves the table of benefits as it is."""
    for clause in draft.clauses.all():
        extraction.suggest(clause.text_zh, clause.anchor)
    assert len(desk.Sheet(draft).passages) == 5
    assert Benefit.objects.count() == 0
