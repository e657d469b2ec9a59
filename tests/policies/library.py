"""Small published policies for tests: a version with clauses and confirmed benefits, written without the verbs."""

import datetime as dt
from itertools import count

from accounts.models import User
from policies.models import Benefit, Clause, Policy, PolicyVersion
from tests.cast import moment

_numbers = count(1)
FRIDAY = moment("2026-09-18 10:00")


def reader() -> User:
    """The person who has read and confirmed the benefits."""
    user = User.objects.filter(email="reader@example.org").first()
    return user or User.objects.create_user(email="reader@example.org", name="核对人")


def make_version(slug: str = "", *, region: str = "530000", label: str = "1.0", state: str = "PUBLISHED", **values):
    """Make a version of a policy with three clauses; `state` is set at the end, so that the text can be written."""
    policy, _made = Policy.objects.get_or_create(slug=slug or f"policy-{next(_numbers)}")
    level = "national" if region == "000000" else "province" if region.endswith("0000") else "city"
    version = PolicyVersion.objects.create(
        policy=policy,
        number=policy.versions.count() + 1,
        label=label,
        region_code=region,
        **{
            "level": level,
            "title_zh": "人才若干措施",
            "title_en": "Measures for talents",
            "issuer_zh": "人力资源和社会保障厅",
            "effective_on": dt.date(2026, 1, 1),
            **values,
        },
    )
    for number in (1, 2, 3):
        Clause.objects.create(
            version=version, order=number, anchor=f"a{number}", number=f"第{'一二三'[number - 1]}条", text_zh="条文"
        )
    if state != "DRAFT":
        PolicyVersion.objects.filter(pk=version.pk).update(state=state, published_at=moment("2026-01-05 09:00"))
        version.refresh_from_db()
    return version


def make_benefit(version: PolicyVersion, key: str = "", *, confirmed: str = "2026-01-06 09:00", **values) -> Benefit:
    """Add a benefit to a version; with `confirmed` empty nobody has read it yet."""
    number = next(_numbers)
    return Benefit.objects.create(
        version=version,
        key=key or f"b{number}",
        order=number,
        **{
            "kind": "living",
            "name_zh": f"待遇{number}",
            "name_en": f"Benefit {number}",
            "text_zh": "每月发给生活补贴1000元。",
            "text_en": "A living allowance of 1,000 yuan a month.",
            "clause": version.clauses.first(),
            "confirmed_by": reader() if confirmed else None,
            "confirmed_at": moment(confirmed) if confirmed else None,
            **values,
        },
    )


def leaf(fact: str, op: str, value, **more) -> dict:
    return {"fact": fact, "op": op, "value": value, **more}
