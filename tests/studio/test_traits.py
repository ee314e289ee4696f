"""What z says, read: every trait a share, kinds one of theirs, and all that can be seen of somebody."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influencer_style.studio.identity import STYLES
from influencer_style.studio.latent import TRAITS, WIDTH, read_traits, sitter, traits_of

SOMEBODY = sitter(np.zeros(WIDTH))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-40, 40), min_size=WIDTH, max_size=WIDTH).map(np.array))
def test_every_trait_is_a_share_whatever_z(z):
    (traits,) = read_traits(z[None])
    assert traits.shape == (TRAITS,) and traits.dtype == np.float32
    assert (traits >= 0).all() and (traits <= 1).all()


def test_a_kind_is_a_number_of_its_own():
    """People who differ by their hair alone differ in two traits: what they have, and what they have not."""
    worn = [traits_of(replace(SOMEBODY, identity=replace(SOMEBODY.identity, hair_style=style))) for style in STYLES]
    assert len({tuple(one) for one in worn}) == len(STYLES)
    for one in worn[1:]:
        assert sorted(one[one != worn[0]].tolist()) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("field", "value"), [("age", 0.9), ("beard", 0.7), ("glasses", "round"), ("garment", "roll"), ("hair", (1, 0, 0))]
)
def test_what_can_be_seen_is_a_trait(field, value):
    other = replace(SOMEBODY, identity=replace(SOMEBODY.identity, **{field: value}))
    assert not np.array_equal(traits_of(other), traits_of(SOMEBODY))
