"""Rule trees against a plain two-valued reading of them, and in words."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from policies.matching.conditions import (
    MAX_DEPTH,
    MAX_LEAVES,
    Verdict,
    check_tree,
    describe,
    evaluate,
    facts_in,
    requirements,
)
from policies.matching.facts import FACTS, Kind, known, lies_in

KUNMING = "530000/530100"
CHENGGONG = "530000/530100/530114"
PLACES = ["530000", KUNMING, CHENGGONG, "530000/532900", "220000/220100/220102"]
AREAS = ["000000", "530000", "530100", "530114", "532900", "220000"]
GROWING = [key for key, fact in FACTS.items() if fact.kind in (Kind.ORDER, Kind.NUMBER)]


def leaf(fact, op, value, **more):
    return {"fact": fact, "op": op, "value": value, **more}


def values(key):
    """Every kind of value a person may have for a fact."""
    match FACTS[key].kind:
        case Kind.ORDER | Kind.CHOICE:
            return st.sampled_from(FACTS[key].values)
        case Kind.NUMBER:
            return st.integers(0, min(FACTS[key].highest, 60))
        case Kind.FLAG:
            return st.booleans()
        case Kind.PLACE:
            return st.sampled_from(PLACES)


@st.composite
def leaf_trees(draw):
    key = draw(st.sampled_from(list(FACTS)))
    kind = FACTS[key].kind
    if kind is Kind.PLACE:
        return leaf(key, "within", draw(st.sampled_from(AREAS)))
    op = {
        Kind.ORDER: ("at_least", "at_most", "is", "in"),
        Kind.CHOICE: ("is", "in"),
        Kind.NUMBER: ("at_least", "at_most", "is"),
        Kind.FLAG: ("is",),
    }[kind]
    op = draw(st.sampled_from(op))
    return leaf(key, op, draw(st.lists(values(key), min_size=1, max_size=3)) if op == "in" else draw(values(key)))


trees = st.recursive(
    leaf_trees(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
).filter(lambda tree: check_tree(tree) == [])
everything = st.fixed_dictionaries({key: values(key) for key in FACTS})
somethings = everything.flatmap(
    lambda facts: st.sets(st.sampled_from(list(FACTS))).map(lambda keys: {key: facts[key] for key in keys})
)
precise = everything.map(lambda facts: facts | {"region": CHENGGONG})  # no place too wide to tell


def plainly(tree, facts) -> bool:
    """Read a tree as anybody would who knows everything: the reference, written without any of the code under test."""
    if "all" in tree:
        return all(plainly(part, facts) for part in tree["all"])
    if "any" in tree:
        return any(plainly(part, facts) for part in tree["any"])
    if "not" in tree:
        return not plainly(tree["not"], facts)
    have, want, op = facts[tree["fact"]], tree["value"], tree["op"]
    if op == "within":
        stem = {"000000": "", "530000": "53", "530100": "5301", "220000": "22", "532900": "5329"}.get(want, want)
        return any(code.startswith(stem) for code in have.split("/"))
    if op == "in":
        return have in want
    if isinstance(have, str):
        order = list(FACTS[tree["fact"]].choices)
        have, want = order.index(have), order.index(want)
    return {"at_least": have >= want, "at_most": have <= want, "is": have == want}[op]


# --- logic ------------------------------------------------------------------------------------------------------------


@given(trees, precise)
def test_who_tells_everything_fits_exactly_when_the_tree_is_true(tree, facts):
    answer = evaluate(tree, facts)
    assert (answer.verdict == Verdict.FITS) == plainly(tree, facts)
    assert answer.verdict != Verdict.UNKNOWN
    assert not answer.unknown


@given(st.lists(trees, min_size=1, max_size=3), somethings)
def test_de_morgan(parts, facts):
    turned = [{"not": part} for part in parts]
    assert evaluate({"not": {"all": parts}}, facts) == evaluate({"any": turned}, facts)
    assert evaluate({"not": {"any": parts}}, facts) == evaluate({"all": turned}, facts)
    assert evaluate({"not": {"not": parts[0]}}, facts) == evaluate(parts[0], facts)


@given(trees)
def test_nobody_fits_who_told_nothing(tree):
    answer = evaluate(tree, {})
    assert answer.verdict == Verdict.UNKNOWN
    assert answer.met == answer.missing == answer.failed == []


@given(trees, precise, st.sets(st.sampled_from(list(FACTS))))
def test_what_is_said_of_somebody_stays_said_when_more_is_known(tree, facts, keys):
    """An unknown fact is never counted as met, nor held against anybody."""
    before = evaluate(tree, {key: facts[key] for key in keys}).verdict
    after = evaluate(tree, facts).verdict
    if before in (Verdict.FITS, Verdict.NOT):
        assert after == before
    if after in (Verdict.FITS, Verdict.NOT):
        assert before in (after, Verdict.UNKNOWN, Verdict.NEARLY)


@given(
    st.lists(
        st.sampled_from(GROWING).flatmap(lambda key: values(key).map(lambda value: leaf(key, "at_least", value))),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["all", "any"]),
    precise,
    st.sampled_from(GROWING),
)
def test_more_is_never_worse_where_only_lower_limits_stand(parts, kind, facts, key):
    fact = FACTS[key]
    have = known(facts, key)
    more = have + 1 if fact.kind is Kind.NUMBER else fact.values[min(have + 1, len(fact.values) - 1)]
    less, better = evaluate({kind: parts}, facts), evaluate({kind: parts}, facts | {key: more})
    assert better.verdict >= less.verdict
    assert better.distance <= less.distance


@given(trees, precise, st.floats(0, 40), st.data())
def test_no_is_final_time_and_effort_do_not_help(tree, facts, wait, data):
    """NOT is said only where no waiting, growing, moving or changing of the employer could ever fulfil the tree."""
    if evaluate(tree, facts).verdict != Verdict.NOT:
        return
    later = {key: data.draw(values(key)) for key in ("employer", "full_time")}
    later["region"] = data.draw(st.sampled_from([CHENGGONG, "220000/220100/220102"]))
    for key in GROWING:
        fact, have = FACTS[key], known(facts, key)
        if fact.kind is Kind.ORDER:
            later[key] = fact.values[data.draw(st.integers(have, len(fact.values) - 1))]
            continue
        begun = data.draw(st.floats(0, 1, exclude_max=True))  # of the year or month that was not full
        grown = int(have + begun + wait * (12 if key == "insured_months" else 1))
        later[key] = grown if key in ("age", "graduated_years") else data.draw(st.integers(have, grown))
    assert not plainly(tree, facts | later)


@given(trees, somethings)
def test_the_verdict_agrees_with_its_lines(tree, facts):
    answer = evaluate(tree, facts)
    if answer.verdict == Verdict.FITS:
        assert not answer.missing
        assert not answer.failed
        assert not answer.unknown
    if answer.verdict == Verdict.NOT:
        assert answer.failed
    if answer.verdict == Verdict.NEARLY:
        assert answer.missing
        assert not answer.failed
    if answer.verdict == Verdict.UNKNOWN:
        assert answer.unknown
        assert not answer.failed
        assert not answer.missing


def test_everybody_and_nobody():
    assert evaluate({}, {}).verdict == Verdict.FITS
    assert evaluate({"not": {}}, {}).verdict == Verdict.NOT
    assert evaluate({"all": []}, {}).verdict == Verdict.FITS
    assert evaluate({"any": []}, {}).verdict == Verdict.NOT


# --- leaves, one by one -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "facts", "verdict", "words"),
    [
        (leaf("years", "at_least", 5), {"years": 3}, "NEARLY", "Still 2 years of work"),
        (leaf("years", "at_least", 5), {"years": 4}, "NEARLY", "Still 1 year of work"),
        (leaf("years", "at_least", 5), {"years": 5}, "FITS", "Working years: at least 5 years (you: 5 years)"),
        (leaf("years", "at_most", 5), {"years": 6}, "NOT", "Working years: at most 5 years (you: 6 years)"),
        (leaf("years", "is", 5), {"years": 3}, "NEARLY", "Still 2 years of work"),
        (leaf("years", "is", 5), {"years": 6}, "NOT", "Working years: 5 years (you: 6 years)"),
        (leaf("age", "at_most", 45), {"age": 46}, "NOT", "Age: at most 45 years old (you: 46 years old)"),
        (leaf("age", "at_most", 45), {"age": 45}, "FITS", "Age: at most 45 years old (you: 45 years old)"),
        (leaf("age", "at_least", 18), {"age": 17}, "NEARLY", "Still 1 year too young"),
        (leaf("insured_months", "at_least", 6), {"insured_months": 1}, "NEARLY", "Still 5 months of social insurance"),
        (
            leaf("graduated_years", "at_most", 3),
            {"graduated_years": 4},
            "NOT",
            "Time since graduation: at most 3 years",
        ),
        (leaf("degree", "at_least", "master"), {"degree": "bachelor"}, "NEARLY", "Still missing – Degree: master or"),
        (leaf("degree", "at_least", "master"), {"degree": "doctor"}, "FITS", "Degree: master or above (you: doctor)"),
        (leaf("degree", "is", "master"), {"degree": "doctor"}, "NOT", "Degree: master (you: doctor)"),
        (leaf("grade", "in", ["D", "E"]), {"grade": "C"}, "NOT", "Talent class: class D or class E (you: class C)"),
        (leaf("grade", "at_least", "D"), {"grade": "B"}, "FITS", "Talent class: class D or above (you: class B)"),
        (leaf("skill", "at_least", 3), {"skill": "4"}, "NEARLY", "Still missing – Vocational skill level: level 3"),
        (leaf("skill", "at_least", "3"), {"skill": 1}, "FITS", "Vocational skill level: level 3"),
        (leaf("returned", "is", True), {"returned": "no"}, "NOT", "Returned from studies abroad (you: No)"),
        (leaf("first_home", "is", True), {"first_home": False}, "NOT", "No home of your own there (you: No)"),
        (
            leaf("full_time", "is", True),
            {"full_time": False},
            "NEARLY",
            "Still missing – Work full time there (you: No)",
        ),
        (leaf("employer", "in", ["university", "research"]), {"employer": "enterprise"}, "NEARLY", "Still missing – E"),
        (
            leaf("region", "within", "530100"),
            {"region": CHENGGONG},
            "FITS",
            "Place of work: in Kunming City (you: Chenggong District)",
        ),
        (leaf("region", "within", "532900"), {"region": CHENGGONG}, "NEARLY", "Still missing – Place of work: in Dali"),
        (leaf("region", "within", ["532900", "530114"]), {"region": CHENGGONG}, "FITS", "Place of work: in Dali"),
        (leaf("region", "within", "000000"), {"region": CHENGGONG}, "FITS", "Place of work: in Nationwide"),
        (
            leaf("region", "within", "530114"),
            {"region": KUNMING},
            "UNKNOWN",
            "Not known yet – Place of work: in Chenggong District",
        ),
        ({"not": leaf("region", "within", "530100")}, {"region": CHENGGONG}, "NEARLY", "outside Kunming City"),
        ({"not": leaf("age", "at_most", 45)}, {"age": 45}, "NEARLY", "Still 1 year too young (Age: above 45 years old"),
        ({"not": leaf("age", "at_least", 45)}, {"age": 45}, "NOT", "Age: below 45 years old (you: 45 years old)"),
        (leaf("degree", "at_least", "master"), {}, "UNKNOWN", "Not known yet – Degree: master or above"),
        (leaf("degree", "at_least", "master"), {"degree": "wizard"}, "UNKNOWN", "Not known yet – Degree"),
        (leaf("age", "at_most", 45), {"age": "-1"}, "UNKNOWN", "Not known yet"),
        (leaf("age", "at_most", 45), {"age": True}, "UNKNOWN", "Not known yet"),
    ],
)
def test_a_condition_and_what_it_says(condition, facts, verdict, words):
    with translation.override("en"):
        answer = evaluate(condition, facts)
        assert answer.verdict == Verdict[verdict]
        assert words in answer.lines[0].text


def test_a_no_that_is_asked_for_is_said_as_such():
    with translation.override("en"):
        assert describe(leaf("full_time", "is", False)) == ["Not: Work full time there"]
        assert describe({"not": leaf("full_time", "is", "no")}) == ["Work full time there"]


def test_a_functional_zone_lies_where_its_parent_lies():
    """Its own code begins with 9, so the codes from the province down are asked."""
    zone = {"region": "530000/530100/990101"}
    for area in ("000000", "530000", "530100", "990101"):
        assert evaluate(leaf("region", "within", area), zone).verdict == Verdict.FITS
    assert evaluate(leaf("region", "within", "530114"), zone).verdict == Verdict.NEARLY


def test_areas_are_stems_of_codes():
    assert lies_in(("500101",), "500000")
    assert not lies_in(("530114",), "500000")
    assert not lies_in(("530110",), "530101")


def test_the_nearest_way_is_shown():
    tree = {"any": [leaf("years", "at_least", 10), leaf("title", "at_least", "senior")]}
    facts = {"years": 3, "title": "associate_senior"}
    answer = evaluate(tree, facts)
    assert [line.leaf["fact"] for line in answer.missing] == ["title"]
    assert evaluate(tree, facts | {"years": 9, "title": "none"}).missing[0].leaf["fact"] == "years"
    assert evaluate(tree, {"title": "none"}).verdict == Verdict.UNKNOWN


def test_where_no_way_is_left_all_are_named():
    tree = {"any": [leaf("age", "at_most", 40), leaf("returned", "is", True)]}
    answer = evaluate(tree, {"age": 50, "returned": False})
    assert answer.verdict == Verdict.NOT
    assert [line.leaf["fact"] for line in answer.failed] == ["age", "returned"]


WORK_BEFORE_35 = {"all": [leaf("age", "at_most", 35), leaf("years", "at_least", 5)]}
SKILLED, RETURNED = leaf("skill", "at_least", "3"), leaf("returned", "is", True)
INSURED_GRADUATE = {"all": [leaf("graduated_years", "at_most", 2), leaf("insured_months", "at_least", 36)]}


@pytest.mark.parametrize(
    ("tree", "facts", "verdict", "late"),
    [
        (WORK_BEFORE_35, {"age": 34, "years": 0}, "NOT", ["years"]),
        (WORK_BEFORE_35, {"age": 36, "years": 3}, "NOT", []),  # too old already
        (WORK_BEFORE_35, {"age": 30, "years": 0}, "NEARLY", []),
        (WORK_BEFORE_35, {"age": 34, "years": 3}, "NEARLY", []),  # a year and a day may be enough
        (WORK_BEFORE_35, {"age": 34, "years": 2}, "NOT", ["years"]),  # more than two years, and less than two
        (WORK_BEFORE_35, {"years": 0}, "NEARLY", []),  # nobody told the age
        (INSURED_GRADUATE, {"graduated_years": 2, "insured_months": 20}, "NOT", ["insured_months"]),
        (INSURED_GRADUATE, {"graduated_years": 2, "insured_months": 25}, "NEARLY", []),
        (INSURED_GRADUATE, {"graduated_years": 3, "insured_months": 30}, "NOT", []),  # graduated too long ago
        ({"any": [WORK_BEFORE_35, SKILLED]}, {"age": 34, "years": 0, "skill": "4"}, "NEARLY", []),
        ({"any": [WORK_BEFORE_35, RETURNED]}, {"age": 34, "years": 0, "returned": False}, "NOT", ["years"]),
        (
            {"all": [*WORK_BEFORE_35["all"], leaf("insured_months", "at_least", 12)]},
            {"age": 35, "years": 0, "insured_months": 6},
            "NOT",
            ["years"],  # the months alone would come in time
        ),
        (
            {"all": [leaf("age", "is", 40), leaf("graduated_years", "is", 10)]},  # both would have to come at once
            {"age": 30, "graduated_years": 5},
            "NOT",
            ["age", "graduated_years"],
        ),
    ],
)  # fmt: skip
def test_what_can_never_come_together_does_not_fit(tree, facts, verdict, late):
    answer = evaluate(tree, facts)
    assert (answer.verdict.name, [line.leaf["fact"] for line in answer.failed if line.is_late]) == (verdict, late)


def test_what_comes_too_late_says_so():
    with translation.override("en"):
        (line,) = evaluate(WORK_BEFORE_35, {"age": 34, "years": 0}).failed
        assert line.text == (
            "Still 5 years of work, too late for another condition (Working years: at least 5 years, you: 0 years)"
        )


def test_the_clause_travels_with_the_line():
    answer = evaluate(leaf("age", "at_most", 45, clause="a4"), {"age": 50})
    assert [line.clause for line in answer.failed] == ["a4"]


def test_what_stands_in_the_way_comes_first():
    tree = {"all": [leaf("years", "at_least", 1), leaf("grade", "at_least", "E"), leaf("age", "at_most", 40)]}
    lines = evaluate(tree, {"years": 3, "age": 41}).lines
    assert [line.verdict.name for line in lines] == ["NOT", "UNKNOWN", "FITS"]


# --- in words ---------------------------------------------------------------------------------------------------------


def test_described_in_both_languages():
    tree = {
        "all": [
            leaf("degree", "at_least", "master", clause="a3"),
            {"not": {"any": [leaf("age", "at_least", 46), leaf("returned", "is", False)]}},
            {
                "any": [
                    leaf("title", "at_least", "senior"),
                    {"all": [leaf("years", "at_least", 5), leaf("skill", "is", 1)]},
                ]
            },
        ]
    }
    with translation.override("en"):
        assert describe(tree) == [
            "Degree: master or above",
            "Age: below 46 years old",
            "Returned from studies abroad",
            "One of these: Professional title: full senior title or above; or Working years: at least 5 years, and "
            "Vocational skill level: level 1 (senior technician) (together)",
        ]
    assert requirements(tree)[0][1] == "a3"
    assert describe({}) == []


@given(trees, somethings)
def test_every_line_can_be_said(tree, facts):
    assert all(describe(tree))
    assert all(line.text and "%(" not in line.text for line in evaluate(tree, facts).lines)


@given(trees)
def test_the_facts_asked_for_decide(tree):
    """Who knows the facts of `facts_in` knows all that matters."""
    facts = dict.fromkeys(FACTS)
    assert {line.leaf["fact"] for line in evaluate(tree, facts).unknown} <= set(facts_in(tree))


# --- checked ----------------------------------------------------------------------------------------------------------

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "fact", "op", "value", "clause", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(json, json)
def test_nothing_that_json_can_hold_breaks_it(tree, facts):
    check_tree(tree)
    describe(tree)
    answer = evaluate(tree, facts if isinstance(facts, dict) else {})
    assert all(line.text and line.for_the_office for line in answer.lines)
    assert answer.open_facts <= set(FACTS)
    assert answer.verdict in Verdict


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        "all",
        {"all": []},
        {"any": []},
        {"all": [leaf("age", "at_most", 40)], "any": [leaf("age", "at_most", 40)]},
        {"all": leaf("age", "at_most", 40)},
        {"not": []},
        leaf("weight", "at_most", 40),
        leaf("age", "within", 40),
        leaf("age", "at_most", "forty"),
        leaf("age", "at_most", -1),
        leaf("age", "at_most", 1000),
        leaf("age", "at_most", True),
        leaf("age", ["at_most"], 40),
        leaf(["age"], "at_most", 40),
        leaf("degree", "at_least", "wizard"),
        leaf("degree", "in", []),
        leaf("degree", "in", "master"),
        leaf("degree", "at_least", ["master"]),
        leaf("degree", "in", [["master"]]),
        leaf("region", "within", "5301"),
        leaf("region", "within", "530000/530100"),
        leaf("returned", "is", "maybe"),
        leaf("age", "at_most", 40, note="x"),
        leaf("age", "at_most", 40, clause=4),
        {"fact": "age", "op": "at_most"},
    ],
)
def test_what_editors_must_not_write(tree):
    assert check_tree(tree)


def test_depth_and_size_are_limited():
    deep = leaf("age", "at_most", 40)
    for _step in range(MAX_DEPTH):
        deep = {"not": deep}
    assert check_tree(deep) == []
    assert check_tree({"not": deep})
    assert evaluate({"not": deep}, {"age": 30}).verdict == Verdict.UNKNOWN
    many = [leaf("age", "at_most", 40)] * MAX_LEAVES
    assert check_tree({"all": many}) == []
    assert check_tree({"all": [*many, many[0]]})


@pytest.mark.parametrize("key", FACTS)
def test_every_fact_can_be_asked_in_two_languages(key):
    fact = FACTS[key]
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert str(fact.label)
            assert str(fact.question)
            assert all(str(label) for label in (fact.choices or {}).values())
