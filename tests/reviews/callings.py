"""Calls for experts for tests: written, published, and an application to one."""

from datetime import timedelta

from django.utils import timezone

from reviews.models import Discipline
from reviews.services import calls

SAID = {
    "unit_name": "云南示例大学",
    "unit_uscc": "",
    "region": None,
    "title": "教授",
    "years": 12,
    "statement": "从事劳动经济研究十二年。",
    "avoids": ["昆明示例科技有限公司", "李一明"],
}


def written(world, actor, now, *disciplines: str, **words):
    """Return a call that is not published yet; open from today for a month unless told otherwise."""
    today = timezone.localdate(now)
    said = {
        "title_zh": "专家征集公告",
        "title_en": "Call for experts",
        "requirements_zh": "副高级以上职称",
        "requirements_en": "An associate senior title",
        "opens_on": today,
        "closes_on": today + timedelta(days=30),
        "term_months": 24,
    }
    chosen = Discipline.objects.filter(pk__in=disciplines) if disciplines else Discipline.objects.all()
    return calls.write_call(organization=world.office, disciplines=chosen, actor=actor, now=now, **said | words)


def published(world, actor, now, *disciplines: str, **words):
    return calls.publish_call(call=written(world, actor, now, *disciplines, **words), actor=actor, now=now)


def applied(call, user, now, **words):
    chosen = words.pop("disciplines", list(call.disciplines.all()[:2]))
    return calls.apply(call=call, disciplines=chosen, actor=user, now=now, **SAID | words)
