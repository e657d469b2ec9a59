from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegionsConfig(AppConfig):
    name = "regions"
    verbose_name = _("Regions")

    def ready(self):
        from jobs import registry
        from regions import queries, recompute, services

        registry.register_job("regions.calendar_changed", recompute.run, _("Follow a change of the calendar"))
        registry.register_sweep("regions.fill_years", services.fill_years)
        registry.register_workdays(lambda day, days: queries.home_calendar().add(day, days))
