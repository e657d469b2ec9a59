import pytest

from notifications.models import MessageTemplate
from talentportal import context
from tests.cast import moment


@pytest.fixture(autouse=True)
def _named_site(monkeypatch):
    monkeypatch.setattr(context, "site_data", lambda: {"name": {"zh": "云南人才服务", "en": "Yunnan Talent Services"}})


@pytest.fixture
def now():
    return moment("2026-09-18 10:00")


@pytest.fixture
def talent(db, django_user_model):
    return django_user_model.objects.create_user(
        email="talent@example.org", phone="+8613800000001", phone_verified=True, name="陈思远"
    )


@pytest.fixture
def foreigner(db, django_user_model):
    return django_user_model.objects.create_user(
        email="anna@example.org", phone="+8613800000002", phone_verified=True, language="en"
    )


@pytest.fixture
def template(db):
    return MessageTemplate.objects.create(
        event="accepted_with_deferral",
        title_zh="已容缺受理",
        title_en="Accepted with incomplete materials",
        body_zh="“{item}”已受理，请于{date}前补齐{count}项材料。",
        body_en="We have accepted “{item}”. Send the {count} missing documents by {date}.",
        sms_zh="已容缺受理，请于{date}前补齐{count}项材料。",
        sms_en="Accepted. Send {count} documents by {date}.",
        channels=["SMS", "EMAIL"],
    )


@pytest.fixture
def words():
    return {"item": {"zh": "职称核验", "en": "Title verification"}, "date": "2026-10-09", "count": 2}
