"""Windows and workstations in the admin."""

import pytest
from django.urls import reverse

from workstations.models import Window

pytestmark = pytest.mark.django_db


def window_page(world) -> str:
    return reverse("admin:workstations_window_change", args=[world.window.pk])


@pytest.mark.parametrize(
    ("who", "status", "may_edit"), [("administrator", 200, True), ("clerk", 200, False), ("expert", 403, None)]
)
def test_who_reads_and_who_edits_a_window(client, request, world, who, status, may_edit):
    client.force_login(request.getfixturevalue(who))
    shown = client.get(window_page(world))
    assert shown.status_code == status
    if status == 200:
        assert shown.context["has_change_permission"] == may_edit
    assert client.get(reverse("admin:workstations_workstation_changelist")).status_code == status


def test_an_administrator_sets_hours_and_status(client, world, administrator):
    client.force_login(administrator)
    form = client.get(window_page(world)).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields if form[name].value() is not False}
    data |= {"status": "PAUSED", "posts": []}
    data |= {
        "hours-TOTAL_FORMS": 1,
        "hours-INITIAL_FORMS": 0,
        "hours-0-weekday": 1,
        "hours-0-opens_at": "09:00",
        "hours-0-closes_at": "17:00",
        "hours-0-window": world.window.pk,
        "items-TOTAL_FORMS": 0,
        "items-INITIAL_FORMS": 0,
    }
    assert client.post(window_page(world), data).status_code == 302
    window = Window.objects.get(pk=world.window.pk)
    assert (window.status, [str(hours) for hours in window.hours.all()]) == ("PAUSED", ["星期一 09:00–17:00"])
