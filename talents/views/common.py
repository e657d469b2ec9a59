"""What the pages of a unit share: for which unit somebody acts."""

from functools import wraps

from django.http import Http404

from applications.views.common import signed_in
from jobs import clock
from talents.queries.units import acting_units

CHOSEN = "talents.unit"  # in the session: which of several units


def for_unit(view):
    """Let in who may search for a unit; a stranger gets 404. The view finds `request.unit` and `request.units`."""

    @wraps(view)
    @signed_in
    def guarded(request, *args, **kwargs):
        request.units = list(acting_units(request.user, clock.now()).select_related("region", "work_region"))
        if not request.units:
            raise Http404
        chosen = request.session.get(CHOSEN)
        request.unit = next((unit for unit in request.units if unit.pk == chosen), request.units[0])
        return view(request, *args, **kwargs)

    return guarded
