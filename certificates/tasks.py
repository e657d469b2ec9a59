"""The jobs of this app: ids in, one service call, safe to run twice."""

from datetime import datetime

from certificates import batches, services
from notifications.services import notify


def seal(payload: dict, now: datetime) -> None:
    services.seal_certificate(certificate_id=payload["certificate"], now=now)


def seal_chunk(payload: dict, now: datetime) -> None:
    batches.seal_chunk(row_ids=payload["rows"], now=now)


def tell_holder(certificate, now: datetime) -> None:
    """Tell the holder of a certificate that was issued in a batch; those of cases are told by their case."""
    title = {"zh": certificate.kind.name_zh, "en": certificate.kind.name_en}
    notify(
        event="certificate_ready",
        recipient=certificate.holder.user,
        key=f"certificate_ready:certificate:{certificate.pk}",
        now=now,
        context={"item": title, "certificate": title, "case_no": certificate.number, "code": certificate.verify_code},
        path=f"/me/certificates/{certificate.token}/",
    )
