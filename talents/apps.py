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
        pass
