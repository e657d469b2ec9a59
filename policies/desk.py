"""What editors of the library see: which versions they reach, their lists, and a text with its benefits beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from accounts.queries import posts_of
from policies import queries, rules
from policies.models import Benefit, Clause, ClauseKind, PolicyVersion
from policies.pages import differences
from policies.services import library
from policies.states import PUBLIC, VersionState
from policies.text import extraction, richtext
from regions.models import Region, RegionKind

SOON_DAYS = 60  # a policy that ends within so many days is an alarm
PAGE = 30

LISTS = {
    "mine": _("My drafts"),
    "review": _("Waiting for review"),
    "scheduled": _("Scheduled"),
    "published": _("Published"),
    "alarms": _("Alarms"),
    "all": _("All versions"),
}


def areas(user: User, day: date) -> list[str] | None:
    """Return what the codes of an editor's regions begin with; None for editors of a province: they keep everything."""
    if user.is_superuser:
        return None
    found: list[str] = []
    for post in posts_of(user, day).filter(role=Role.EDITOR):
        if post.region.kind == RegionKind.PROVINCE:
            return None
        zones = Region.objects.within(post.region).filter(kind=RegionKind.ZONE)
        found += [stem(post.region.code), *zones.values_list("code", flat=True)]
    return found


def keeps(user: User, day: date, region_code: str) -> bool:
    """Tell whether an editor keeps the policies of a region."""
    begins = areas(user, day)
    return begins is None or region_code.startswith(tuple(begins))


def reached(user: User, day: date) -> QuerySet[PolicyVersion]:
    """Return the versions that an editor keeps."""
    begins = areas(user, day)
    if begins is None:
        return PolicyVersion.objects.all()
    within = Q(pk__in=[])
    for code in begins:
        within |= Q(region_code__startswith=code)
    return PolicyVersion.objects.filter(within)


def stem(code: str) -> str:
    """Return what the codes of an area begin with: 5301 of 530100."""
    return code.removesuffix("00").removesuffix("00") if code != "000000" else code


def listed(versions: QuerySet[PolicyVersion], key: str, user: User, day: date) -> QuerySet[PolicyVersion]:
    """Return one of the lists: what is oldest first where somebody waits for it, else the newest first."""
    match key:
        case "mine":
            return versions.filter(state=VersionState.DRAFT, author=user).order_by("-pk")
        case "review":
            return versions.filter(state=VersionState.REVIEW).order_by("pk")
        case "scheduled":
            return versions.filter(state=VersionState.SCHEDULED).order_by("publish_at", "pk")
        case "published":
            return versions.filter(state=VersionState.PUBLISHED).order_by("-published_at", "-pk")
        case "alarms":
            soon = Q(expires_on__gte=day, expires_on__lte=day + timedelta(days=SOON_DAYS))
            found = versions.filter(Q(link_broken_since__isnull=False) | soon, state=VersionState.PUBLISHED)
            return found.order_by("expires_on", "pk")
        case _:
            return versions.order_by("-pk")


def counts(versions: QuerySet[PolicyVersion], user: User, day: date) -> dict[str, int]:
    """Return how many versions wait in the lists that somebody has to work through."""
    return {key: listed(versions, key, user, day).count() for key in ("mine", "review", "scheduled", "alarms")}


def found(versions: QuerySet[PolicyVersion], words: str) -> QuerySet[PolicyVersion]:
    """Return the versions whose title, document number, address or identifier holds the words."""
    return versions.filter(
        Q(title_zh__icontains=words)
        | Q(title_en__icontains=words)
        | Q(document_no__icontains=words)
        | Q(policy__slug__icontains=words)
        | Q(source_id=words)
    ).order_by("-pk")


def with_counts(versions: Iterable[PolicyVersion]) -> list[PolicyVersion]:
    """Read how many benefits each version has and how many of them wait; one statement more for a page of them."""
    rows = list(versions)
    told = Benefit.objects.filter(version__in=rows, withdrawn_at=None).order_by().values("version_id")
    told = told.annotate(all=Count("pk"), open=Count("pk", filter=Q(confirmed_at=None)))
    by_version = {one["version_id"]: one for one in told}
    for row in rows:
        row.benefit_count = by_version.get(row.pk, {}).get("all", 0)
        row.open_count = by_version.get(row.pk, {}).get("open", 0)
    return rows


def writers(version: PolicyVersion) -> set[int]:
    """Return who wrote a version, so that somebody else reviews it."""
    events = version.events.filter(verb__in=library.WRITING, actor__isnull=False)
    return {*events.values_list("actor_id", flat=True), *([version.author_id] if version.author_id else [])}


# --- One version ------------------------------------------------------------------------------------------------------


@dataclass
class Passage:
    """A clause with its benefits, and what its words suggest beyond them."""

    clause: Clause
    benefits: list[Benefit] = field(default_factory=list)
    suggestions: list[tuple[int, extraction.Suggestion]] = field(default_factory=list)

    @property
    def html(self):
        return richtext.html(self.clause.text_zh)

    @cached_property
    def doubtful(self) -> set[int]:
        """The benefits whose amount the clause does not name (any more)."""
        named = {one.yuan for one in extraction.amounts(self.clause.text_zh)}
        return {one.pk for one in self.benefits if named and one.amount_yuan and one.amount_yuan not in named}

    @property
    def waits(self) -> bool:
        """Whether somebody has to look at something here."""
        return bool(self.suggestions or any(not benefit.confirmed_at for benefit in self.benefits))


class Sheet:
    """A version on the editor's desk; everything is read once."""

    def __init__(self, version: PolicyVersion):
        self.version = version

    @cached_property
    def clauses(self) -> list[Clause]:
        return list(self.version.clauses.all())

    @cached_property
    def benefits(self) -> list[Benefit]:
        """The benefits that are not withdrawn."""
        return list(self.version.benefits.filter(withdrawn_at=None).select_related("clause", "service_item"))

    @cached_property
    def open_benefits(self) -> list[Benefit]:
        return [benefit for benefit in self.benefits if not benefit.confirmed_at]

    @cached_property
    def loose(self) -> list[Benefit]:
        """Benefits of no clause."""
        return [benefit for benefit in self.benefits if benefit.clause_id is None]

    @cached_property
    def passages(self) -> list[Passage]:
        own: dict[int, list[Benefit]] = {}
        for benefit in self.benefits:
            own.setdefault(benefit.clause_id, []).append(benefit)
        return [
            Passage(clause, own.get(clause.pk, []), self._suggestions(clause, own.get(clause.pk, [])))
            for clause in self.clauses
        ]

    def _suggestions(self, clause: Clause, benefits: list[Benefit]) -> list[tuple[int, extraction.Suggestion]]:
        """Return what the words suggest and nobody has marked up yet: same kind and amount count as the same."""
        if clause.kind == ClauseKind.HEADING:
            return []
        taken = [(benefit.kind, benefit.amount_yuan) for benefit in benefits]
        left = []
        for place, one in enumerate(extraction.suggest(clause.text_zh, clause.anchor)):
            if (one.kind, one.amount_yuan) in taken:
                taken.remove((one.kind, one.amount_yuan))
            else:
                left.append((place, one))
        return left

    def suggestion(self, anchor: str, place: int) -> tuple[Clause, extraction.Suggestion] | None:
        """Return a suggestion by clause and place, as a link names it."""
        clause = next((one for one in self.clauses if one.anchor == anchor), None)
        suggested = extraction.suggest(clause.text_zh, anchor) if clause else []
        return (clause, suggested[place]) if 0 <= place < len(suggested) else None

    def free_key(self, wanted: str) -> str:
        """Return the key, with a number when a benefit has it already."""
        taken = {benefit.key for benefit in self.benefits}
        keys = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
        return next(key for key in keys if key not in taken)

    @cached_property
    def missing(self) -> list:
        """What has to be put right before somebody reviews it."""
        return rules.missing(self.version, clauses=len(self.clauses))

    @cached_property
    def advice(self) -> list:
        """What does not stand in the way and yet is worth a look."""
        version = self.version
        unread = sum(len(passage.suggestions) for passage in self.passages)
        waiting = len(self.open_benefits)
        found = [
            (not version.title_en, _("There is no English title.")),
            (not version.summary_zh, _("There is no summary; lists show the beginning of the text.")),
            (not version.document_no, _("There is no document number.")),
            (not version.effective_on, _("It is not said from when it is in force.")),
            (not version.topics, _("No topic is chosen, so filters do not find it.")),
            (not version.source_url, _("There is no link to the source.")),
            (
                waiting,
                ngettext(
                    "%(count)d benefit is not confirmed: readers will not see it.",
                    "%(count)d benefits are not confirmed: readers will not see them.",
                    waiting,
                )
                % {"count": waiting},
            ),
            (
                unread,
                ngettext(
                    "%(count)d suggestion has not been looked at.",
                    "%(count)d suggestions have not been looked at.",
                    unread,
                )
                % {"count": unread},
            ),
        ]
        return [words for is_so, words in found if is_so]

    @cached_property
    def before(self) -> PolicyVersion | None:
        """The version that this one follows."""
        earlier = self.version.policy.versions.filter(number__lt=self.version.number).order_by("-number")
        return _shown(earlier).first()

    @cached_property
    def difference(self) -> differences.Difference | None:
        """What readers will find changed against the version before; None for the first version."""
        return differences.difference(self.before, self._as_shown) if self.before else None

    @property
    def _as_shown(self) -> PolicyVersion:
        return _shown(PolicyVersion.objects.filter(pk=self.version.pk)).get()

    @property
    def is_public(self) -> bool:
        return self.version.state in PUBLIC

    @property
    def markdown(self) -> str:
        """The text as one piece, to be edited and cut into the same clauses again."""
        return as_markdown(self.clauses)


def _shown(versions: QuerySet[PolicyVersion]) -> QuerySet[PolicyVersion]:
    benefits = Benefit.objects.public().select_related("clause")
    shown = Prefetch("benefits", benefits, to_attr="shown")
    return versions.prefetch_related("clauses", shown, queries.waiting_benefits())


def as_markdown(clauses: Iterable[Clause]) -> str:
    """Write clauses as the text that `policies.text.reading` cuts into the same clauses."""
    return "\n\n".join(filter(None, map(_as_markdown, clauses)))


def _as_markdown(clause: Clause) -> str:
    """Write one clause; a heading in the first words of a section ends in a full stop, else it is a line of its own."""
    if clause.kind == ClauseKind.HEADING:
        head = " ".join(part for part in (clause.number, clause.heading) if part)
        return "\n\n".join(part for part in (f"## {head}" if head else "", clause.text_zh) if part)
    if clause.anchor.startswith("a"):
        topic = f"【{clause.heading}】" if clause.heading else ""
        return f"{clause.number} {topic}{clause.text_zh}".strip()
    between = "\n\n" if clause.heading and clause.heading[-1] not in "。." else ""
    return f"{clause.number}{clause.heading}{between}{clause.text_zh}".strip()
