from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self):
        from jobs import checks, demo, registry  # noqa: F401  (checks registers itself)

        registry.register_moment("jobs.day", demo.next_fixed_moment)
        registry.register_moment("jobs.waiting", demo.next_waiting_job)
