from django.db import models


class PackRecord(models.Model):
    """What the province pack said about a row when it was last loaded.

    A row is written again only when the pack itself has changed, so what staff edited meanwhile stays as they left it.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="pack_record_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
