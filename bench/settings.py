"""The portal's own settings with two more addresses, for the HTTP benchmark."""

from talentportal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
