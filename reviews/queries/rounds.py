"""Reads about rounds: who may be drawn for a group and who not, what an expert is asked, the record of a draw."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Role, UnitMember
from accounts.queries import posts_of, same_person
from applications.models import Case
from regions.models import Region
from reviews.models import Discipline, Dossier, Draw, Expert, Group, ReviewRound, Seat
from reviews.rules import draw as rules
from reviews.rules.avoidance import Applicants, Somebody, Tie, bar, plain
from reviews.states import ExpertStatus, RoundState, SeatState, TieKind
from talentportal.lib.refusals import in_both

OFFICE = (Role.EXAMINER, Role.LEADER)
CODE = re.compile(r"\d{6}")
LONGEST_NAME = 120  # characters; longer answers are texts, not names
MOST_YEARS = 2  # yearly rounds of one item in a row, in which an expert may sit
ON_THEIR_SEATS = (SeatState.INVITED, SeatState.ACCEPTED)

WHY = {  # beside the kinds of ties: why an expert cannot be drawn
    "STATUS": _("not active"),
    "TERM": _("not within the term"),
    "SEATED": _("has been drawn for this group already"),
    "UNIT_SEATED": _("of a unit that has an expert in this group"),
    "CAPACITY": _("has no room for these dossiers"),
    "YEARS": _("sat in the rounds of this item in each of the last two years"),
}


@dataclass
class Pool:
    """Who may be drawn for a group, as the algorithm takes them, and who may not, with the reason."""

    candidates: list[dict] = field(default_factory=list)
    left_out: list[dict] = field(default_factory=list)  # [{"number", "name", "code", "about", "why": {zh, en}}]

    @property
    def of_the_discipline(self) -> list[dict]:
        return [one for one in self.candidates if one["tier"] == 0]


def in_charge(user, organization, now: datetime, roles: Iterable[str] = OFFICE) -> bool:
    """Tell whether a user holds a post today in one of the roles over the organization's region."""
    posts = posts_of(user, timezone.localdate(now)).filter(role__in=roles)
    return any(organization.region.path.startswith(post.region.path) for post in posts)


def dossiers_of(group: Group) -> QuerySet[Dossier]:
    """Return the dossiers of a group that are under review."""
    return group.dossiers.filter(withdrawn_at__isnull=True).order_by("seq")


def pool_of(group: Group, now: datetime) -> Pool:
    """Return who may be drawn for a group now. Writes nothing; freezing keeps exactly this."""
    day, found = timezone.localdate(now), Pool()
    tiers = _tiers(group.discipline)
    experts = _experts(group, tiers)
    watch = _Watch(group, experts, now)
    units = _unit_keys(experts)
    for expert in experts:
        reason = watch.reason(expert, day, units)
        levels = [tiers[one.pk] for one in expert.disciplines.all() if one.pk in tiers]
        if reason:
            found.left_out.append({"number": expert.number, "name": expert.name, "code": reason[0], "about": reason[1]})
        else:
            found.candidates.append(
                {
                    "number": expert.number,
                    "unit": units[expert.pk],
                    "outside": expert.region_id is None,
                    "tier": min(levels),
                }
            )
    _in_words(found.left_out)
    return found


def why_unfit(seat: Seat, now: datetime) -> dict | None:
    """Return why a drawn expert cannot take the seat after all, as {"zh", "en"}: a tie found since, the term over."""
    units = _unit_keys([seat.expert])
    reason = _Watch(seat.group, [seat.expert], now, besides=seat).reason(seat.expert, timezone.localdate(now), units)
    if reason is None:
        return None
    words = [{"code": reason[0], "about": reason[1]}]
    _in_words(words)
    return words[0]["why"]


def _in_words(left_out: list[dict]) -> None:
    """Add the reasons in both languages."""
    places = Region.objects.in_bulk({one["about"] for one in left_out if one["code"] == TieKind.HOME})
    said = in_both(lambda: [_sentence(one["code"], str(places.get(one["about"], one["about"]))) for one in left_out])
    for one, why in zip(left_out, said, strict=True):
        one["why"] = why


def _sentence(code: str, about: str) -> str:
    if code in WHY:
        return str(WHY[code])
    words = {"why": TieKind(code).label, "whom": about}
    return _("%(why)s: %(whom)s") % words if about else str(words["why"])


def _tiers(discipline: Discipline) -> dict[str, int]:
    """Return code -> 0 for the discipline with what is below it, 1 for the others of its first level."""
    first = discipline.parent_id or discipline.pk
    whole, own = (
        Discipline.objects.filter(Q(pk=code) | Q(parent=code)).values_list("pk", flat=True)
        for code in (first, discipline.pk)
    )
    return dict.fromkeys(whole, 1) | dict.fromkeys(own, 0)


def experts_of(organization) -> QuerySet[Expert]:
    """Return the experts an organization draws from: its own pool, or that of the nearest one above that keeps one."""
    office = organization
    while office.parent_id and not office.experts.exists():
        office = office.parent
    return office.experts.all()


def _experts(group: Group, tiers: dict[str, int]) -> list[Expert]:
    found = experts_of(group.round.organization).filter(disciplines__in=tiers).distinct()
    return list(found.select_related("user").prefetch_related("disciplines", "ties").order_by("number"))


def _unit_keys(experts: Iterable[Expert]) -> dict[int, str]:
    """Return what tells units apart: the code where known, also from a colleague's record, else the name."""
    codes = {plain(expert.unit_name): expert.unit_uscc for expert in experts if expert.unit_uscc}
    return {
        expert.pk: expert.unit_uscc or codes.get(plain(expert.unit_name)) or plain(expert.unit_name)
        for expert in experts
    }


class _Watch:
    """What has to be known of a group, and of experts together, to say why one of them cannot be drawn for it."""

    def __init__(self, group: Group, experts: list[Expert], now: datetime, besides: Seat | None = None):
        self.round, self.applicants, self.besides = group.round, applicants_of(group), besides
        self.dossiers = dossiers_of(group).count()
        self.accounts = _accounts(experts)
        self.load = load_of(experts, besides=group)
        self.deciders = _deciders(group.round, timezone.localdate(now))
        seats = list(group.seats.exclude(pk=besides.pk if besides else None).select_related("expert"))
        self.seated = {seat.expert_id for seat in seats}
        self.colleagues = [seat.expert for seat in seats if seat.state in ON_THEIR_SEATS]
        self.tired = _tired(group.round, experts)

    def reason(self, expert: Expert, day: date, units: dict[int, str]) -> tuple[str, str] | None:
        """Return (code, to whom), or None for somebody who may be drawn."""
        if expert.status != ExpertStatus.ACTIVE:
            return "STATUS", ""
        if not expert.term_starts_on <= day < expert.term_ends_on:
            return "TERM", ""
        if found := bar(
            _somebody(expert, self.accounts, self.deciders), self.applicants, day, home=self.round.avoids_home
        ):
            return str(found[0]), found[1]
        if expert.pk in self.seated:
            return "SEATED", ""
        if any(same_unit(expert, other) for other in self.colleagues):
            return "UNIT_SEATED", ""
        if self.load[expert.pk] + self.dossiers > expert.capacity:
            return "CAPACITY", ""
        return ("YEARS", "") if expert.pk in self.tired else None


def same_unit(one: Expert, other: Expert) -> bool:
    """Tell whether two experts come from one unit, by its code or its name."""
    same_code = bool(one.unit_uscc) and one.unit_uscc == other.unit_uscc
    return same_code or plain(one.unit_name) == plain(other.unit_name)


def load_of(experts: Iterable[Expert], besides: Group | None = None) -> dict[int, int]:
    """Return how many dossiers each expert has, or is asked to take, in rounds that are not closed."""
    seats = Seat.objects.filter(expert__in=experts, state__in=ON_THEIR_SEATS).exclude(
        group__round__state=RoundState.CLOSED
    )
    seats = seats.exclude(group=besides) if besides else seats
    open_dossiers = Count("group__dossiers", filter=Q(group__dossiers__withdrawn_at__isnull=True))
    load = defaultdict(int)
    for expert, count in seats.annotate(count=open_dossiers).values_list("expert", "count"):
        load[expert] += count
    return load


def _tired(round_: ReviewRound, experts: Iterable[Expert]) -> set[int]:
    """Return those who sat in a round of the item in each of the years just before this one's."""
    year = timezone.localtime(round_.created_at).year
    sat = defaultdict(set)
    rows = Seat.objects.filter(state=SeatState.ACCEPTED, group__round__item=round_.item_id, expert__in=experts)
    for expert, at in rows.values_list("expert", "group__round__created_at"):
        sat[expert].add(timezone.localtime(at).year)
    before = {year - ago for ago in range(1, MOST_YEARS + 1)}
    return {expert for expert, years in sat.items() if before <= years}


def _deciders(round_: ReviewRound, day: date) -> set[int]:
    """Return the users who examine or decide in the organization on the day."""
    posts = round_.organization.posts.held_on(day).filter(role__in=OFFICE)
    return set(posts.values_list("user", flat=True))


def _accounts(experts: Iterable[Expert]) -> dict[int, tuple[frozenset[int], frozenset[str]]]:
    """Return expert -> the accounts of this human being, and the codes of the units that they act for."""
    people = dict(Person.objects.filter(user__expert__in=experts).values_list("user", Coalesce("same_as", "pk")))
    same = defaultdict(set)
    alive = Person.objects.filter(Q(pk__in=people.values()) | Q(same_as__in=people.values()))
    for user, person in alive.values_list("user", Coalesce("same_as", "pk")):
        same[person].add(user)
    users = {one.pk: {one.user_id, *same[people.get(one.user_id)]} for one in experts if one.user_id}
    codes = defaultdict(set)
    acting = UnitMember.objects.filter(user__in={user for each in users.values() for user in each}, left_at=None)
    for user, code in acting.values_list("user", "unit__uscc"):
        codes[user].add(code)
    return {
        pk: (frozenset(each), frozenset(code for user in each for code in codes[user])) for pk, each in users.items()
    }


def _somebody(expert: Expert, accounts: dict, deciders: set[int]) -> Somebody:
    """Return what the avoidance rules need of an expert."""
    users, acts_for = accounts.get(expert.pk, (frozenset(), frozenset()))
    region = expert.region_id or ""
    return Somebody(
        name=expert.name,
        unit=expert.unit_name,
        uscc=expert.unit_uscc,
        group_uscc=expert.group_uscc,
        county="" if region.endswith("00") else region,
        users=users,
        unit_usccs=acts_for,
        ties=tuple(Tie(tie.kind, tie.name, tie.uscc, tie.until) for tie in expert.ties.all()),
        decides=not users.isdisjoint(deciders),
    )


def applicants_of(group: Group) -> Applicants:
    """Return what is known of all applicants of a group."""
    found = defaultdict(set)
    cases = Case.objects.filter(dossiers__in=dossiers_of(group))
    for case in cases.select_related("unit__region", "unit__work_region", "region", "applicant__person"):
        found["users"] |= set(same_person(case.applicant))
        found["people"] |= {case.applicant.name, getattr(case.applicant, "person", case.applicant).name}
        found["words"].add(case.applicant_name)
        found["words"] |= {text for text in _texts(case.answers) if len(text) <= LONGEST_NAME}
        _note_unit(found, case.unit)
        found["places"] |= set(case.region.path.split("/"))
    found["places"] |= {text for text in found["words"] if CODE.fullmatch(text)}
    organization = group.round.organization
    return Applicants(
        **{name: frozenset(found[name] - {""}) for name in ("units", "words", "people", "usccs", "users")},
        counties=frozenset(code for code in found["places"] if not code.endswith("00")),
        deciding=frozenset({organization.name_zh, organization.name_en}),
    )


def _note_unit(found: dict[str, set], unit) -> None:
    """Note an applicant's unit, and what it was before or has become."""
    if unit is None:
        return
    related = [unit, *(link.old for link in unit.predecessions.all()), *(link.new for link in unit.successions.all())]
    for one in related:
        found["units"] |= {one.name, one.name_en}
        found["usccs"].add(one.uscc)
    for region in (unit.region, unit.work_region):
        found["places"] |= set(region.path.split("/"))


def _texts(value) -> Iterable[str]:
    """Yield the texts of an answer, of lines and lists, too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def record_of(draw: Draw) -> dict:
    """Return the record of a draw: with it alone, anybody can repeat it."""
    group = draw.group
    return {
        "algorithm": draw.algorithm,
        "round_number": group.round.number,
        "round": {"zh": group.round.title_zh, "en": group.round.title_en},
        "group": str(group),
        "seq": draw.seq,
        "frozen_at": rules.moment(draw.frozen_at),
        "frozen_by": draw.frozen_by.name,
        "pool": draw.pool,
        "pool_hash": draw.pool_hash,
        "left_out": draw.left_out,
        "warnings": draw.warnings,
        "nonce": draw.nonce,
        "seed": draw.seed,
        "drawn_at": rules.moment(draw.drawn_at) if draw.drawn_at else None,
        "drawn_by": draw.drawn_by.name if draw.drawn_by else None,
        "result": draw.result,
    }


def waiting_draw(group: Group) -> Draw | None:
    """Return the draw whose pool is frozen and that waits for the supervisor."""
    return group.draws.filter(drawn_at__isnull=True, dropped_at__isnull=True).first()


def own_seats(user) -> QuerySet[Seat]:
    """Return the seats to which somebody was ever invited, newest first; reserves do not know that they are."""
    seats = Seat.objects.filter(expert__user=user.pk, invited_at__isnull=False)
    return seats.select_related("group__round__organization", "group__discipline", "expert").order_by("-invited_at")
