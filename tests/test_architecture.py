"""The code base judges its own shape: one way down, small functions, documented verbs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "talentportal",
    "jobs",
    "regions",
    "accounts",
    "notifications",
    "policies",
    "certificates",
    "workstations",
    "applications",
    "reviews",
    "laborbrands",
    "talents",
    "provinces",
)
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
SPOKEN = {"services", "rules", "queries", "lib"}  # files and folders whose public functions must be documented


def functions(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def public(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def test_imports_go_one_way_down():
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert lint.returncode == 0, lint.stdout


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{path.relative_to(ROOT)}:{f.lineno} {f.name}"
        for path in SOURCES
        for f in functions(path)
        if f.end_lineno - f.lineno >= 60
    ]
    assert long == []


def test_no_file_is_longer_than_600_lines():
    long = [str(path.relative_to(ROOT)) for path in SOURCES if path.read_text(encoding="utf-8").count("\n") > 600]
    assert long == []


def test_functions_are_short_on_the_whole():
    sizes = sorted(f.end_lineno - f.lineno + 1 for path in SOURCES for f in functions(path))
    assert sizes[len(sizes) // 2] <= 8
    assert sizes[len(sizes) * 95 // 100] <= 35


def test_public_functions_of_the_domain_are_documented_and_annotated():
    wanting = [
        f"{path.relative_to(ROOT)}:{f.lineno} {f.name}"
        for path in SOURCES
        if SPOKEN & {path.stem, *path.relative_to(ROOT).parts[:-1]}
        for f in public(path)
        if not ast.get_docstring(f)
    ]
    assert wanting == []


@pytest.mark.parametrize("path", [p for p in SOURCES if p.stem == "states"], ids=str)
def test_states_import_nothing_of_ours(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert not imported & set(APPS)


def test_only_settings_reads_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.name not in ("settings.py", "env.py", "celery.py", "wsgi.py", "asgi.py")
        and ("os.environ" in (text := path.read_text(encoding="utf-8")) or "getenv(" in text)
    ]
    assert readers == []


def test_views_and_admin_write_no_rows():
    """Verbs are services: a view may save a bound form's user settings through a service only."""
    writers = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in SOURCES
        if path.stem in ("views", "admin") or "views" in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if ".objects.create(" in line or ".bulk_create(" in line or ".objects.update_or_create(" in line
    ]
    assert writers == []
