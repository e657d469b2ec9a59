#!/usr/bin/env python3
"""Set up, run and test the portal on a machine that has nothing but Python: `python3 bootstrap.py help`.

Everything made here lies in `.venv/` and `var/`. The servers are in `devservers.py`; DATABASE_URL and REDIS_URL point
to servers elsewhere instead. Standard library only.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from fcntl import LOCK_EX
from pathlib import Path
from xml.etree import ElementTree

from devservers import (
    ROOT,
    VAR,
    Child,
    Failed,
    Services,
    die_with_parent,
    port_is_free,
    read_json,
    say,
    step,
    stop,
    take,
    try_alone,
    wait_until,
    write_private,
)

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
INSTALLED = VENV / "installed.json"  # which requirement set .venv holds, and the hash of its file
APT_INSTALL = "apt-get install -y --no-install-recommends"


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived."""


# --- Set-up: .venv, requirements, message catalogs -------------------------------------------------------------------


def set_up(kind):
    """Make .venv hold at least the requirement set `demo` or `dev`; quick when nothing has changed."""
    with take(VAR / "locks" / "setup", LOCK_EX):
        make_venv()
        install(kind)
        compile_catalogs()


def make_venv():
    if PYTHON.exists():
        return
    if not has_module(sys.executable, "ensurepip") and not has_module(sys.executable, "pip"):
        if os.geteuid() or not shutil.which("apt-get"):
            raise Failed("This Python has neither venv nor pip. Install them: sudo apt-get install python3-venv")
        apt_install("python3-venv")
    without = [] if has_module(sys.executable, "ensurepip") else ["--without-pip"]
    shutil.rmtree(VENV, ignore_errors=True)
    step("create .venv", [sys.executable, "-m", "venv", *without, VENV])


def has_module(python, name):
    script = f"import {name}; assert {name}.__file__"  # an empty folder can be imported, but is no file
    return subprocess.run([python, "-c", script], capture_output=True, check=False).returncode == 0


def install(kind):
    """Install the hashed requirement set; a dev environment also serves the demo and is never cut back."""
    done = read_json(INSTALLED)
    kind = "dev" if done.get("kind") == "dev" else kind
    file = REQUIREMENTS / f"{kind}.txt"
    wanted = {"kind": kind, "hash": digest(file)}
    if done == wanted:
        return
    uv = install_uv()
    env = {**os.environ, **uv_settings(), "UV_PYTHON_DOWNLOADS": "never"}
    step(f"install requirements/{kind}.txt", [uv, "pip", "sync", "--python", PYTHON, "--require-hashes", file], env)
    INSTALLED.write_text(json.dumps(wanted))


def install_uv():
    """Install uv by whichever pip there is, and return its path."""
    path = VENV / "bin" / "uv"
    if not path.exists():
        pip = [PYTHON, "-m", "pip"] if has_module(PYTHON, "pip") else [sys.executable, "-m", "pip", "--python", PYTHON]
        step("install uv", [*pip, "install", "--require-hashes", "-r", REQUIREMENTS / "uv.txt"])
    return path


def uv_settings():
    """Return what pip is told about index and certificates in the words of uv, which reads no pip configuration."""
    python = PYTHON if has_module(PYTHON, "pip") else sys.executable
    listed = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    lines = (re.fullmatch(r"(?:global|install)\.([a-z-]+)=(.+)", line) for line in listed.splitlines())
    told = {line[1]: ast.literal_eval(line[2]).split() for line in lines if line}
    told |= {name[4:].lower().replace("_", "-"): os.environ[name].split() for name in os.environ if name[:4] == "PIP_"}
    links = [link for link in told.get("find-links", []) if "://" in link or Path(link).exists()]
    words = {
        "UV_DEFAULT_INDEX": " ".join(told.get("index-url", [])),
        "UV_INDEX": " ".join(told.get("extra-index-url", [])),
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # pip's way; safe, because every file must have its hash
        "UV_FIND_LINKS": ",".join(links),
        "UV_INSECURE_HOST": " ".join(told.get("trusted-host", [])),
        "SSL_CERT_FILE": " ".join(told.get("cert", [])),
    }
    return {name: value for name, value in words.items() if value and name not in os.environ}


def compile_catalogs():
    """Compile the message catalogs that are newer than their compiled form."""
    for catalog in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
        compiled = catalog.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalog.stat().st_mtime:
            command = [VENV / "bin" / "pybabel", "-q", "compile", "-i", catalog, "-o", compiled]
            step(f"compile {catalog.relative_to(ROOT)}", command)


def apt_install(*packages):
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    step("apt-get update", ["apt-get", "update", "-q"], env)
    step(f"install {' '.join(packages)}", [*APT_INSTALL.split(), *packages], env)


def digest(*roots, pattern="*"):
    """Return a hash over names and contents of the given files and of all files below the given folders."""
    total = hashlib.sha256()
    for file in sorted({path for root in roots for path in ([root] if root.is_file() else root.rglob(pattern))}):
        if file.is_file() and "__pycache__" not in file.parts:
            total.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return total.hexdigest()


# --- run -------------------------------------------------------------------------------------------------------------


def run():
    """Start the whole portal with demo data; Ctrl-C ends it (PORT=8000 PROVINCE=yunnan|jilin|zhejiang)"""
    follow_make()
    begun = time.monotonic()
    set_up("demo")
    with Services() as services, contextlib.ExitStack() as on_exit:
        port = choose_port()
        running = try_alone(VAR / "locks" / "run")
        if running:
            on_exit.enter_context(running)
            write_private(VAR / "address.json", {"port": port, "pid": os.getpid()})
        env = environment(services, BASE_URL=f"http://127.0.0.1:{port}")
        accounts = prepare(env)
        children = web_worker_beat(port, env)
        on_exit.callback(stop, children)
        web, *others = children
        web.start()
        address = f"http://127.0.0.1:{port}/"
        wait_until(lambda: answers(address), web)
        for child in others:  # after it: together they would only make each other wait
            child.start()
        say(f"\n  {address}  ready after {time.monotonic() - begun:.1f} s; logs in {VAR / 'log'}; Ctrl-C ends\n")
        say(accounts)
        while True:
            services.ensure()
            for child in children:
                child.watch()
            time.sleep(0.5)


def follow_make():
    """End when the `make` that called us is killed: it cannot pass that signal on."""
    with contextlib.suppress(OSError):
        if Path(f"/proc/{os.getppid()}/comm").read_text().strip() == "make":
            die_with_parent(signal.SIGTERM, os.getppid())


def choose_port():
    asked = int(os.environ.get("PORT") or 8000)
    port = next((port for port in range(asked, asked + 100) if port_is_free(port)), None)
    if not port:
        raise Failed(f"PORT={asked}: neither this port nor one of the next hundred can be used.")
    if port != asked:
        say(f"  port {asked} is taken by another program: using {port} (PORT=... chooses)")
    return port


def environment(services, **defaults):
    """Return what settings.py reads: the caller's environment first, then `defaults`, then the demo's values."""
    path = VAR / "secrets.json"
    if not path.exists():
        keys = ["1:" + base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
        write_private(path, {"SECRET_KEY": secrets.token_urlsafe(50), "FIELD_KEYS": keys[0], "INDEX_KEYS": keys[1]})
    port = read_json(VAR / "address.json").get("port", 8000)
    demo = {"DEBUG": "0", "DEMO": "1", "PROVINCE": "yunnan", "DATA_DIR": str(VAR / "data")}
    demo |= {"BASE_URL": f"http://127.0.0.1:{port}", "ALLOWED_HOSTS": "127.0.0.1,localhost"}
    path_list = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    ours = {**services.addresses(), "PATH": path_list, "PYTHONUNBUFFERED": "1"}
    return {**demo, **read_json(path), **defaults, **os.environ, **ours}


def prepare(env):
    """Migrate, load the province pack, collect static files; each only when what it is made of has changed.

    Returns the table of demo accounts in words.
    """
    done = read_json(VAR / "prepared.json")
    apps = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "bench")]
    libraries = digest(REQUIREMENTS)
    schema = digest(*apps, pattern="migrations/*.py") + libraries
    province = env["PROVINCE"]
    steps = [("collect static files", digest(ROOT / "static") + libraries, ["collectstatic", "--noinput"])]
    database = [("migrate", schema, ["migrate", "--noinput"])]
    database += [(f"load {province}", digest(*apps) + libraries, ["load_province", province])]
    if os.environ.get("DATABASE_URL"):  # somebody else's: what it holds is not known here
        for title, _, args in database:
            step(title, manage_py(*args), env)
    else:
        steps = database + steps
    for title, key, args in steps:
        if done.get(title) != key:
            step(title, manage_py(*args), env)
            done[title] = key
            done.pop("accounts", None)
            write_private(VAR / "prepared.json", done)
    if os.environ.get("DATABASE_URL") or "accounts" not in done:
        told = subprocess.run(manage_py("demo_accounts"), cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        done["accounts"] = told.stdout
        write_private(VAR / "prepared.json", done)
    return done["accounts"]


def web_worker_beat(port, env):
    """Return the three processes of the portal."""
    temporary = VAR / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    web = ["gunicorn", "talentportal.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", 2, "--threads", 4]
    web += ["--preload", "--worker-tmp-dir", temporary, "--no-control-socket"]  # read once, then forked
    web += ["--graceful-timeout", 4, "--access-logfile", "-", "--limit-request-line", 0]  # long ones: told by the page
    celery = ["celery", "-A", "talentportal.celery:app"]
    worker = [*celery, "worker", "-c", 2, "-n", f"portal-{port}@%h", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--schedule", temporary / f"beat-{port}", "--pidfile="]
    kinds = {"web": (web, signal.SIGTERM), "worker": (worker, signal.SIGKILL), "beat": (beat, signal.SIGTERM)}
    return [  # KILL, because an orphaned worker waits for its broker for ever; its unfinished work stays a row
        Child(name, [PYTHON, "-m", *args], VAR / "log" / f"{name}.log", env, orphaned=orphaned)
        for name, (args, orphaned) in kinds.items()
    ]


def answers(address):
    with contextlib.suppress(OSError):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(address, timeout=10).status == 200
    return False


def manage_py(*args):
    return [PYTHON, ROOT / "manage.py", *args]


def foreground(args, env=None):
    """Run a command on this terminal and return its exit code; it ends with us."""
    parent = os.getpid()
    process = subprocess.Popen(
        [str(arg) for arg in args],
        cwd=ROOT,
        env=env,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),
    )
    try:
        return process.wait()
    except Stopped as reason:
        if reason.args[0] != signal.SIGINT:  # that one the terminal has sent to the command, too
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        raise


# --- test, lint, fmt, bench ------------------------------------------------------------------------------------------


def test():
    """Run every check and test on private servers; in CI a skipped test fails (ARGS="-k word" goes to pytest)"""
    follow_make()
    set_up("dev")
    install_browser()
    with tempfile.TemporaryDirectory(prefix="portal-") as box, Services(Path(box), durable=False) as services:
        env = environment(services, DEBUG="1", DATA_DIR=f"{box}/data", STATIC_ROOT=f"{box}/static")
        report = Path(box) / "report.xml"
        failed = [
            *lint_checks(),
            *check("migrations", manage_py("makemigrations", "--check", "--dry-run"), env),
            *check("pytest", [PYTHON, "-m", "pytest", f"--junitxml={report}", *arguments()], env),
            *skips(report),
        ]
    verdict(failed)


def install_browser():
    """Install Debian's Chromium and Chinese glyphs where they are missing and we may; else say how."""
    missing = [] if shutil.which("chromium") else ["chromium"]
    missing += [] if [*Path("/usr/share/fonts").rglob("NotoSansCJK*")] else ["fonts-noto-cjk"]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install(*missing)
    elif missing:
        say(f"  Browser tests need this command first: sudo {APT_INSTALL} {' '.join(missing)}")


def skips(report):
    """Say how many tests were skipped and why; in CI that is a failure."""
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else []
    reasons = [skipped.get("message", "") for case in cases for skipped in case.iter("skipped")]
    for reason in sorted(set(reasons)):
        say(f"  {reasons.count(reason)} tests skipped: {reason}")
    return ["skipped tests"] if reasons and os.environ.get("CI") else []


def lint_checks():
    programs = VENV / "bin"
    return [
        *check("style", [programs / "ruff", "check", "."]),
        *check("format", [programs / "ruff", "format", "--check", "."]),
        *check("layers", [programs / "lint-imports"]),
        *check("templates", [programs / "djlint", "templates", "--lint", "--quiet"]),
    ]


def check(name, args, env=None):
    """Run one check with its output on the screen; return [name] when it failed."""
    say(f"\n== {name}")
    begun = time.monotonic()
    code = foreground(args, env)
    say(f"== {name}: {'FAILED' if code else 'ok'}, {time.monotonic() - begun:.1f} s")
    return [name] if code else []


def verdict(failed):
    if failed:
        raise Failed("Failed: " + ", ".join(failed))


def lint():
    """Check style, layers and templates"""
    set_up("dev")
    verdict(lint_checks())


def fmt():
    """Format the code, and mend what can be mended without thought"""
    set_up("dev")
    ruff = VENV / "bin" / "ruff"
    verdict([*check("mend", [ruff, "check", "--fix", "."]), *check("format", [ruff, "format", "."])])


def bench():
    """Measure ours against peer and floor, on servers of its own (ONLY=name JSON=file)"""
    follow_make()
    set_up("dev")
    with Services(VAR / "bench") as services:
        env = environment(services, DATA_DIR=str(VAR / "bench" / "data"))
        verdict(check("bench", [PYTHON, "-m", "bench", *arguments()], env))


# --- manage, reset, help ---------------------------------------------------------------------------------------------


def arguments():
    return sys.argv[2:] + shlex.split(os.environ.get("ARGS", ""))


def manage():
    """Run a management command on the same data, whether the portal is up or not (ARGS="command --option")"""
    set_up("demo")
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the command's own business, in a shell for example
    with Services() as services:
        return foreground(manage_py(*arguments()), environment(services))


def reset():
    """Stop the portal and delete its data and logs in var/ (YES=1 does not ask)"""
    if os.environ.get("YES") != "1" and input(f"Delete everything in {VAR}? [y/N] ").strip().lower() != "y":
        raise Failed("Nothing deleted.")
    end_holder(VAR / "locks" / "run", VAR / "address.json", "pid")
    end_holder(VAR / "locks" / "keeper", VAR / "services.json", "keeper")
    end_holder(VAR / "bench" / "locks" / "keeper", VAR / "bench" / "services.json", "keeper")
    shutil.rmtree(VAR)
    say(f"  deleted {VAR}")


def end_holder(lock, facts, key):
    """Ask the process that holds a lock to end, and wait until it has."""
    asked, deadline = False, time.monotonic() + 20
    while not try_alone(lock):
        pid = read_json(facts).get(key)
        if pid and not asked:
            os.kill(pid, signal.SIGTERM)
            asked = True
        if time.monotonic() > deadline:
            raise Failed(f"Process {pid} still runs; end it first.")
        time.sleep(0.2)


def usage():
    """Show this list"""
    for name, command in COMMANDS.items():
        say(f"  make {name:8}{command.__doc__}")


COMMANDS = {"run": run, "test": test, "lint": lint, "fmt": fmt, "manage": manage}
COMMANDS |= {"bench": bench, "reset": reset, "help": usage}


def end(number, _frame):
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # the way out is not interrupted again
    raise Stopped(number)


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "help"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        if sys.version_info < (3, 11):  # noqa: UP036 - the machine's Python may be older
            raise Failed(
                f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 ..."
            )
        if name not in COMMANDS:
            raise Failed(f"Unknown command {name!r}; `python3 bootstrap.py help` lists them.")
        return COMMANDS[name]()
    except Failed as failure:
        say(f"\n{failure}")
        return 1
    except Stopped:
        say("\n  ended")
        return 0 if name == "run" else 130


if __name__ == "__main__":
    sys.exit(main())
