"""Demo and real data never meet: demo accounts have known passwords, the demo's mailbox shows every code."""

import logging

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_started
from django.db import DatabaseError, OperationalError, connection
from django.db.utils import ProgrammingError

from jobs.models import Deployment

logger = logging.getLogger(__name__)

DEMO_BESIDE_REAL_DATA = "DEMO=1 on a database that does not hold demo data: unset DEMO or use another database."
DEMO_DATA_IN_EARNEST = "DEMO=0 on a database of demo data, whose passwords are public: set DEMO=1 or use another one."


def mixed_deployment() -> str:
    """Return why this configuration may not run on this database, or ""; an empty or unmigrated one suits any.

    Raises OperationalError when the database is away.
    """
    try:
        is_demo = Deployment.objects.values_list("is_demo", flat=True).first()
        if is_demo and not settings.DEMO:
            return DEMO_DATA_IN_EARNEST
        if settings.DEMO and _holds_real_data(is_demo):
            return DEMO_BESIDE_REAL_DATA
    except ProgrammingError:  # not migrated yet
        pass
    return ""


def refuse_mixed_deployment(**_signal) -> None:
    """Raise ImproperlyConfigured when demo and real data would meet. Called where a web or worker process starts.

    With the database away it is asked again at every request until there is an answer.
    """
    try:
        reason = mixed_deployment()
    except OperationalError:
        logger.warning("the database is away; whether this is a demo is checked at the first request")
        request_started.connect(refuse_mixed_deployment, dispatch_uid="mixed deployment")
        return
    if reason:
        raise ImproperlyConfigured(reason)
    request_started.disconnect(dispatch_uid="mixed deployment")
    if not connection.in_atomic_block:
        connection.close()  # processes forked from this one open their own


@checks.register(checks.Tags.database)
def deployment_check(app_configs, databases, **_options) -> list[checks.Error]:
    """Refuse `migrate` and `check --database default` too."""
    try:
        reason = mixed_deployment() if databases else ""
    except DatabaseError:
        reason = ""
    return [checks.Error(reason, id="jobs.E001")] if reason else []


def _holds_real_data(is_demo: bool | None) -> bool:
    """Tell whether people could be harmed by a demo; with DEBUG=1 a developer's database may do without the mark."""
    users = get_user_model().objects
    if settings.DEBUG:
        return is_demo is False and users.filter(person__isnull=False).exists()  # somebody's real name and number
    return is_demo is False or (is_demo is None and users.exists())
