import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talentportal.settings")

application = get_wsgi_application()

from jobs.checks import refuse_mixed_deployment  # noqa: E402  (models are loaded only now)

refuse_mixed_deployment()
