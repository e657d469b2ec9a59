from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalentsConfig(AppConfig):
    name = "talents"
    verbose_name = _("Talent pool")

    def ready(self):
        # profiles and consents

        # the search

        # units and contact
        from jobs.registry import register_job, register_moment, register_sweep
        from talents.services import contact, units

        register_job(units.SCAN_JOB, units.scan_file, _("Scan a file of a unit for viruses"))
        register_sweep("talents.contacts", contact.sweep)
        register_moment("talents.contacts", contact.next_moment)

        # vacancies
        from notifications.services import MAY_HEAR
        from talents.queries.vacancies import may_hear
        from talents.services import news, vacancies

        register_job(news.JOB, news.tell, _("Tell people of new vacancies that fit"))
        register_sweep("talents.vacancies", vacancies.expire)
        register_moment("talents.vacancies", vacancies.next_moment)
        MAY_HEAR.append(may_hear)
