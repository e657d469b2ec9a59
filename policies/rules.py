"""Pure questions about policy versions and benefits."""

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from policies.models import PolicyLevel, PolicyVersion
from policies.models.library import NATIONAL
from policies.states import Standing, VersionState


def standing(version: PolicyVersion, day: date) -> Standing:
    """Tell what a public version is worth to a reader on a day; the end of validity is the first day without it.

    A version whose successor is published but not yet in force goes on as before until the successor's first day.
    """
    if version.state == VersionState.REPEALED or (version.repealed_on and version.repealed_on <= day):
        return Standing.REPEALED
    if version.state == VersionState.SUPERSEDED and not (version.superseded_on and version.superseded_on > day):
        return Standing.SUPERSEDED
    if version.expires_on and version.expires_on <= day:
        return Standing.EXPIRED
    if version.effective_on and version.effective_on > day:
        return Standing.UPCOMING
    return Standing.CURRENT


def missing(version: PolicyVersion, *, clauses: int) -> list:
    """Return every reason why a version with so many clauses cannot go to readers yet."""
    reasons = []
    if not version.title_zh.strip():
        reasons.append(_("Enter the title in Chinese."))
    if not version.issuer_zh.strip():
        reasons.append(_("Enter who issued it."))
    if not clauses:
        reasons.append(_("The text is missing."))
    if contradicts_level(version.level, version.region_code):
        reasons.append(_("Level and region do not go together."))
    if version.expires_on and version.effective_on and version.expires_on <= version.effective_on:
        reasons.append(_("The end must be after the beginning."))
    return reasons


def contradicts_level(level: str, region_code: str) -> bool:
    """Tell whether only one of the two says that the document holds in the whole country."""
    return (level == PolicyLevel.NATIONAL) != (region_code == NATIONAL)


def may_review(actor_id: int | None, writer_ids: set[int]) -> bool:
    """Tell whether a person may review a version written by these persons; one pair of eyes is not two."""
    return actor_id is not None and actor_id not in writer_ids


TAG = re.compile(r"<[a-zA-Z/!?]")
PLAIN = _("Write plain text here, without HTML.")


def with_markup(texts: Mapping) -> list[str]:
    """Return the names of the texts that hold an HTML tag; a "<" before a number is none."""
    return [name for name, text in texts.items() if isinstance(text, str) and TAG.search(text)]
