from datetime import date

import pytest

from accounts import queries
from accounts.models import Organization, Role, StaffPost, User
from regions.models import Region

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 18)


@pytest.fixture
def staff(db):
    region = Region.objects.create(code="530000", kind="PROVINCE", name_zh="云南省", name_en="Yunnan", path="530000")
    office = Organization.objects.create(name_zh="厅", name_en="Office", uscc="1", region=region, document_prefix="云")
    user = User.objects.create_user(email="staff@example.org", is_staff=True)
    posts = [
        (Role.CLERK, date(2024, 1, 1), None),
        (Role.EXAMINER, date(2024, 1, 1), DAY),
        (Role.LEADER, date(2026, 9, 19), None),
        (Role.OFFICIAL, DAY, date(2026, 9, 19)),
    ]
    for role, start, end in posts:
        StaffPost.objects.create(user=user, role=role, organization=office, region=region, starts_on=start, ends_on=end)
    return user


def test_a_post_counts_from_its_first_day_until_the_day_before_its_end(staff):
    assert queries.roles_of(staff, DAY) == {Role.CLERK, Role.OFFICIAL}
    assert queries.has_role(staff, Role.OFFICIAL, DAY)
    assert not queries.has_role(staff, Role.EXAMINER, DAY)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_has_left_holds_no_post(staff, change):
    for name, value in change.items():
        setattr(staff, name, value)
    assert queries.roles_of(staff, DAY) == frozenset()
    assert not queries.posts_of(staff, DAY).exists()


def test_find_people_by_whole_terms_only(known):
    from tests.accounts.test_services import CANARY, register

    person = register(known)
    assert queries.find_people(CANARY) == [person]
    assert queries.find_people(" 单雄信 ") == [person]
    assert [queries.find_people(term) for term in ("单", "9901", "", "%")] == [[], [], [], []]
