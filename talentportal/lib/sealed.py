"""Personal numbers at rest: sealed with AES-256-GCM, found again through a keyed fingerprint (个人信息保护法 第51条).

Keys come from the settings FIELD_KEYS and INDEX_KEYS: key id -> 32 bytes, the current one first. An older key goes on
opening what it sealed until every row has been resealed.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

NONCE_BYTES = 12
EXPORT_PREFIX = "sealed:"


class SealError(Exception):
    """A sealed value cannot be opened: unknown key, another purpose, or altered bytes."""


class SealedText(str):
    """Opened text that does not show itself in reprs, and so not in tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed text>"


def seal(text: str, purpose: str) -> bytes:
    """Seal the text with the current key; it opens only under the same purpose, any text that names its use.

    Shape: one byte length of the key id, the key id, 12 bytes nonce, ciphertext with tag.
    """
    key_id, key = next(iter(settings.FIELD_KEYS.items()))
    head, nonce = _head(key_id), os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, text.encode(), head + purpose.encode())


def open_sealed(blob: bytes, purpose: str) -> SealedText:
    """Return the text inside; raises SealError, which never carries the value."""
    key_id = key_id_of(blob)
    try:
        key = settings.FIELD_KEYS[key_id]
    except KeyError:
        raise SealError(f"No key {key_id!r} to open a sealed {purpose}") from None
    head = _head(key_id)
    nonce, sealed = blob[len(head) : len(head) + NONCE_BYTES], blob[len(head) + NONCE_BYTES :]
    try:
        return SealedText(AESGCM(key).decrypt(nonce, sealed, head + purpose.encode()).decode())
    except (InvalidTag, ValueError):
        raise SealError(f"A sealed {purpose} does not open with key {key_id!r}") from None


def reseal(blob: bytes, purpose: str) -> bytes:
    """Return the value sealed with the current key; unchanged bytes when it already is."""
    if key_id_of(blob) == next(iter(settings.FIELD_KEYS)):
        return blob
    return seal(open_sealed(blob, purpose), purpose)


def key_id_of(blob: bytes) -> str:
    """Return the id of the key that sealed the value."""
    return blob[1 : 1 + blob[0]].decode(errors="replace") if blob else ""


def blind_index(text: str, purpose: str = "") -> str:
    """Return the keyed fingerprint (64 hex digits) that finds a normalized value without opening any."""
    return _fingerprint(next(iter(settings.INDEX_KEYS.values())), text, purpose)


def blind_indexes(text: str, purpose: str = "") -> list[str]:
    """Return the fingerprints under every index key, the current first: what to search while keys rotate."""
    return [_fingerprint(key, text, purpose) for key in settings.INDEX_KEYS.values()]


def _fingerprint(key: bytes, text: str, purpose: str) -> str:
    return hmac.new(key, purpose.encode() + b"\0" + text.encode(), hashlib.sha256).hexdigest()


def _head(key_id: str) -> bytes:
    return bytes([len(key_id.encode())]) + key_id.encode()


def sealed_before(field: "SealedTextField") -> models.QuerySet:
    """Return the rows of a field's model whose value was not sealed with the current key."""
    head = _head(next(iter(settings.FIELD_KEYS)))
    begins = models.Func(models.F(field.name), 1, len(head), function="substring", output_field=models.BinaryField())
    sealed = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
    return sealed.annotate(_head=begins).exclude(_head=head)


class SealedTextField(models.BinaryField):
    """Text kept sealed in a bytea column and opened on load.

    `purpose` binds the bytes to this use: by default the names of model and field, so whoever renames those passes
    the old purpose. No form shows the field; no lookup reads it (search by a blind index beside it); exports carry
    the sealed bytes.
    """

    empty_values = (None, "")

    def __init__(self, *args, purpose: str = "", **options):
        self.purpose = self._given_purpose = purpose
        super().__init__(*args, **options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, options | ({"purpose": self._given_purpose} if self._given_purpose else {})

    def contribute_to_class(self, model, name, **options):
        super().contribute_to_class(model, name, **options)
        self.purpose = self._given_purpose or f"{model._meta.label_lower}.{name}"

    def from_db_value(self, value, expression, connection):
        return None if value is None else open_sealed(bytes(value), self.purpose)

    def get_db_prep_value(self, value, connection, prepared=False):
        return None if value is None else connection.Database.Binary(seal(str(value), self.purpose))

    def to_python(self, value):
        if not isinstance(value, str) or not value.startswith(EXPORT_PREFIX):
            return value
        return open_sealed(base64.b64decode(value.removeprefix(EXPORT_PREFIX)), self.purpose)

    def value_to_string(self, obj) -> str | None:
        value = self.value_from_object(obj)
        return None if value is None else EXPORT_PREFIX + base64.b64encode(seal(value, self.purpose)).decode()

    def get_default(self):
        return models.Field.get_default(self)

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed; look it up through its blind index")
        return super().get_lookup(lookup_name)

    def formfield(self, **options):
        return None
