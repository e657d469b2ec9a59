"""Submissions over HTTP on a deadline day: signed-in applicants with a session each, CSRF and form included.

Two gunicorn processes a core, so that one computes while the other waits for the database. The cases belong to two
counties; within one, a submission waits for the number of the one before. The floor answers a few bytes behind the
same middleware, session, user and CSRF check. Figures are requests a second.
"""

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

import yaml
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person, User
from applications import services
from applications.models import Case, Material
from bench.measure import Result, interleave
from notifications.models import MessageTemplate
from tests import cast

REQUESTS, ROUNDS, CLIENTS = 200, 5, 8
WORKERS = 2 * (os.cpu_count() or 1)
CSRF = "b" * 32
SPARE: list[Case] = []  # whose session the bare requests use


def run() -> Result:
    world = cast.make_world()
    _load_wording()
    drafts = build(world, 2 * REQUESTS * ROUNDS + 3)
    # The first in each county reads what a process then remembers: the guide, the calendar.
    statements = [count_statements(drafts.pop()) for _ in range(3)][-1]
    with server() as port:
        rates = interleave(
            {
                "ours": lambda: post(port, [drafts.pop() for _ in range(REQUESTS)], ours),
                "peer": lambda: post(port, [drafts.pop() for _ in range(REQUESTS)], peer),
                "floor": lambda: post(port, SPARE * 3 * REQUESTS, floor),
            },
            rounds=ROUNDS,
        )
    return Result(
        "submission_http",
        REQUESTS * ROUNDS,
        rates["ours"],
        rates["peer"],
        rates["floor"],
        {"messages to the database, with BEGIN and COMMIT": statements, "workers": WORKERS, "clients": CLIENTS},
        unit="requests/s",
    )


def _load_wording() -> None:
    """Take the messages' wording from the province packs, so that a submission also sends its message."""
    for event, entry in yaml.safe_load((settings.BASE_DIR / "provinces/common/messages.yaml").read_text()).items():
        texts = {
            f"{part}_{key}": entry.get(part, {}).get(key, "")
            for part in ("title", "body", "sms")
            for key in ("zh", "en")
        }
        MessageTemplate.objects.create(event=event, channels=entry["channels"], **texts)


def ours(draft) -> tuple[str, dict]:
    return f"/apply/{draft.item.code}/{draft.public_id}/sign/", {"declares": "on"}


def peer(draft) -> tuple[str, dict]:
    return f"/bench/plain/{draft.public_id}/", {}


def floor(_draft) -> tuple[str, dict]:
    return "/bench/bare/", {}


def build(world, count: int) -> list[Case]:
    """Write applicants with a real-name record, a session, and a complete draft each."""
    now = timezone.now()
    users = User.objects.bulk_create(
        User(email=f"p{n}@example.org", name="量测", password="!", is_demo=True) for n in range(count)
    )
    Person.objects.bulk_create(
        Person(
            user=user,
            name="量测",
            document_type="PASSPORT",
            id_number=f"E{user.pk:08d}",
            id_masked="E****",
            id_fingerprint=str(user.pk),
            birth_date=cast.day("1990-03-07"),
            level=2,
        )
        for user in users
    )
    cases = Case.objects.bulk_create(
        Case(
            item=world.item,
            guide=world.guide,
            organization=world.office,
            region=window.region,
            window=window,
            applicant=user,
            answers={"level": "D", "employer": "示例单位"},
            step="sign",
            created_at=now,
            saved_at=now,
            expires_on=cast.day("2099-01-01"),
        )
        for user, window in zip(users, itertools.cycle([world.window, world.other_window]), strict=False)
    )
    specs = list(world.guide.materials.all())
    Material.objects.bulk_create(Material(case=case, spec=spec, status="PROVIDED") for case in cases for spec in specs)
    store = SessionStore()
    for case, user in zip(cases, users, strict=True):
        case.session = f"bench{user.pk:027d}"
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        case.row = Session(
            session_key=case.session, session_data=store.encode(data), expire_date=cast.moment("2099-01-01")
        )
    Session.objects.bulk_create(case.row for case in cases)
    SPARE.append(cases[0])
    return cases


def count_statements(draft: Case) -> int:
    """Count the statements of one submission, in the order of the service."""
    actor = User.objects.get(pk=draft.applicant_id)
    with CaptureQueriesContext(connection) as statements:
        services.submit(case=draft, actor=actor, now=timezone.now(), declares=True)
    return len(statements)


@contextlib.contextmanager
def server():
    """Run gunicorn on a free port, on the benchmark's database, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "talentportal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--no-control-socket", "--log-level", "error"]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.settings", "LOG_LEVEL": "ERROR", "ALLOWED_HOSTS": "127.0.0.1"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            if b" 200 " in line.recv(100):
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def post(port: int, drafts: list, what) -> float:
    """Send one POST for each draft from several clients; return requests a second. Any wrong answer is an error."""
    queue = [message(port, draft, *what(draft)) for draft in drafts]
    wrong: list[bytes] = []
    clients = [threading.Thread(target=_client, args=(port, queue, wrong)) for _ in range(CLIENTS)]
    start = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    seconds = time.perf_counter() - start
    if wrong:
        raise RuntimeError(wrong[0].decode(errors="replace"))
    return len(drafts) / seconds


def message(port: int, draft, address: str, form: dict) -> bytes:
    body = urlencode({"csrfmiddlewaretoken": CSRF, **form}).encode()
    head = (
        f"POST {address} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={draft.session}; csrftoken={CSRF}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _client(port: int, queue: list, wrong: list) -> None:
    while True:
        try:
            request = queue.pop()
        except IndexError:
            return
        with socket.create_connection(("127.0.0.1", port), 30) as line:
            line.sendall(request)
            answer = b""
            while piece := line.recv(65536):
                answer += piece
        if not _is_right(request, answer):
            wrong.append(answer[:2000])


def _is_right(request: bytes, answer: bytes) -> bool:
    if b"/bench/bare/" in request:
        return b" 200 " in answer[:20]
    return b" 302 " in answer[:20] and b"\r\nLocation: /me/applications/" in answer
