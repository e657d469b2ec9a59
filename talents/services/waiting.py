"""Tell the office that it is its turn: what units hand in is read by the examiners nearest to them."""

from datetime import datetime

from accounts.models import Unit
from notifications.services import Note, notify_many
from regions.models import Region
from talents.queries.units import checkers_near

KINDS = {  # model of the admin -> what waits, in both languages
    "unitcheck": {"zh": "单位核验", "en": "check of a unit"},
    "authority": {"zh": "经办人授权委托书", "en": "power of attorney of a handler"},
    "vacancy": {"zh": "岗位审核", "en": "vacancy to be read"},
    "booth": {"zh": "招聘活动展位申请", "en": "booth at a recruitment event"},
    "place": {"zh": "实习见习岗位审核", "en": "place for interns to be read"},
}


def tell_checkers(model: str, pk: int, unit: Unit, region: Region, now: datetime) -> None:
    """Leave a note in the inbox of who examines for the region; `model` is a key of KINDS, `pk` its row."""
    words, path = {"unit": unit.name, "what": KINDS[model]}, f"/admin/talents/{model}/{pk}/change/"
    notes = [
        Note("pool_work", one, f"pool_work:{model}:{pk}:{now.timestamp():.0f}:{one.pk}", words, path, must_reach=False)
        for one in checkers_near(unit, region, now)
    ]
    notify_many(notes=notes, now=now)
