"""Suggestions: the benefits that a clause seems to grant, read from its words. A person reads and confirms each.

Pure functions over Chinese text. What is read: amounts (10万元, 五十万元, 5—10万元), how often (每月, 每年, 分三年,
一次性, 最高), for whom (grade, degree, title, skill, age, years, full time, from abroad), until when, and the kind.
Where several classes and several amounts stand together (分别), each class gets its own suggestion.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from policies.models import BenefitKind, PayRule

DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
STEPS = {"十": 10, "百": 100, "千": 1000}
UNITS = {
    "": 1,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 10**8,
}
NUMBER = r"\d[\d,]*(?:\.\d+)?|[〇零一二两三四五六七八九十百千]+"
UNIT = r"亿|千万|百万|十万|万|千|百"
DASH = r"(?:-|—+|–|~|～|至|到)"
# The last of a list carries the 元 for all: 10万、5万、2万元.
MONEY = re.compile(
    rf"(?:(?P<low>{NUMBER})\s*(?P<low_unit>{UNIT})?元?\s*{DASH}\s*)?"
    rf"(?P<number>{NUMBER})\s*(?P<unit>{UNIT})?\s*(?:元|(?<=[万亿])(?=\s*[、,，和或及]\s*(?:{NUMBER})\s*[万亿]))"
)
HALFWIDTH = str.maketrans("０１２３４５６７８９．％ＡＢＣＤＥＦ", "0123456789.%ABCDEF")  # one for one: places stay

GRANTS = re.compile(
    "给予|发放|享受|补贴|补助|津贴|奖励|资助|支持|提供|优先|减免|减征|免征|免费|免收|贴息|安排|保障|解决|兑现|拨付|绿色通道"
    "|直接(?:认定|申报|评审)|可以?(?:申请|申领|领取|落户)"
)
NOT_GRANTED = re.compile("罚款|没收|责令|违法|滞纳金|追回|退回|赔偿")
# A service without money is granted to somebody, and not only to be encouraged.
SERVED = re.compile("人才|毕业生|博士|硕士|专家|留学|技师|技能|海外|引进|子女|配偶|[A-F]类")
SERVES = re.compile(
    "享受|优先|免费|免收|减免|绿色通道|直接(?:认定|申报|评审)|可以?(?:申请|申领|落户|享受|凭|不受)|安排|解决|提供|给予"
)
ONLY_WISHED = re.compile("鼓励|不得|会同|加强|推进|推动|健全|完善|建立|探索|组织|处罚|未按照|鉴定")
THRESHOLD = re.compile(
    r"(?:年薪|薪酬|收入|投资额?|产值|营收|销售额|资本|融资|估值|税额|纳税|估价|工资)[^，。；、]{0,10}$"
)
CAP = re.compile(r"(?:最高|不超过|最多|上限|封顶|至多|不高于)[^，。；、\d]{0,8}$")
SENTENCE = re.compile(r"[^。；;！\n]+[。；;！]?")

# In the order of preference when two begin at the same place.
KINDS = {
    BenefitKind.SETTLING: "安家|安置补助|引才补贴|引进补贴",
    BenefitKind.HOME: "购房|购买(?:首套)?住房|首套(?:商品)?(?:住)?房|住房补贴",
    BenefitKind.RENT: "租房|租赁|房租|租金|租住",
    BenefitKind.APARTMENT: "人才公寓|人才住房|公租房|公共租赁住房|周转(?:住)?房|拎包入住|免租",
    BenefitKind.SCHOOLING: "子女[^，。；]{0,8}(?:入学|就学|入园|教育|转学|就读)|入学|学位安排",
    BenefitKind.SPOUSE: "配偶[^，。；]{0,8}(?:就业|工作|安置|岗位|随调)|配偶",
    BenefitKind.MEDICAL: "医疗|体检|就医|就诊|疗养|保健",
    BenefitKind.TITLE: "职称",
    BenefitKind.CAR: "购车|汽车|小客车|车辆|机动车",
    BenefitKind.TRAINING: "培训|研修|进修|访学|学历提升",
    BenefitKind.STARTUP: "创业",
    BenefitKind.RESEARCH: "科研|研发|课题|项目(?:资助|经费)|平台(?:建设|资助)|成果转化|启动经费",
    BenefitKind.LOAN: "贷款|贴息|融资担保|信贷",
    BenefitKind.TAX: "个人所得税|所得税|税收|关税",
    BenefitKind.RESIDENCE: "落户|户籍|户口",
    BenefitKind.CARD: "人才(?:服务)?卡|惠才卡|绿卡|优享卡|人才[^，。；]{0,4}码",
    BenefitKind.LIVING: "生活(?:补贴|补助|津贴|资助)|岗位津贴|人才津贴|津贴|见习补贴|工作补贴",
    BenefitKind.AWARD: "奖励|奖金|奖",
}
SERVICES = {  # granted without money as well
    *(BenefitKind.APARTMENT, BenefitKind.SCHOOLING, BenefitKind.SPOUSE, BenefitKind.MEDICAL, BenefitKind.TITLE),
    *(BenefitKind.CAR, BenefitKind.TRAINING, BenefitKind.LOAN, BenefitKind.TAX, BenefitKind.RESIDENCE),
    BenefitKind.CARD,
}
TAIL = r"(?:[\u4e00-\u9fff]{0,3}?(?:补贴|补助|津贴|奖励|奖金|资助|经费|贴息|费))?"
KIND_WORDS = [(kind, re.compile(rf"(?:{words}){TAIL}")) for kind, words in KINDS.items()]

# fact: ((value, words), ...), the highest first.
CLASSES = {
    "degree": (
        ("doctor", r"博士(?!点|学位授权|(?:后)?(?:科研)?(?:工作|流动)站)后?"),
        ("master", r"硕士(?!点|学位授权)"),
        ("bachelor", r"本科|学士"),
        ("associate", r"大专|专科"),
    ),
    "title": (
        ("senior", r"正高级?|教授级"),
        ("associate_senior", r"副高级?|(?<![正副])高级(?:专业技术|职称|工程师)"),
        ("intermediate", r"中级(?:专业技术|职称)"),
        ("junior", r"初级(?:专业技术|职称)"),
    ),
    "skill": (
        ("1", "高级技师"),
        ("2", "(?<!高级)技师"),
        ("3", "高级工(?!程)"),
        ("4", "中级工(?!程)"),
        ("5", "初级工(?!程)"),
    ),
    "grade": tuple((letter, rf"(?<![A-Za-z]){letter}(?=类|[、，和及或/至—-]+[A-F])") for letter in "ABCDEF"),
}
CLASS_WORDS = [(fact, value, re.compile(words)) for fact, values in CLASSES.items() for value, words in values]
UPWARDS = re.compile(r"^[^，。；、]{0,8}?(?:及其?以上|以上)")

YEARS = rf"(?P<n>{NUMBER})\s*(?P<unit>年|个月)"
MEASURES = (  # fact, op, unit of the fact in months, words
    ("graduated_years", "at_most", 12, rf"毕业[^，。；]{{0,6}}?{YEARS}(?:以内|内|之内)"),
    ("insured_months", "at_least", 1, rf"(?:社会保险|社保)[^，。；]{{0,8}}?{YEARS}"),
    (
        "years",
        "at_least",
        12,
        rf"(?:从事|工作|从业)[^，。；]{{0,12}}?{YEARS}及?以上",
    ),
)
MEASURE_WORDS = [(fact, op, months, re.compile(words)) for fact, op, months, words in MEASURES]
SAID = (
    ("full_time", re.compile("全职")),
    ("returned", re.compile("留学(?:归国|回国|人员)|海外(?:归国|留学|引进|高层次)|海归")),
    (
        "first_home",
        re.compile(
            "首套|(?:无|没有|未有|未拥有|未购买过?)(?:自有|自住|产权|商品|任何){0,2}(?:住房|房产|房屋)(?!公积金|补贴|保障|租赁|证)"
            "|无房(?=职工|家庭|人员|青年|人才|户|的)"
        ),
    ),
)
AGE = re.compile(rf"(?P<not>未满|不满|不超过|不大于)?\s*(?P<n>{NUMBER})\s*周?岁(?P<after>及?以下|以内|以上)?")
LASTS = re.compile(
    rf"(?:连续|最长|期限|为期|累计|不超过|补贴期|给予|发放|享受|资助)[^，。；\d]{{0,6}}?(?P<n>{NUMBER})\s*(?P<unit>年|个月)"
)
SHARES = re.compile(rf"分\s*(?P<n>{NUMBER})\s*(?P<unit>年|次|期|批)|分期|分年度?")
UNTIL = re.compile(
    r"(?:至|到|截至|截止到?|有效期至)?\s*(?P<y>20\d\d)年(?:(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?:前|止|为止)?|(?:年)?底(?:前)?)"
)
PER = re.compile(r"每(?:人每月|人每年|人每天|平方米|人|户|套|学期|学年|个?项目|家|次|天)")


@dataclass(frozen=True)
class Money:
    """An amount in a sentence: its place, yuan, the lower end of a range, and whether it is the most."""

    start: int
    end: int
    yuan: Decimal
    low: Decimal | None = None
    is_cap: bool = False


@dataclass(frozen=True)
class Class:
    """A class of persons in a sentence: its place, the fact (grade, degree ...) and the value."""

    start: int
    end: int
    fact: str
    value: str
    upwards: bool
    words: str


@dataclass(frozen=True)
class Suggestion:
    """A benefit that a clause seems to grant; `start` and `end` are the place of the sentence in the clause text."""

    kind: str
    key: str
    name_zh: str
    text_zh: str
    start: int
    end: int
    amount_yuan: Decimal | None = None
    pay_rule: str = PayRule.NONE
    pay_months: int | None = None
    pay_note_zh: str = ""
    conditions: dict = field(default_factory=dict)
    ends_on: date | None = None


def suggest(text: str, anchor: str = "") -> list[Suggestion]:
    """Read a clause and return what it seems to grant, in the order of the text; keys are told apart by numbers."""
    found, lead = [], ""
    for match in SENTENCE.finditer(text.translate(HALFWIDTH)):
        sentence = match.group()
        if not sentence.strip(" 　|-:：") or NOT_GRANTED.search(sentence):
            continue
        items = _of_sentence(sentence, lead, anchor)
        said = text[match.start() : match.end()].strip(" 　\t\r\n。；;|")
        found += [replace(one, text_zh=said[:500], start=match.start(), end=match.end()) for one in items]
        if sentence.rstrip().endswith(("：", ":")) or not (items or sentence.lstrip().startswith("|")):
            lead = sentence
    return _told_apart(found)


def number(text: str) -> Decimal:
    """Read 1,500.5 or 一百二十 (below ten thousand) as a number."""
    if text[0].isdigit():
        return Decimal(text.replace(",", ""))
    total, digit = 0, 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        else:
            total, digit = total + (digit or 1) * STEPS[character], 0
    return Decimal(total + digit)


def amounts(sentence: str) -> list[Money]:
    """Return the amounts in yuan that a sentence grants; thresholds (年薪30万元以上) are none."""
    found = []
    for match in MONEY.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        if THRESHOLD.search(before) or re.match(r"(?:及?以上|美元)", after):
            continue
        unit = UNITS[match["unit"] or ""]
        low = number(match["low"]) * (UNITS[match["low_unit"]] if match["low_unit"] else unit) if match["low"] else None
        capped = bool(low is not None or CAP.search(before) or re.match(r"(?:以内|封顶|为上限)", after))
        found.append(Money(match.start(), match.end(), number(match["number"]) * unit, low, capped))
    return found


def conditions(sentence: str, anchor: str = "", without: str = "") -> dict:
    """Return the rule tree of all that a sentence says about persons; {} when it says nothing. `without`: a fact."""
    leaves = [leaf for fact, leaf in _class_leaves(classes(sentence)) if fact != without]
    leaves += [_leaf("age", op, value) for op, value in _ages(sentence)]
    leaves += [_leaf(fact, "is", True) for fact, words in SAID if words.search(sentence)]
    for fact, op, months, words in MEASURE_WORDS:
        if match := words.search(sentence):
            spoken = number(match["n"]) * (12 if match["unit"] == "年" else 1)
            leaves.append(_leaf(fact, op, int(spoken / months)))
    return _tree(leaves, anchor)


def classes(sentence: str) -> list[Class]:
    """Return the classes of persons that a sentence names, in its order."""
    found = []
    for fact, value, words in CLASS_WORDS:
        for match in words.finditer(sentence):
            upwards = bool(UPWARDS.match(sentence[match.end() :]))
            found.append(Class(match.start(), match.end(), fact, value, upwards, match.group()))
    return sorted(found, key=lambda one: one.start)


# --- One sentence -----------------------------------------------------------------------------------------------------


def _of_sentence(sentence: str, lead: str, anchor: str) -> list[Suggestion]:
    around = f"{lead} {sentence}"
    money = amounts(sentence)
    if not (GRANTS.search(around) if money else _serves(sentence)):
        return []
    ends_on = _until(sentence)
    if not money:
        kind, name = _kind(sentence)
        if kind not in SERVICES:
            return []
        tree = conditions(around, anchor)
        return [Suggestion(kind, str(kind), name, "", 0, 0, conditions=tree, ends_on=ends_on)]
    pairs = _pairs(sentence, money)
    return [
        _of_amount(sentence, around, money, place, one, anchor, ends_on)
        for place, one in (pairs or _apart(sentence, money))
    ]


def _serves(sentence: str) -> bool:
    """Tell whether a sentence without an amount gives somebody something."""
    return bool(SERVED.search(sentence) and SERVES.search(sentence) and not ONLY_WISHED.search(sentence))


def _of_amount(sentence, around, money, place, one: Class | None, anchor, ends_on) -> Suggestion:
    """Build the suggestion of one amount, for one class of persons when the sentence tells classes apart."""
    this = money[place]
    kind, name = _kind(sentence, this, money[place - 1].end if place else 0)
    if kind == BenefitKind.OTHER:
        kind, name = _kind(around)
    rule, months, note = _payment(sentence, money, place)
    tree = conditions(around, anchor, without=one.fact if one else "")
    if one:
        tree = _tree([_leaf_of(one), *tree.get("all", [])], anchor)
        name = f"{name}（{one.words}{'类' if one.fact == 'grade' else ''}{'及以上' if one.upwards else ''}）"
    key = f"{kind}-{one.value.lower().replace('_', '-')}" if one else str(kind)
    return Suggestion(kind, key, name, "", 0, 0, this.yuan, rule, months, note, tree, ends_on)


def _pairs(sentence: str, money: list[Money]) -> list[tuple[int, Class]]:
    """Match classes with amounts: A类10万元、B类5万元, or A类、B类分别给予10万元、5万元."""
    named, starts = classes(sentence), [0, *(one.end for one in money)]
    if len(money) < 2:
        return [(0, named[0])] if len(named) == 1 and sentence.lstrip().startswith("|") else []
    beside = [
        [one for one in named if start <= one.start < this.start] for start, this in zip(starts, money, strict=False)
    ]
    if all(len(group) == 1 for group in beside) and len({group[0].fact for group in beside}) == 1:
        return [(place, group[0]) for place, group in enumerate(beside)]
    side_by_side = all(
        re.fullmatch(r"\s*[、,，和及]\s*", sentence[one.end : two.start]) for one, two in pairwise(money)
    )
    if "分别" in sentence or side_by_side:
        for fact in CLASSES:
            group = [one for one in named if one.fact == fact and one.start < money[0].start]
            if len(group) == len(money):
                return list(enumerate(group))
    return []


def _apart(sentence: str, money: list[Money]) -> list[tuple[int, None]]:
    """Return the amounts that are benefits of their own: each with another kind beside it; else the first only."""
    starts = [0, *(one.end for one in money)]
    kinds = [_kind(sentence, this, start)[0] for start, this in zip(starts, money, strict=False)]
    firsts = [place for place, kind in enumerate(kinds) if kind not in kinds[:place]]
    own = [place for place in firsts if kinds[place] != BenefitKind.OTHER]
    return [(place, None) for place in own or [0]]


def _kind(sentence: str, money: Money | None = None, start: int = 0) -> tuple[str, str]:
    """Return kind and name of what is granted: right behind the amount, else before it, else anywhere."""
    if money is None:
        return _first_kind(sentence) or (BenefitKind.OTHER, "待遇")
    behind = re.match(r"[^，。；、和及]{0,16}", sentence[money.end :]).group()
    before = sentence[start : money.start]
    return _first_kind(behind) or _first_kind(before, -1) or _first_kind(sentence) or (BenefitKind.OTHER, "待遇")


def _first_kind(words: str, direction: int = 1) -> tuple[str, str] | None:
    """Return the first kind that the words name, or with -1 the last; what says what for comes before a mere 奖励."""
    hits = [
        (match.start() * direction, order, kind, match.group())
        for order, (kind, pattern) in enumerate(KIND_WORDS)
        for match in pattern.finditer(words)
    ]
    if not hits:
        return None
    telling = [hit for hit in hits if hit[2] not in (BenefitKind.AWARD, BenefitKind.LIVING)]
    _place, _order, kind, name = min(telling or hits)
    return kind, name[:120]


def _payment(sentence: str, money: list[Money], place: int) -> tuple[str, int | None, str]:
    """Return how an amount is paid, for how many months, and the words that say so."""
    this = money[place]
    window = sentence[money[place - 1].end if place else 0 : this.end] + sentence[this.end : this.end + 6]
    shares = SHARES.search(sentence)
    rule = PayRule.UP_TO if this.is_cap else PayRule.ONCE
    if re.search(r"每人?每?月|按月|/月|元每月|月(?:补贴|生活)", window):
        rule = PayRule.MONTHLY
    elif re.search(r"每人?每?年|按年|/年|元每年|每年度", window):
        rule = PayRule.YEARLY
    elif shares:
        rule = PayRule.INSTALMENTS
    lasts = LASTS.search(sentence) if rule in (PayRule.MONTHLY, PayRule.YEARLY) else None
    if rule == PayRule.INSTALMENTS and shares["unit"] == "年":
        lasts = shares
    months = int(number(lasts["n"]) * (12 if lasts["unit"] == "年" else 1)) if lasts else None
    matches = [PER.search(window), None if shares is lasts else shares]  # the months say how long already
    return rule, months, _note(sentence, money, place, matches)


def _note(sentence: str, money: list[Money], place: int, matches) -> str:
    this = money[place]
    words = [sentence[this.start : this.end]] if this.low is not None else []
    words += ["最高"] if this.is_cap and this.low is None else []
    words += [match.group() for match in matches if match]
    words += [f"最高{sentence[one.start : one.end]}" for one in money[place + 1 :] if one.is_cap][:1]
    return "，".join(dict.fromkeys(words))[:200]


def _until(sentence: str) -> date | None:
    """Return the day after the last one that a sentence names as an end."""
    for match in UNTIL.finditer(sentence):
        said = match.group()
        if match["d"] is None:
            return date(int(match["y"]) + 1, 1, 1)
        if said[0] in "至到截有" or said[-1] in "前止":
            try:
                return date(int(match["y"]), int(match["m"]), int(match["d"])) + timedelta(days=1)
            except ValueError:
                continue
    return None


# --- Conditions -------------------------------------------------------------------------------------------------------


def _ages(sentence: str) -> list[tuple[str, int]]:
    """Read ages: 以上, 以下 and 不超过 include the number, 未满 does not (Civil Code, article 1259)."""
    found = []
    for match in AGE.finditer(sentence):
        age = int(number(match["n"]))
        if match["not"] in ("未满", "不满"):
            found.append(("at_most", age - 1))
        elif match["not"] or (match["after"] and match["after"] != "以上"):
            found.append(("at_most", age))
        elif match["after"]:
            found.append(("at_least", age))
    return found


def _class_leaves(named: list[Class]) -> list[tuple[str, dict]]:
    """Return one leaf per fact: at least the lowest class when it says 及以上, else one of those named."""
    leaves = []
    for fact in CLASSES:
        group = [one for one in named if one.fact == fact]
        upwards = [one for one in group if one.upwards]
        if upwards:
            leaves.append((fact, _leaf_of(upwards[-1])))
        elif group:
            values = list(dict.fromkeys(one.value for one in group))
            leaves.append((fact, _leaf(fact, "in", values) if len(values) > 1 else _leaf(fact, "is", values[0])))
    return leaves


def _leaf_of(one: Class) -> dict:
    return _leaf(one.fact, "at_least" if one.upwards else "is", one.value)


def _leaf(fact: str, op: str, value) -> dict:
    return {"fact": fact, "op": op, "value": value}


def _tree(leaves: list[dict], anchor: str) -> dict:
    marked = [leaf | ({"clause": anchor} if anchor else {}) for leaf in leaves]
    return {"all": marked} if marked else {}


def _told_apart(found: list[Suggestion]) -> list[Suggestion]:
    """Give the second and later ones of a key a number."""
    seen: dict[str, int] = {}
    told = []
    for one in found:
        seen[one.key] = seen.get(one.key, 0) + 1
        told.append(replace(one, key=f"{one.key}-{seen[one.key]}") if seen[one.key] > 1 else one)
    return told
