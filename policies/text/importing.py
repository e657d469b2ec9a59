"""Read a folder of policy documents (index.csv, text/*.md, history.csv if there is one) into the library.

Each document is one transaction, so an import that was killed goes on where it stopped: a row whose id and hash are
known is left alone, a text that has changed under a known id becomes the next version, and documents of one title,
region and category become versions of one policy, in the order of their dates. What the file calls current stays
current: two current documents of one title are two policies.
"""

import csv
import hashlib
import io
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import DataError, IntegrityError, InternalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from policies import rules, services
from policies.models import Policy, PolicyLevel, PolicyVersion
from policies.queries import initials
from policies.search.index import tidy
from policies.states import PUBLIC, VersionState
from policies.text import reading
from regions import divisions
from regions.models import Region
from talentportal.lib.refusals import Refused

logger = logging.getLogger(__name__)

REQUIRED = ("id", "title", "level", "region_code")
LARGEST_FILE, LARGEST_INDEX = 20 * 2**20, 200 * 2**20  # bytes
STATUS = {
    **dict.fromkeys(("", "current", "effective", "in force", "现行有效", "有效", "尚未生效", "upcoming"), "current"),
    **dict.fromkeys(("superseded", "amended", "已被修改", "已修改", "已被修订", "已修订"), "superseded"),
    **dict.fromkeys(("repealed", "abolished", "废止", "已废止"), "repealed"),
    **dict.fromkeys(("expired", "失效", "已失效"), "expired"),
}
LEVELS = {
    **{level: level for level in PolicyLevel.values},
    **dict.fromkeys(("国家", "国家级", "全国", "中央"), PolicyLevel.NATIONAL),
    **dict.fromkeys(("省", "省级", "provincial"), PolicyLevel.PROVINCE),
    **dict.fromkeys(("市", "市级", "地市级", "municipal", "prefecture"), PolicyLevel.CITY),
    **dict.fromkeys(("县", "县级", "区县", "区县级", "district"), PolicyLevel.COUNTY),
}
STATES = {
    "current": VersionState.PUBLISHED,
    "expired": VersionState.PUBLISHED,  # with an end of its validity
    "superseded": VersionState.SUPERSEDED,
    "repealed": VersionState.REPEALED,
}
DATES = ("adopted_on", "published_on", "effective_on", "expires_on", "repealed_on")
TEXTS = {  # column -> field
    "title": "title_zh", "title_en": "title_en", "summary": "summary_zh", "summary_zh": "summary_zh",
    "summary_en": "summary_en", "issuer": "issuer_zh", "issuer_en": "issuer_en", "doc_number": "document_no",
    "index_number": "index_no", "category": "category", "theme": "theme", "region_name": "region_name",
}  # fmt: skip
COMPARED = ("title_zh", "document_no", "issuer_zh", "level", "region_code", "published_on", "effective_on", "topics")
_EDITION = re.compile(r"\s*[（(]\s*\d{4}年?\s*(?:修[正订改]|版)?\s*(?:本|版)?\s*[)）]\s*$")


class UnreadableFolder(Exception):
    """The folder as a whole cannot be read."""


class RowError(Exception):
    """A row cannot be imported, for these reasons."""

    def __init__(self, *reasons: str):
        self.reasons = reasons
        super().__init__("; ".join(reasons))


@dataclass(frozen=True)
class Row:
    """One line of index.csv with clean values; `chain` names the policy that it is a version of."""

    line: int
    id: str
    file: str
    sha256: str
    status: str
    fields: dict
    chain: str

    @property
    def day(self) -> date | None:
        return self.fields["published_on"] or self.fields["effective_on"] or self.fields["adopted_on"]

    @property
    def place(self) -> tuple:
        """Where it stands among the versions of its policy: what is current comes last."""
        return STATES[self.status] == VersionState.PUBLISHED, self.day or date.min


@dataclass
class Report:
    """What an import did, or would do: rows by outcome, the reasons of those that failed, remarks."""

    counts: Counter = field(default_factory=Counter)
    errors: list[tuple[int, str, str]] = field(default_factory=list)  # line of index.csv, id, reason
    remarks: list[tuple[int, str, str]] = field(default_factory=list)

    def fail(self, line: int, row_id: str, *reasons: str) -> None:
        self.counts["failed"] += 1
        self.errors += [(line, row_id, reason) for reason in reasons]


# --- The index -------------------------------------------------------------------------------------------------------


def read_index(folder: Path, report: Report) -> list[Row]:
    """Read index.csv; rows that are wrong go to the report. Raises UnreadableFolder when there is nothing to read."""
    path = folder / "index.csv"
    if not path.is_file():
        raise UnreadableFolder(f"there is no index.csv in {folder}")
    if path.stat().st_size > LARGEST_INDEX:
        raise UnreadableFolder("index.csv is larger than 200 MB")
    reader = csv.reader(io.StringIO(_decoded(path.read_bytes(), "index.csv"), newline=""))
    records = _records(reader, report)
    header = next(records, (1, []))[1]
    names = [name.strip().lower() for name in header]
    lacking = [name for name in REQUIRED if name not in names]
    if lacking:
        raise UnreadableFolder(f"index.csv lacks the columns {', '.join(lacking)}")
    rows: dict[str, Row] = {}
    for line, values in records:
        _read_row(line, names, values, rows, report)
    return _with_own_chains(list(rows.values()), report)


def _records(reader, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of its first line, values) for each record that is not empty."""
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            report.fail(line, "", f"the line cannot be read: {error}")
            continue
        if any(value.strip() for value in values):
            yield line, values


def _read_row(line: int, names: list[str], values: list[str], rows: dict[str, Row], report: Report) -> None:
    record = dict(zip(names, (value.strip() for value in values), strict=False))
    row_id = record.get("id", "")
    try:
        if len(values) < len(names) or any(values[len(names) :]):
            raise RowError(f"{len(values)} values under {len(names)} columns")
        if any("\0" in value for value in values):
            raise RowError("a value holds a zero byte")
        if row_id in rows:
            raise RowError(f"the id stands already in line {rows[row_id].line}")
        rows[row_id] = clean_row(line, record)
    except RowError as error:
        report.fail(line, row_id, *error.reasons)


def clean_row(line: int, record: dict[str, str]) -> Row:
    """Return a record of index.csv with clean values. Raises RowError with everything that is wrong with it."""
    reasons: list[str] = []
    fields = {name: " ".join(record[column].split()) for column, name in TEXTS.items() if column in record}
    fields["level"] = LEVELS.get(record["level"].lower(), "")
    fields["region_code"] = divisions.full_code(record["region_code"])
    fields["topics"] = _listed(record.get("topics", ""))
    fields["audiences"] = _listed(record.get("audiences", "") or record.get("audience", ""))
    fields["source_name"] = " ".join(filter(None, [record.get("source"), record.get("source_path")]))[:200]
    fields["source_url"] = _url(record.get("source_url", "") or record.get("url", ""), reasons)
    fields |= {name: _date(name, record.get(name, ""), reasons) for name in DATES}
    status = STATUS.get(record.get("status", "").lower())
    if status is None:
        reasons.append(f"unknown status {record['status']!r}")
    reasons += _faults(record, fields)
    if reasons:
        raise RowError(*reasons)
    fields["region_name"] = fields.get("region_name") or _region_name(fields["region_code"])
    key = _chain(fields["title_zh"], fields["region_code"], fields.get("category", ""))
    file = record.get("file", "").replace("\\", "/") or f"text/{record['id']}.md"
    return Row(line, record["id"], file, record.get("sha256", "").lower(), status, fields, key)


def _faults(record: dict[str, str], fields: dict) -> list[str]:
    code, level, reasons = fields["region_code"], fields["level"], []
    if not re.fullmatch(r"[\w.:-]{1,50}", record["id"]):
        reasons.append(f"the id {record['id'][:60]!r} is empty, too long, or has strange characters")
    if not record["title"]:
        reasons.append("the title is empty")
    if not level:
        reasons.append(f"unknown level {record['level']!r}")
    if not _region_name(code):
        reasons.append(f"unknown region code {record['region_code']!r}")
    elif level and rules.contradicts_level(level, code):
        reasons.append(f"level {level} and region code {code} do not go together")
    if fields["expires_on"] and fields["effective_on"] and fields["expires_on"] <= fields["effective_on"]:
        reasons.append("expires_on is not after effective_on")
    if any(len(key) > 40 for key in fields["topics"] + fields["audiences"]):
        reasons.append("a topic or an audience is longer than 40 characters")
    for name in set(TEXTS.values()) & set(fields):
        longest = PolicyVersion._meta.get_field(name).max_length
        if len(fields[name]) > longest:
            reasons.append(f"{name} is longer than {longest} characters")
    return reasons


def _region_name(code: str) -> str:
    """Return the name of a division, or of a functional zone of the home province; "" when there is none."""
    name = divisions.names(code)["zh"]
    if name != code:
        return name
    zone = Region.objects.filter(code=code).values_list("name_zh", flat=True).first()
    return zone or (code if divisions.exists(code) else "")


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (part.strip() for part in re.split("[;；|]", text)))))


def _date(name: str, text: str, reasons: list[str]) -> date | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?", text)
    try:
        return date(*map(int, found.groups()))
    except (AttributeError, ValueError):
        reasons.append(f"{name} is no date: {text!r}")
        return None


def _url(text: str, reasons: list[str]) -> str:
    try:
        if text:
            URLValidator(schemes=["http", "https"])(text)
        return text
    except ValidationError:
        reasons.append(f"the source is no address: {text[:80]!r}")
        return ""


def _with_own_chains(rows: list[Row], report: Report) -> list[Row]:
    """Give a policy of its own to each document that the file calls current beside a later current one."""
    current = defaultdict(list)
    for row in rows:
        if STATES[row.status] == VersionState.PUBLISHED:
            current[row.chain].append(row)
    alone = {row.id for group in current.values() for row in sorted(group, key=lambda row: row.place)[:-1]}
    for row in rows:
        if row.id in alone:
            report.remarks.append((row.line, row.id, "another current document has the same title: kept as two"))
    rows = [replace(row, chain=f"{row.chain}|{row.id}") if row.id in alone else row for row in rows]
    first = {row.chain: row.line for row in reversed(rows)}
    return sorted(rows, key=lambda row: (first[row.chain], row.place, row.line))


# --- Files -----------------------------------------------------------------------------------------------------------


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFolder(f"{name} is neither UTF-8 nor GB18030")


def _text(folder: Path, row: Row) -> tuple[str, str]:
    """Return the text of a row's file and its hash. Raises RowError when it is not a plain file inside the folder."""
    path = folder / row.file
    try:
        inside = path.resolve().is_relative_to(folder.resolve()) and ".." not in Path(row.file).parts
        if not inside or any((folder / part).is_symlink() for part in _steps(row.file)):
            raise RowError(f"the file {row.file!r} leads out of the folder")
        if not path.is_file():
            raise RowError(f"the file {row.file!r} is missing")
        if path.stat().st_size > LARGEST_FILE:
            raise RowError(f"the file {row.file!r} is larger than 20 MB")
        data = path.read_bytes()
        text = _decoded(data, row.file)
    except (OSError, ValueError, UnreadableFolder) as error:
        raise RowError(f"the file {row.file!r} cannot be read: {error}") from error
    found = hashlib.sha256(data).hexdigest()
    if row.sha256 and row.sha256 != found:
        raise RowError(f"the file {row.file!r} is not the one that the index means: its sha256 is {found}")
    return text, found


def _steps(file: str) -> list[Path]:
    """Return the path and every folder on the way to it."""
    return [Path(file), *Path(file).parents]


def read_history(folder: Path, report: Report) -> dict[str, list[tuple[date | None, str]]]:
    """Read history.csv (policy_id, date, event), if there is one, into the events of each id; faults are remarked."""
    path = folder / "history.csv"
    found = defaultdict(list)
    if not path.is_file():
        return found
    try:
        text = _decoded(path.read_bytes(), "history.csv").replace("\0", "")
        records = list(csv.DictReader(io.StringIO(text, newline="")))
    except (UnreadableFolder, csv.Error) as error:
        report.remarks.append((1, "", f"history.csv cannot be read: {error}"))
        return found
    for number, record in enumerate(records, start=2):
        reasons: list[str] = []
        day = _date("date", (record.get("date") or "").strip(), reasons)
        event = (record.get("event") or "").strip()
        if reasons or not event:
            report.remarks.append((number, record.get("policy_id") or "", "history.csv: no date or no event"))
        else:
            found[(record.get("policy_id") or "").strip()].append((day, event))
    return found


# --- The import ------------------------------------------------------------------------------------------------------


def import_folder(
    folder: Path, *, now: datetime, dry_run: bool = False, progress: Callable[[int, int], None] = lambda *_: None
) -> Report:
    """Import a folder, one transaction a document; run twice, or by two at once, it imports nothing twice.

    A dry run does it all and takes it back. Raises UnreadableFolder when there is no index or it lacks a column.
    """
    report = Report()
    rows = read_index(folder, report)
    taker = _Taker(folder, rows, read_history(folder, report), report, now)
    with _outer(dry_run):
        for done, row in enumerate(rows, start=1):
            taker.take(row)
            progress(done, len(rows))
    if not dry_run and rows:
        tidy()
    return report


@contextmanager
def _outer(dry_run: bool) -> Iterator[None]:
    """One transaction around everything, taken back in the end; or nothing."""
    if not dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class _Taker:
    """Takes one row after the other."""

    def __init__(self, folder: Path, rows: list[Row], history: dict, report: Report, now: datetime):
        self.folder, self.history, self.report, self.now = folder, history, report, now
        self.current = {row.id for row in rows if STATES[row.status] == VersionState.PUBLISHED}
        titles = {title for row in rows for title in (row.fields["title_zh"], _title(row.fields["title_zh"]))}
        alike = PolicyVersion.objects.public().filter(title_zh__in=titles).order_by("-number")
        keys = alike.values_list("title_zh", "region_code", "category", "policy_id")
        self.policies = {_chain(*key): policy for *key, policy in keys}
        known = PolicyVersion.objects.filter(source_id__in=[row.id for row in rows])
        self.known = dict(known.values_list("source_id", "policy_id"))

    def take(self, row: Row) -> None:
        """Take one row over, in a transaction of its own; what is wrong with it goes to the report."""
        try:
            text, sha256 = _text(self.folder, row)
            with transaction.atomic():
                outcome = self._take(row, text, sha256)
            self.report.counts[outcome] += 1
        except RowError as error:
            self.report.fail(row.line, row.id, *error.reasons)
        except Refused as error:
            self.report.fail(row.line, row.id, *map(str, error.reasons))
        except (DataError, IntegrityError, InternalError) as error:
            self.report.fail(row.line, row.id, f"the database refuses it: {str(error).splitlines()[0]}")

    def _take(self, row: Row, text: str, sha256: str) -> str:
        policy, versions = self._locked(row)
        known = next((one for one in versions if one.source_id == row.id), None)
        if known and known.source_hash == sha256:
            return self._keep_up(row, known)
        document = reading.read(text)
        self._compare_title(row, document)
        if known:
            PolicyVersion.objects.filter(pk=known.pk).update(source_id=f"{row.id}@{known.pk}")
        number, state = _place(row, versions)
        if state != STATES[row.status]:
            self.report.remarks.append((row.line, row.id, "a later version is in force: taken as superseded"))
        services.admit_version(
            policy=policy,
            number=number,
            fields=self._fields(row, {one.label for one in versions}, number, sha256),
            passages=document.passages,
            history=self.history.get(row.id) or document.history,
            state=state,
            now=self.now,
        )
        return "new versions" if versions else "new policies"

    def _locked(self, row: Row) -> tuple[Policy, list[PolicyVersion]]:
        """Return the policy that the row is a version of, locked against other writers, and its versions so far."""
        pk = self.known.get(row.id) or self.policies.get(row.chain)
        policy = Policy.objects.select_for_update().get(pk=pk) if pk else _policy_at(_slug(row.chain))
        versions = list(policy.versions.order_by("number"))
        if self._has_rival(row, versions):
            policy = _policy_at(_slug(f"{row.chain}|{row.id}"))
            versions = list(policy.versions.order_by("number"))
        return policy, versions

    def _has_rival(self, row: Row, versions: list[PolicyVersion]) -> bool:
        """Tell whether the file calls both this row and the version that is published here current."""
        ids = {one.source_id: one.state for one in versions}
        rivals = [known for known, state in ids.items() if state == VersionState.PUBLISHED and known in self.current]
        return row.id not in ids and row.id in self.current and bool(rivals)

    def _fields(self, row: Row, labels: set[str], number: int, sha256: str) -> dict:
        fields = row.fields | {"source_id": row.id, "source_hash": sha256}
        today = timezone.localdate(self.now)
        if row.status == "expired":
            fields["expires_on"] = row.fields["expires_on"] or today  # the day itself is not known
        label = str(row.day or f"{number}.0")
        names = chain([label], (f"{label} ({n})" for n in count(2)))
        fields["label"] = next(name for name in names if name not in labels)
        return fields

    def _compare_title(self, row: Row, document: reading.Document) -> None:
        if document.title and document.title != row.fields["title_zh"]:
            self.report.remarks.append((row.line, row.id, f"the text is headed {document.title[:80]!r}"))

    def _keep_up(self, row: Row, known: PolicyVersion) -> str:
        """Follow what became of a document whose text is the same: superseded, repealed, expired."""
        differing = [name for name in COMPARED if getattr(known, name) != row.fields.get(name, getattr(known, name))]
        if differing:
            remark = f"differs in {', '.join(differing)} from what was published, which is never edited"
            self.report.remarks.append((row.line, row.id, remark))
        today = timezone.localdate(self.now)
        act = {"version": known, "actor": None, "now": self.now}
        ends = row.fields["expires_on"] or (row.status == "expired" and (known.expires_on or today)) or None
        if known.state not in PUBLIC:
            raise RowError("an editor is working on a version with this id")
        if row.status == "repealed" and known.state != VersionState.REPEALED:
            services.repeal(repealed_on=row.fields["repealed_on"] or today, reason=_("The source says so."), **act)
        elif row.status == "superseded" and known.state == VersionState.PUBLISHED:
            services.supersede(**act)
        elif ends and known.expires_on != ends:
            services.set_end(expires_on=ends, reason=_("The source says so."), **act)
        else:
            return "unchanged"
        return "status changed"


def _place(row: Row, versions: list[PolicyVersion]) -> tuple[int, VersionState]:
    """Return the number of the row among the versions of its policy, and the state that it comes in."""
    state = STATES[row.status]
    later = next((one for one in versions if _place_of(one) > row.place), None)
    if later and state == later.state == VersionState.PUBLISHED:
        state = VersionState.SUPERSEDED
    return (later.number if later else len(versions) + 1), state


def _place_of(version: PolicyVersion) -> tuple:
    """Return where a version stands among the others of its policy, comparable with `Row.place`."""
    day = version.published_on or version.effective_on or version.adopted_on or date.min
    if version.state in PUBLIC:
        return version.state == VersionState.PUBLISHED, day
    return 2, day  # drafts come last


def _policy_at(slug: str) -> Policy:
    """Return the policy at an address, locked; made if there is none, by one of several who want it at once."""
    Policy.objects.bulk_create([Policy(slug=slug)], ignore_conflicts=True)
    return Policy.objects.select_for_update().get(slug=slug)


def _title(title: str) -> str:
    """Return a title without its edition: 条例（2015修正） is 条例."""
    return _EDITION.sub("", title)


def _chain(title: str, region_code: str, category: str) -> str:
    """Return what the versions of one policy have in common."""
    return "|".join([_title(title), region_code, category])


def _slug(key: str) -> str:
    """Return the address of the policy of a chain: the initials of its title, and what tells it from its namesakes."""
    letters = re.sub("[^a-z0-9]", "", initials(key.partition("|")[0]))[:40] or "policy"
    return f"{letters}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
