"""Pure questions about policy versions."""

from datetime import date

from policies.models import PolicyVersion
from policies.states import Standing, VersionState


def standing(version: PolicyVersion, day: date) -> Standing:
    """Tell what a public version is worth to a reader on a day; the end of validity is the first day without it."""
    if version.state == VersionState.REPEALED or (version.repealed_on and version.repealed_on <= day):
        return Standing.REPEALED
    if version.state == VersionState.SUPERSEDED:
        return Standing.SUPERSEDED
    if version.expires_on and version.expires_on <= day:
        return Standing.EXPIRED
    if version.effective_on and version.effective_on > day:
        return Standing.UPCOMING
    return Standing.CURRENT
