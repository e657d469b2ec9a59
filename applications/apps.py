from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("Cases")

    def ready(self):
        from applications import due, queries, services, tasks
        from applications.services import chain
        from applications.services.export import sweep_exports
        from certificates.registry import on_ended, on_sealed
        from jobs.registry import register_job, register_sweep
        from notifications.services import MAY_HEAR
        from regions import recompute

        for job, says in tasks.JOBS.items():
            register_job(f"applications.{job.__name__}", job, says)
        register_sweep("applications.deadlines", due.sweep_deadlines)
        register_sweep("applications.uploading", due.sweep_uploading)
        register_sweep("applications.archive", services.sweep_archive)
        register_sweep("applications.anchor", chain.sweep_anchor)
        register_sweep("applications.draft_warnings", services.sweep_draft_warnings)
        register_sweep("applications.drafts", services.delete_expired_drafts)
        register_sweep("applications.exports", sweep_exports)
        recompute.register(services.recompute_clocks)
        on_sealed("case", tasks.certificate_sealed)
        on_ended(services.flag_lost_materials)
        MAY_HEAR.append(queries.may_hear)
