"""Windows lacks modules and calls of POSIX: without them every module imports, and a photo is restyled."""

import subprocess
import sys

import pytest
from damaged import photo
from tiny_project import environment

# What Python has on Windows is all that is left, and geteuid, which is called where os.name is posix. The file locks
# fall back to lock files that only exist.
SCRIPT = """
import os, sys, warnings
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None
for name in (
    "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "fork", "forkpty", "pread", "pwrite", "fchown",
    "chown", "killpg", "mkfifo", "sched_getaffinity", "sysconf", "statvfs", "getgid",
):
    if hasattr(os, name):
        delattr(os, name)
def refuse(*_): raise PermissionError("fchmod")  # filelock has no call of it on Windows, and elsewhere bears a refusal
os.fchmod = refuse
warnings.simplefilter("ignore")
import importlib, pkgutil
import influencer_style
for module in pkgutil.walk_packages(influencer_style.__path__, "influencer_style."):
    importlib.import_module(module.name)
from influencer_style.commands.main import main
status = main(["stylize", "me.jpg", "--look", "warm", "--model", sys.argv[1], "--out", "out"])
sys.exit(status or main(["audit"]))
"""


@pytest.mark.slow
def test_every_module_imports_and_a_photo_is_restyled(tmp_path, model_folder, monkeypatch):
    photo(tmp_path / "me.jpg", 1)
    for variable, folder in {"LEDGER": "ledger", "CREDENTIALS": "credentials"}.items():
        monkeypatch.setenv(f"INFLUENCER_STYLE_{variable}", str(tmp_path / folder))
    ours = environment() | {"INFLUENCER_STYLE_LEDGER": str(tmp_path / "ledger")}
    command = [sys.executable, "-c", SCRIPT, str(model_folder)]
    done = subprocess.run(command, cwd=tmp_path, env=ours, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "out/me-warm.jpg").exists()
    assert "whole" in done.stdout and [path.name for path in (tmp_path / "out").glob(".*")] == []
