"""The private servers, the supervisor and the set-up, with real processes: what starts, stays, and is left behind."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis

import bootstrap
import devservers

USE_SERVERS = """
import sys
from pathlib import Path
from devservers import Services
with Services(Path(sys.argv[1]), durable=False) as services:
    print("\\n" + " ".join(services.addresses().values()), flush=True)
    sys.stdin.readline()
"""

SUPERVISE = """
import sys, time
from devservers import Child
child = Child("sleeper", sys.argv[2:], sys.argv[1])
child.start()
while True:
    child.watch()
    time.sleep(0.05)
"""


class Command:
    """A command that uses the servers of a folder until it leaves or is killed."""

    def __init__(self, folder, env):
        args = [sys.executable, "-c", USE_SERVERS, str(folder)]
        self.process = subprocess.Popen(args, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        said = ""
        while not (addresses := re.search(r"^(\S+://\S+) (\S+://\S+)$", said, re.MULTILINE)):
            line = self.process.stdout.readline()
            assert line, f"no addresses, only: {said}"
            said += line
        self.database, self.broker = addresses.groups()

    def sql(self, statement):
        connection = psycopg2.connect(self.database)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def ping(self):
        with redis.Redis.from_url(self.broker) as client:
            return client.ping()

    def leave(self):
        self.process.communicate("\n", timeout=20)

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def use(tmp_path):
    """Start commands on the servers of a temporary folder; afterwards nothing of them may run."""
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env["PYTHONPATH"] = str(devservers.ROOT)
    commands = []

    def start(**extra):
        commands.append(Command(tmp_path, {**env, **extra}))
        return commands[-1]

    yield start
    for command in commands:
        command.kill()
    assert eventually(lambda: not running(str(tmp_path)))


def running(words):
    """Return the processes, zombies aside, whose command line or working folder contains the words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            here = os.readlink(folder / "cwd")
        except OSError:
            continue
        if int(folder.name) != os.getpid() and (words in line or words in here):
            found.append(int(folder.name))
    return found


def eventually(question, seconds=10):
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def facts(folder):
    return devservers.read_json(folder / "services.json")


# --- The private servers ---------------------------------------------------------------------------------------------


def test_the_servers_are_real_find_chinese_and_keep_port_and_data(use, tmp_path):
    first = use()
    assert first.ping() is True
    first.sql("create extension pg_trgm")
    assert first.sql("select show_trgm('云南省') <> '{}', current_database()") == [(True, "talentportal")]
    first.sql("create table kept as select '滇' as word")
    ports = facts(tmp_path)["postgres"], facts(tmp_path)["valkey"]
    first.leave()
    assert eventually(lambda: not running(str(tmp_path)), seconds=2)

    second = use()
    assert second.sql("select word from kept") == [("滇",)]
    assert (facts(tmp_path)["postgres"], facts(tmp_path)["valkey"]) == ports


def test_strangers_on_this_machine_cannot_enter(use, tmp_path):
    command = use()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(re.sub(r":\w+@", ":guess@", command.database))
    with pytest.raises(redis.AuthenticationError), redis.Redis(port=facts(tmp_path)["valkey"]) as stranger:
        stranger.ping()
    assert stat.S_IMODE((tmp_path / "services.json").stat().st_mode) == 0o600


def test_two_commands_share_the_servers_until_the_last_one_leaves(use, tmp_path):
    first = use()
    keeper = facts(tmp_path)["keeper"]
    second = use()
    assert second.database == first.database
    assert facts(tmp_path)["keeper"] == keeper
    first.leave()
    time.sleep(1)
    assert second.sql("select 1") == [(1,)]
    second.leave()
    assert running(str(tmp_path)) == []


def test_sigkill_of_the_last_command_leaves_nothing_running(use, tmp_path):
    command = use()
    assert len(running(str(tmp_path))) > 3
    command.kill()
    assert eventually(lambda: not running(str(tmp_path)))
    assert "database system is shut down" in (tmp_path / "log" / "postgres.log").read_text()


def test_sigkill_of_the_keeper_ends_its_servers_and_the_next_command_starts_anew(use, tmp_path):
    command = use()
    keeper = facts(tmp_path)["keeper"]
    os.kill(keeper, signal.SIGKILL)
    assert eventually(lambda: running(str(tmp_path)) == [command.process.pid])
    use()
    assert facts(tmp_path)["keeper"] != keeper
    assert command.sql("select 1") == [(1,)]  # same port as before


def test_a_server_that_dies_is_started_again(use, tmp_path):
    command = use()
    postmaster = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert eventually(lambda: "starts again" in (tmp_path / "log" / "keeper.log").read_text())

    def back():
        try:
            return command.sql("select 1") == [(1,)]
        except psycopg2.OperationalError:
            return False

    assert eventually(back)


def test_addresses_of_servers_elsewhere_start_nothing(use, tmp_path):
    elsewhere = use(DATABASE_URL="postgres://elsewhere/db", REDIS_URL="redis://elsewhere/3")
    assert (elsewhere.database, elsewhere.broker) == ("postgres://elsewhere/db", "redis://elsewhere/3")
    assert running(str(tmp_path)) == [elsewhere.process.pid]


def test_a_taken_port_is_replaced(monkeypatch, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert devservers.same_or_free_port(port) not in (port, None)
        monkeypatch.setenv("PORT", str(port))
        assert port < bootstrap.choose_port() <= port + 99
        assert f"port {port} is taken" in capsys.readouterr().out
    assert devservers.same_or_free_port(port) == port
    assert bootstrap.choose_port() == port


def test_data_of_another_postgresql_is_refused_with_a_way_out(tmp_path):
    (tmp_path / "PG_VERSION").write_text("9\n")
    with pytest.raises(devservers.Failed, match="made by PostgreSQL 9, which is gone"):
        devservers.choose_postgres(tmp_path)


# --- The supervisor --------------------------------------------------------------------------------------------------


@pytest.fixture
def supervise(tmp_path):
    """Run a supervisor over one shell script; return the supervisor's process."""
    started = []

    def start(script):
        args = [sys.executable, "-c", SUPERVISE, str(tmp_path / "log"), "sh", "-c", f": {tmp_path}; {script}"]
        env = {**os.environ, "PYTHONPATH": str(devservers.ROOT)}
        started.append(subprocess.Popen(args, env=env, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_sigkill_of_the_supervisor_ends_its_children(supervise, tmp_path):
    supervisor = supervise(f"cd {tmp_path}; while :; do sleep 0.2; done")
    assert eventually(lambda: len(running(str(tmp_path))) >= 2)
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: not running(str(tmp_path)))


def test_a_child_that_dies_comes_back_later_and_later(supervise, tmp_path):
    supervisor = supervise(f"echo again >> {tmp_path}/starts; exit 3")
    said = [supervisor.stdout.readline() for _ in range(2)]
    assert ["ended (3); starts again in 1 s" in line for line in said] == [True, False]
    assert "starts again in 2 s" in said[1]
    assert (tmp_path / "starts").read_text() == "again\nagain\n"


def test_stop_kills_what_does_not_listen_and_its_children(tmp_path):
    deaf = "trap '' TERM; while :; do sleep 0.2; done"
    script = f'cd {tmp_path}; sh -c "{deaf}" & {deaf}'
    child = devservers.Child("deaf", ["sh", "-c", script], tmp_path / "log")
    child.start()
    assert eventually(lambda: len(running(str(tmp_path))) >= 3)
    devservers.stop([child], patience=0.5)
    assert eventually(lambda: not running(str(tmp_path)), seconds=2)


def test_a_step_that_fails_shows_the_end_of_its_output(tmp_path):
    with pytest.raises(devservers.Failed, match="count to two failed:\none\ntwo"):
        devservers.step("count to two", ["sh", "-c", "echo one; echo two; exit 1"], folder=tmp_path)


# --- Set-up ----------------------------------------------------------------------------------------------------------


def test_uv_is_told_what_pip_is_told(monkeypatch, tmp_path):
    for name in ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "file:///main")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///one file:///two")
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path} /nowhere")
    settings = bootstrap.uv_settings()
    assert settings["UV_DEFAULT_INDEX"] == "file:///main"
    assert settings["UV_INDEX"] == "file:///one file:///two"
    assert settings["UV_FIND_LINKS"] == str(tmp_path)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "file:///chosen")
    assert "UV_DEFAULT_INDEX" not in bootstrap.uv_settings()


def test_secrets_are_made_once_and_are_private(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "VAR", tmp_path)
    for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/3")
    services = devservers.Services(tmp_path)
    first = bootstrap.environment(services, BASE_URL="http://127.0.0.1:8123")
    again = bootstrap.environment(services)
    names = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS")
    assert [first[name] for name in names] == [again[name] for name in names]
    assert len({first[name] for name in names}) == 3
    assert (first["BASE_URL"], again["BASE_URL"]) == ("http://127.0.0.1:8123", "http://127.0.0.1:8000")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(("ci", "verdict"), [("", []), ("true", ["skipped tests"])])
def test_skipped_tests_are_counted_with_their_reason(monkeypatch, tmp_path, capsys, ci, verdict):
    monkeypatch.setenv("CI", ci)
    skipped = '<testcase><skipped message="no browser"/></testcase>'
    (tmp_path / "report.xml").write_text(
        f"<testsuites><testsuite><testcase/>{skipped}{skipped}</testsuite></testsuites>"
    )
    assert bootstrap.skips(tmp_path / "report.xml") == verdict
    assert capsys.readouterr().out == "  2 tests skipped: no browser\n"


def test_make_offers_every_command():
    listed = subprocess.run(["make", "help"], cwd=devservers.ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make (\w+)  +\S", listed, re.MULTILINE) == list(bootstrap.COMMANDS)
    makefile = (devservers.ROOT / "Makefile").read_text()
    assert re.search(r"^COMMANDS = (.+)$", makefile, re.MULTILINE)[1].split() == list(bootstrap.COMMANDS)


def test_requirements_are_pinned_by_hash_and_name_no_address():
    files = sorted((devservers.ROOT / "requirements").glob("*.txt"))
    assert [file.stem for file in files] == ["base", "demo", "dev", "uv"]
    for file in files:
        text = file.read_text()
        assert "://" not in text
        pinned = re.split(r"\n(?=\S)", text.strip())
        assert all(re.match(r"[\w.-]+==\S+ (;.* )?\\\n    --hash=sha256:", part) for part in pinned), file
