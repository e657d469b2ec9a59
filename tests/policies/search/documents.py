"""Small documents in the index, and what a search of them finds."""

import datetime as dt

from policies.models import Clause, PolicyVersion
from policies.search import engine, index
from tests.cast import moment
from tests.policies.library import make_version

DAY = dt.date(2026, 9, 18)


def document(title: str, *texts: str, state: str = "PUBLISHED", **values) -> PolicyVersion:
    """Publish a document with these clauses and index it."""
    version = make_version(state="DRAFT", title_zh=title, **{"title_en": "", "issuer_zh": "某局", **values})
    version.clauses.all().delete()
    for number, text in enumerate(texts or ("条文",), 1):
        Clause.objects.create(version=version, order=number, anchor=f"a{number}", number=f"第{number}条", text_zh=text)
    PolicyVersion.objects.filter(pk=version.pk).update(state=state, published_at=moment("2026-01-05 09:00"))
    version.refresh_from_db()
    index.index_version(version)
    return version


def query(text: str = "", **filters) -> engine.Query:
    return engine.parse({"q": text, **filters})


def found(text: str = "", **filters) -> list[str]:
    """Return the titles of what has all of the words."""
    return [hit.version.title_zh for hit in engine.search(query(text, **filters), day=DAY).rows if not hit.is_partial]


def close(text: str) -> list[str]:
    return [hit.version.title_zh for hit in engine.search(query(text), day=DAY).rows]
