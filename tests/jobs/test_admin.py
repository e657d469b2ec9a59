import pytest
from django.template import Context, Template

from jobs import services
from jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, django_user_model, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    client.force_login(django_user_model.objects.create_superuser(email="root@example.org"))
    return client


@pytest.fixture
def jobs(now):
    for key in ("waits", "gave-up", "did-it"):
        services.enqueue(kind="test", key=key, now=now)
    Job.objects.filter(key="gave-up").update(aside_at=now, attempts=8)
    Job.objects.filter(key="did-it").update(done_at=now)


@pytest.mark.parametrize(("standing", "key"), [("waiting", "waits"), ("aside", "gave-up"), ("done", "did-it")])
def test_the_list_can_be_narrowed(administrator, jobs, standing, key):
    page = administrator.get(f"/admin/jobs/job/?standing={standing}").text
    assert [other for other in ("waits", "gave-up", "did-it") if f">{other}<" in page] == [key]


def test_a_job_is_tried_again(administrator, jobs):
    ids = list(Job.objects.values_list("pk", flat=True))
    sent = {"action": "try_again", "_selected_action": ids}
    assert administrator.post("/admin/jobs/job/", sent, follow=True).status_code == 200
    assert list(Job.objects.filter(aside_at=None, attempts=0).values_list("key", flat=True)) == [
        "waits",
        "gave-up",
        "did-it",
    ]
    assert Job.objects.get(key="did-it").done_at


def test_nobody_edits_a_job(administrator, jobs):
    pk = Job.objects.first().pk
    assert administrator.get("/admin/jobs/job/add/").status_code == 403
    assert administrator.post(f"/admin/jobs/job/{pk}/change/", {"kind": "x"}).status_code == 403
    assert administrator.post(f"/admin/jobs/job/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_other_staff_see_none(client, django_user_model, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    client.force_login(django_user_model.objects.create_user(email="clerk@example.org", is_staff=True))
    assert client.get("/admin/jobs/job/").status_code == 403


def test_the_front_page_says_how_old_the_oldest_job_is(jobs):
    words = Template("{% load waiting %}{% waiting_jobs %}").render(Context())
    assert "notice--seal" in words
