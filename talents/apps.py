from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalentsConfig(AppConfig):
    name = "talents"
    verbose_name = _("Talent pool")

    def ready(self):
        from applications import own_data
        from certificates.registry import on_ended
        from jobs.registry import register_job, register_moment, register_sweep
        from notifications.services import MAY_HEAR
        from talents import own
        from talents.queries import memory
        from talents.queries.vacancies import may_hear
        from talents.services import (
            agreement_papers,
            agreements,
            contact,
            events,
            news,
            places,
            profiles,
            proofs,
            rounds,
            searches,
            units,
            vacancies,
        )

        # profiles and consents
        own_data.register("talent_pool", own_data.Holding(own.copy, profiles.forget))
        on_ended(proofs.certificate_ended)
        register_sweep("talents.employers", rounds.block_new_employers)
        register_sweep("talents.proofs", proofs.sweep)
        register_sweep("talents.unconfirmed", rounds.hide_unconfirmed)
        register_sweep("talents.weekly_notes", rounds.weekly_notes)
        register_sweep("talents.old_consents", rounds.erase_old_consents)
        register_moment("talents.unconfirmed", rounds.next_moment)

        # the search
        register_sweep("talents.changes", memory.forget_changes)

        # units and contact
        register_job(units.SCAN_JOB, units.scan_file, _("Scan a file of a unit for viruses"))
        register_sweep("talents.contacts", contact.sweep)
        register_moment("talents.contacts", contact.next_moment)
        register_sweep("talents.searches", searches.sweep)

        # vacancies
        register_job(news.JOB, news.tell, _("Tell people of new vacancies that fit"))
        register_sweep("talents.vacancies", vacancies.expire)
        register_moment("talents.vacancies", vacancies.next_moment)
        MAY_HEAR.append(may_hear)

        # internships
        own_data.register("internships", own_data.Holding(own.copy_internships, own.forget_internships))
        register_job(agreement_papers.JOB, agreement_papers.draw_due, _("Draw an agreement on an internship"))
        register_sweep("talents.places", places.expire_places)
        register_sweep("talents.agreements", agreements.finish_agreements)

        # recruitment events
        own_data.register("recruitment_events", own_data.Holding(own.copy_events, own.forget_events))
        register_sweep("talents.events", events.sweep)
        register_moment("talents.events", events.next_moment)
