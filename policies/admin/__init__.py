"""Policies in the admin: services and guides (`items`), the library (`library`), its `benefits`, and their `offers`."""

from policies.admin import benefits, items, library, offers  # noqa: F401  registered by being read
