"""Publicities for tests: drafted, posted, and what an objection says."""

from reviews.services import publicity
from tests.applications import life

OBJECTION = {"name": "王实名", "contact": "wang@example.org", "text": "其论文署名与事实不符，见附件。"}


def drafted(world, actor, now, *, entries: int = 1, days: int = 5):
    """Return a publicity that is being prepared, with plain entries."""
    made = publicity.make_publicity(
        organization=world.office,
        title_zh="拟认定名单公示",
        title_en="To be recognized",
        actor=actor,
        now=now,
        days=days,
    )
    for number in range(entries):
        publicity.add_entry(publicity=made, actor=actor, now=now, name_zh=f"示例单位{number + 1}", text_zh="成效明显")
    return made


def posted(world, actor, now, *, case=None, days: int = 5, entries: int = 1):
    """Return a publicity on the website; of a case, if one is given."""
    made = drafted(world, actor, now, entries=0 if case else entries, days=days)
    if case:
        publicity.add_entry(publicity=made, actor=actor, now=now, case=case)
    return publicity.post(publicity=made, actor=actor, now=now)


def refused(verb, **facts) -> str:
    """Call a service that must refuse; return its reasons in English, one after the other."""
    return " ".join(life.refused(verb, **facts))
