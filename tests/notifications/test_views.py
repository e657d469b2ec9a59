from datetime import timedelta

import pytest
from django.core.mail import send_mail

from accounts.codes import send_code
from notifications import queries, services
from notifications.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def talents_client(client, talent):
    client.force_login(talent)
    return client


def fill(user, now, number):
    Message.objects.bulk_create(
        Message(
            recipient=user,
            event="accepted",
            key=f"{user.pk}:{n}",
            title=f"No. {n:02}.",
            body="Body",
            created_at=at,
            path="/me/x/",
        )
        for n in range(number)
        for at in [now + timedelta(minutes=n // 3)]  # several at the same moment
    )


class TestInbox:
    def test_every_message_is_listed_once_newest_first(self, talents_client, talent, now):
        fill(talent, now, 45)
        titles, path = [], "/me/messages/"
        while path:
            page = talents_client.get(path)
            titles += [message.title for message in page.context["inbox"]]
            path = page.context["older"] and f"/me/messages/?before={page.context['older']}"
        assert titles == [f"No. {number:02}." for number in reversed(range(45))]

    @pytest.mark.parametrize("before", ["0", "x", "-1", "9" * 40, "１２", ""])
    def test_nonsense_in_the_address_gives_the_first_page(self, talents_client, talent, now, before):
        fill(talent, now, 3)
        assert len(talents_client.get("/me/messages/", {"before": before}).context["inbox"]) == 3

    def test_an_empty_inbox_says_so(self, talents_client):
        assert "No messages yet" in talents_client.get("/en/me/messages/").text

    def test_looking_marks_nothing_opening_marks_read(self, talents_client, talent, now):
        fill(talent, now, 2)
        pk = queries.inbox(talent).first().pk
        assert "Body" in talents_client.get(f"/me/messages/{pk}/").text
        assert queries.unread_count(talent) == 2
        assert talents_client.post(f"/me/messages/{pk}/").headers["Location"] == f"/me/messages/{pk}/"
        assert queries.unread_count(talent) == 1
        talents_client.post("/me/messages/read/")
        assert queries.unread_count(talent) == 0

    def test_the_link_keeps_the_language(self, talents_client, talent, now):
        fill(talent, now, 1)
        pk = queries.inbox(talent).get().pk
        assert 'href="/me/x/"' in talents_client.get(f"/me/messages/{pk}/").text
        assert 'href="/en/me/x/"' in talents_client.get(f"/en/me/messages/{pk}/").text

    def test_nobody_reads_the_messages_of_others(self, talents_client, foreigner, now):
        fill(foreigner, now, 1)
        pk = queries.inbox(foreigner).get().pk
        assert talents_client.get(f"/me/messages/{pk}/").status_code == 404
        assert talents_client.post(f"/me/messages/{pk}/").status_code == 404
        assert talents_client.get("/me/messages/").context["inbox"] == []
        talents_client.post("/me/messages/read/")
        assert queries.unread_count(foreigner) == 1

    @pytest.mark.parametrize("path", ["/me/messages/", "/me/messages/1/"])
    def test_strangers_sign_in_first(self, client, path):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")

    def test_a_body_is_text(self, talents_client, talent, now):
        Message.objects.create(recipient=talent, event="x", key="x", title="<b>x", body="<script>x", created_at=now)
        page = talents_client.get(f"/me/messages/{queries.inbox(talent).get().pk}/").text
        assert "<script>x" not in page
        assert "<b>x" not in page


class TestMailbox:
    def test_codes_and_mails_can_be_read(self, client, settings):
        settings.DEMO, settings.SMS_GATEWAY = True, "notifications.gateways.DemoSms"
        settings.EMAIL_BACKEND = "notifications.mailbox.DemoMailboxBackend"
        send_code("+8613800000001", "123456")
        send_mail("Subject", "654321", None, ["a@example.org", "b@example.org"])
        page = client.get("/demo/mailbox/").text
        assert page.index("654321") < page.index("123456")
        narrowed = client.get("/demo/mailbox/", {"address": "1380000"}).text
        assert "123456" in narrowed
        assert "654321" not in narrowed

    def test_many_are_paged(self, client, settings):
        settings.DEMO, settings.SMS_GATEWAY = True, "notifications.gateways.DemoSms"
        for number in range(25):
            send_code("+8613800000001", f"<{number}>")
        assert "&lt;0&gt;" not in client.get("/demo/mailbox/").text
        assert "&lt;0&gt;" in client.get("/demo/mailbox/?page=2").text
        assert client.get("/demo/mailbox/?page=x").status_code == 200

    def test_an_empty_box_says_so(self, client, settings):
        settings.DEMO = True
        assert "Nothing here" in client.get("/en/demo/mailbox/").text

    def test_outside_a_demo_there_is_none(self, client, settings):
        settings.DEMO = False
        assert client.get("/demo/mailbox/").status_code == 404


class TestAdmin:
    @pytest.fixture
    def administrator(self, client, django_user_model, settings):
        settings.STAFF_NEEDS_SECOND_FACTOR = False
        client.force_login(django_user_model.objects.create_superuser(email="root@example.org"))
        return client

    def edit(self, client, template, **changes):
        names = ("title_zh", "title_en", "body_zh", "body_en", "sms_zh", "sms_en", "channels")
        fields = {name: getattr(template, name) for name in names} | {"is_statutory": "on"} | changes
        answer = client.post(f"/admin/notifications/messagetemplate/{template.pk}/change/", fields)
        template.refresh_from_db()
        return dict(answer.context["adminform"].form.errors) if answer.status_code == 200 else None

    def test_the_wording_is_edited(self, administrator, template):
        assert self.edit(administrator, template, title_zh="{item}：已受理", channels=["SMS"]) is None
        assert (template.title_zh, template.channels) == ("{item}：已受理", ["SMS"])

    def test_a_placeholder_that_nobody_fills_is_refused(self, administrator, template):
        assert list(self.edit(administrator, template, body_en="{naem}", sms_zh="{date}")) == ["body_en"]
        assert "naem" not in template.body_en

    def test_messages_deliveries_and_reminders_are_for_reading(self, administrator, talent, template, words, now):
        services.notify(event="accepted_with_deferral", recipient=talent, key="k", context=words, now=now)
        services.plan_reminders(subject="x", rows=[("accepted", talent, now + timedelta(1), {}, "")], now=now)
        for name in ("message", "delivery", "reminder"):
            assert administrator.get(f"/admin/notifications/{name}/").status_code == 200
            assert administrator.get(f"/admin/notifications/{name}/add/").status_code == 403
        pk = Message.objects.get().pk
        assert administrator.get(f"/admin/notifications/message/{pk}/change/").status_code == 200
        assert administrator.post(f"/admin/notifications/message/{pk}/delete/", {"post": "yes"}).status_code == 403
