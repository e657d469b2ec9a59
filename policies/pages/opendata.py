"""Everything public in one file, CSV or JSON: written row by row, read in slices, so that a million rows fit.

A file holds at most ROWS rows; what follows is named by a Link header (rel="next") and, in JSON, by `next`. Cells that
a spreadsheet would take for a formula begin with an apostrophe.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.utils.encoders import JSONEncoder

from jobs import clock
from policies import rules
from policies.api import serializers as shapes
from policies.api.queries import public_benefits, public_versions
from regions.models import Region
from talentportal.api import BulkThrottle, Language, PublicView, checked

ROWS, SLICE = 100_000, 500
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Kind:
    """A file to download: its rows, their shape in JSON, and the columns of its CSV."""

    rows: Callable[[], QuerySet]
    shape: type[serializers.Serializer]
    columns: dict[str, Callable]


POLICY_COLUMNS = {
    "id": lambda v, day: v.policy.slug,
    "version": lambda v, day: v.label,
    "source_id": lambda v, day: v.source_id,
    "title_zh": lambda v, day: v.title_zh,
    "title_en": lambda v, day: v.title_en,
    "document_no": lambda v, day: v.document_no,
    "index_no": lambda v, day: v.index_no,
    "issuer_zh": lambda v, day: v.issuer_zh,
    "issuer_en": lambda v, day: v.issuer_en,
    "category": lambda v, day: v.category,
    "level": lambda v, day: v.level,
    "region_code": lambda v, day: v.region_code,
    "region_name": lambda v, day: v.region_name,
    "topics": lambda v, day: ";".join(v.topics),
    "audiences": lambda v, day: ";".join(v.audiences),
    "status": lambda v, day: rules.standing(v, day),
    "adopted_on": lambda v, day: v.adopted_on,
    "published_on": lambda v, day: v.published_on,
    "effective_on": lambda v, day: v.effective_on,
    "expires_on": lambda v, day: v.expires_on,
    "repealed_on": lambda v, day: v.repealed_on,
    "source_url": lambda v, day: v.source_url,
    "is_sample": lambda v, day: "yes" if v.is_sample else "no",
}
BENEFIT_COLUMNS = {
    "id": lambda b, day: b.pk,
    "key": lambda b, day: b.key,
    "policy": lambda b, day: b.version.policy.slug,
    "version": lambda b, day: b.version.label,
    "policy_source_id": lambda b, day: b.version.source_id,
    "policy_title_zh": lambda b, day: b.version.title_zh,
    "policy_status": lambda b, day: rules.standing(b.version, day),
    "level": lambda b, day: b.version.level,
    "region_code": lambda b, day: b.version.region_code,
    "region_name": lambda b, day: b.version.region_name,
    "kind": lambda b, day: b.kind,
    "name_zh": lambda b, day: b.name_zh,
    "name_en": lambda b, day: b.name_en,
    "text_zh": lambda b, day: b.text_zh,
    "text_en": lambda b, day: b.text_en,
    "amount_yuan": lambda b, day: b.amount_yuan,
    "pay_rule": lambda b, day: b.pay_rule,
    "pay_months": lambda b, day: b.pay_months,
    "pay_note_zh": lambda b, day: b.pay_note_zh,
    "conditions": lambda b, day: json.dumps(b.conditions, ensure_ascii=False),
    "ends_on": lambda b, day: b.ends_on,
    "clause": lambda b, day: shapes.anchor_of(b),
    "service": lambda b, day: b.service_item.code if b.service_item else "",
}
KINDS = {
    "policies": Kind(public_versions, shapes.PolicyRow, POLICY_COLUMNS),
    "benefits": Kind(public_benefits, shapes.BenefitFull, BENEFIT_COLUMNS),
}


@require_safe
def home(request):
    """Say what there is, how much, and in which formats."""
    counts = {"policies": public_versions().count(), "benefits": public_benefits().count()}
    is_long = max(counts.values()) > ROWS
    return render(request, "policies/open_data.html", {**counts, "rows": ROWS, "is_long": is_long})


class DownloadParameters(Language):
    after = serializers.IntegerField(
        min_value=0, default=0, help_text=gettext_lazy("Taken from the link to the next part.")
    )


class Download(PublicView):
    """One file. Few at a time: see API_RATES."""

    throttle_classes = (BulkThrottle,)

    @extend_schema(exclude=True)
    def get(self, request, kind: str, ending: str):
        after, what = checked(DownloadParameters, request)["after"], KINDS[kind]
        rows = what.rows().filter(pk__gt=after)
        last = _last_key(rows)
        write = {"csv": _csv, "json": _json}[ending]
        following = f"{request.build_absolute_uri(request.path)}?after={last}" if last else ""
        lines = write(what, _slices(rows, last), request, following)
        types = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
        response = StreamingHttpResponse(lines, content_type=types[ending])
        day = clock.today()
        response["Content-Disposition"] = f'attachment; filename="{kind}-{day:%Y%m%d}.{ending}"'
        if following:
            response["Link"] = f'<{following}>; rel="next"'
        return response


def _last_key(rows: QuerySet) -> int | None:
    """Return the key of the last row of this file when more follow, None when it holds all that is left."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[ROWS - 1 : ROWS + 1])
    return keys[0] if len(keys) == 2 else None


def _slices(rows: QuerySet, last: int | None) -> Iterator[list]:
    """Read the rows in the order of their keys, a slice at a time: no cursor stays open, no snapshot is held."""
    rows, after = rows.order_by("pk") if last is None else rows.order_by("pk").filter(pk__lte=last), 0
    while found := list(rows.filter(pk__gt=after)[:SLICE]):
        yield found
        after = found[-1].pk


class _Line:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def _csv(what: Kind, slices, request, following) -> Iterator[str]:
    writer, day = csv.writer(_Line()), clock.today()
    yield "\ufeff" + writer.writerow(what.columns)
    for rows in slices:
        yield "".join(writer.writerow([cell(read(row, day)) for read in what.columns.values()]) for row in rows)


def cell(value) -> str:
    """Write a value so that no spreadsheet runs it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text


def _json(what: Kind, slices, request, following) -> Iterator[str]:
    context = {"request": request, "day": clock.today(), "regions": Region.objects.in_bulk()}
    yield f'{{"next": {json.dumps(following or None)}, "results": ['
    comma = ""
    for rows in slices:
        drawn = what.shape(rows, many=True, context=context).data
        yield comma + ",\n".join(json.dumps(row, cls=JSONEncoder, ensure_ascii=False) for row in drawn)
        comma = ",\n"
    yield "]}\n"
