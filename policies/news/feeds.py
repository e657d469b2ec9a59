"""New policies as RSS and Atom, for any search of the policy page: its query string goes behind the address."""

from dataclasses import replace

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from jobs import clock
from policies.news import alerts
from policies.search import engine
from talentportal import context
from talentportal.lib.bilingual import pick

ENTRIES = 30
FRESH_SECONDS = 900


class _Policies(Feed):
    """The newest policies that a search finds; what the search page passes over is passed over here."""

    def get_object(self, request):
        return engine.parse(request.GET)

    def title(self, query):
        return f"{alerts.words_of(query.querystring())} · {context.site()['name']}"

    def feed_url(self, query):
        return f"{reverse(f'policies:{self.name}')}?{query.querystring()}"

    def description(self, query):
        return _("New policies, the newest first.")

    def link(self, query):
        return f"{reverse('policies:list')}?{query.querystring()}"

    def items(self, query):
        day = clock.today()
        return engine.search(replace(query, sort="newest"), day=day, page_size=ENTRIES).rows

    def item_title(self, hit):
        return _clean(pick(hit.version, "title"))

    def item_description(self, hit):
        """The summary, and up to three benefits: money first."""
        parts = [pick(hit.version, "summary"), *(pick(benefit, "text") for benefit in hit.benefits)]
        return _clean("\n".join(part for part in parts if part))

    def item_link(self, hit):
        return reverse("policies:version", kwargs={"slug": hit.version.policy.slug, "label": hit.version.label})

    def item_pubdate(self, hit):
        return hit.version.published_at

    def item_author_name(self, hit):
        return _clean(pick(hit.version, "issuer"))

    def item_categories(self, hit):
        return [hit.version.get_level_display(), hit.version.region_name]

    def __call__(self, request, *args, **kwargs):
        self.language = get_language()
        return super().__call__(request, *args, **kwargs)


def _clean(text: str) -> str:
    """Leave out control characters, which XML cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\t\n\r")


class _Rss(_Policies):
    name, feed_type = "rss", Rss201rev2Feed


class _Atom(_Policies):
    name, feed_type = "atom", Atom1Feed

    def subtitle(self, query):
        return self.description(query)


@require_safe
@gzip_page
@cache_control(public=True, max_age=FRESH_SECONDS)
@conditional_page
def rss(request):
    return _Rss()(request)


@require_safe
@gzip_page
@cache_control(public=True, max_age=FRESH_SECONDS)
@conditional_page
def atom(request):
    return _Atom()(request)
