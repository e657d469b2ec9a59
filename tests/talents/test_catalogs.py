"""The national catalogs are whole, and answer by code and by words."""

import csv
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils.translation import override

from talents import catalogs
from talents.catalogs import Entry, industries, languages, majors, occupations

HAN = re.compile(r"[\u4e00-\u9fff]")


def rows(name: str) -> list[dict]:
    with (Path(catalogs.__file__).parent / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "lengths"),
    [
        ("majors", {2: 12, 4: 92, 6: 399}),
        ("industries", {1: 20}),
        ("occupations", {1: 8, 4: 79, 7: 450}),
        ("languages", {2: 24}),
    ],
)
def test_every_level_is_whole_and_hangs_on_the_one_above(name, lengths):
    catalog, found = getattr(catalogs, name)(), [row["code"] for row in rows(name)]
    assert {length: sum(len(code) == length for code in found) for length in set(map(len, found))} == lengths
    assert len(set(found)) == len(found)
    assert [entry.code for entry in catalog.children("")] == [code for code in found if len(code) == min(lengths)]
    for upper, lower in pairwise(sorted(lengths)):
        for code in (code for code in found if len(code) == lower):
            assert catalog.get(code).parent == code[:upper]
            assert catalog.get(code) in catalog.children(code[:upper])
        assert all(catalog.children(code) for code in found if len(code) == upper)


@pytest.mark.parametrize("name", ["majors", "industries", "occupations", "languages"])
def test_every_row_has_a_clean_name_in_both_languages(name):
    for row in rows(name):
        assert list(row) == ["code", "zh", "en"]
        assert HAN.match(row["zh"]), row
        assert not re.search(r"[\s()*]|注", row["zh"]), row
        assert re.fullmatch(r"[A-Z][A-Za-z,'() -]+[a-z)]", row["en"]), row


def test_sections_of_industry_run_from_a_to_t():
    assert "".join(entry.code for entry in industries().children("")) == "ABCDEFGHIJKLMNOPQRST"


def test_get_and_contains():
    assert majors().get("080901") == Entry("080901", "计算机科学与技术", "Computer Science and Technology", "0809")
    assert occupations().get("2-02-10").parent == "2-02"
    assert "my" in languages()
    for unknown in ("", "999999", "0809019", None):
        assert majors().get(unknown) is None
        assert unknown not in majors()


def test_name_follows_the_language():
    assert majors().name("08", "en") == "Engineering"
    assert majors().name("08", "zh-hans") == "工学"
    with override("en"):
        assert industries().name("C") == "Manufacturing"
    with override("zh-hans"):
        assert industries().name("C") == "制造业"
    assert industries().name("Z", "en") == "Z"


def test_below_gives_leaves_only():
    below = majors().below("08")
    assert "080901" in below
    assert {len(code) for code in below} == {6}
    assert not any(code[:2] != "08" for code in below)
    assert majors().below("080901") == {"080901"}
    assert len(majors().below("")) == 399
    assert majors().below("99") == frozenset()
    assert languages().below("th") == {"th"}


def test_path_leads_down_from_the_root():
    assert [entry.code for entry in majors().path("080901")] == ["08", "0809", "080901"]
    assert [entry.code for entry in occupations().path("2-02-10")] == ["2", "2-02", "2-02-10"]
    assert majors().path("999999") == []


def test_find_in_both_languages_best_first():
    assert [entry.code for entry in majors().find("计算机")] == ["0809", "080901", "080909"]
    assert [entry.code for entry in majors().find(" computer ")][:2] == ["0809", "080901"]
    assert [entry.code for entry in majors().find("经济学")][:2] == ["02", "020101"]
    ranks = [entry.en for entry in majors().find("Design", limit=50)]
    assert ranks[0] == "Design"
    assert "Industrial Design" in ranks
    assert len(majors().find("engineering", limit=5)) == 5
    assert majors().find("  ") == []
    assert majors().find("no such subject") == []
