from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Reviews")

    def ready(self):
        # experts, draws and invitations
        from jobs.registry import register_moment, register_sweep
        from notifications.services import MAY_HEAR
        from reviews.queries import seats
        from reviews.services import invitations

        MAY_HEAR.append(seats.may_hear)
        register_sweep("reviews.invitations", invitations.sweep_unanswered)
        register_moment("reviews.invitations", invitations.next_expiry)

        # dossiers and score sheets

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
