"""Run the benchmarks: `python -m bench`, with ONLY=name for one and JSON=FILE for a machine-readable report."""

import importlib
import json
import os
import sys
from pathlib import Path

BENCHMARKS = {
    "submission_http": "bench.submission",
    "deadline_sweep_1m": "bench.deadlines",
    "certificates_400": "bench.certificates",
    "policy_search_first_page_100k": "bench.policies:first_page",
    "policy_search_facets_100k": "bench.policies:all_facets",  # in the same library
    "policy_relevance": "bench.relevance",
    "queue_page_1m": "bench.queue",
    "talent_search_1m": "bench.talents",
}


def fresh_database() -> None:
    """Make the database of the benchmarks anew; it is never the portal's own."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    name = settings.DATABASES["default"]["NAME"] + "_bench"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    url = os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = url.rpartition("/")[0] + f"/{name}"  # for the processes we start
    call_command("migrate", verbosity=0)


def main() -> int:
    os.environ.update(DEMO="0", DEBUG="0", LOG_LEVEL="ERROR")  # as in production
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talentportal.settings")
    only = os.environ.get("ONLY", "")
    if only and only not in BENCHMARKS:
        print(f"ONLY={only}: there is {', '.join(BENCHMARKS)}.")
        return 2
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    results, before = [], ""
    for name, place in BENCHMARKS.items():
        if only in ("", name):
            module, _colon, function = place.partition(":")
            if module != before:
                fresh_database()
            before, load = module, os.getloadavg()[0]
            results.append(getattr(importlib.import_module(module), function or "run")())
            results[-1].notes["load average before and after"] = f"{load:.1f}, {os.getloadavg()[0]:.1f}"
    from bench.measure import tell

    for result in results:
        tell(result)
    if path := os.environ.get("JSON"):
        Path(path).write_text(json.dumps([result.as_dict() for result in results], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
