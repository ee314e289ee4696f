"""A Stylist, and a folder of photos for it."""

import pytest
from damaged import photo

from influencer_style import Stylist


@pytest.fixture(scope="module")
def stylist(model_folder):
    return Stylist.load(model_folder)


@pytest.fixture
def photos(tmp_path):
    for number in range(3):
        photo(tmp_path / "in" / f"p{number}.png", number, 64)
    return tmp_path / "in"
