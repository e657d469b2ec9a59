"""Policies in the admin: service items and guides (`items`)."""

from policies.admin import items  # noqa: F401  registered by being read
