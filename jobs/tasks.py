"""What the doorbell and beat start. No arguments: the rows say what is to be done."""

from celery import shared_task
from celery.signals import worker_init

from jobs import clock, services
from jobs.checks import refuse_mixed_deployment


@shared_task(name="jobs.drain")
def drain() -> None:
    services.drain(now=clock.now())


@shared_task(name="jobs.run_due")
def run_due() -> None:
    services.run_due(clock.now())


@worker_init.connect
def _refuse_mixed_deployment(**_kwargs) -> None:
    refuse_mixed_deployment()
