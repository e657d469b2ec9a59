"""A code that somebody at the counter reads out from their own phone or mail, to prove that it is theirs.

Kept in the clerk's session as a fingerprint; five minutes, three tries, one contact at a time.
"""

from datetime import datetime, timedelta

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.mail import send_mail
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _

from accounts.codes import send_code
from accounts.contacts import Contact
from talentportal.lib.refusals import Refused, refuse_unless

SLOT, SALT = "proof of a contact", "applications.proof"
LASTS, TRIES = timedelta(minutes=5), 3


def send(request, contact: Contact, now: datetime) -> None:
    """Send a code to a contact and wait for it. Raises Refused when too many were sent or the carrier says no."""
    allowed = ratelimit.consume(request, app="allauth.account", action="request_login_code", key=contact.value)
    refuse_unless(allowed, _("Too many codes were sent there. Try again later."))
    code = get_random_string(6, "0123456789")
    words = _("%(code)s is your code for the counter. Tell it to nobody but the clerk before you.") % {"code": code}
    try:
        if contact.kind == "phone":
            send_code(contact.value, words)
        else:
            send_mail(_("Your code for the counter"), words, settings.DEFAULT_FROM_EMAIL, [contact.value])
    except OSError as error:
        raise Refused(_("The code could not be sent. Try again, or go on without the number.")) from error
    print_of = salted_hmac(SALT, contact.value + code).hexdigest()
    request.session[SLOT] = {"of": contact.value, "print": print_of, "until": (now + LASTS).isoformat(), "left": TRIES}


def is_waiting(request, contact: Contact, now: datetime) -> bool:
    """Tell whether a code was sent to this contact and is still good."""
    slot = request.session.get(SLOT)
    return bool(slot and slot["of"] == contact.value and slot["left"] and now < datetime.fromisoformat(slot["until"]))


def is_right(request, contact: Contact, code: str, now: datetime) -> bool:
    """Tell whether the code that was read out is the one that was sent; a wrong one costs a try."""
    if not is_waiting(request, contact, now):
        return False
    slot = request.session[SLOT]
    right = constant_time_compare(slot["print"], salted_hmac(SALT, contact.value + code.strip()).hexdigest())
    request.session[SLOT] = slot | {"left": slot["left"] - 1}
    return right


def forget(request) -> None:
    """Drop the code once it has done its work."""
    request.session.pop(SLOT, None)
