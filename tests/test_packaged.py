"""`python -m influencer_style`, as Kedro's packaged projects are run: with configuration, and without a project."""

import shutil

from tiny_project import ROOT, python


def test_it_is_kedro_run_with_the_configuration_of_the_working_folder(tmp_path):
    shutil.copytree(ROOT / "conf", tmp_path / "conf", ignore=shutil.ignore_patterns("local"))
    (tmp_path / "conf/local").mkdir()
    done = python(tmp_path, "-m", "influencer_style", "--pipelines", "preprocessing", timeout=300)
    assert done.returncode == 1
    assert "Run `kedro run --pipeline ingestion` first" in done.stdout + done.stderr
