"""`python -m influencer_style`, as Kedro's packaged projects are run: with configuration, and without a project."""

import shutil
import subprocess
import sys

from tiny_project import ROOT, environment


def test_it_is_kedro_run_with_the_configuration_of_the_working_folder(tmp_path):
    shutil.copytree(ROOT / "conf", tmp_path / "conf", ignore=shutil.ignore_patterns("local"))
    (tmp_path / "conf/local").mkdir()
    command = [sys.executable, "-m", "influencer_style", "--pipelines", "preprocessing"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1
    assert "Run `kedro run --pipeline ingestion` first" in done.stdout + done.stderr
