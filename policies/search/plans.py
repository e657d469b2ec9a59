"""Statements whose plans a connection keeps: PostgreSQL plans a search nearly as long as it then finds."""

import itertools
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connection

MOST = 100  # plans of one connection; other statements are planned each time
INDEXED = "SET LOCAL enable_seqscan = off; "  # the planner takes words for cheap to read one by one in a small library
GENERIC = "SET LOCAL plan_cache_mode = force_generic_plan; "  # whatever the words are, the index has them
_kept: WeakKeyDictionary = WeakKeyDictionary()  # connection to PostgreSQL: {statement: name of its plan}
_numbers = itertools.count(1)


def answered(sql: str, values: list, *, is_kept: bool = True) -> list[tuple]:
    """Return the rows of a statement, by a plan that is made the first time unless the best one hangs on the values.

    A plan ends with its connection, not with the transaction. Behind a pooler that deals out connections anew for each
    transaction none is kept; DISABLE_SERVER_SIDE_CURSORS tells Django of such a one.
    """
    with connection.cursor() as cursor:
        plans = _kept.setdefault(connection.connection, {})
        is_pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
        if is_kept and not is_pooled and (sql in plans or len(plans) < MOST):
            try:
                return _by_plan(cursor, plans, sql, values)
            except NotSupportedError:  # a migration has given a column another type since
                plans.clear()
        cursor.execute(INDEXED + sql, values)
        return cursor.fetchall()


def _by_plan(cursor, plans: dict[str, str], sql: str, values: list) -> list[tuple]:
    name, prepare = plans.get(sql), ""
    if not name:
        name = f"search_{next(_numbers)}"
        numbered = sql % tuple(f"${number}" for number in range(1, len(values) + 1))
        prepare = f"PREPARE {name} AS {numbered}; ".replace("%", "%%")
    cursor.execute(f"{prepare}{INDEXED}{GENERIC}EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)
    plans[sql] = name
    return cursor.fetchall()
