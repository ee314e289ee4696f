"""Fixtures of the tests of photos."""

import pytest

from tests.made_up_photos import make_folders


@pytest.fixture
def folders(tmp_path):
    """Creators Anna (4 photos, consent) and users (6 photos), as (creators, users)."""
    return make_folders(tmp_path)
