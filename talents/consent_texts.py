"""What a person agrees to, word for word: for each purpose every version that anybody has ever agreed to.

The words are data in both languages and are never edited: a change is a new version, and who agreed to an older one is
asked again. A form carries the version that it showed, so that nobody agrees to words that were not on the page.
Sources: 个人信息保护法 第14, 15, 16, 17, 23 条; 网络数据安全管理条例 第21条.
"""

from dataclasses import dataclass
from datetime import date

from talents.states import Purpose


@dataclass(frozen=True)
class ConsentText:
    """One version of the words for one purpose; `points` is the notice in plain words, one thing each."""

    version: str
    since: date
    words: dict
    points: tuple


TEXTS: dict[str, tuple[ConsentText, ...]] = {  # the last one is in use
    Purpose.POOL: (
        ConsentText(
            "2026-11",
            date(2026, 11, 1),
            {
                "zh": "我同意把我在这里填写的学历、专业、工作年限等信息放进人才库，供我选定范围内的单位按条件查找。",
                "en": "I agree that the education, major, working years and other facts I fill in here are put into "
                "the talent pool, where the units I choose can find them.",
            },
            (
                {
                    "zh": "单位看到的只是代号和条件。姓名、电话、邮箱、学校、现单位、证件和照片都不在人才库里。",
                    "en": "Units see a code and facts only. Name, phone, e-mail, school, present employer, documents "
                    "and photo are not in the pool.",
                },
                {
                    "zh": "现单位自动看不到你，你还可以屏蔽任何单位。",
                    "en": "Your present employer never sees you, and you can block any other unit.",
                },
                {
                    "zh": "哪个单位看过你，都会记下来给你看。",
                    "en": "Each look of a unit at your card is written down, and you can read it.",
                },
                {
                    "zh": "不按性别、年龄、婚育和民族筛选，也不替单位作决定，只列出符合了哪些条件。",
                    "en": "Nobody is filtered by sex, age, family or ethnicity. Nothing is decided by a machine: it "
                    "only lists which conditions are met.",
                },
                {
                    "zh": "信息存放在本省，由省人才服务机构管理，90 天内没有再确认就不再展示。",
                    "en": "The data stays in the province, with the provincial talent service. Unless you confirm it "
                    "every 90 days, it is no longer shown.",
                },
                {
                    "zh": "不同意不影响办理任何事项。随时可以撤回，一点就行，马上生效；也可以查阅、更正、带走和删除。",
                    "en": "No service depends on this. You can withdraw at any time with one click, effective at once, "
                    "and read, correct, take away or delete your data.",
                },
            ),
        ),
    ),
    Purpose.MATCH: (
        ConsentText(
            "2026-11",
            date(2026, 11, 1),
            {
                "zh": "我同意用这份档案与新发布的岗位比对，有合适的就告诉我。",
                "en": "I agree that my profile is compared with new vacancies, and that I am told of those that fit.",
            },
            (
                {
                    "zh": "只比对你填写的条件，每次都写明为什么合适。结果只给你看，不给单位。",
                    "en": "Only the facts you gave are compared, and you read why a vacancy fits. You alone see it.",
                },
                {
                    "zh": "不同意不影响被单位找到，也可以自己浏览岗位。随时可以撤回。",
                    "en": "Without it units can still find you, and you can read the vacancies yourself. You can "
                    "withdraw at any time.",
                },
            ),
        ),
    ),
    Purpose.SHARE: (
        ConsentText(
            "2026-11",
            date(2026, 11, 1),
            {
                "zh": "我同意把选中的信息提供给这家单位，只用于就这次联系的岗位与我沟通。",
                "en": "I agree that the chosen facts are shown to this unit, only to talk with me about what it asked.",
            },
            (
                {
                    "zh": "只有这家单位经过授权的经办人能看到，页面带水印，每次查看都会记录并告诉你。",
                    "en": "Only the authorized handlers of this unit can see them, under a watermark; each look is "
                    "written down and shown to you.",
                },
                {
                    "zh": "30 天后自动停止展示。你可以提前撤回，撤回后马上看不到，并通知单位删除。",
                    "en": "After 30 days they are no longer shown. You can withdraw earlier: they are gone at once, "
                    "and the unit is told to delete what it noted.",
                },
            ),
        ),
    ),
}


def current(purpose: str) -> ConsentText:
    """Return the words in use for a purpose."""
    return TEXTS[Purpose(purpose)][-1]


def version_of(purpose: str, version: str) -> ConsentText | None:
    """Return the words of a version that somebody agreed to, None for an unknown one."""
    return next((text for text in TEXTS[Purpose(purpose)] if text.version == version), None)


# Asked for each place in a queue at a recruitment event; kept with the talk, so no `Consent` is written.
TALKS: tuple[ConsentText, ...] = (  # the last one is in use
    ConsentText(
        "2026-11",
        date(2026, 11, 1),
        {
            "zh": "我同意把我的姓名和我写的这句话给这个展位的单位看，只用于这次面谈。",
            "en": "I agree that this unit sees my name and the line I wrote, only for this talk.",
        },
        (
            {
                "zh": "只有这家单位经过授权的经办人能看到，电话、邮箱和证件都不给。",
                "en": "Only its authorized handlers see them. Phone, e-mail and documents are not shown.",
            },
            {
                "zh": "没有面谈就离开队伍，马上删除；谈过的，活动结束 30 天后删除，你也可以随时收回。",
                "en": "If you leave the queue before the talk, both are erased at once; after a talk, 30 days after "
                "the event, or as soon as you take them back.",
            },
            {
                "zh": "不同意不影响报名和观看直播。",
                "en": "Without it you can still take part and watch the live stream.",
            },
        ),
    ),
)


def for_talks() -> ConsentText:
    """Return the words in use for a place in a queue at an event."""
    return TALKS[-1]
