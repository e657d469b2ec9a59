"""Policies in the admin: service items and guides (`items`), the library (`library`), its benefits (`benefits`)."""

from policies.admin import benefits, items, library  # noqa: F401  registered by being read
