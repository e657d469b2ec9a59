"""How often and how long: defaults of the house [D], changed by settings of the same name with TALENTS_ before it."""

from django.conf import settings


def _limit(name: str, default: int) -> int:
    return int(getattr(settings, f"TALENTS_{name}", default))


REQUESTS_A_DAY = _limit("REQUESTS_A_DAY", 20)  # contact requests that a unit sends
RECEIVED_A_DAY = _limit("RECEIVED_A_DAY", 5)  # contact requests that a person gets
COOL_DOWN_DAYS = _limit("COOL_DOWN_DAYS", 90)  # after a refusal, for that unit
ANSWER_DAYS = _limit("ANSWER_DAYS", 7)  # a request waits
SHOWN_DAYS = _limit("SHOWN_DAYS", 30)  # what was accepted is shown
CONFIRM_DAYS = _limit("CONFIRM_DAYS", 90)  # a profile counts as current
SMALL_CELL = _limit("SMALL_CELL", 5)  # counts below are hidden
VACANCY_DAYS = _limit("VACANCY_DAYS", 30)  # a vacancy is online
LOOKS_A_DAY = _limit("LOOKS_A_DAY", 200)  # cards that a unit reads
SEARCHES_A_DAY = _limit("SEARCHES_A_DAY", 2000)  # pages of results that a unit asks for
LOOKS_A_MINUTE = _limit("LOOKS_A_MINUTE", 30)  # cards that a unit reads within a minute: more does a script alone
LISTS = _limit("LISTS", 50)  # shortlists, and saved searches, of a unit
CANDIDATES = _limit("CANDIDATES", 200)  # on one shortlist
VACANCY_DAYS_MOST = _limit("VACANCY_DAYS_MOST", 90)  # that a unit may choose
VACANCIES = _limit("VACANCIES", 200)  # drafts and vacancies of a unit that are not over
ANSWERS_A_DAY = _limit("ANSWERS_A_DAY", 20)  # vacancies that a person answers
