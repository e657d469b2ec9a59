"""What every page needs: the site's own words, the navigation to what is built, the reader's mode and language."""

from functools import lru_cache

import yaml
from django.conf import settings
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from jobs import clock
from talentportal.lib.bilingual import pick

SITE_WORDS = ("name", "subtitle", "sponsor", "hotline", "hotline_hours", "map_no", "map_note")
NAVIGATION = (
    ("policies", "policies:list", _("Policy library")),
    ("services", "services:list", _("Services")),
    ("windows", "windows:list", _("Service windows")),
    ("talents", "talents:home", _("Talent pool")),
    ("brands", "brands:map", _("Labor brands")),
    ("vacancies", "vacancies:list", _("Vacancies")),
    ("verify", "verify:form", pgettext_lazy("navigation", "Verify")),
    ("me", "me:home", _("My space")),
)
PART_OF = {
    "apply": "services",
    "accounts": "me",
    "certificates": "me",
    "progress": "me",
    "org": "talents",
    "events": "vacancies",
}  # URL space -> entry
LANGUAGES = (("zh-hans", "zh-Hans", "中文"), ("en", "en", "English"))


@lru_cache(maxsize=1)
def site_data() -> dict:
    """Read the home province's site.yaml once per process; empty when the pack has none."""
    path = settings.BASE_DIR / "provinces" / settings.PROVINCE / "site.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


def site() -> dict[str, str]:
    """Return the words of the deployment in the active language."""
    words = {key: pick(site_data(), key) for key in SITE_WORDS}
    words["name"] = words["name"] or gettext("Talent services")
    return words


def bare(request) -> dict:
    """Return what a page needs that must stand without database and session: the error pages."""
    return {
        "site": site(),
        "demo": settings.DEMO,
        "elder": _elder(request, None),
        "other_language": _other_language("/"),
        "navigation": _navigation(""),
    }


def portal(request) -> dict:
    """Add the site, navigation, language links, elder mode, unread messages and the demo clock to every template."""
    match = request.resolver_match
    space = (match.namespace or match.url_name or "") if match else ""
    section = PART_OF.get(space, space)
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "site": site(),
        "demo": settings.DEMO,
        "section": section,
        "navigation": _navigation(section),
        "languages": [_language(request.get_full_path(), *language) for language in LANGUAGES],
        "other_language": _other_language(request.get_full_path()),
        "elder": _elder(request, user if signed_in else None),
        "unread": user.inbox.filter(read_at=None).count() if signed_in else 0,
        "inbox_url": _url("me:inbox"),
        "demo_clock": _demo_clock() if settings.DEMO else None,
    }


def _elder(request, user) -> bool:
    """The browser's own choice counts, then the account's."""
    chosen = request.COOKIES.get("elder")
    return chosen == "1" if chosen in ("0", "1") else bool(user and user.elder_mode)


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _navigation(section: str) -> list[dict]:
    """Only what is built: an entry appears once its address exists."""
    entries = [{"name": label, "url": _url(name), "here": section == space} for space, name, label in NAVIGATION]
    return [entry for entry in entries if entry["url"]]


def _language(address: str, code: str, tag: str, name: str) -> dict:
    return {"url": translate_url(address, code), "tag": tag, "name": name}


def _other_language(address: str) -> dict:
    other = LANGUAGES[0] if (translation.get_language() or "").startswith("en") else LANGUAGES[1]
    if address == "/":
        return {"url": "/" if other[0] == "zh-hans" else "/en/", "tag": other[1], "name": other[2]}
    return _language(address, *other)


def _demo_clock() -> dict | None:
    if not clock.offset():
        return None
    return {"now": clock.now(), "url": _url("demo:clock")}
