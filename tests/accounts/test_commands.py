import pytest
from django.core.management import CommandError, call_command

from accounts.models import User

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
