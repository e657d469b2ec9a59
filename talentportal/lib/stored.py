"""Files that must be whole or not there at all."""

import os
from pathlib import Path


def write_durably(path: Path | str, content: bytes) -> None:
    """Write the file under a temporary name, push it to the disk, then rename it into place; a crash leaves no half.

    Overwrites an older file of the name. Missing folders are made. Only the owner can read it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
