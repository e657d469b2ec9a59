"""The demo's post: nothing leaves the machine, everything can be read on one page that exists only there."""

from django.core.mail.backends.base import BaseEmailBackend

from jobs import clock
from notifications.models import Channel, DemoMail


class DemoMailboxBackend(BaseEmailBackend):
    """An e-mail backend that writes DemoMail rows."""

    def send_messages(self, email_messages) -> int:
        DemoMail.objects.bulk_create(
            DemoMail(
                channel=Channel.EMAIL, address=to, subject=mail.subject[:300], body=mail.body, created_at=clock.now()
            )
            for mail in email_messages
            for to in mail.recipients()
        )
        return len(email_messages)
