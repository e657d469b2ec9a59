"""The sample vacancies of the demo: what they point to exists, and only the one that waits has marked words."""

import pytest

from provinces import packs
from talents.catalogs import majors, occupations
from talents.rules.wording import discriminating
from talents.states import PayPeriod

TOLD = packs.read_yaml(packs.FOLDER / "yunnan" / "vacancies.yaml")


@pytest.mark.parametrize("entry", TOLD["vacancies"], ids=lambda entry: entry["key"])
def test_a_sample_is_sound(entry):
    pack = packs.read("yunnan")
    assert entry["by"] in pack.units[entry["unit"]]["members"]
    assert all(code in majors() for code in entry.get("majors", []))
    assert entry.get("occupation", "") in {"", *occupations().below("")}
    low, high, period = entry["pay"]
    assert 0 < low <= high
    assert period in PayPeriod.values
    texts = {name: entry.get(name, "") for name in ("title", "description", "conditions")}
    assert bool(discriminating(texts)) is (entry.get("state") == "REVIEW")


def test_one_of_them_waits_to_be_read():
    assert [entry["key"] for entry in TOLD["vacancies"] if entry.get("state") == "REVIEW"] == ["warehouse"]
    assert len(TOLD["vacancies"]) >= 12
