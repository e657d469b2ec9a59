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
