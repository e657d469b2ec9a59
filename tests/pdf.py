"""What stands in a PDF, read by poppler as any other program would."""

import subprocess


def text_of(pdf: bytes, folder) -> str:
    (folder / "text.pdf").write_bytes(pdf)
    command = ["pdftotext", "-layout", folder / "text.pdf", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
