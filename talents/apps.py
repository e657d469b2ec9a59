from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalentsConfig(AppConfig):
    name = "talents"
    verbose_name = _("Talent pool")

    def ready(self):
        from jobs.registry import register_sweep
        from talents.queries import memory

        # profiles and consents

        # the search
        register_sweep("talents.changes", memory.forget_changes)

        # units and contact

        # vacancies
