"""A worker process of its own, warm as a long-lived one is: `python -m bench.worker MOMENT` says ready, waits for a
line, drains every job that is due at that moment, and says done.
"""

import sys
from datetime import datetime

import django


def main() -> None:
    django.setup()
    from certificates import files
    from certificates.models import Certificate
    from jobs.services import drain

    now = datetime.fromisoformat(sys.argv[1])
    files.signed_pdf(Certificate.objects.select_related("kind", "organization", "holder").first(), now)
    print("ready", flush=True)
    sys.stdin.readline()
    while drain(now=now, seconds=600, limit=10_000):
        pass
    print("done", flush=True)


if __name__ == "__main__":
    main()
