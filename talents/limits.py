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

# Traineeships 就业见习; the shares and the money are examples of what provinces order (domain 7.6)
PLACE_SHARE = _limit("PLACE_SHARE", 30)  # percent of the people employed
TRAINEE_FROM, TRAINEE_TO = _limit("TRAINEE_FROM", 16), _limit("TRAINEE_TO", 24)  # years of age of unemployed youth
TRAINEE_AFTER_YEARS = _limit("TRAINEE_AFTER_YEARS", 2)  # after leaving school
HIRED_WITHIN_DAYS = _limit("HIRED_WITHIN_DAYS", 30)  # after the end: counts as retained
HIRED_FOR_MONTHS = _limit("HIRED_FOR_MONTHS", 12)
RETENTION_GOOD = _limit("RETENTION_GOOD", 50)  # percent, from which the higher subsidy is paid
RETENTION_BAD = _limit("RETENTION_BAD", 20)  # percent, below which two years in a row end a base
SUBSIDY_MONTH = _limit("SUBSIDY_MONTH", 1000)  # yuan for a month of a trainee
SUBSIDY_MONTH_GOOD = _limit("SUBSIDY_MONTH_GOOD", 1300)
LOOKS_A_MINUTE = _limit("LOOKS_A_MINUTE", 30)  # cards that a unit reads within a minute: more does a script alone
LISTS = _limit("LISTS", 50)  # shortlists, and saved searches, of a unit
CANDIDATES = _limit("CANDIDATES", 200)  # on one shortlist
VACANCY_DAYS_MOST = _limit("VACANCY_DAYS_MOST", 90)  # that a unit may choose
VACANCIES = _limit("VACANCIES", 200)  # drafts and vacancies of a unit that are not over
ANSWERS_A_DAY = _limit("ANSWERS_A_DAY", 20)  # vacancies that a person answers

# Recruitment events 招聘活动
EVENT_TALKS_AT_ONCE = _limit("EVENT_TALKS_AT_ONCE", 3)  # queues in which a person waits at one event
EVENT_SHOWN_DAYS = _limit("EVENT_SHOWN_DAYS", 30)  # after an event a unit reads the names of those who talked
EVENT_REMIND_HOURS = _limit("EVENT_REMIND_HOURS", 24)  # before it begins
EVENT_SURVEY_DAYS = _limit("EVENT_SURVEY_DAYS", 14)  # after it ended
BOOTH_VACANCIES = _limit("BOOTH_VACANCIES", 20)  # that a unit shows at one event
