from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")

    def ready(self):
        from certificates import tasks
        from certificates.registry import on_sealed
        from certificates.states import BATCH_CHUNK, SEAL
        from jobs.registry import register_job

        register_job(SEAL, tasks.seal, _("Seal a certificate"))
        register_job(BATCH_CHUNK, tasks.seal_chunk, _("Seal certificates of a batch"))
        on_sealed("batch", tasks.tell_holder)
