from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, connection, transaction

from accounts import queries, services
from accounts.contacts import Contact
from accounts.models import Person, Reveal, Unit, UnitMember, User
from regions.models import Region
from talentportal.lib.refusals import Refused
from tests.cast import PASSWORD, moment

pytestmark = pytest.mark.usefixtures("english")
NOW = moment("2026-09-18 10:00")
CANARY = "99010119900307004X"
IDENTITY = {"name": "单雄信", "document_type": "RESIDENT_ID", "number": CANARY, "birth_date": None}
CODE = "91990100MA0000001G"


@pytest.fixture
def other(db):
    return User.objects.create_user(phone="+8613900139000", password=PASSWORD, name="李一")


@pytest.fixture
def region(db):
    return Region.objects.create(code="530000", kind="PROVINCE", name_zh="云南省", name_en="Yunnan", path="530000")


def register(user, **changes) -> Person:
    return services.register_person(user=user, now=NOW, **IDENTITY | changes)


def test_register_person(known):
    person = register(known)
    person.refresh_from_db()
    assert person.id_number == CANARY
    assert (person.id_masked, person.name_pinyin, person.birth_date, person.sex) == (
        "990*************4X",
        "shan xiong xin",
        date(1990, 3, 7),
        "F",
    )
    assert (person.level, person.checked_at) == (Person.Level.CHECKED, NOW)
    assert list(queries.people_with_document(CANARY.lower())) == [person]
    assert CANARY not in repr(vars(person))


def test_the_number_is_not_in_the_database_in_plain(known):
    register(known)
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(accounts_person)::text from accounts_person")
        (row,) = cursor.fetchone()
    assert CANARY not in row
    assert CANARY.encode().hex() not in row


def test_a_document_belongs_to_one_account_and_the_words_do_not_say_whose(known, other):
    register(known)
    with pytest.raises(ValidationError) as refused:
        register(other, number="990101 19900307 004x")
    assert refused.value.message_dict == {
        "number": ["This document cannot be registered here. If it is yours, a window can help you."]
    }
    assert Person.objects.get().user == known


def test_the_same_number_of_two_countries_is_two_documents(known, other):
    passport = {"document_type": "PASSPORT", "number": "E12345678", "birth_date": date(1990, 3, 7)}
    register(known, **passport, issuing_country="FR")
    register(other, **passport, issuing_country="DE")
    assert Person.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_once_one_document():
    users = [User.objects.create_user(phone=f"+861390013900{n}", password=None) for n in range(4)]

    def attempt(user):
        try:
            register(user)
        except ValidationError as refused:
            return list(refused.message_dict)
        finally:
            connection.close()
        return "registered"

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(attempt, users))
    assert sorted(map(str, results)) == ["['number']"] * 3 + ["registered"]
    assert Person.objects.count() == 1


def test_a_record_may_be_corrected_until_it_is_confirmed(known, other):
    person = register(known)
    assert register(known, name="单雄杰").pk == person.pk
    services.confirm_person(person=person, actor=other, now=NOW)
    with pytest.raises(Refused, match="take the new document to a window"):
        register(known)
    with pytest.raises(Refused, match="confirmed already"):
        services.confirm_person(person=person, actor=other, now=NOW)
    assert Person.objects.get().level == Person.Level.CONFIRMED


def test_nobody_confirms_themselves(known):
    person = register(known)
    with pytest.raises(Refused, match="Somebody else"):
        services.confirm_person(person=person, actor=known, now=NOW)


def test_a_look_at_a_number_leaves_a_row_that_stays(known, other):
    person = register(known)
    assert services.reveal_number(person=person, actor=other, reason=" compare with the card ", now=NOW) == CANARY
    row = Reveal.objects.get()
    assert (row.person, row.by, row.reason, row.at) == (person, other, "compare with the card", NOW)
    for change in (lambda: Reveal.objects.update(reason="x"), lambda: Reveal.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    assert Reveal.objects.get().reason == "compare with the card"


def test_no_look_without_a_reason(known, other):
    person = register(known)
    with pytest.raises(Refused, match="Give the reason"):
        services.reveal_number(person=person, actor=other, reason="  ", now=NOW)
    assert not Reveal.objects.exists()


def register_unit(owner, region, code=CODE) -> Unit:
    return services.register_unit(
        name="云岭示例科技有限公司", code=code, region=region, work_region=region, actor=owner, now=NOW
    )


def test_register_unit(known, region):
    unit = register_unit(known, region, "91990100 ma0000001g")
    assert (unit.uscc, unit.status) == (CODE, Unit.Status.PENDING)
    assert queries.membership(known, unit).role == UnitMember.Role.OWNER
    assert list(queries.units_of(known)) == [unit]


@pytest.mark.parametrize(("code", "words"), [("91990100MA0000001H", "does not fit"), ("91", "has 18 characters")])
def test_a_wrong_credit_code_is_named(known, region, code, words):
    with pytest.raises(ValidationError) as refused:
        register_unit(known, region, code)
    assert words in refused.value.message_dict["uscc"][0]
    assert not Unit.objects.exists()


def test_a_credit_code_is_registered_once(known, other, region):
    register_unit(known, region)
    with pytest.raises(ValidationError) as refused:
        register_unit(other, region)
    assert refused.value.message_dict == {"uscc": ["This unit is registered already. Ask its owner to add you."]}


def add(unit, actor, contact=("phone", "+8613900139000"), role="HR"):
    return services.add_member(unit=unit, contact=Contact(*contact), role=role, actor=actor, now=NOW)


def test_members_come_and_go_at_once(known, other, region):
    unit = register_unit(known, region)
    member = add(unit, known)
    assert list(queries.units_of(other)) == [unit]
    with pytest.raises(Refused, match="a member already"):
        add(unit, known)
    services.end_membership(member=member, actor=known, now=NOW)
    assert not queries.units_of(other).exists()
    assert queries.membership(other, unit) is None
    with pytest.raises(Refused, match="cannot end"):
        services.end_membership(member=member, actor=known, now=NOW)
    assert add(unit, known).pk != member.pk


def test_only_owners_add_and_end(known, other, region):
    unit = register_unit(known, region)
    add(unit, known)
    with pytest.raises(Refused, match="Only an owner"):
        add(unit, other, ("email", "known@example.org"))
    with pytest.raises(Refused, match="cannot end"):
        services.end_membership(member=queries.membership(known, unit), actor=other, now=NOW)


def test_a_unit_keeps_an_owner(known, other, region):
    unit = register_unit(known, region)
    mine = queries.membership(known, unit)
    with pytest.raises(Refused, match="needs an owner"):
        services.end_membership(member=mine, actor=known, now=NOW)
    add(unit, known, role="OWNER")
    services.end_membership(member=mine, actor=known, now=NOW)
    assert [member.user for member in unit.members.filter(left_at=None)] == [other]


def test_somebody_without_an_account_cannot_be_added(known, region):
    unit = register_unit(known, region)
    with pytest.raises(Refused, match="No account"):
        add(unit, known, ("phone", "+8613900139999"))


def test_a_unit_is_verified_by_somebody_else_and_closing_ends_access(known, other, region):
    unit = register_unit(known, region)
    with pytest.raises(Refused, match="somebody else"):
        services.set_unit_status(unit=unit, status="VERIFIED", actor=known, now=NOW)
    services.set_unit_status(unit=unit, status="VERIFIED", actor=other, now=NOW)
    with pytest.raises(Refused, match="Nothing to change"):
        services.set_unit_status(unit=unit, status="VERIFIED", actor=other, now=NOW)
    services.set_unit_status(unit=unit, status="DISSOLVED", actor=other, now=NOW)
    assert not queries.units_of(known).exists()
    with pytest.raises(Refused, match="dissolved"):
        services.set_unit_status(unit=unit, status="VERIFIED", actor=other, now=NOW)
