"""What several journeys do, and how their cases come about where that is not the story."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from applications import services
from applications.models import Case
from tests import cast
from tests.journeys import papers

A_WHILE = timedelta(minutes=16)  # longer than a clerk holds a case
CORE = ("id", "degree", "photo")
ALL = (*CORE, "works", "form")


def hand_in(visitor, key: str, content: bytes):
    """Choose a file; the script sends it and the row says that it is there."""
    material = Case.objects.get().materials.get(spec__key=key)
    name = f"{key}.png" if content.startswith(b"\x89PNG") else f"{key}.pdf"
    visitor.page.set_input_files(f"#file-{material.pk}", papers.file(name, content))
    row = visitor.page.locator(f"#material-{material.pk}")
    expect(row).to_have_class(re.compile("material--(scanning|uploaded)"))
    expect(row.locator("[data-note]")).to_contain_text(name)


def open_desk(member, case):
    """Go to the queue, and to the case in it."""
    member.page.goto(member.address("admin:applications_case_changelist"))
    member.tap(member.page.locator(".queue").get_by_role("link", name=case.applicant_name).first)
    member.reads(case.case_no)


def received(world, applicant, now: datetime) -> Case:
    """Bring about a submitted case with all its materials."""
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=now), applicant, now)


def deferred(world, applicant, clerk, now: datetime, until: str = "2026-09-24") -> Case:
    """Bring about a case that was accepted with two materials promised."""
    case = cast.make_draft(world, applicant, *CORE, now=now)
    cast.promise(case, applicant, {"works": until, "form": until}, now)
    case = cast.submit(case, applicant, now, agrees=True, signed_name=applicant.person.name)
    cast.check_all(case, clerk, now)
    return services.accept_with_deferral(case=case, actor=clerk, now=now)


def verbs(case: Case) -> list[str]:
    """List what was done with a case."""
    return list(case.events.values_list("verb", flat=True))
