"""What the two sides of a case have said to each other, as their pages, the queue and the to-dos show it."""

from datetime import date, datetime
from functools import cached_property

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Organization
from accounts.queries import posts_of
from applications.models import Case, CaseMessage, Phrase, own_scope
from applications.services.conversation import SILENT
from applications.states import ENDED_STATES, CorrectionReason
from notifications.wording import PLACEHOLDER
from talentportal.lib.bilingual import pick

# For the queue: with `prefetch_related(UNREAD)` each case gets `unread`, the messages that the office has not read.
UNREAD = Prefetch("messages", CaseMessage.objects.filter(is_from_office=False, read_at__isnull=True), to_attr="unread")
SHORT = 4  # messages beside the file; the rest has a page


def thread(case: Case) -> QuerySet[CaseMessage]:
    """Return the messages of a case, oldest first, with authors and files."""
    return case.messages.select_related("author").prefetch_related("files").order_by("id")


def is_waiting(message: CaseMessage) -> bool:
    """Tell whether the office still awaits an answer to a message."""
    return message.reply_by is not None and message.answered_at is None


def awaited_of(user) -> QuerySet[CaseMessage]:
    """Return what offices have asked a person, or a unit the person acts for, and wait for; the nearest day first."""
    mine = Case.objects.filter(own_scope(user)).exclude(state__in=ENDED_STATES).values("pk")
    asked = CaseMessage.objects.filter(case__in=mine, reply_by__isnull=False, answered_at__isnull=True)
    return asked.select_related("case__item").order_by("reply_by", "id")


class Talk:
    """The words on one case as one side sees them. Reads only; each part is read once."""

    def __init__(self, case: Case, user, now: datetime, *, by_office: bool):
        self.case, self.user, self.today, self.by_office = case, user, timezone.localdate(now), by_office

    @cached_property
    def messages(self) -> list[CaseMessage]:
        """Every message, oldest first, each with `is_mine` (of this side), `is_new` and `is_waiting`."""
        found = list(thread(self.case))
        for message in found:
            message.is_mine = message.is_from_office == self.by_office
            message.is_new = not message.is_mine and message.read_at is None
            message.is_waiting = message.is_from_office and is_waiting(message)
            message.is_late = message.is_waiting and message.reply_by < self.today
        return found

    @property
    def newest(self) -> list[CaseMessage]:
        return self.messages[-SHORT:]

    @property
    def unread(self) -> int:
        return sum(message.is_new for message in self.messages)

    @property
    def waiting(self) -> CaseMessage | None:
        """The question whose answer is due first."""
        open_ones = [message for message in self.messages if message.is_waiting]
        return min(open_ones, key=lambda message: message.reply_by, default=None)

    @property
    def place(self):
        """Who speaks for the office: the window of the case, or its organization."""
        return self.case.window or self.case.organization

    @property
    def may_write(self) -> bool:
        return self.case.state not in SILENT

    @cached_property
    def notes(self) -> list:
        """The internal notes, newest first; none for the applicant's side, whoever asks."""
        return list(self.case.notes.select_related("author").order_by("-id")) if self.by_office else []

    @cached_property
    def phrases(self) -> list[tuple[Phrase, str]]:
        """The ready phrases of this member of staff, each with its text in the applicant's language."""
        phrases = phrases_for(self.user, self.today).filter(cures="") if self.by_office else ()
        return [(phrase, self.text_of(phrase)) for phrase in phrases]

    def text_of(self, phrase: Phrase) -> str:
        """Return a phrase in the applicant's language, {name}, {item}, {case_no}, {window} and {phone} filled in."""
        case = self.case
        with override(case.applicant.language):
            words = {
                "name": case.applicant_name,
                "item": pick(case.item, "name"),
                "case_no": case.case_no,
                "window": pick(self.place, "name"),
                "phone": self.place.phone,
            }
            return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), pick(phrase, "text"))


def phrases_for(user, day: date) -> QuerySet[Phrase]:
    """Return the phrases that a member of staff may use: the own ones, and those of the offices of the posts.

    The phrases of an office are those of the offices above it as well.
    """
    offices, level = set(), set(posts_of(user, day).values_list("organization", flat=True))
    while level:
        offices |= level
        above = Organization.objects.filter(pk__in=level, parent__isnull=False).values_list("parent", flat=True)
        level = set(above) - offices
    return Phrase.objects.filter(Q(owner=user) | Q(owner__isnull=True, organization__in=offices))


def ready_cures(user, day: date) -> dict[str, list[str]]:
    """Return defect (`CorrectionReason`) -> how it is usually cured, in the words of the offices of the posts held."""
    cures: dict[str, list[str]] = {code: [] for code in CorrectionReason.values}
    for phrase in phrases_for(user, day).exclude(cures=""):
        cures[phrase.cures].append(pick(phrase, "text"))
    return cures
