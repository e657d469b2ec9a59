from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "policies"
    verbose_name = _("Policies")

    def ready(self):
        from jobs import registry
        from policies import tasks
        from policies.matching import proactive
        from policies.news import alerts, followers
        from policies.search import index
        from policies.services import following, library

        registry.register_job(alerts.REPORT, alerts.report)
        registry.register_job(following.CONFIRM, alerts.ask_to_confirm)
        registry.register_job(library.TELL, followers.tell_of_version)
        registry.register_job(library.TELL_OF_END, followers.tell_of_end)
        registry.register_job(library.TELL_OF_BENEFITS, followers.tell_of_benefits)
        registry.register_sweep("policies.alerts", alerts.sweep)
        for kind, (job, says) in tasks.JOBS.items():
            registry.register_job(kind, job, says)
        for name, sweep in tasks.SWEEPS.items():
            registry.register_sweep(name, sweep)
        registry.register_moment("policies.publish_scheduled", tasks.next_publication)
        registry.register_moment("policies.alerts", alerts.next_moment)
        registry.register_sweep("policies.search", index.keep)
        registry.register_sweep("policies.offers", proactive.sweep_offers)
        registry.register_moment("policies.offers", proactive.next_end)
