import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_started

from jobs import checks
from jobs.models import Deployment
from tests.jobs.conftest import python

pytestmark = pytest.mark.django_db

REAL, INVENTED, UNKNOWN = False, True, None


@pytest.mark.parametrize(
    ("holds", "users", "demo", "debug", "reason"),
    [
        (INVENTED, True, True, False, ""),
        (INVENTED, True, True, True, ""),
        (INVENTED, True, False, False, checks.DEMO_DATA_IN_EARNEST),
        (INVENTED, True, False, True, checks.DEMO_DATA_IN_EARNEST),
        (REAL, True, False, False, ""),
        (REAL, False, True, False, checks.DEMO_BESIDE_REAL_DATA),
        (REAL, True, True, True, ""),
        (UNKNOWN, True, True, False, checks.DEMO_BESIDE_REAL_DATA),
        (UNKNOWN, False, True, False, ""),
        (UNKNOWN, True, False, False, ""),
    ],
)
def test_demo_and_real_data_never_meet(settings, django_user_model, now, holds, users, demo, debug, reason):
    settings.DEMO, settings.DEBUG = demo, debug
    if users:
        django_user_model.objects.create_user(email="a@example.org")
    if holds is not UNKNOWN:
        Deployment.objects.create(is_demo=holds, province="yunnan", created_at=now)
    assert checks.mixed_deployment() == reason
    assert [error.msg for error in checks.deployment_check(None, ["default"])] == ([reason] if reason else [])
    if reason:
        with pytest.raises(ImproperlyConfigured, match=reason[:20]):
            checks.refuse_mixed_deployment()
    else:
        checks.refuse_mixed_deployment()


@pytest.mark.parametrize(("holds", "reason"), [(REAL, checks.DEMO_BESIDE_REAL_DATA), (INVENTED, ""), (UNKNOWN, "")])
def test_a_developer_runs_no_demo_over_the_names_of_real_people(settings, applicant, now, holds, reason):
    settings.DEMO = settings.DEBUG = True
    if holds is not UNKNOWN:
        Deployment.objects.create(is_demo=holds, province="yunnan", created_at=now)
    assert checks.mixed_deployment() == reason


@pytest.mark.django_db(transaction=True)
def test_a_web_process_refuses_to_start(now):
    Deployment.objects.create(is_demo=True, province="yunnan", created_at=now)
    ended = python("import talentportal.wsgi", DEMO="0")
    assert ended.returncode != 0
    assert checks.DEMO_DATA_IN_EARNEST in ended.stderr
    assert python("import talentportal.wsgi", DEMO="1", DEBUG="0").returncode == 0


@pytest.mark.django_db(transaction=True)
def test_without_a_database_it_starts_and_asks_again_at_the_first_request():
    script = """
import talentportal.wsgi
from django.core.signals import request_started
print([receiver[0][0] for receiver in request_started.receivers])
"""
    ended = python(script, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert ended.returncode == 0, ended.stderr
    assert "mixed deployment" in ended.stdout


def test_the_question_is_not_asked_again_once_answered():
    request_started.connect(checks.refuse_mixed_deployment, dispatch_uid="mixed deployment")
    checks.refuse_mixed_deployment()
    assert "mixed deployment" not in [receiver[0][0] for receiver in request_started.receivers]
