"""The filters of the service list: plain links, so they work without JavaScript and live in the address."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from policies.guides import SERVED_OBJECTS
from policies.models import GuideVersion
from policies.queries import found_by
from talentportal.lib.bilingual import pick

ONLINE_IN_FULL = 5


def _topics(guide: GuideVersion) -> list[tuple[str, str]]:
    return [(topic["zh"], pick(topic)) for topic in guide.item.topics]  # one key in both languages


def _who(guide: GuideVersion) -> list[tuple[str, str]]:
    return [(key, SERVED_OBJECTS[key]) for key in guide.served_objects if key in SERVED_OBJECTS]


def _way(guide: GuideVersion) -> list[tuple[str, str]]:
    ways = []
    if guide.online_depth >= ONLINE_IN_FULL:
        ways.append(("online", _("Whole process online")))
    if not guide.visits:
        ways.append(("no-visit", _("No visit")))
    if guide.deferral_allowed and guide.deferrable:
        ways.append(("later", _("Some materials may come later")))
    if guide.case_kind == "INSTANT":
        ways.append(("instant", _("Done at once")))
    return ways


def _region(guide: GuideVersion) -> list[tuple[str, str]]:
    return [(guide.item.region_id, pick(guide.item.region, "name"))]


FACETS: dict[str, tuple[str, Callable]] = {
    "who": (_("Who it is for"), _who),
    "way": (_("Way of handling"), _way),
    "topic": (_("Topic"), _topics),
    "region": (_("Office in"), _region),
}


@dataclass
class Option:
    key: str
    name: str
    count: int
    chosen: bool


@dataclass
class Facet:
    key: str
    name: str
    options: list[Option] = field(default_factory=list)


class ServiceFilter:
    """The guides that fit the words and the chosen values, and for every value how many it would leave."""

    def __init__(self, guides, params):
        self.text = params.get("q", "").strip()[:80]
        words = self.text.lower().split()
        self.found = [guide for guide in guides if found_by(guide.item, words)]
        self.chosen = {key: params.get(key, "")[:60] for key in FACETS}
        self.guides = [guide for guide in self.found if self._fits(guide)]

    def _fits(self, guide: GuideVersion, ignore: str = "") -> bool:
        return all(
            not value or key == ignore or value in {own for own, _name in FACETS[key][1](guide)}
            for key, value in self.chosen.items()
        )

    def facets(self) -> list[Facet]:
        """Return every group that offers a choice; the counts ignore the group's own choice."""
        facets = [self._facet(key) for key in FACETS]
        return [facet for facet in facets if len(facet.options) > 1 or self.chosen[facet.key]]

    def _facet(self, key: str) -> Facet:
        label, read = FACETS[key]
        pairs = [pair for guide in self.found if self._fits(guide, ignore=key) for pair in read(guide)]
        counts, names = Counter(value for value, _name in pairs), dict(pairs)
        options = [Option(value, names[value], n, self.chosen[key] == value) for value, n in counts.items()]
        return Facet(key, label, sorted(options, key=lambda option: (-option.count, str(option.name))))

    def chips(self) -> list[tuple[str, str]]:
        """Return (key, name) of each chosen value, to be dropped one by one."""
        chips = [("q", self.text)] if self.text else []
        for key, value in self.chosen.items():
            if value:
                names = dict(pair for guide in self.found for pair in FACETS[key][1](guide))
                chips.append((key, names.get(value, value)))
        return chips
