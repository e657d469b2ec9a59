"""A form that could not be taken is given back by a redirect, so that reload and Back are plain loads of a page.

What was typed waits in the session until a step is done or the next try takes its place; sealed, because it may hold
a document number.
"""

import base64
import json

from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from talentportal.lib.sealed import SealError, open_sealed, seal

SLOT, PURPOSE, MARK = "form to try again", "applications.again", "again"
LARGEST = 200_000  # characters; nobody types more, and the session is no store


def give_back(request: HttpRequest, address: str = "", **told: object) -> HttpResponseRedirect:
    """Keep what was posted and lead to the page that shows it again, to its top: an anchor would take the focus.

    See `keep`.
    """
    return HttpResponseRedirect(keep(request, address, **told))


def keep(request: HttpRequest, address: str = "", **told: object) -> str:
    """Keep what was posted and return the address of the page that shows it again.

    `told`: what was wrong beyond what the form finds by itself, as texts in lists and dictionaries.
    """
    path = address or request.path
    typed = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    text = json.dumps({"typed": typed, "told": told}, default=str)
    if len(text) > LARGEST:
        text = json.dumps({"typed": {}, "told": told}, default=str)
    request.session[SLOT] = {"path": path, "text": base64.b64encode(seal(text, PURPOSE)).decode()}
    return f"{path}?{MARK}"


def typed(request: HttpRequest) -> QueryDict | None:
    """Return what a form is to be filled with: the post itself, or what was kept of the last one; else None."""
    if request.method == "POST":
        return request.POST
    kept = _kept(request)
    if kept is None:
        return None
    data = QueryDict(mutable=True)
    for name, values in kept["typed"].items():
        data.setlist(name, values)
    return data


def told(request: HttpRequest) -> dict:
    """Return what was said when a form was given back; {} on any other page."""
    kept = _kept(request)
    return kept["told"] if kept else {}


def forget(request: HttpRequest) -> None:
    """Drop what was kept, once it was taken."""
    request.session.pop(SLOT, None)


def _kept(request: HttpRequest) -> dict | None:
    slot = request.session.get(SLOT)
    if request.method != "GET" or MARK not in request.GET or not slot or slot["path"] != request.path:
        return None
    try:
        return json.loads(open_sealed(base64.b64decode(slot["text"]), PURPOSE))
    except (SealError, ValueError):
        return None
