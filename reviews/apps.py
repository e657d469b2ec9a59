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
