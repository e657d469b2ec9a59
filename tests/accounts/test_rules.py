from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts import rules
from accounts.models import Person, UnitMember

pytestmark = pytest.mark.usefixtures("english")
TODAY = date(2026, 9, 18)
GOOD = {
    "document_type": "RESIDENT_ID",
    "number": "11010519491231002X",
    "name": "陈思远",
    "birth_date": None,
    "sex": "",
    "issuing_country": "",
    "today": TODAY,
}


def faults_of(**changes) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        rules.check_identity(**GOOD | changes)
    return {field: [str(error) for error in errors] for field, errors in refused.value.message_dict.items()}


def test_a_resident_number_tells_birth_date_and_sex():
    assert rules.check_identity(**GOOD) == rules.Identity(
        "RESIDENT_ID", "CN", "11010519491231002X", "陈思远", date(1949, 12, 31), "F", Person.Level.CHECKED
    )


@pytest.mark.parametrize(
    "number", ["11010519491231002x", " 110105 19491231 002x ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_lower_case_x_spaces_and_full_width_are_put_right(number):
    assert rules.check_identity(**GOOD | {"number": number}).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"number": "110105194912310021"}, "number", "The last character does not fit the others."),
        ({"number": "1101051949123100"}, "number", "must have 18 characters; this one has 16"),
        ({"number": "110105491231002"}, "number", "old 15-digit number"),
        ({"number": "11010520991231002X"}, "number", "lies in the future"),
        ({"number": "990101199003070015"}, "number", "No province has the code 99"),
        ({"number": "81000019491231002X"}, "number", "residence permit"),
        ({"birth_date": date(1949, 12, 30)}, "birth_date", "does not match the number"),
        ({"sex": "M"}, "sex", "The number says otherwise"),
        ({"name": " "}, "name", "Enter a name"),
        ({"name": "陈" * 500}, "name", "at most 100 characters; this one has 500"),
        ({"name": "<b>陈</b>"}, "name", "angle brackets"),
        ({"name": '=A1&"陈"'}, "name", "quotation marks"),
    ],
)
def test_each_fault_stands_beside_its_field(changes, field, words):
    faults = faults_of(**changes)
    assert list(faults) == [field]
    assert words in faults[field][0]


PASSPORT = {"document_type": "PASSPORT", "number": "E12345678", "birth_date": date(1990, 3, 7), "issuing_country": "FR"}


def test_a_passport_is_declared_only_and_keeps_its_country():
    identity = rules.check_identity(**GOOD | PASSPORT | {"name": "Jean-Luc"})
    assert identity.level == Person.Level.DECLARED
    assert identity.issuing_country == "FR"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"birth_date": None}, {"birth_date": ["Enter the date of birth."]}),
        ({"birth_date": date(2026, 9, 19)}, {"birth_date": ["The date of birth lies in the future."]}),
        ({"birth_date": date(1870, 1, 1)}, {"birth_date": ["Check the year of birth."]}),
        ({"issuing_country": ""}, {"issuing_country": ["Choose the country that issued the passport."]}),
        ({"birth_date": date(2012, 9, 19)}, {"birth_date": ["A guardian registers children under 14, at a window."]}),
    ],
)
def test_what_a_passport_needs_besides(changes, expected):
    assert faults_of(**PASSPORT | changes) == expected


def test_all_faults_are_named_at_once():
    assert sorted(faults_of(**PASSPORT | {"number": "?", "name": "", "birth_date": None, "issuing_country": ""})) == [
        "birth_date",
        "issuing_country",
        "name",
        "number",
    ]


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "䶮𬭎", "Ng", "O'Neill-García de la Cruz"])
def test_names_of_every_script_pass(name):
    assert rules.check_identity(**GOOD | {"name": name}).name == name


def test_fourteenth_birthday():
    assert rules.age_on(date(2026, 9, 18), date(2012, 9, 18)) == 14
    assert rules.age_on(date(2026, 9, 17), date(2012, 9, 18)) == 13


def test_only_owners_manage_and_everybody_may_leave():
    owner = UnitMember(pk=1, role="OWNER")
    hr = UnitMember(pk=2, role="HR")
    former = UnitMember(pk=3, role="OWNER", left_at="2026-01-01")
    assert [rules.may_manage_members(member) for member in (owner, hr, former, None)] == [True, False, False, False]
    assert [rules.may_end(hr, by) for by in (owner, hr, None)] == [True, True, False]
    assert not rules.may_end(owner, hr)
    assert not rules.may_end(former, owner)
