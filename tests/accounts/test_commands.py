import io

import pytest
from django.core.management import CommandError, call_command

from accounts import queries
from accounts.management.commands import reseal
from accounts.models import Person, User
from certificates.models import Batch, BatchRow
from tests import cast

pytestmark = pytest.mark.django_db
GOOD = ["root@example.org", "Root"], ["Correct-horse-battery-9"] * 2


@pytest.fixture
def answer(monkeypatch):
    def with_these(typed, hidden):
        typed, hidden = iter(typed), iter(hidden)
        monkeypatch.setattr("builtins.input", lambda _question: next(typed))
        monkeypatch.setattr("getpass.getpass", lambda _question: next(hidden))

    return with_these


def test_create_administrator(answer):
    answer(*GOOD)
    call_command("create_administrator")
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("root@example.org", True, True)
    assert user.check_password("Correct-horse-battery-9")
    answer(*GOOD)
    with pytest.raises(CommandError, match="taken"):
        call_command("create_administrator")


@pytest.mark.parametrize(
    ("typed", "hidden"),
    [
        (["nobody", "Root"], ["Correct-horse-battery-9"] * 2),
        (["root@example.org", "Root"], ["12345678901"] * 2),
        (["root@example.org", "Root"], ["Correct-horse-battery-9", "Correct-horse-battery-8"]),
    ],
)
def test_nothing_is_created_from_bad_answers(answer, typed, hidden):
    answer(typed, hidden)
    with pytest.raises(CommandError):
        call_command("create_administrator")
    assert not User.objects.exists()


def test_the_password_is_no_argument():
    with pytest.raises(CommandError):
        call_command("create_administrator", "--password", "x")


# --- reseal ----------------------------------------------------------------------------------------------------------

OLD = {"1": b"1" * 32}
NEW = {"2": b"2" * 32, "1": b"1" * 32}
ONLY_NEW = {"2": b"2" * 32}


@pytest.fixture
def people(settings, db, monkeypatch):
    """Three people and a line of a batch, sealed with the old keys; chunks of two."""
    monkeypatch.setattr(reseal, "CHUNK", 2)
    settings.FIELD_KEYS, settings.INDEX_KEYS = OLD, OLD
    world = cast.make_world()
    numbers = ("990101199003070015", "990101198808150026", "99010119900307004X")
    users = [cast.make_person(f"p{n}@example.org", "陈思远", number) for n, number in enumerate(numbers)]
    batch = Batch.objects.create(
        kind=world.guide.certificate_kind,
        organization=world.office,
        title="批次",
        document_no="1",
        approved_on=cast.day("2026-09-18"),
        created_by=users[0],
        created_at=cast.moment("2026-09-18 10:00"),
    )
    BatchRow.objects.create(batch=batch, line=2, name="陈", id_number="990101199003070015")
    BatchRow.objects.create(batch=batch, line=3, name="没有号码")
    settings.FIELD_KEYS, settings.INDEX_KEYS = NEW, NEW
    return dict(zip(numbers, users, strict=True))


def run() -> str:
    out = io.StringIO()
    call_command("reseal", stdout=out)
    return out.getvalue()


def test_numbers_are_sealed_anew_and_found_without_the_old_keys(people, settings):
    said = run()
    assert "accounts.Person.id_number: 3 sealed anew" in said
    assert "certificates.BatchRow.id_number: 1 sealed anew" in said
    assert "accounts.Person.id_fingerprint: 3 made anew" in said
    settings.FIELD_KEYS = settings.INDEX_KEYS = ONLY_NEW
    for number, user in people.items():
        assert Person.objects.get(user=user).id_number == number
        assert [person.user for person in queries.find_people(number)] == [user]
    assert BatchRow.objects.get(line=2).id_number == "990101199003070015"


def test_a_second_run_changes_nothing(people):
    run()
    before = list(Person.objects.values_list("id_fingerprint", "id_number"))
    said = run()
    assert {line.split(": ")[1] for line in said.splitlines()} == {"0 sealed anew", "0 made anew"}
    assert list(Person.objects.values_list("id_fingerprint", "id_number")) == before


def test_a_row_that_does_not_open_is_named_and_stops_no_other(people, settings):
    settings.FIELD_KEYS = {"9": b"9" * 32}  # somebody else's key
    lost = cast.make_person("lost@example.org", "李一", "990102199511300039").person
    settings.FIELD_KEYS = NEW
    with pytest.raises(CommandError, match=f"accounts.Person {lost.pk}") as told:
        run()
    assert "990102199511300039" not in str(told.value)
    settings.FIELD_KEYS = ONLY_NEW
    assert {str(person.id_number) for person in Person.objects.exclude(pk=lost.pk)} == set(people)
