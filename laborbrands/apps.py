from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LaborbrandsConfig(AppConfig):
    name = "laborbrands"
    verbose_name = _("Labor brands")

    def ready(self):
        # recognition and subsidies

        # yearly reports, evaluation and removal

        # around the brand
        from jobs import registry
        from laborbrands.services import enquiries

        registry.register_sweep("laborbrands.old_enquiries", enquiries.erase_old)
