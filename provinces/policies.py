"""The demo's policy library: sample policies of a province and its cities and counties, as compact YAML.

`<name>/policies/*.yaml` map the address of a policy to its versions; texts are written "Chinese | English". Articles
number themselves; a benefit stands under the article that gives it, and so do the conditions of `who`:
`grade >= D`, `employer in enterprise startup`, `first_home`, `not returned`, {any: [..]}; `@a2` names another clause.
Dates are days, or "+45": so many days from the day of loading. Samples never enter a database that is no demo, as
each benefit needs a person who confirmed it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from policies.matching.conditions import check_tree
from policies.matching.facts import FACTS, Kind
from policies.matching.proactive import give_consent
from policies.models import (
    Benefit,
    BenefitKind,
    Clause,
    Frequency,
    PayRule,
    Policy,
    PolicyLevel,
    PolicyVersion,
    RedeemMode,
    ServiceItem,
    VersionEvent,
    VersionState,
)
from policies.search.query import parse
from policies.services import publish, repeal, schedule, submit_for_review
from policies.services.following import follow, save_search
from policies.topics import AUDIENCES, TOPICS
from provinces import packs
from provinces.demo_accounts import sign_in_name
from provinces.packs import Pack
from regions import divisions

POLICY_KEYS = {"level", "region", "issuer", "topics", "audiences", "versions"}
DATES = ("adopted", "published", "effective", "expires", "repealed", "publish")
VERSION_KEYS = {"number", "title", "summary", "state", "body", *DATES}
ARTICLE_KEYS = {"h", "zh", "en", "gives"}
BENEFIT_KEYS = {"is", "pays", "name", "text", "note", "who", "by", "mode", "group", "until"}
OPS = {">=": "at_least", "<=": "at_most", "=": "is", "in": "in"}
SAMPLE = {"zh": "（演示）", "en": " (sample)"}
CATEGORY = "规范性文件"
OPENS = time(9)
REVIEW_DAYS = 5
FOLLOWED_DAYS = 9  # ago
REPEALED_BY = "云人社示〔2023〕15号（演示）"


class PackError(ValueError):
    """A policy of a pack is not written as it should be; the message names the place."""


@dataclass(frozen=True)
class Entry:
    """One version as the pack has it: fields of PolicyVersion, and unsaved clauses and benefits with their anchors."""

    slug: str
    label: str
    fields: dict
    clauses: list[dict]
    benefits: list[dict]
    dates: dict

    @property
    def state(self) -> str:
        return self.fields["state"]


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(pack: Pack, folder: Path | None = None) -> list[Entry]:
    """Read the policies of a pack, the earlier versions first. Raises PackError with the place of what is wrong."""
    entries = []
    for path in sorted((folder or packs.FOLDER / pack.name / "policies").glob("*.yaml")):
        for slug, policy in packs.read_yaml(path).items():
            entries += _policy(slug, policy, set(pack.services))
    return entries


def _policy(slug: str, policy: dict, services: set[str]) -> Iterator[Entry]:
    _known(policy, POLICY_KEYS, slug)
    for key, choices in (("topics", TOPICS), ("audiences", AUDIENCES)):
        _check(set(policy[key]) <= set(choices), slug, f"unknown {key} {sorted(set(policy[key]) - set(choices))}")
    _one_of(policy["level"], PolicyLevel.values, slug, "level")
    _check(divisions.exists(policy["region"]), slug, f"unknown region {policy['region']!r}")
    common = {
        "level": policy["level"],
        "region_code": policy["region"],
        "region_name": divisions.names(policy["region"])["zh"],
        "category": CATEGORY,
        "topics": policy["topics"],
        "audiences": policy["audiences"],
        "is_sample": True,
        **_texts("issuer", policy["issuer"], slug),
    }
    for label, version in policy["versions"].items():
        yield _version(slug, label, version, common, services)


def _version(slug: str, label: str, version: dict, common: dict, services: set[str]) -> Entry:
    place = f"{slug} {label}"
    _known(version, VERSION_KEYS, place)
    state = version.get("state", VersionState.PUBLISHED)
    _one_of(state, set(VersionState) - {VersionState.SUPERSEDED}, place, "state")
    titles = _texts("title", version["title"], place)
    fields = common | {
        "state": state,
        "document_no": version.get("number", ""),
        **{key: text + SAMPLE[key[-2:]] for key, text in titles.items()},
        **_texts("summary", version["summary"], place),
    }
    clauses = [_clause(number, article, place) for number, article in enumerate(version["body"], start=1)]
    anchors = {clause["anchor"] for clause in clauses}
    benefits = [
        _benefit(key, benefit, clause["anchor"], f"{place}, {clause['number']}, {key}", anchors, services)
        for clause, article in zip(clauses, version["body"], strict=True)
        for key, benefit in article.get("gives", {}).items()
    ]
    keys = [benefit["key"] for benefit in benefits]
    _check(len(keys) == len(set(keys)), place, "a benefit stands there twice")
    dates = {key: version[key] for key in DATES if key in version}
    return Entry(slug, label, fields, clauses, benefits, dates)


def _clause(number: int, article: dict, place: str) -> dict:
    in_words = f"第{chinese_number(number)}条"
    _known(article, ARTICLE_KEYS, f"{place}, {in_words}")
    heading = _texts("h", article["h"], place)
    return {
        "order": number,
        "anchor": f"a{number}",
        "number": in_words,
        "heading": heading["h_zh"],
        "text_zh": article["zh"],
        "text_en": f"**{heading['h_en']}.** {article['en']}",
    }


def chinese_number(number: int) -> str:
    """Return a number from 1 to 99 as articles are numbered: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    return f"{digits[tens] if tens > 1 else ''}{'十' if tens else ''}{digits[ones] if ones else ''}"


def _benefit(key: str, benefit: dict, anchor: str, place: str, anchors: set[str], services: set[str]) -> dict:
    _known(benefit, BENEFIT_KEYS, place)
    _one_of(benefit["is"], BenefitKind.values, place, "kind")
    mode = benefit.get("mode", RedeemMode.APPLY)
    _one_of(mode, RedeemMode.values, place, "mode")
    service = benefit.get("by")
    _check(service is None or service in services, place, f"unknown service {service!r}")
    return {
        "key": key,
        "kind": benefit["is"],
        **_texts("name", benefit["name"], place),
        **_texts("text", benefit["text"], place),
        **(_texts("pay_note", benefit["note"], place) if "note" in benefit else {}),
        **_pays(str(benefit.get("pays", PayRule.NONE)), place),
        "conditions": tree(benefit.get("who", []), anchor, anchors, place),
        "ends_on": benefit.get("until"),
        "exclusive_group": benefit.get("group", ""),
        "mode": mode,
        "clause": anchor,
        "service_item": service,
    }


def _pays(text: str, place: str) -> dict:
    """Read "80000 INSTALMENTS 36": amount in yuan, pay rule, months; the first and the last may be missing."""
    found = re.fullmatch(r"(?:(\d+(?:\.\d\d)?) )?([A-Z_]+)(?: (\d+))?", text)
    _check(found, place, f"cannot read what it pays: {text!r}")
    amount, rule, months = found.groups()
    _one_of(rule, PayRule.values, place, "pay rule")
    return {
        "amount_yuan": Decimal(amount) if amount else None,
        "pay_rule": rule,
        "pay_months": int(months) if months else None,
    }


# --- Conditions ------------------------------------------------------------------------------------------------------


def tree(who: list, anchor: str, anchors: set[str], place: str) -> dict:
    """Return the rule tree of a `who`; each leaf names its clause, `anchor` if it names none."""
    parts = [_part(part, anchor, anchors, place) for part in who]
    whole = parts[0] if len(parts) == 1 else {"all": parts} if parts else {}
    reasons = check_tree(whole)
    _check(not reasons, place, "; ".join(map(str, reasons)))
    return whole


def _part(part, anchor: str, anchors: set[str], place: str) -> dict:
    if isinstance(part, str):
        return _leaf(part, anchor, anchors, place)
    ((verb, inside),) = part.items()
    _one_of(verb, ("all", "any"), place, "condition")
    return {verb: [_part(one, anchor, anchors, place) for one in inside]}


def _leaf(text: str, anchor: str, anchors: set[str], place: str) -> dict:
    words, _at, clause = text.partition("@")
    _check((clause or anchor) in anchors, place, f"unknown clause {clause!r}")
    fact, *rest = words.removeprefix("not ").split()
    _one_of(fact, FACTS, place, "fact")
    if not rest:
        value = not words.startswith("not ")
        return {"fact": fact, "op": "is", "value": value, "clause": clause or anchor}
    _one_of(rest[0], OPS, place, "comparison")
    op = "within" if FACTS[fact].kind == Kind.PLACE else OPS[rest[0]]
    values = [int(value) if FACTS[fact].kind == Kind.NUMBER else value for value in rest[1:]]
    return {"fact": fact, "op": op, "value": values if op == "in" else values[0], "clause": clause or anchor}


# --- What the reading shares -----------------------------------------------------------------------------------------


def _texts(field: str, text: str, place: str) -> dict:
    """Split "Chinese | English"."""
    zh, bar, en = str(text).partition(" | ")
    _check(bar and zh.strip() and en.strip(), place, f"{field} is not written in both languages: {text!r}")
    return {f"{field}_zh": zh.strip(), f"{field}_en": en.strip()}


def _known(entry: dict, keys: set[str], place: str) -> None:
    unknown = sorted(set(entry) - keys)
    _check(not unknown, place, f"unknown keys {unknown}")


def _one_of(value, choices, place: str, what: str) -> None:
    _check(value in choices, place, f"unknown {what} {value!r}")


def _check(fine, place: str, reason: str) -> None:
    if not fine:
        raise PackError(f"{place}: {reason}")


# --- Loading ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def load(pack: Pack, now: datetime) -> str:
    """Publish the versions that are missing, in order, and let demo people follow them; return how many there are.

    A version once written is never touched again: what is published is frozen, and drafts belong to the editors.
    """
    entries = read(pack)
    there = set(PolicyVersion.objects.values_list("policy__slug", "label"))
    missing = [entry for entry in entries if (entry.slug, entry.label) not in there]
    desk = _Desk.of(pack, now)
    for entry in missing:
        desk.write(entry)
    if len(missing) == len(entries):
        for key, person in pack.people.items():
            _read_by(User.objects.get(email=sign_in_name(key)), person.get("library", {}), now)
    return f"{len(entries)} versions, {len(missing)} new"


@dataclass(frozen=True)
class _Desk:
    """The two editors of a pack at work."""

    editor: User
    reviewer: User
    items: dict[str, ServiceItem]
    now: datetime

    @classmethod
    def of(cls, pack: Pack, now: datetime) -> "_Desk":
        editor, reviewer = (User.objects.get(email=sign_in_name(key)) for key in ("editor", "editor2"))
        return cls(editor, reviewer, ServiceItem.objects.in_bulk(list(pack.services), field_name="code"), now)

    def write(self, entry: Entry) -> None:
        """Draft a version, mark up its benefits, and take it as far as the pack says."""
        days = {key: self._day(value) for key, value in entry.dates.items()}
        opened = min(_moment(days["published"]), self.now) if "published" in days else self.now
        written = opened - timedelta(days=REVIEW_DAYS)
        version = self._draft(entry, days, written)
        if entry.state == VersionState.DRAFT:
            return
        version = submit_for_review(version=version, actor=self.editor, now=written + timedelta(days=1))
        if entry.state == VersionState.SCHEDULED:
            schedule(version=version, publish_at=_moment(days["publish"]), actor=self.reviewer, now=self.now)
        elif entry.state != VersionState.REVIEW:
            version = publish(version=version, actor=self.reviewer, now=opened)
        if entry.state == VersionState.REPEALED:
            ended = days["repealed"]
            repeal(version=version, repealed_on=ended, reason=REPEALED_BY, actor=self.reviewer, now=_moment(ended))

    def _draft(self, entry: Entry, days: dict, written: datetime) -> PolicyVersion:
        policy, _is_new = Policy.objects.get_or_create(slug=entry.slug)
        version = PolicyVersion.objects.create(
            policy=policy,
            number=policy.versions.count() + 1,
            label=entry.label,
            author=self.editor,
            **entry.fields | {"state": VersionState.DRAFT},
            **{f"{key}_on": days.get(key) for key in ("adopted", "published", "effective", "expires")},
        )
        VersionEvent.objects.create(version=version, verb="draft", actor=self.editor, at=written)
        clauses = Clause.objects.bulk_create(Clause(version=version, **clause) for clause in entry.clauses)
        self._mark_up(entry, version, {clause.anchor: clause for clause in clauses}, written)
        return version

    def _mark_up(self, entry: Entry, version: PolicyVersion, clauses: dict[str, Clause], written: datetime) -> None:
        """Benefits of what goes to readers are confirmed by the second editor; those of a draft wait."""
        is_read = entry.state not in (VersionState.DRAFT, VersionState.REVIEW)
        confirmed = {"confirmed_by": self.reviewer, "confirmed_at": written} if is_read else {}
        Benefit.objects.bulk_create(
            Benefit(
                version=version,
                order=order,
                **benefit
                | {"clause": clauses[benefit["clause"]], "service_item": self.items.get(benefit["service_item"])},
                **confirmed,
            )
            for order, benefit in enumerate(entry.benefits, start=1)
        )

    def _day(self, value: date | str) -> date:
        """Read a day, or "+45": so many days from today."""
        return timezone.localdate(self.now) + timedelta(days=int(value)) if isinstance(value, str) else value


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, OPENS))


def _read_by(user: User, library: dict, now: datetime) -> None:
    """Let somebody follow policies, save a search, and be found benefits after consenting to it."""
    since = now - timedelta(days=FOLLOWED_DAYS)
    for slug in library.get("follows", []):
        follow(policy=Policy.objects.get(slug=slug), actor=user, now=since)
    for query in library.get("searches", []):
        save_search(query=parse(QueryDict(query)).querystring(), frequency=Frequency.WEEKLY, actor=user, now=since)
    if "facts" in library:
        give_consent(facts=library["facts"], actor=user, now=now)
