"""Nothing that the project does by itself asks the network: run where there is none, and watched where there is one."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from networkless import __file__ as networkless
from tiny_project import make_project

ALONE = ["unshare", "--map-root-user", "--net", sys.executable, networkless]
# As typed by hand: nothing in the environment switches anything off.
SWITCHES = (
    "MLFLOW_DISABLE_TELEMETRY",
    "KEDRO_DISABLE_TELEMETRY",
    "DO_NOT_TRACK",
    "CI",
    "PYTEST_CURRENT_TEST",
    "PYTEST_VERSION",
)


def in_a_namespace(command, folder, **options):
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    return subprocess.run(
        [*ALONE, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1800,
        **options,
        check=False,
    )


@pytest.fixture(scope="module")
def namespace():
    if not shutil.which("unshare") or in_a_namespace(["true"], None).returncode:
        pytest.skip("this system lets nobody make a network namespace (unshare --map-root-user --net)")


SERVED = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from benchmarks.hostile_requests import encoded
from benchmarks.model_server import ModelServer, registered
folder = Path("served").resolve()
folder.mkdir()
photo = encoded(next(Path("data/01_raw/studio/users").glob("*")).read_bytes())
with ModelServer(registered(Path("data/06_models/look_transfer").resolve(), folder), folder) as server:
    print(json.dumps(server.predict({"image": photo, "look": "aurora"})[0]["provenance"]))
"""


@pytest.mark.slow
def test_the_default_run_the_command_line_and_the_server_need_no_network(namespace, tmp_path):
    alone = in_a_namespace([sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 80))"], None)
    assert "unreachable" in alone.stderr
    project = make_project(tmp_path)
    ran = in_a_namespace([sys.executable, "-m", "kedro", "run", "--env", "test"], project)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    cli = [sys.executable, "-m", "influencer_style.commands.main"]
    users = project / "data/01_raw/studio/users"
    styled = in_a_namespace([*cli, "stylize", str(users), "--look", "aurora", "--out", "restyled"], project)
    assert styled.returncode == 0, styled.stderr[-3000:]
    (picture, *_) = sorted((project / "restyled").glob("*-aurora*"))
    verified = in_a_namespace([*cli, "verify", str(picture)], project)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    served = in_a_namespace([sys.executable, "-c", SERVED, str(Path(__file__).parents[1])], project)
    assert served.returncode == 0, served.stderr[-3000:]
    assert json.loads(served.stdout.splitlines()[-1])["looks"] == {"aurora": 1.0}


def test_telemetry_is_off_wherever_the_package_is_used():
    code = (
        "import influencer_style, mlflow.telemetry.utils\n"
        "from kedro_telemetry.plugin import _check_for_telemetry_consent\n"
        "print(mlflow.telemetry.utils.is_telemetry_disabled(), _check_for_telemetry_consent(None))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert told.stdout.split()[-2:] == ["True", "False"], told.stderr


def test_the_tests_themselves_are_kept_from_the_network(refused_by_the_guard):
    with socket.socket() as here, socket.socket() as other:
        here.bind(("127.0.0.1", 0))
        here.listen()
        other.connect(here.getsockname())
    for ask in (lambda: socket.socket().connect(("192.0.2.1", 80)), lambda: socket.getaddrinfo("example.org", 80)):
        with pytest.raises(AssertionError, match="the tests are offline"):
            ask()
    assert [asked.partition(" ")[0] for asked in refused_by_the_guard] == ["connect", "look-up"]
    refused_by_the_guard.clear()
