"""The staff pages: who may see what, and that no whole number shows."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import queries, services
from accounts.models import Organization, Person, Reveal, Role, StaffPost, Unit, User
from accounts.permissions import roles_in
from regions.models import Region
from tests.accounts.test_services import CANARY, register, register_unit
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "13800138000", "known@example.org"
MODELS = ["user", "staffpost", "organization", "unit", "unitsuccession", "person", "reveal"]


@pytest.fixture
def office(db):
    region = Region.objects.create(code="530000", kind="PROVINCE", name_zh="云南省", name_en="Yunnan", path="530000")
    return Organization.objects.create(
        name_zh="厅", name_en="Office", uscc="11990000MB0000001X", region=region, document_prefix="云"
    )


@pytest.fixture
def staff(office):
    def make(role, **fields):
        user = User.objects.create_user(email=f"{role}@example.org".lower(), name=role, is_staff=True, **fields)
        StaffPost.objects.create(
            user=user, role=role, organization=office, region=office.region, starts_on="2024-01-01"
        )
        return user

    return make


@pytest.fixture
def person(known, office):
    register_unit(known, office.region)
    return register(known)


@pytest.fixture
def signed_in(client, staff):
    def sign_in(role):
        client.force_login(staff(role))
        return client

    return sign_in


LISTED = {
    Role.ADMINISTRATOR: set(MODELS),
    Role.CLERK: {"organization", "unit", "person"},
    Role.EXAMINER: {"organization", "unit", "person"},
    Role.OFFICIAL: {"organization"},
    Role.EXPERT: set(),
}


@pytest.mark.parametrize("role", LISTED)
def test_each_role_opens_what_it_needs(signed_in, role):
    client = signed_in(role)
    opened = {m for m in MODELS if client.get(reverse(f"admin:accounts_{m}_changelist")).status_code == 200}
    assert opened == LISTED[role]


@pytest.mark.parametrize("role", [Role.CLERK, Role.EXAMINER, Role.OFFICIAL, Role.EXPERT])
def test_only_administrators_change_anything(signed_in, office, role):
    client = signed_in(role)
    assert client.post(reverse("admin:accounts_user_add"), {}).status_code == 403
    assert client.post(reverse("admin:accounts_staffpost_add"), {}).status_code == 403
    client.post(reverse("admin:accounts_organization_change", args=[office.pk]), {"name_zh": "x"})
    office.refresh_from_db()
    assert office.name_zh == "厅"


def test_a_former_clerk_opens_nothing(client, staff):
    user = staff(Role.CLERK)
    user.posts.update(ends_on="2024-02-01")
    client.force_login(user)
    assert client.get(reverse("admin:accounts_unit_changelist")).status_code == 403


def test_roles_are_asked_once_per_request(rf, staff, django_assert_num_queries):
    request = rf.get("/")
    request.user = staff(Role.CLERK)
    roles_in(request)
    with django_assert_num_queries(0):
        assert roles_in(request) == {Role.CLERK}


def test_nothing_is_listed_that_others_registered():
    from django.contrib import admin

    names = {model._meta.label for model in admin.site._registry}
    assert names.isdisjoint({"account.EmailAddress", "mfa.Authenticator", "auth.Group"})


def all_pages(client, person):
    unit, user = Unit.objects.get(), person.user
    yield from (client.get(reverse(f"admin:accounts_{model}_changelist")) for model in MODELS)
    yield client.get(reverse("admin:accounts_user_changelist") + "?q=8000")
    yield client.post(reverse("admin:accounts_person_changelist"), {"term": CANARY})
    for model, row in (("person", person), ("user", user), ("unit", unit)):
        yield client.get(reverse(f"admin:accounts_{model}_change", args=[row.pk]))
        yield client.get(reverse(f"admin:accounts_{model}_history", args=[row.pk]))
    yield client.get(reverse("admin:accounts_person_reveal", args=[person.pk]))
    yield client.get(reverse("admin:accounts_unit_changelist") + "?q=9199")
    yield client.get(reverse("admin:index"))
    yield client.get(
        reverse("admin:autocomplete") + "?app_label=accounts&model_name=staffpost&field_name=user&term=8000"
    )


def test_whole_numbers_and_hashes_show_nowhere(client, person):
    client.force_login(User.objects.create_superuser("root@example.org", PASSWORD))
    pages = [response.content.decode() for response in all_pages(client, person)]
    assert any("990*************4X" in page for page in pages)
    assert any("138****8000" in page for page in pages)
    for secret in (CANARY, PHONE, EMAIL, person.id_fingerprint, person.user.password):
        assert not [page for page in pages if secret in page]


def test_reveal_needs_a_reason_and_writes_a_row(signed_in, person):
    client = signed_in(Role.CLERK)
    path = reverse("admin:accounts_person_reveal", args=[person.pk])
    assert CANARY not in client.post(path, {"reason": " "}).content.decode()
    assert not Reveal.objects.exists()
    response = client.post(path, {"reason": "compare with the card"})
    assert CANARY in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert Reveal.objects.get().by.name == Role.CLERK


def test_who_may_not_see_people_may_not_reveal(signed_in, person):
    client = signed_in(Role.OFFICIAL)
    assert client.post(reverse("admin:accounts_person_reveal", args=[person.pk]), {"reason": "x"}).status_code == 404
    assert client.post(reverse("admin:accounts_person_confirm", args=[person.pk])).status_code == 404
    assert not Reveal.objects.exists()


def test_confirm_at_the_window(signed_in, person):
    client = signed_in(Role.CLERK)
    path = reverse("admin:accounts_person_confirm", args=[person.pk])
    client.get(path)
    assert Person.objects.get().level == Person.Level.CHECKED
    client.post(path)
    assert Person.objects.get().level == Person.Level.CONFIRMED


def test_verify_units(signed_in, person):
    client, unit = signed_in(Role.ADMINISTRATOR), Unit.objects.get()
    path = reverse("admin:accounts_unit_changelist")
    client.post(path, {"action": "verify", "_selected_action": [unit.pk]})
    unit.refresh_from_db()
    assert unit.status == Unit.Status.VERIFIED


def test_new_staff_sign_in_by_code(signed_in, client, last_code):
    signed_in(Role.ADMINISTRATOR)
    data = {"name": "新人", "email": "New.Staff@example.org", "phone": "", "is_staff": "on"}
    response = client.post(reverse("admin:accounts_user_add"), data)
    assert response.status_code == 302
    user = User.objects.get(name="新人")
    assert not user.has_usable_password()
    client.logout()
    client.post(reverse("account_request_login_code"), {"contact": "new.staff@example.org"})
    client.post(reverse("account_confirm_login_code"), {"code": last_code("new.staff@example.org")})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_administrator_cannot_become_a_superuser(signed_in, client):
    signed_in(Role.ADMINISTRATOR)
    me = User.objects.get(name=Role.ADMINISTRATOR)
    root = User.objects.create_superuser("root@example.org", PASSWORD)
    form = {
        "name": "x", "language": "en", "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "posts-TOTAL_FORMS": "0", "posts-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert client.post(reverse("admin:accounts_user_change", args=[me.pk]), form).status_code == 302
    assert client.post(reverse("admin:accounts_user_change", args=[root.pk]), form).status_code == 403
    me.refresh_from_db()
    assert (me.name, me.is_superuser) == ("x", False)


@pytest.fixture
def other(office):
    """Another account of the same human being, opened with a passport; both documents were seen."""
    user = User.objects.create_user(email="passport@example.org", password=PASSWORD, name="x")
    facts = {"document_type": "PASSPORT", "number": "E12345678", "issuing_country": "GB", "name": "Smith"}
    return services.register_person(user=user, birth_date=date(1990, 3, 7), now=timezone.now(), **facts)


def test_a_clerk_links_two_documents_of_one_person(signed_in, person, other):
    Person.objects.update(level=Person.Level.CONFIRMED)
    client, path = signed_in(Role.CLERK), "/en" + reverse("admin:accounts_person_same", args=[person.pk])
    assert "No other record has this document number." in client.post(path, {"number": "E00000000"}).content.decode()
    assert client.post(path, {"number": "E 1234 5678"}).status_code == 302
    person.refresh_from_db()
    assert person.same_as == other
    assert (
        set(queries.same_person(person.user))
        == set(queries.same_person(other.user))
        == {
            person.user_id,
            other.user_id,
        }
    )
    assert "linked already" in client.post(path, {"number": "E12345678"}).content.decode()


def test_documents_that_nobody_saw_are_not_linked(signed_in, person, other):
    client, path = signed_in(Role.CLERK), reverse("admin:accounts_person_same", args=[person.pk])
    assert client.post(path, {"number": "E12345678"}).status_code == 200
    person.refresh_from_db()
    assert person.same_as is None


def test_an_administrator_records_who_succeeds_a_unit(signed_in, person):
    old = Unit.objects.get()
    new = Unit.objects.create(name="新设公司", uscc="91990100MA0000002E", region=old.region, work_region=old.region)
    client, path = signed_in(Role.ADMINISTRATOR), reverse("admin:accounts_unitsuccession_add")
    facts = {"old": old.pk, "new": new.pk, "share": 60, "starts_on": "2026-09-21", "basis": "分立协议"}
    assert client.post(path, facts).status_code == 302
    old.refresh_from_db()
    assert (old.status, old.successions.get().new) == ("DISSOLVED", new)
    third = Unit.objects.create(name="另一公司", uscc="91990100MA0000003C", region=old.region, work_region=old.region)
    assert client.post(path, facts | {"new": third.pk, "share": 50}).status_code == 200  # more than all of it
    assert client.post(path, facts | {"new": third.pk, "share": 40}).status_code == 302
    assert not old.members.filter(left_at=None).exists()
