from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.codes import send_code
from jobs import demo
from jobs.models import Job
from jobs.services import drain, run_due
from notifications import services
from notifications.models import Delivery, DemoMail, Message, MessageTemplate, Reminder
from notifications.queries import inbox, reminders_for, undelivered, unread_count
from tests.cast import moment

pytestmark = pytest.mark.django_db

BODY_ZH = "“职称核验”已受理，请于2026年10月9日（星期五）前补齐2项材料。"
EVENT = "accepted_with_deferral"


@pytest.fixture(autouse=True)
def _demo_post(settings):
    settings.EMAIL_BACKEND = "notifications.mailbox.DemoMailboxBackend"
    settings.SMS_GATEWAY = "notifications.gateways.DemoSms"
    settings.BASE_URL = "https://rc.example.cn"


def tell(recipient, now, words, key="k", **more):
    services.notify(event=EVENT, recipient=recipient, key=key, context=words, path="/me/x/", now=now, **more)


def post():
    return sorted(DemoMail.objects.values_list("channel", "address", "body"))


class TestNotify:
    def test_one_message_and_each_channel_once(self, talent, template, words, now):
        for _ in range(2):
            tell(talent, now, words)
            drain(now=now)
        message = Message.objects.get()
        assert (message.title, message.body, message.path, message.created_at, message.read_at) == (
            "已容缺受理",
            BODY_ZH,
            "/me/x/",
            now,
            None,
        )
        sms = "【云南人才服务】已容缺受理，请于2026年10月9日（星期五）前补齐2项材料。"
        (email_channel, to, body), sms_mail = post()
        assert sms_mail == ("SMS", "+8613800000001", sms)
        assert (email_channel, to) == ("EMAIL", "talent@example.org")
        assert body.startswith(f"{BODY_ZH}\n\nhttps://rc.example.cn/me/x/\n\n")
        assert set(Delivery.objects.values_list("state", "attempts", "sent_at")) == {("SENT", 1, now)}

    def test_everybody_reads_the_own_language(self, foreigner, template, words, now):
        tell(foreigner, now, words)
        drain(now=now)
        body = "We have accepted “Title verification”. Send the 2 missing documents by Friday 9 October 2026."
        (_, _, mail), (_, _, sms) = post()
        assert Message.objects.get().body == body
        assert mail.startswith(f"{body}\n\nhttps://rc.example.cn/en/me/x/\n\n")
        assert sms == "【Yunnan Talent Services】Accepted. Send 2 documents by Friday 9 October 2026."

    def test_a_rolled_back_transaction_tells_nobody(self, talent, template, words, now):
        with transaction.atomic():
            tell(talent, now, words)
            transaction.set_rollback(True)
        drain(now=now)
        assert (Message.objects.count(), post()) == (0, [])

    def test_a_message_costs_four_statements_however_many_there_are(
        self, talent, foreigner, template, words, now, django_assert_num_queries
    ):
        people = [talent, foreigner] * 20
        notes = [services.Note(EVENT, person, f"k{number}", words) for number, person in enumerate(people)]
        with django_assert_num_queries(4):
            services.notify_many(notes=notes, now=now)
        assert (Message.objects.count(), Delivery.objects.count(), Job.objects.count()) == (40, 80, 80)

    def test_without_wording_the_message_still_arrives(self, talent, now, caplog):
        tell(talent, now, {})
        assert Message.objects.get().title == EVENT
        assert "no wording" in caplog.text

    def test_what_is_not_statutory_goes_to_those_who_want_it(self, talent, foreigner, template, words, now):
        MessageTemplate.objects.update(is_statutory=False)
        foreigner.wants_marketing = True
        tell(talent, now, words, key="a")
        tell(foreigner, now, words, key="b")
        assert list(Message.objects.values_list("recipient", flat=True)) == [foreigner.pk]

    def test_an_unverified_number_gets_nothing_and_clerks_see_it(self, talent, template, words, now):
        talent.phone_verified, talent.email = False, None
        talent.save()
        tell(talent, now, words)
        drain(now=now)
        assert post() == []
        delivery = undelivered(recipient_id=talent.pk, path="/me/x/").get()
        assert (delivery.channel, delivery.last_error) == ("SMS", "the recipient has no verified address")

    @pytest.mark.parametrize(
        ("named", "phone", "email", "goes_by"),
        [
            ("SMS", "", "talent@example.org", ["EMAIL"]),
            ("EMAIL", "+8613800000001", None, ["SMS"]),
            ("SMS", "", None, ["SMS"]),  # nothing reaches: the failure is seen
        ],
    )
    def test_who_lacks_the_named_channel_hears_by_another(
        self, talent, template, words, now, named, phone, email, goes_by
    ):
        template.channels = [named]
        template.save()
        talent.phone, talent.email, talent.phone_verified = phone, email, bool(phone)
        talent.save()
        tell(talent, now, words)
        assert list(Delivery.objects.values_list("channel", flat=True)) == goes_by

    def test_what_need_not_reach_goes_by_its_own_channel_only(self, talent, template, words, now):
        template.channels = ["EMAIL"]
        template.save()
        talent.email = None
        talent.save()
        note = services.Note(EVENT, talent, "k", words, "/me/x/", must_reach=False)
        services.notify_many(notes=[note], now=now)
        assert not Delivery.objects.exists()

    def test_what_stays_inside_leaves_by_no_channel(self, talent, template, words, now):
        template.channels = []
        template.save()
        tell(talent, now, words)
        assert not Delivery.objects.exists()


class TestDelivery:
    @pytest.fixture
    def sms_only(self, template):
        MessageTemplate.objects.update(channels=["SMS"])

    def run(self, since, *, hours):
        """Do what is due every minute, as beat would."""
        for minute in range(hours * 60 + 1):
            drain(now=since + timedelta(minutes=minute))

    def test_a_carrier_that_is_down_is_tried_three_times(self, talent, sms_only, words, now, settings):
        settings.SMS_GATEWAY, settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = HTTP, "http://127.0.0.1:1/", ""
        tell(talent, now, words)
        self.run(now, hours=1)
        delivery = undelivered(recipient_id=talent.pk, path="/me/x/").get()
        assert (delivery.state, delivery.attempts) == ("FAILED", 3)
        assert delivery.last_error.startswith("the SMS gateway cannot be reached")
        assert not Job.objects.filter(done_at__isnull=True).exists()

    def test_a_carrier_that_comes_back_gets_it_once(self, talent, sms_only, words, now, settings):
        settings.SMS_GATEWAY, settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = HTTP, "http://127.0.0.1:1/", ""
        tell(talent, now, words)
        drain(now=now)
        settings.SMS_GATEWAY = "notifications.gateways.DemoSms"
        self.run(now, hours=1)
        assert len(post()) == 1
        assert Delivery.objects.values_list("state", "attempts", "last_error").get() == ("SENT", 2, "")

    def test_without_a_carrier_it_fails_at_once(self, talent, sms_only, words, now, settings):
        settings.SMS_GATEWAY = "notifications.gateways.NoSms"
        tell(talent, now, words)
        drain(now=now)
        assert Delivery.objects.values_list("state", "attempts").get() == ("FAILED", 1)

    @pytest.mark.parametrize(
        ("written", "sent"),
        [
            ("2026-09-18 20:59", "2026-09-18 20:59"),
            ("2026-09-18 21:00", "2026-09-19 08:00"),
            ("2026-09-19 00:10", "2026-09-19 08:00"),
            ("2026-09-19 07:59", "2026-09-19 08:00"),
            ("2026-09-19 08:00", "2026-09-19 08:00"),
        ],
    )
    def test_no_sms_at_night(self, talent, sms_only, words, written, sent):
        tell(talent, moment(written), words)
        self.run(moment(written), hours=12)
        assert timezone.localtime(Delivery.objects.get().sent_at) == moment(sent)

    def test_an_sms_delayed_into_the_night_waits_for_the_morning(self, talent, sms_only, words):
        tell(talent, moment("2026-09-18 20:30"), words)
        drain(now=moment("2026-09-18 23:00"))
        assert post() == []
        drain(now=moment("2026-09-19 08:00"))
        assert len(post()) == 1

    def test_e_mail_knows_no_night(self, talent, template, words):
        night = moment("2026-09-18 23:00")
        tell(talent, night, words)
        drain(now=night)
        assert [channel for channel, *_ in post()] == ["EMAIL"]

    def test_a_code_leaves_at_once_and_at_any_hour(self, template):
        send_code("+8613800000009", "123456 是你的验证码。")
        assert post() == [("SMS", "+8613800000009", "【云南人才服务】123456 是你的验证码。")]


HTTP = "notifications.gateways.HttpSms"


class TestReminders:
    DUE = moment("2026-10-09 09:00")

    def plan(self, talent, now, *dues, event=EVENT, words=None):
        rows = [(event, talent, due, words or {}, "/me/x/") for due in dues]
        services.plan_reminders(subject="clock:1", rows=rows, now=now)

    def due_dates(self):
        return list(reminders_for("clock:1").values_list("due_at", flat=True))

    def test_a_reminder_becomes_a_message_when_due(self, talent, template, words, now):
        self.plan(talent, now, self.DUE, words=words)
        run_due(self.DUE - timedelta(seconds=1))
        assert not inbox(talent).exists()
        run_due(self.DUE)
        assert inbox(talent).get().body == BODY_ZH
        run_due(self.DUE + timedelta(minutes=1))
        assert inbox(talent).count() == 1

    def test_the_sweep_is_one_statement_and_repeated_writes_nothing(self, talent, now, django_assert_num_queries):
        dues = [self.DUE + timedelta(hours=hour) for hour in range(10)]
        for number, due in enumerate(dues):
            rows = [(EVENT, talent, due, {}, "")]
            services.plan_reminders(subject=f"clock:{number}", rows=rows, now=now)
        with django_assert_num_queries(1):
            assert services.send_due_reminders(dues[6]) == 7
        assert services.send_due_reminders(dues[6]) == 0
        assert Job.objects.filter(kind="notifications.remind").count() == 7
        assert Reminder.objects.filter(sent_at=dues[6]).count() == 7

    def test_planning_twice_changes_nothing(self, talent, now):
        for _ in range(2):
            self.plan(talent, now, self.DUE)
        assert self.due_dates() == [self.DUE]

    def test_a_moved_deadline_moves_its_reminders(self, talent, now):
        later = self.DUE + timedelta(days=3)
        self.plan(talent, now, self.DUE)
        self.plan(talent, now, later)
        assert self.due_dates() == [later]
        self.plan(talent, now, self.DUE, later)
        assert self.due_dates() == [self.DUE, later]

    def test_other_events_of_the_subject_stay(self, talent, now):
        self.plan(talent, now, self.DUE)
        self.plan(talent, now, self.DUE, event="correction_reminder")
        assert len(self.due_dates()) == 2

    def test_moments_that_have_passed_are_left_out(self, talent, now):
        self.plan(talent, now, now - timedelta(hours=1), self.DUE)
        assert self.due_dates() == [self.DUE]

    def test_a_cancelled_reminder_stays_silent(self, talent, template, now):
        self.plan(talent, now, self.DUE)
        services.cancel_reminders(subject="clock:1", now=now)
        run_due(self.DUE)
        assert (self.due_dates(), inbox(talent).count()) == ([], 0)

    def test_what_was_sent_is_not_sent_again_by_planning_anew(self, talent, template, now):
        self.plan(talent, now, self.DUE)
        run_due(self.DUE)
        self.plan(talent, now, self.DUE)
        run_due(self.DUE)
        assert inbox(talent).count() == 1

    def test_after_an_outage_only_the_latest_is_sent(self, talent, template, now):
        self.plan(talent, now, *(self.DUE + timedelta(days=day) for day in range(3)))
        run_due(self.DUE + timedelta(days=9))
        assert inbox(talent).count() == 1

    def test_the_demo_clock_stops_at_a_reminder(self, talent, template, settings):
        settings.DEMO = True
        at = timezone.now() + timedelta(minutes=5)
        self.plan(talent, timezone.now(), at)
        demo.move_by(days=1)
        assert abs(inbox(talent).get().created_at - at) < timedelta(seconds=5)


def test_the_unread_are_counted(talent, template, words, now):
    for key in "ab":
        tell(talent, now, words, key=key)
    assert unread_count(talent) == 2
    services.mark_read(messages=inbox(talent).filter(key="a"), now=now)
    services.mark_read(messages=inbox(talent), now=now + timedelta(hours=1))
    assert unread_count(talent) == 0
    assert Message.objects.get(key="a").read_at == now
