from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalentsConfig(AppConfig):
    name = "talents"
    verbose_name = _("Talent pool")

    def ready(self):
        # profiles and consents

        # the search

        # units and contact

        # vacancies

        # internships
        from jobs.registry import register_sweep
        from talents.services import agreements, places

        register_sweep("talents.places", places.expire_places)
        register_sweep("talents.agreements", agreements.finish_agreements)
