"""Blank forms 空白表 and samples 样表, drawn from the guide: 行政许可法 第30条 wants the model form on display."""

from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language

from policies.models import MaterialSpec, ServiceItem
from talentportal.lib.typeset import compile_pdf

LAYOUT = Path(__file__).parent / "layouts" / "form.typ"
KEPT = 24 * 3600  # seconds; a published guide never changes


def draw(spec: MaterialSpec, item: ServiceItem, *, sample: bool) -> bytes:
    """Return the form of a material as PDF, for English readers with English below the Chinese the office reads."""
    bilingual = get_language() == "en"
    key = f"blank-form:{spec.pk}:{sample}:{bilingual}"
    return cache.get_or_set(key, lambda: compile_pdf(LAYOUT, _data(spec, item, sample, bilingual), _day(spec)), KEPT)


def _day(spec: MaterialSpec):
    return spec.guide.published_at


def _data(spec: MaterialSpec, item: ServiceItem, sample: bool, bilingual: bool) -> dict:
    form, nothing = spec.form, {"zh": None, "en": None}
    return {
        "title": spec.name_zh,
        "title_en": spec.name_en,
        "item": item.name_zh,
        "item_en": item.name_en,
        "organization": item.organization.name_zh,
        "fields": [
            {
                "label": box["label"]["zh"],
                "label_en": box["label"]["en"],
                "sample": box["sample"]["zh"],
                "lines": box.get("lines", 1),
            }
            for box in form["fields"]
        ],
        "opinion": form.get("opinion", nothing)["zh"],
        "opinion_en": form.get("opinion", nothing)["en"],
        "notes": [[note["zh"], note["en"]] for note in form["notes"]],
        "bilingual": bilingual,
        "sample": sample,
        "demo": settings.DEMO,
    }
