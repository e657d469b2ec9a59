"""Who looked into which file 查阅记录: kept for ever, once per visit (个人信息保护法 第51条)."""

from datetime import datetime, timedelta

from applications.models import Case, Viewing

VISIT = timedelta(minutes=30)  # further looks within this time belong to the same visit


def note_look(*, case: Case, actor, now: datetime) -> None:
    """Note that a member of staff looks into a case, once per visit. It is no step of the case."""
    looks = Viewing.objects.filter(case=case, by=actor, what="case", at__gt=now - VISIT, at__lte=now)
    if not looks.exists():
        Viewing.objects.create(case=case, by=actor, what="case", at=now)
