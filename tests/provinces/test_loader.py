"""Loading a pack: everything is there, twice changes nothing, and what staff edited stays."""

import copy
import hashlib
import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Organization, Person, StaffPost, Unit, User
from applications.models import Case
from applications.states import CloseType, State
from jobs.models import Deployment
from notifications.models import MessageTemplate
from policies.models import GuideState, GuideVersion, ServiceItem
from provinces import demo_accounts, loader, packs
from provinces.models import PackRecord
from regions.models import CalendarDay, CalendarYear, Region, RegionKind
from talentportal.lib.refusals import Refused
from talents.models import Booth
from talents.queries import events
from tests.cast import moment
from workstations.models import Window, WindowItem

NOW = moment("2026-09-18 10:00")
COUNTIES = {"yunnan": 129, "jilin": 60, "zhejiang": 90}
WINDOWS = {"yunnan": 151, "jilin": 77, "zhejiang": 105}
OURS = (
    "accounts",
    "applications",
    "certificates",
    "jobs",
    "laborbrands",
    "notifications",
    "policies",
    "provinces",
    "regions",
    "reviews",
    "workstations",
)

pytestmark = pytest.mark.django_db


def contents() -> dict[str, tuple[int, str]]:
    """Return number of rows and a hash over their contents for every table of ours."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in OURS:
            rows = list(model.objects.order_by("pk").values_list())
            text = json.dumps(rows, default=str, ensure_ascii=False)
            found[model._meta.label] = (len(rows), hashlib.sha256(text.encode()).hexdigest())
    return found


def forget_stamp() -> None:
    """Make the loader look at every row again, as after a change of its code."""
    PackRecord.objects.filter(kind="pack").delete()


@pytest.mark.parametrize("name", COUNTIES)
def test_a_province_is_loaded_for_earnest_use_without_anybody_in_it(name):
    lines = []
    assert loader.load(name, demo=False, now=NOW, say=lines.append)
    assert len(lines) == len(loader.STEPS)
    assert Region.objects.filter(kind=RegionKind.COUNTY).count() == COUNTIES[name]
    assert Window.objects.count() == WINDOWS[name]
    assert set(WindowItem.objects.values_list("window", flat=True)) == set(Window.objects.values_list("pk", flat=True))
    pack = packs.read(name)
    open_items = ServiceItem.objects.open_on(timezone.localdate(NOW))
    assert set(open_items.values_list("code", flat=True)) == set(pack.services)
    assert Organization.objects.count() == len(pack.organizations)
    assert not Deployment.objects.get().is_demo
    for model in (User, Person, Unit, StaffPost, Case):
        assert not model.objects.exists()


def test_a_demo_is_loaded_and_loading_it_again_changes_nothing():
    assert loader.load("yunnan", demo=True, now=NOW)
    before = contents()
    assert not loader.load("yunnan", demo=True, now=NOW)
    assert contents() == before
    stamps = PackRecord.objects.filter(kind="pack")
    (stamp,) = stamps.values_list("digest", flat=True)
    forget_stamp()
    assert loader.load("yunnan", demo=True, now=NOW)
    assert stamps.get().digest == stamp
    after = contents()
    ignored = {"provinces.PackRecord"}  # the stamp has a new id
    assert {key: value for key, value in after.items() if key not in ignored} == {
        key: value for key, value in before.items() if key not in ignored
    }
    check_the_demo()


def check_the_demo() -> None:
    assert Deployment.objects.get().is_demo
    assert set(Case.objects.values_list("state", flat=True)) == set(State.values)
    closed = Case.objects.filter(state=State.CLOSED)
    assert set(closed.values_list("close_type", flat=True)) == set(CloseType.values)
    roles = {row[0] for row in demo_accounts.table(packs.read("yunnan"))}
    assert {"Applicant", "Unit handler"} < roles
    assert len(roles) == 10
    assert not User.objects.filter(is_demo=False).exists()
    clerk = User.objects.get(email=demo_accounts.sign_in_name("clerk"))
    assert clerk.check_password(demo_accounts.PASSWORD)
    running, fair = events.coming(NOW)
    (over,) = events.past(NOW)
    assert [events.live(one, NOW) for one in (running, fair, over)] == [True, False, False]
    assert Booth.objects.due(timezone.localdate(NOW)).get().event == fair
    told = [events.figures(one) for one in (running, over)]
    assert [(one.units, one.talks, one.held, one.intentions) for one in told] == [(3, 12, 6, 2), (3, 16, 13, 5)]
    assert told[1].stars == 4.4


def test_the_demo_begins_on_a_day_off_too():
    now = moment("2026-10-03 00:05")
    loader.load("jilin", demo=True, now=now)
    assert set(Case.objects.values_list("state", flat=True)) == set(State.values)
    assert not Case.objects.filter(received_at__gt=now).exists()


def test_what_staff_edited_stays():
    loader.load("jilin", demo=False, now=NOW)
    MessageTemplate.objects.filter(event="accepted").update(title_zh="改过的标题")
    Window.objects.filter(code="220100-1").update(phone="0431-88888888")
    holiday = CalendarDay.objects.get(region=None, date="2026-10-07")
    holiday.delete()
    CalendarYear.objects.filter(year=2027).update(is_published=True)
    forget_stamp()
    loader.load("jilin", demo=False, now=NOW)
    assert MessageTemplate.objects.get(event="accepted").title_zh == "改过的标题"
    assert Window.objects.get(code="220100-1").phone == "0431-88888888"
    assert not CalendarDay.objects.filter(region=None, date="2026-10-07").exists()
    assert CalendarYear.objects.get(year=2027).is_published


def test_a_changed_guide_becomes_a_new_version_and_the_old_one_stays_as_it_was(monkeypatch):
    loader.load("jilin", demo=False, now=NOW)
    (old,) = GuideVersion.objects.filter(item__code="talent-grading")
    changed = copy.deepcopy(packs.read("jilin"))
    changed.services["talent-grading"]["guide"]["promised_days"] = 4
    changed.services["talent-grading"]["materials"].pop("insurance")
    monkeypatch.setattr(packs, "read", lambda name: changed)
    forget_stamp()
    later = moment("2026-09-21 10:00")
    assert loader.load("jilin", demo=False, now=later)
    new, kept = GuideVersion.objects.filter(item__code="talent-grading").order_by("-version")
    assert (new.version, new.promised_days, new.state) == (2, 4, GuideState.PUBLISHED)
    assert (new.effective_from, kept.effective_to) == (timezone.localdate(later),) * 2
    assert (kept.promised_days, kept.published_at) == (5, old.published_at)
    assert kept.materials.count() == new.materials.count() + 1
    assert GuideVersion.objects.count() == len(changed.services) + 1


def test_two_provinces_do_not_share_a_database():
    loader.load("jilin", demo=False, now=NOW)
    with pytest.raises(Refused, match="jilin"):
        loader.load("yunnan", demo=False, now=NOW)


def test_demo_accounts_do_not_go_beside_real_data(settings):
    loader.load("jilin", demo=False, now=NOW)
    with pytest.raises(CommandError, match="real data"):
        call_command("load_province", "jilin", "--demo")
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_province", "jilin", "--demo")


def test_the_commands_say_what_they_do(capsys, monkeypatch):
    monkeypatch.setattr("jobs.clock.now", lambda: NOW)
    with pytest.raises(CommandError, match="no demo"):
        call_command("demo_accounts")
    call_command("load_province", "zhejiang", "--demo")
    assert set(Case.objects.values_list("state", flat=True)) == set(State.values)
    said = capsys.readouterr().out
    assert "regions: 105" in said
    assert "The province zhejiang is loaded." in said
    call_command("load_province", "zhejiang", "--demo")
    assert "loaded already" in capsys.readouterr().out
    call_command("demo_accounts")
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["role", "sign", "in", "as", "password", "name", "place"]
    assert any("clerk@demo.example" in line and demo_accounts.PASSWORD in line for line in table)
