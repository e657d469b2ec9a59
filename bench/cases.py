"""Many rows from one: a template written by the ORM, so that a new column needs no word here."""

from django.db import connection
from django.db.models import Model


def copies(template: Model, own: dict[str, str], source: str, values: dict, where: str = "true") -> None:
    """Insert a copy of a row for each row of `source` (what follows FROM), with its `own` columns as expressions."""
    fields = [f for f in template._meta.concrete_fields if not (f.primary_key or f.generated)]
    columns = [field.column for field in fields]
    asked = ", ".join(own.get(column, f"template.{column}") for column in columns)
    table = template._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {asked} FROM {table} template, {source} "
            f"WHERE template.id = %(template)s AND {where}",
            values | {"template": template.pk},
        )
