"""No page of the admin leads its reader to a closed door: every link of every page is followed, role by role."""

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve

from tests.access import world
from tests.access.test_matrix import client_of
from tests.access.world import ROLES

pytestmark = pytest.mark.django_db

STAFF = [role for role in ROLES if role not in ("anonymous", "owner", "stranger", "handler")]
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
ALIKE = 2  # rows of a kind are alike: so many are opened


@pytest.mark.parametrize("role", STAFF)
def test_every_link_of_the_admin_opens(role):
    client, start = client_of(world.build(), role), "/en/admin/"
    seen, waiting, closed, kinds = {start}, deque([(start, "the start")]), [], Counter()
    while waiting:
        address, source = waiting.popleft()
        answer = client.get(address)
        if answer.status_code >= 400:
            closed.append(f"{answer.status_code} {address} from {source}")
        if answer.streaming:
            b"".join(answer)
        elif answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            for found in map(unescape, LINK.findall(answer.content.decode())):
                path = urlsplit(urljoin(address, found)).path  # the same page sorted otherwise is the same page
                if path.startswith(start) and path not in seen:
                    seen.add(path)
                    kinds[kind := resolve(path).view_name] += 1
                    if kinds[kind] <= ALIKE:
                        waiting.append((path, address))
    assert closed == []
    assert len(seen) > 5 or role in ("expert", "editor")  # who have no area of their own yet


def test_what_is_closed_is_shown_as_words(client):
    scene = world.build()
    page = f"/en/admin/workstations/window/{scene.world.window.pk}/change/"
    region = f'<a href="/en/admin/regions/region/{scene.world.county.pk}/change/">'
    for user, linked in ((scene.people.examiner, False), (scene.people.administrator, True)):
        client.force_login(user)
        said = client.get(page).content.decode()
        assert (region in said) is linked or "<select" in said
        assert "Region 530114" in said
