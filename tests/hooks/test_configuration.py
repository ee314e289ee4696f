"""Requests of one process that read their configuration at the same moment: each gets its own."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from influencer_style.hooks.concurrency import OneAtATimeConfigLoader
from influencer_style.settings import CONFIG_LOADER_CLASS

NAMES = [f"request {number}" for number in range(4)]


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (tmp_path / "base").mkdir()
    (tmp_path / "local").mkdir()
    (tmp_path / "base/parameters.yml").write_text("who: ${runtime_params:asking}\n")
    return tmp_path


@pytest.fixture(autouse=True)
def others_come_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes what OmegaConf knows is slow at it, so that all others are there before they are done."""
    for name in ("clear_resolver", "register_new_resolver"):
        change = getattr(OmegaConf, name)

        def slowly(*arguments, change=change, **named):
            done = change(*arguments, **named)
            time.sleep(0.01)
            return done

        monkeypatch.setattr(OmegaConf, name, slowly)


def test_each_reads_its_own(conf):
    """With Kedro's own loader, they find the resolver gone, or read another's name."""

    def read(name: str) -> str:
        loader = OneAtATimeConfigLoader(
            str(conf), base_env="base", default_run_env="local", runtime_params={"asking": name}
        )
        return loader["parameters"]["who"]

    with ThreadPoolExecutor(len(NAMES)) as threads:
        assert list(threads.map(read, NAMES)) == NAMES


def test_the_project_reads_with_it():
    assert CONFIG_LOADER_CLASS is OneAtATimeConfigLoader
