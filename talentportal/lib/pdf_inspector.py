"""The child process that looks inside an uploaded PDF: `python -I pdf_inspector.py < file`, one JSON object out.

It runs alone, with its own limits of memory and time, because the file may be made to exhaust whoever opens it. It
never decodes page contents, only the objects that say what a PDF does.
"""

import io
import json
import resource
import sys

MEMORY, SECONDS, MAX_OBJECTS = 512 * 1024 * 1024, 8, 200_000
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/Rendition", "/GoToE", "/SubmitForm"}
ACTIVE_KEYS = {
    "/JS": "script",
    "/JavaScript": "script",
    "/XFA": "script",
    "/RichMedia": "media",
    "/EmbeddedFiles": "attachment",
    "/EF": "attachment",
}


def limit() -> None:
    """Take no more memory and processor time than these limits, write no files, start no processes."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look(data: bytes) -> dict:
    """Return {"pages": n} or {"fault": word}."""
    import pikepdf  # after the limits

    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                return {"fault": "encrypted"}
            return {"fault": fault} if (fault := active_part(pdf)) else {"pages": len(pdf.pages)}
    except pikepdf.PasswordError:
        return {"fault": "encrypted"}
    except (pikepdf.PdfError, RecursionError, ValueError):
        return {"fault": "damaged"}


def active_part(pdf) -> str:
    """Return the first thing found that acts: script, launch, media, attachment; "" when the PDF only shows pages.

    Goes through every object, those in compressed object streams and those nobody refers to included.
    """
    from pikepdf import Array, Dictionary, Stream

    waiting, seen = list(pdf.objects), 0
    while waiting:
        item = waiting.pop()
        seen += 1
        if seen > MAX_OBJECTS:
            return "size"
        if isinstance(item, Dictionary | Stream):
            if fault := active_entry(item):
                return fault
            waiting += [value for value in map(item.get, item.keys()) if is_nested(value)]
        elif isinstance(item, Array):
            waiting += [value for value in item if is_nested(value)]
    return ""


def is_nested(value) -> bool:
    """Tell whether the value stands in its parent; one with a number of its own is in the list anyway."""
    return hasattr(value, "is_indirect") and not value.is_indirect


def active_entry(entries) -> str:
    """Return what one dictionary does, "" when nothing."""
    for key, fault in ACTIVE_KEYS.items():
        if key in entries:
            return fault
    if str(entries.get("/Type", "")) == "/EmbeddedFile":
        return "attachment"
    action = str(entries.get("/S", ""))
    return "launch" if action in ACTIVE_ACTIONS else ""


if __name__ == "__main__":
    limit()
    sys.stdout.write(json.dumps(look(sys.stdin.buffer.read())))
