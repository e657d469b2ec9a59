"""Cases on their way, for the tests of the verbs: begun, received, accepted; and small helpers to ask about them."""

import datetime as dt
import threading

import pgtrigger
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import translation

from accounts.models import Role
from applications import services
from applications.models import Case
from policies.models import MaterialSpec
from talentportal.lib.refusals import Refused
from talentportal.lib.uploads import UploadFacts
from tests import cast
from tests.cast import moment

ALL = ("id", "degree", "works", "form", "photo")
CORE = ("id", "degree", "photo")
ANSWERS = {"level": "D", "employer": "示例单位"}
SCAN = UploadFacts(kind="pdf", mime="application/pdf", size=len(cast.PDF), sha256="0" * 64, pages=1, pixels=None)


def scan(name: str = "scan.pdf"):
    """A file as the pages hand it to services."""
    return ContentFile(cast.PDF, name=name), SCAN, name


def item_with(world, serial: int = 2, *, originals=(), windows=None, **guide):
    """Publish another item; `originals` are keys of materials whose original is shown at the window."""
    item, version = cast.make_item(world.province, world.office, windows or [world.window], serial=serial, **guide)
    if originals:
        with pgtrigger.ignore(*_material_triggers()):
            MaterialSpec.objects.filter(guide=version, key__in=originals).update(original_at_window=True)
    return item


def _material_triggers() -> list[str]:
    return [f"policies.MaterialSpec:{trigger.name}" for trigger in MaterialSpec._meta.triggers]


def received(world, applicant, *keys, at="2026-09-18 10:00", item=None) -> Case:
    now = moment(at)
    return cast.submit(cast.make_draft(world, applicant, *(keys or ALL), now=now, item=item), applicant, now)


def examining(world, applicant, clerk, at="2026-09-18 10:00", item=None) -> Case:
    case = received(world, applicant, at=at, item=item)
    cast.check_all(case, clerk, moment(at))
    return services.accept(case=case, actor=clerk, now=moment(at))


def corrected(world, applicant, clerk, at="2026-09-18 10:00") -> Case:
    """Received again after its correction."""
    case = received(world, applicant, at=at)
    pk = material(case, "degree").pk
    services.request_correction(case=case, actor=clerk, now=moment(at), points={pk: ("M02", "请重新扫描")})
    cast.hand_in(case, applicant, "degree", now=moment("2026-09-21 10:00"))
    return services.supply_correction(case=case, actor=applicant, now=moment("2026-09-21 10:00"))


def material(case: Case, key: str):
    return case.materials.get(spec__key=key)


def make_head(world, email="head@example.org", name="何主任"):
    head = cast.make_staff(email, name, Role.CLERK, world.county, world.office, [world.window])
    head.posts.update(is_head=True)
    return head


def verbs(case: Case) -> list[str]:
    return list(case.events.order_by("seq").values_list("verb", flat=True))


def papers(case: Case) -> list[str]:
    return list(case.papers.order_by("pk").values_list("kind", flat=True))


def clocks(case: Case) -> dict[str, str]:
    """The running clocks: kind -> due day."""
    running = case.clocks.filter(finished_at__isnull=True)
    return {kind: due.isoformat() for kind, due in running.values_list("kind", "due_on")}


def refused(verb, /, **facts) -> list[str]:
    """Call a service that must refuse; return its reasons in English."""
    with translation.override("en"):
        try:
            verb(**facts)
        except Refused as no:
            return [str(reason) for reason in no.reasons]
    raise AssertionError("was not refused")


def at_once(*acts) -> list[str]:
    """Run acts at the same time, each in a thread with its own connection; return "done" or the refusal of each."""
    barrier, results = threading.Barrier(len(acts)), [""] * len(acts)

    @translation.override("en")
    def run(place: int, act) -> None:
        try:
            barrier.wait(10)
            act()
            results[place] = "done"
        except Refused as no:
            results[place] = str(no)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
