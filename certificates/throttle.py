"""How often one address may ask. Counted in the cache."""

import logging

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SECONDS = 60


class Unavailable(Exception):
    """The count cannot be kept now."""


def within_limit(request, purpose: str, limit: int) -> bool:
    """Count one question of the caller's address and tell whether it is within the limit per minute.

    Raises Unavailable when the cache does not answer; the caller decides what that means.
    """
    key = f"throttle:{purpose}:{get_adapter(request).get_client_ip(request)}"
    try:
        if cache.add(key, 1, SECONDS):
            return True
        return cache.incr(key) <= limit
    except ValueError:  # it ran out between the two
        return True
    except RedisError as error:
        logger.error("the cache does not answer: %s", type(error).__name__)
        raise Unavailable from error
