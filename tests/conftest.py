"""What several tests share."""

import os

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def _two_threads():
    torch.set_num_threads(min(2, os.cpu_count() or 1))
