from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LaborbrandsConfig(AppConfig):
    name = "laborbrands"
    verbose_name = _("Labor brands")

    def ready(self):
        # recognition and subsidies
        from applications.office import MORE_WORK
        from applications.outcomes import register_outcome
        from certificates.registry import on_ended
        from laborbrands import outcome
        from laborbrands.queries import turns

        register_outcome(
            outcome.OUTCOME,
            outcome.grant,
            faults=outcome.faults,
            obstacles=outcome.obstacles,
            accepted=outcome.accepted,
            ended=outcome.ended,
            page=outcome.page,
            shown=outcome.shown,
        )
        on_ended(outcome.plate_ended)
        MORE_WORK.append(turns.work_of)

        # yearly reports, evaluation and removal
        from jobs.registry import register_sweep
        from laborbrands.queries import keeping
        from laborbrands.services import removal, reports
        from notifications.services import MAY_HEAR

        register_sweep("laborbrands.reports_open", reports.open_reports)
        register_sweep("laborbrands.reports_missed", reports.miss_reports)
        register_sweep("laborbrands.removals", removal.remind)
        MAY_HEAR.append(keeping.may_hear)

        # around the brand
        from laborbrands.services import enquiries

        register_sweep("laborbrands.old_enquiries", enquiries.erase_old)
