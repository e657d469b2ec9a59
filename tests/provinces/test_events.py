"""The sample recruitment events of the demo: what they point to exists, and they are held once."""

import pytest

from provinces import demo_events, packs
from tests.cast import moment

TOLD = packs.read_yaml(packs.FOLDER / "yunnan" / "events.yaml")
VACANCIES = {one["key"]: one for one in packs.read_yaml(packs.FOLDER / "yunnan" / "vacancies.yaml")["vacancies"]}


@pytest.mark.parametrize("entry", TOLD["events"], ids=lambda entry: entry["code"])
def test_a_sample_is_sound(entry):
    for booth in [*entry["booths"], *entry.get("asked", ())]:
        assert {VACANCIES[key]["unit"] for key in booth["vacancies"]} == {booth["unit"]}
        assert all(VACANCIES[key].get("state") != "REVIEW" for key in booth["vacancies"])
        called, _, waiting = booth.get("talks", "").partition("W")
        assert set(called) <= set(demo_events.OUTCOMES)
        assert set(waiting) <= {"W"}  # who waits has drawn after who was called
    assert sum(len(booth.get("talks", "")) for booth in entry["booths"]) <= 3 * entry["people"]


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-23 08:00", "2026-11-23"), ("2026-11-23 16:59", "2026-11-23"), ("2026-11-23 17:00", "2026-11-24")],
)
def test_what_runs_today_runs_tomorrow_when_the_day_is_nearly_over(text, day):
    begins, ends = demo_events._times({"day": 0, "hours": [9, 18]}, moment(text))
    assert [begins, ends] == [moment(f"{day} 09:00"), moment(f"{day} 18:00")]
