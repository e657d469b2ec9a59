"""Where text messages leave the house. A gateway has `send(phone, text)`, which raises NotSent or another OSError."""

import json
import urllib.error
import urllib.request
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from jobs import clock
from notifications.models import Channel, DemoMail

SECONDS = 10


class NotSent(OSError):
    """The gateway did not take a message. `is_final`: trying again would not help. Holds no personal data."""

    def __init__(self, reason: str, *, is_final: bool = False):
        super().__init__(reason)
        self.is_final = is_final


class Gateway(Protocol):
    def send(self, phone: str, text: str) -> None: ...


class DemoSms:
    """Put the message on the demo's mailbox page."""

    def send(self, phone: str, text: str) -> None:
        DemoMail.objects.create(channel=Channel.SMS, address=phone, body=text, created_at=clock.now())


class NoSms:
    """No carrier is set up: say so, so that clerks telephone."""

    def send(self, phone: str, text: str) -> None:
        raise NotSent("no SMS gateway is set up", is_final=True)


class HttpSms:
    """POST {"to", "text"} as JSON to SMS_GATEWAY_URL with the bearer token SMS_GATEWAY_TOKEN; 2xx means taken.

    A 4xx answer other than 408 and 429 is final.
    """

    def send(self, phone: str, text: str) -> None:
        request = urllib.request.Request(  # noqa: S310  (the address is the operator's)
            settings.SMS_GATEWAY_URL,
            data=json.dumps({"to": phone, "text": text}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"},
        )
        try:
            urllib.request.urlopen(request, timeout=SECONDS).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            is_final = 400 <= error.code < 500 and error.code not in (408, 429)
            raise NotSent(f"the SMS gateway answered {error.code}", is_final=is_final) from None
        except OSError as error:
            raise NotSent(f"the SMS gateway cannot be reached ({type(error).__name__})") from None


def gateway() -> Gateway:
    """Return the gateway that the settings name."""
    return import_string(settings.SMS_GATEWAY)()
