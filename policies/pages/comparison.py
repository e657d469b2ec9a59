"""Policies side by side, and one kind of benefit in all cities of a province: the same questions, each answered.

Pure: rows in, rows of a table out. A cell without an answer says that the document is silent; cells that read
differently mark their row, and nothing says which is better.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies import topics, wording
from policies.matching import conditions
from policies.models import Benefit, BenefitKind, FetchMode, GuideVersion, PolicyVersion
from policies.states import Standing
from talentportal.lib.bilingual import pick
from talentportal.templatetags.portal import full_day

MOST = 3  # policies side by side
KIND = BenefitKind
GROUPS = (
    (
        "money",
        gettext_lazy("Money and housing"),
        (KIND.SETTLING, KIND.HOME, KIND.RENT, KIND.APARTMENT, KIND.LIVING, KIND.CAR, KIND.LOAN, KIND.TAX, KIND.AWARD),
    ),
    ("family", gettext_lazy("Family"), (KIND.SCHOOLING, KIND.SPOUSE, KIND.MEDICAL, KIND.RESIDENCE)),
    (
        "work",
        gettext_lazy("Work and growth"),
        (KIND.TITLE, KIND.TRAINING, KIND.RESEARCH, KIND.STARTUP, KIND.CARD, KIND.OTHER),
    ),
)


@dataclass
class Column:
    """One policy in the table, with its public benefits and the guides in force of the services behind them."""

    version: PolicyVersion
    standing: Standing
    benefits: list[Benefit]
    guides: list[GuideVersion]

    def facts(self, facts: Mapping) -> dict:
        """Return the facts of somebody who works where this policy holds."""
        return {**facts, "region": self.version.region_code}


@dataclass(frozen=True)
class Entry:
    """A benefit in a cell, and whether it is for the reader when they told their situation."""

    benefit: Benefit
    answer: conditions.Answer | None = None

    @property
    def signature(self) -> tuple:
        benefit = self.benefit
        return (wording.amount(benefit) or pick(benefit, "text"), wording.payment(benefit), *who(benefit))


@dataclass(frozen=True)
class Cell:
    """What one policy says: benefits, or lines of text; neither: the document is silent."""

    column: Column
    entries: list[Entry] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        return not self.entries and not self.lines

    @property
    def signature(self) -> tuple:
        return (*sorted(entry.signature for entry in self.entries), *self.lines)


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    cells: list[Cell]

    @property
    def differs(self) -> bool:
        return len({cell.signature for cell in self.cells}) > 1


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    rows: list[Row]


@dataclass(frozen=True)
class Comparison:
    columns: list[Column]
    groups: list[Group]

    @property
    def has_several(self) -> bool:
        return len(self.columns) > 1

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)

    def only_different(self) -> "Comparison":
        """Return the rows in which the policies differ, in the groups that still have any."""
        groups = [Group(group.key, group.label, [row for row in group.rows if row.differs]) for group in self.groups]
        return Comparison(self.columns, [group for group in groups if group.rows])


def compare(columns: Sequence[Column], facts: Mapping | None = None) -> Comparison:
    """Put policies side by side: a row per kind of benefit that any of them grants, then how one applies."""
    groups = [
        Group(key, str(label), [row for kind in kinds if (row := _kind(kind, columns, facts))])
        for key, label, kinds in GROUPS
    ]
    groups.append(Group("how", _("How to apply"), [_how(key, columns) for key in HOW]))
    return Comparison(list(columns), [group for group in groups if group.rows])


def _kind(kind: KIND, columns: Sequence[Column], facts: Mapping | None) -> Row | None:
    cells = [
        Cell(column, [_entry(one, facts and column.facts(facts)) for one in column.benefits if one.kind == kind])
        for column in columns
    ]
    return None if all(cell.is_silent for cell in cells) else Row(kind.value, str(kind.label), cells)


def _entry(benefit: Benefit, facts: Mapping | None) -> Entry:
    return Entry(benefit, conditions.evaluate(benefit.conditions, facts) if facts else None)


def who(benefit: Benefit) -> list[str]:
    """Return for whom a benefit is, a line per condition; empty when it is for everybody."""
    return conditions.describe(benefit.conditions)


# --- how one applies: (label, what a policy answers) ------------------------------------------------------------------


def _audience(column: Column) -> list[str]:
    audiences = column.version.audiences
    return [_(", ").join(topics.label(key) for key in audiences)] if audiences else []


def _shared_conditions(column: Column) -> list[str]:
    """What every benefit of the policy asks for."""
    asked = [who(benefit) for benefit in column.benefits]
    shared = [line for line in (asked[0] if asked else []) if all(line in lines for lines in asked)]
    return shared or ([_("none, they differ from benefit to benefit")] if any(asked) else [])


def _materials(column: Column) -> list[str]:
    return _of_guides(column, _material_words)


def _material_words(guide: GuideVersion) -> str:
    materials = list(guide.materials.all())
    held = sum(material.fetch_mode != FetchMode.NONE for material in materials)
    words = ngettext("%(n)d paper", "%(n)d papers", len(materials)) % {"n": len(materials)}
    parts = [words, _("%(n)d fetched for you") % {"n": held}] if held else [words]
    later = sum(material.deferrable for material in materials) if guide.deferral_allowed else 0
    if later:
        parts.append(_("%(n)d may come later") % {"n": later})
    return _(", ").join(parts)


def _way(column: Column) -> list[str]:
    return _of_guides(column, _way_words) or [_("Not on this portal: ask the issuer")]


def _way_words(guide: GuideVersion) -> str:
    if guide.online_depth >= 5:
        return _("Whole process online")
    return _("Online or at a window") if "online" in guide.handling_forms else _("At a window")


def _fee(column: Column) -> list[str]:
    return _of_guides(column, lambda guide: _("With a fee") if guide.fees else _("Free of charge"))


def _period(column: Column) -> list[str]:
    return _of_guides(column, _period_words)


def _period_words(guide: GuideVersion) -> str:
    if guide.case_kind == "INSTANT":
        return _("At once")
    return ngettext("%(n)d working day", "%(n)d working days", guide.promised_days) % {"n": guide.promised_days}


def _of_guides(column: Column, say: Callable[[GuideVersion], str]) -> list[str]:
    """What the guides say; the service is named where there are several and they differ."""
    said = {guide: say(guide) for guide in column.guides}
    if len(set(said.values())) < 2:
        return list(said.values())[:1]
    return [
        _("%(what)s: %(words)s") % {"what": pick(guide.item, "name"), "words": text} for guide, text in said.items()
    ]


def _validity(column: Column) -> list[str]:
    said = wording.validity(column.version)
    return [said] if said else []


def _basis(column: Column) -> list[str]:
    return [column.version.document_no or pick(column.version, "title")]


HOW: dict[str, tuple] = {
    "audience": (gettext_lazy("For whom"), _audience),
    "conditions": (gettext_lazy("Conditions of all its benefits"), _shared_conditions),
    "materials": (gettext_lazy("Materials"), _materials),
    "way": (gettext_lazy("Way of handling"), _way),
    "fee": (gettext_lazy("Fee"), _fee),
    "period": (gettext_lazy("Period promised"), _period),
    "validity": (gettext_lazy("Validity"), _validity),
    "basis": (gettext_lazy("Basis"), _basis),
}


def _how(key: str, columns: Sequence[Column]) -> Row:
    label, answer = HOW[key]
    return Row(key, str(label), [Cell(column, lines=answer(column)) for column in columns])


# --- one kind of benefit in every city or county ----------------------------------------------------------------------


@dataclass
class Place:
    """A city or county, or the province itself, with what its policies in force grant of one kind."""

    code: str
    name: str
    policies: int  # in force here; 0: the library has none of this place
    entries: list[Entry] = field(default_factory=list)
    city: str = ""  # the name of the city that a county belongs to

    @property
    def full_name(self) -> str:
        return _("%(county)s, %(city)s") % {"county": self.name, "city": self.city} if self.city else self.name


ASPECTS: dict[str, tuple] = {
    "amount": (gettext_lazy("Amount"), lambda benefit: wording.amount(benefit) or pick(benefit, "text")),
    "payment": (gettext_lazy("How it is paid"), wording.payment),
    "who": (gettext_lazy("Who may have it"), lambda benefit: _("; ").join(who(benefit))),
    "until": (gettext_lazy("Until"), lambda benefit: full_day(wording.last_day(benefit.holds_until))),
    "mode": (gettext_lazy("How to get it"), lambda benefit: benefit.get_mode_display()),
}


@dataclass(frozen=True)
class Aspect:
    key: str
    label: str
    differs: bool


def aspects(places: Iterable[Place]) -> list[Aspect]:
    """Return the columns of the table of places, with those marked in which the places do not say the same."""
    places = list(places)
    return [
        Aspect(
            key,
            str(label),
            len({tuple(sorted(read(entry.benefit) for entry in place.entries)) for place in places}) > 1,
        )
        for key, (label, read) in ASPECTS.items()
    ]


def entries(benefits: Iterable[Benefit], facts: Mapping | None) -> list[Entry]:
    """Return benefits with what each says of somebody who works where it is granted."""
    return [
        _entry(benefit, {**facts, "region": benefit.version.region_code} if facts else None) for benefit in benefits
    ]


# --- as a table for spreadsheets --------------------------------------------------------------------------------------

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def table(comparison: Comparison) -> list[list[str]]:
    """Return a comparison of policies as lines of cells, safe for spreadsheets."""
    lines = [["", *(pick(column.version, "title") for column in comparison.columns)]]
    for group in comparison.groups:
        lines.append([group.label])
        lines += [[row.label, *(_plain(cell) for cell in row.cells)] for row in group.rows]
    return [[safe(text) for text in line] for line in lines]


def table_of_places(places: Iterable[Place]) -> list[list[str]]:
    """Return one kind of benefit in all places as lines of cells, safe for spreadsheets."""
    head = [_("Place"), _("Benefit"), *(str(label) for label, _read in ASPECTS.values()), _("Policy"), _("Clause")]
    lines = [head]
    for place in places:
        if not place.entries:
            lines.append([place.full_name, silence(place)])
        lines += [_line(place, entry.benefit) for entry in place.entries]
    return [[safe(text) for text in line] for line in lines]


def _line(place: Place, benefit: Benefit) -> list[str]:
    read = [str(read(benefit)) for _label, read in ASPECTS.values()]
    clause = wording.cite(benefit.clause)
    return [place.full_name, pick(benefit, "name"), *read, pick(benefit.version, "title"), clause]


def silence(place: Place) -> str:
    """Return why a place has nothing to show: its documents are silent, or there are none here."""
    return _("not provided for in the documents") if place.policies else _("no policy of this place in the library")


def _plain(cell: Cell) -> str:
    if cell.is_silent:
        return _("not provided for in the document")
    return "\n".join([*(_in_words(entry.benefit) for entry in cell.entries), *cell.lines])


def _in_words(benefit: Benefit) -> str:
    sum_ = wording.amount(benefit)
    head = _("%(what)s: %(words)s") % {"what": pick(benefit, "name"), "words": sum_ or pick(benefit, "text")}
    clause = [wording.cite(benefit.clause)]
    return _("; ").join(part for part in (head, wording.payment(benefit), *who(benefit), *clause) if part)
