from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from accounts import codes
        from jobs import registry
        from notifications import outgoing, queries, services

        codes.register_code_sender(outgoing.send_code)
        registry.register_job(services.DELIVER, outgoing.deliver, _("Send a message"))
        registry.register_job(services.REMIND, services.remind, _("Send a reminder"))
        registry.register_sweep("notifications.reminders", services.send_due_reminders)
        registry.register_moment("notifications.reminders", queries.next_reminder)
