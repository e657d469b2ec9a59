"""Read the environment, and fail at start with the name of the variable that is missing or wrong."""

import base64
import binascii

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()

text = _env.str
flag = _env.bool
number = _env.int
words = _env.list
database = _env.db_url
email = _env.email_url


def keys(name: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64` as key id -> 32 bytes, the current key first.

    Raises ImproperlyConfigured with the name of the variable, never with its value.
    """
    found = {}
    for part in _env.list(name):
        key_id, _, encoded = part.partition(":")
        try:
            found[key_id] = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"{name}: key {key_id} is not base64") from error
        if len(found[key_id]) != 32:
            raise ImproperlyConfigured(f"{name}: key {key_id} is not 32 bytes long")
    if not found:
        raise ImproperlyConfigured(f"{name}: no key given")
    return found
