"""What no address of the portal takes."""

from django.core.exceptions import BadRequest


class NoNullCharacterMiddleware:
    """Answer 400 to a query with the character NUL: nobody types it, and PostgreSQL stores it nowhere.

    The API does so itself, with the name of the parameter.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        query = "" if request.path.startswith("/api/") else request.META.get("QUERY_STRING", "")
        if "%00" in query:
            raise BadRequest("NUL in the address")
        return self.get_response(request)
