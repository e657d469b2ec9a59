from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Reviews")

    def ready(self):
        # experts, draws and invitations
        from jobs.registry import register_moment, register_sweep
        from reviews.services import invitations

        register_sweep("reviews.invitations", invitations.sweep_unanswered)
        register_moment("reviews.invitations", invitations.next_expiry)

        # dossiers and score sheets
        from reviews.services import sheets

        register_sweep("reviews.reminders", sheets.sweep_reviews)

        # publicity and objections
        from jobs.registry import register_job
        from regions import recompute
        from reviews import letters
        from reviews.services import objections, publicity

        register_job(letters.LETTER_JOB, letters.write_objector, _("Write to somebody who objected"))
        register_job(objections.SCAN_JOB, objections.scan_evidence, _("Scan the evidence of an objection for viruses"))
        register_sweep("reviews.publicity_ends", publicity.end_publicities)
        register_sweep("reviews.publicity_gone", publicity.remove_publicities)
        register_sweep("reviews.objections", objections.remind_of_objections)
        recompute.register(publicity.recompute_publicities)
