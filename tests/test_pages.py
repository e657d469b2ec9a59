"""Every page as everybody sees it, on the demo of Yunnan: accessibility rules, widths, weight, content policy.

Each page is loaded once per language and looked at in three widths; nothing here changes the demo.
"""

import gzip
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.admin import site
from django.contrib.staticfiles import finders
from django.core import signing
from django.core.management import call_command
from django.test import RequestFactory, override_settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Unit
from applications.admin import intake
from applications.models import Case
from applications.states import State
from certificates.models import Certificate
from jobs import clock
from jobs import services as jobs
from notifications.models import Message
from policies import desk
from provinces import loader
from tests.access.test_matrix import ADDRESSES
from tests.browser import Visitor, apart, be_at, chromium
from tests.cast import moment
from tests.laborbrands import kept
from tests.reviews import walk
from tests.rich_demo import drafts, who
from tests.talents import event_walk, events, interns, person_walk, unit_walk, vacancy_walk
from workstations.models import Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,  # axe would put sheets into the page, which the policy forbids
}
WITHOUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}
DJANGOS_OWN = ".select2-container"  # its search fields have no name; nobody but administrators meets them
MOSTLY_DJANGOS = ("administrator", "en")  # the same forms once more, in Django's own English
OUR_ADMIN = (
    "admin:index",
    "admin:applications_case_",
    "admin:policies_policyversion_",
    "admin:policies_benefit_import",
)
NO_PAGES = {
    "healthz",
    "readyz",
    "certificates:code",
    "certificates:file",
    "me:file",
    "me:data_file",
    "me:paper",
    "me:message_file",
    *("me:internship_pdf", "org:intern_agreement_pdf"),
    "apply:rows",
    "services:form",
    "services:form_sample",
    "services:result_sample",
} | {
    *("expert:file", "expert:page", "brands:share"),  # files
    *("schema", "open_data:file", "policies:rss", "policies:atom"),
    *("api:policies", "api:policy", "api:version", "api:benefits", "api:benefit", "api:regions", "api:region"),
    *("api_talents:vacancies", "api_talents:vacancy"),
    *("api:services", "api:service", "api_brands:points", "api_brands:brands", "api_brands:brand"),
    "api_docs",  # Swagger UI is not our work, and heavy: tests/pages/test_api_docs.py looks at the rest
}
WIDTHS = (1440, 390)
NARROW = 320
HEAVIEST = 60 * 1024  # CSS and JavaScript of one page, packed
BAD_PAGE = Path(__file__).parent / "bad_page.html"


@pytest.fixture(scope="module")
def chrome():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo of Yunnan with a few drafts more, and a server that shows it."""
    private = tmp_path_factory.getbasetemp() / "private"
    storages = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": private}}}
    from django.conf import settings

    changed = override_settings(
        STORAGES=settings.STORAGES | storages, SIGNING_DIR=tmp_path_factory.getbasetemp() / "signing"
    )
    with django_db_blocker.unblock(), changed:
        be_at(moment("2026-09-18 10:00"))
        apart(loader.load, "yunnan", demo=True, now=clock.now())
        apart(jobs.run_due, clock.now())
        server = LiveServer("127.0.0.1")
        yield SimpleNamespace(url=server.url, **apart(drafts))
        server.stop()
        call_command("flush", interactive=False, verbosity=0)


# --- who sees which pages: (user or nobody, name of the address, its arguments, its query) ----------------------------


def of_everybody(demo):
    for name in (
        "home",
        "help",
        "accessibility",
        "privacy",
        "progress",
        "receipt",
        "verify:form",
        "demo:clock",
        "demo:mailbox",
    ):
        yield None, name, (), ""
    yield from ((None, "search", (), query) for query in ("", "?q=人才", "?q=zzz"))
    yield from ((None, "services:list", (), query) for query in ("", "?who=person", "?who=unit&q=zzz"))
    for code in ("talent-grading", "talent-card", "hr-service-licence", "same-city-benefits"):
        yield None, "services:guide", (code,), ""
    yield None, "services:check", ("rent-subsidy",), ""
    yield None, "policies:match", (), ""
    yield from of_the_library()
    yield from ((None, "windows:list", (), query) for query in ("", "?view=table"))
    yield from of_the_map()
    yield None, "windows:detail", (Window.objects.get(code="530114-1").code,), ""
    yield None, "verify:token", (sealed().first().token,), ""
    yield from ((None, name, (), "") for name in ("open_data:home", "policies:asked"))
    yield None, "policies:save_search", (), "?q=%E4%BD%8F%E6%88%BF&region=530100"
    yield from ((None, "policies:alert", (search.token,), "") for search in demo.searches)
    for name in ("account_login", "account_signup", "account_request_login_code", "account_reset_password"):
        yield None, name, (), ""


def of_the_map():
    """The map of brands at each level, empty and with words that fit nothing; its list, wall and frame."""
    for query in ("", "?region=530100&show=jobs", "?region=530114&year=2025", "?q=zzz", "?tier=none&brand=nobody"):
        yield None, "brands:map", (), query
    yield from ((None, "brands:list", (), query) for query in ("", "?q=zzz", "?sort=jobs&tier=national"))
    yield from ((None, "brands:changes", (), query) for query in ("", "?kind=remove", "?kind=zzz&page=99"))
    yield from ((None, f"brands:{name}", (), "") for name in ("hiring", "around", "screen", "embed"))


def of_the_library():
    """Lists with and without finds, policies in every standing, what changed, and comparisons."""
    asked = ("", "?q=%E5%8D%9A%E5%A3%AB&p=yunnan-talent-support&p=kunming-spring-city", "?q=zzz&kind=car", "?page=99")
    yield from ((None, "policies:list", (), query) for query in asked)
    yield None, "policies:regions", (), ""
    slugs = ("yunnan-talent-support", "kunming-spring-city", "dali-cangshan-erhai", "yunnan-labor-brands")
    yield from ((None, "policies:detail", (slug,), "") for slug in slugs)
    yield None, "policies:version", ("yunnan-talent-support", "1.0"), ""
    yield None, "policies:difference", ("yunnan-talent-support", "1.0", "2.0"), ""
    three = "?p=kunming-spring-city&p=dali-cangshan-erhai&p=yuxi-yuping-talents"
    for query in ("", three, f"{three}&only=1&p=no-such", "?p=yunnan-talent-support", "?kind=settling&region=530000"):
        yield None, "policies:compare", (), query


def of_applicants(demo):
    """The case page of a case in each state and end, what can be done there, and the space of three people."""
    for case in one_in_each_state():
        yield case.applicant, "me:case", (case.case_no,), ""
        asked = ("CORRECTION", "PRECHECK_RETURNED", "WAIT_SUPPLY")
        if case.state in asked or (case.state == "EXAMINING" and case.is_deferred):
            yield case.applicant, "me:supplement", (case.case_no,), ""
    yield demo.talked.applicant, "me:messages", (demo.talked.case_no,), ""
    yield demo.talked.applicant, "me:home", (), ""
    case = Case.objects.filter(state="RECEIVED").first()
    yield case.applicant, "me:withdraw", (case.case_no,), ""
    yield case.applicant, "me:paper_words", (case.papers.first().public_id,), ""
    for name in ("me:home", "me:case_list", "me:inbox", "certificates:list", "accounts:unit_list"):
        yield who("passport"), name, (), ""
    yield who("engineer"), "me:home", (), ""
    yield who("engineer"), "me:benefits", (), ""
    yield who("engineer"), "policies:match", (), ""
    yield who("passport"), "me:benefits", (), ""
    for name in ("accounts:profile", "accounts:identity", "accounts:security", "accounts:register_unit"):
        yield who("applicant"), name, (), ""
    for name in ("account_change_password", "account_change_phone", "account_email", "mfa_index", "mfa_list_webauthn"):
        yield who("applicant"), name, (), ""
    yield from ((who(key), "me:following", (), "") for key in ("applicant", "passport"))
    message = Message.objects.filter(recipient=who("applicant")).first()
    yield message.recipient, "me:message", (message.pk,), ""
    certificate = sealed().first()
    yield certificate.holder.user, "certificates:detail", (certificate.token,), ""
    unit = Unit.objects.filter(members__isnull=False).first()
    yield unit.members.first().user, "accounts:unit", (unit.pk,), ""


def of_drafts(demo):
    """Each step as it looks when it is open, and what stands before and behind a draft."""
    promised, new, expired = demo.promised, demo.new, demo.expired
    yield new.applicant, "apply:step", (new.item.code, new.public_id, "identity"), ""
    yield new.applicant, "accounts:identity", (), ""
    for step in ("identity", "basics", "materials", "check", "sign"):
        yield promised.applicant, "apply:step", (promised.item.code, promised.public_id, step), ""
    begun = Case.objects.get(state="DRAFT", applicant=who("applicant2"))
    yield begun.applicant, "apply:step", (begun.item.code, begun.public_id, "materials"), ""
    yield begun.applicant, "apply:discard", (begun.item.code, begun.public_id), ""
    yield expired.applicant, "apply:step", (expired.item.code, expired.public_id, "sign"), ""
    for applicant, code in (
        (who("applicant2"), begun.item.code),
        (who("engineer"), "talent-grading"),
        (new.applicant, "schooling"),
    ):
        yield applicant, "apply:start", (code,), ""
    yield who("handler"), "apply:start", ("same-city-benefits",), ""


def of_what_is_own(demo):
    """Ratings on both sides, verified materials, own data, more time, ways to object."""
    case, code = demo.rated
    me = case.applicant
    for name in ("me:rate", "me:remedies", "me:case"):
        yield me, name, (case.case_no,), ""
    for name in ("me:wallet", "me:privacy_log", "me:data", "me:close_account"):
        yield me, name, (), ""
    yield who("engineer"), "me:close_account", (), ""
    yield None, "rate", (code.token,), ""
    for key in ("clerk", "official"):
        yield who(key), "admin:applications_rating_changelist", (), ""
        yield who(key), "admin:applications_rating_change", (case.ratings.get(level=5).pk,), ""
    yield who("clerk"), "admin:applications_rating_code", (case.pk, "ACCEPTANCE"), ""
    late = Case.objects.filter(is_deferred=True, state="EXAMINING", materials__deferral__supplied_at=None).first()
    yield late.applicant, "me:more_time", (late.case_no,), ""


def of_the_office(demo):
    """The queues and a case in each state on the desk of everybody in charge of it."""
    for key in ("clerk", "examiner", "leader", "certificates"):
        yield who(key), "admin:index", (), ""
        yield who(key), "admin:applications_case_changelist", (), ""
        reach = Case.objects.for_staff(who(key))
        for case in one_in_each_state():
            if case in reach and case.state in TURNS.get(key, tuple(State)):
                yield who(key), "admin:applications_case_change", (case.pk,), ""
    yield who("clerk"), "admin:applications_case_changelist", (), "?queue=special&who=own"
    for key in ("clerk", "leader"):
        yield from ((who(key), f"admin:applications_case_{name}", (), "") for name in ("search", "workload"))
    yield who("clerk"), "admin:applications_case_batch", (demo.acted_on.public_id,), ""
    yield from of_the_counter(demo)
    yield who("official"), "admin:index", (), ""
    certificate = sealed().filter(status="VALID").first()
    for name in ("changelist", "change", "reissue", "suspend", "revoke", "cancel"):
        args = () if name == "changelist" else (certificate.pk,)
        yield who("certificates"), f"admin:certificates_certificate_{name}", args, ""
    for name in ("changelist", "add"):
        yield who("certificates"), f"admin:certificates_batch_{name}", (), ""


def of_the_counter(demo):
    """Words on a case, paper at the window, the batch of a unit, powers of attorney and phrases."""
    clerk, asked = who("clerk"), demo.talked
    yield clerk, "admin:applications_case_messages", (asked.pk,), "?phrase=1"
    yield clerk, "admin:applications_case_intake", (), ""
    place = {"by": clerk.pk, "item": asked.item_id, "window": asked.window_id, "applicant": asked.applicant_id}
    token = signing.dumps(place | {"unit": None, "attorney": None}, salt=intake.SALT)
    yield clerk, "admin:applications_case_intake_papers", (token,), ""
    for name in ("changelist", "add"):
        yield clerk, f"admin:applications_unitbatch_{name}", (), ""
        yield clerk, f"admin:applications_phrase_{name}", (), ""
    yield clerk, "admin:applications_unitbatch_change", (demo.of_a_unit.pk,), ""


def of_the_editor(demo):
    """The lists, a version in each state, and all that can be done with a draft; the reviewer's side as well."""
    editor, name = who("editor"), "admin:policies_policyversion_{}".format
    yield editor, "admin:index", (), ""
    yield from ((editor, name("changelist"), (), f"?list={key}") for key in desk.LISTS)
    yield editor, name("changelist"), (), "?q=zzz"
    yield editor, name("add"), (), ""
    for version in demo.versions.values():
        yield from ((editor, name(page), (version.pk,), "") for page in ("change", "benefits"))
    for state in ("review", "scheduled"):
        yield who("editor2"), name("change"), (demo.versions[state].pk,), ""
    draft = demo.versions["draft"]
    yield from ((editor, name(page), (draft.pk,), "") for page in ("facts", "text"))
    clause = draft.clauses.filter(kind="ARTICLE").first()
    yield editor, name("clause"), (draft.pk, clause.anchor), ""
    yield from ((editor, name("benefits"), (draft.pk,), query) for query in (f"?add={clause.anchor}", "?show=open"))
    yield editor, name("benefits"), (draft.pk,), f"?edit={draft.benefits.first().pk}"
    yield editor, "admin:policies_benefit_changelist", (), ""
    yield editor, "admin:policies_benefit_import", (), ""


def of_the_administrator(demo):
    """Every list of the administration and a row of it."""
    administrator = who("admin")
    request = RequestFactory().get("/")
    request.user = administrator
    yield administrator, "admin:index", (), ""
    for model, its in site._registry.items():
        if not its.has_view_permission(request):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield administrator, f"{name}_changelist", (), ""
        if row := model._default_manager.first():
            yield administrator, f"{name}_change", (row.pk,), ""
        elif its.has_add_permission(request):
            yield administrator, f"{name}_add", (), ""


def sealed():
    return Certificate.objects.filter(sealed_at__isnull=False)


def one_in_each_state() -> list[Case]:
    """Return a submitted case for each state, way of ending, and whether materials were deferred."""
    found = {}
    for case in Case.objects.exclude(state="DRAFT").order_by("pk"):
        found.setdefault((case.state, case.close_type, case.is_deferred), case)
    return list(found.values())


def of_brands_kept_honest(demo):
    """Public notices, objections, and a brand's report, evaluation and removal."""
    yield from kept.pages(demo.kept, who)


def of_reviews(demo):
    """The expert's pages, the office's around a round and around brands, and the page of a brand."""
    yield from walk.pages(demo.walked, who)


def of_people_in_the_pool(demo):
    """The pages of a person in the talent pool, of one who is not, and what everybody reads of it."""
    yield from person_walk.pages(demo.pooled, who)


def of_units(demo):
    """The pages of a unit in the talent pool, and its check at the office."""
    yield from unit_walk.pages(demo.units, who)


def of_vacancies(demo):
    """Vacancies as everybody reads them, as a unit writes them, and as the office reads them first."""
    yield from vacancy_walk.public(who)
    yield from vacancy_walk.own(demo.vacancy, who)


def of_internships(demo):
    """Internships for everybody, and the desks of student, unit, school and office."""
    yield from interns.pages(demo.interns, who)


def of_recruitment_events(demo):
    """Recruitment events for everybody, for who takes part, at the booth of a unit and at the office."""
    yield from event_walk.pages(demo.recruiting, who)
    yield from events.office_pages(demo.events, who)


def of_the_talent_search(demo):
    """Everybody, many conditions with wishes, nobody, what means nothing; and the keys of a unit."""
    full = "?region=530100&major=08&degree=3,4&years_min=3&title=2&wish=title&wish=years&pay=30000"
    for query in ("", full, "?q=zzz&degree=5&find=%E5%B7%A5%E7%A8%8B", "?degree=99&years_min=-1&sort=newest"):
        yield who("handler"), "org:talents", (), query
    yield who("handler"), "org:keys", (), ""


TURNS = {"examiner": ("EXAMINING",), "leader": ("REVIEWED",), "certificates": ("READY",)}
ROLES = {
    "everybody": of_everybody,
    "applicants": of_applicants,
    "drafts": of_drafts,
    "own": of_what_is_own,
    "office": of_the_office,
    "editor": of_the_editor,
    "administrator": of_the_administrator,
    "kept": of_brands_kept_honest,
    "reviews": of_reviews,
    "units": of_units,
    "pooled": of_people_in_the_pool,
    "search": of_the_talent_search,
    "vacancies": of_vacancies,
    "internships": of_internships,
    "events": of_recruitment_events,
}


# --- what is looked at ------------------------------------------------------------------------------------------------


def broken_rules(page, rules: dict) -> list[str]:
    """Run axe over the page, which must hold its script; once more on a page that has grown meanwhile."""
    found = _asked(page, rules)
    if found and page.evaluate("document.documentElement.scrollHeight > innerHeight"):
        _make_tall(page, page.viewport_size["width"])
        return _asked(page, rules)
    return found


def _asked(page, rules: dict) -> list[str]:
    found = page.evaluate("([where, rules]) => axe.run(where, rules)", [{"exclude": [DJANGOS_OWN]}, rules])[
        "violations"
    ]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


def widen(page, width: int) -> None:
    """Give the page a width, and make it tall, so that bars which stay at the bottom cover nothing."""
    page.set_viewport_size({"width": width, "height": 900})
    _make_tall(page, width)


def _make_tall(page, width: int) -> None:
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height + 10})


def overflow(page) -> list[str]:
    """Tell what sticks out of a narrow window."""
    page.set_viewport_size({"width": NARROW, "height": 900})
    if page.evaluate("document.documentElement.scrollWidth") <= NARROW:
        return []
    return page.evaluate(
        """(width) => {
          const out = (one) => one.getBoundingClientRect().right > width + 1;
          const inmost = (one) => out(one) && ![...one.children].some(out);
          const found = [...document.body.querySelectorAll("*")].filter(inmost).slice(0, 5);
          return found.map((one) => `wider than ${width}: ${one.outerHTML.slice(0, 200)}`);
        }""",
        NARROW,
    )


@cache
def packed(path: str) -> int:
    """Return how many bytes a static file has on its way."""
    return len(gzip.compress(Path(finders.find(path.removeprefix("/static/"))).read_bytes()))


def too_heavy(page, djangos: bool) -> list[str]:
    """Weigh the page; on the administration's own lists and forms Django's part is not counted."""
    names = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    paths = {urlsplit(name).path for name in names}
    ours = [path for path in paths if path.startswith("/static/") and path.endswith((".css", ".js"))]
    weight = sum(packed(path) for path in ours if not (djangos and path.startswith("/static/admin/")))
    return [f"{weight} bytes of CSS and JavaScript"] if weight > HEAVIEST else []


def look(visitor: Visitor, address: str, *, djangos: bool, widths=WIDTHS) -> list[str]:
    """Open a page and list everything that is wrong with it. Contrast does not depend on the language: Chinese only."""
    page, rules = visitor.page, RULES if visitor.language == "zh-hans" else RULES | WITHOUT_CONTRAST
    page.set_viewport_size({"width": widths[0], "height": 900})
    answer = page.goto(address)
    faults = [] if answer.status == 200 else [f"answers {answer.status}"]
    faults += too_heavy(page, djangos)
    page.evaluate(Axe().axe_script)
    for width in widths:
        widen(page, width)
        faults += [f"{width}: {fault}" for fault in broken_rules(page, rules)]
    faults += overflow(page) + visitor.record.faults
    visitor.record.faults.clear()
    return faults


def look_at_all(chrome, demo, role: str, language: str, elder: bool = False) -> list[str]:
    """Open all pages of a role, each person in a window of their own; list what is wrong where."""
    found, present = [], {}
    for user, name, args, query in ROLES[role](demo):
        if user not in present:
            present[user] = Visitor(chrome, demo.url, language=language)
            if user is not None:
                present[user].let_in(user)
            if elder:
                present[user].context.add_cookies([{"name": "elder", "value": "1", "url": demo.url}])
        address = present[user].address(name, *args) + query
        djangos = name.startswith("admin:") and not name.startswith(OUR_ADMIN)
        faults = look(present[user], address, djangos=djangos, widths=WIDTHS[1:] if elder else WIDTHS)
        found += [f"{address} {fault}" for fault in faults]
    for visitor in present.values():
        visitor.leave()
    return found


@pytest.mark.parametrize(
    ("role", "language"),
    [(role, language) for role in ROLES for language in ("zh-hans", "en") if (role, language) != MOSTLY_DJANGOS],
)
def test_every_page_is_sound(chrome, demo, role, language):
    if found := look_at_all(chrome, demo, role, language):
        pytest.fail("\n".join(found))


@pytest.mark.parametrize("role", ["applicants", "drafts"])
def test_elder_mode_fits_everywhere_too(chrome, demo, role):
    """The public pages have theirs in tests/pages."""
    if found := look_at_all(chrome, demo, role, "en", elder=True):
        pytest.fail("\n".join(found))


def test_a_bad_page_is_found_bad(chrome, demo):
    """Every check must be able to fail: rules, contrast, width, weight, policy, answers."""
    visitor = Visitor(chrome, demo.url)
    policy = visitor.go("home").headers["content-security-policy"]
    headers = {"content-type": "text/html", "content-security-policy": policy}
    visitor.page.route("**/bad/", lambda route: route.fulfill(status=418, body=BAD_PAGE.read_text(), headers=headers))
    found = "\n".join(look(visitor, "/bad/", djangos=False))
    visitor.leave()
    for fault in (
        "answers 418",
        "bytes of CSS and JavaScript",
        "1440: color-contrast",
        "390: document-title",
        "html-has-lang",
        "image-alt",
        "1440: label",
        "wider than 320: <td",
        "policy: script-src-elem inline",
        "policy: style-src-elem inline",
        "answer 418: GET",
    ):
        assert fault in found


def test_no_page_is_forgotten(demo):
    """What the access matrix opens to somebody is looked at here, and every list of the administration."""
    seen = {name for pages in ROLES.values() for _user, name, _args, _query in pages(demo)}
    opened = {name for name, (answers, _fill) in ADDRESSES.items() if 200 in answers.values()}
    lists = {f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in site._registry}
    assert sorted((opened | lists) - seen - NO_PAGES) == []
    assert opened >= NO_PAGES
