"""The synthesis generator: pictures in range, noise that counting does not change, and a base that travels."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from influencer_style.looks.style_code import StyleCode
from influencer_style.networks.base import BaseError, SynthesisBase, TransferBase
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator, draw_noise

CONFIG = SynthesisConfig(code=196, noise=6, resolution=32, channels=8, style=16)


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(1)
    network = SynthesisGenerator(CONFIG).eval().requires_grad_(False)
    for weights in network.parameters():
        weights.add_(0.1 * torch.randn_like(weights))  # untrained, a part of it has nothing to say yet
    return network


def codes(count, size=1.0):
    return size * torch.randn(count, CONFIG.code, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize("resolution", [16, 64, 128])
def test_portraits_have_the_size_asked_for_and_are_pictures(resolution):
    torch.manual_seed(0)
    network = SynthesisGenerator(SynthesisConfig(CONFIG.code, 6, resolution, 8, 16)).eval()
    with torch.no_grad():
        made = network(5 * draw_noise(2, 3, 6), codes(2, 1e6))
    assert made.shape == (2, 3, resolution, resolution) and made.min() >= 0 and made.max() <= 1


def test_who_it_is_follows_from_z_and_the_look_from_the_code(generator):
    noise, looks = draw_noise(2, 3, 6), codes(2)
    one = generator(noise[:1], looks[:1])
    assert torch.equal(one, generator(noise[:1], looks[:1]))
    for other in (generator(noise[1:], looks[:1]), generator(noise[:1], looks[1:])):
        assert (other - one).abs().mean() > 1e-4


def test_the_look_moves_colours_by_its_own_transports(generator):
    """What goes wholly with a transport onto one colour has that colour, also in a look that nobody was taught."""
    network = copy.deepcopy(generator)
    network.colours.bias[4:] = torch.eye(7)[0] * 1000
    looks = codes(1)
    StyleCode(looks).grade[:] = torch.cat([-torch.eye(3).flatten(), torch.tensor([0.2, 0.9, 0.4])])
    made = network(draw_noise(1, 3, 6), looks)
    assert torch.allclose(made, torch.tensor([0.2, 0.9, 0.4]).view(1, 3, 1, 1).expand_as(made), atol=1e-4)


def test_a_portrait_does_not_depend_on_its_company(generator):
    noise, looks = draw_noise(5, 3, 6), codes(5)
    assert torch.allclose(generator(noise, looks)[3], generator(noise[3:4], looks[3:4])[0], atol=1e-5)


@given(st.integers(0, 2**40), st.integers(0, 6), st.integers(0, 6))
def test_asking_for_more_does_not_change_the_first_ones(seed, few, more):
    few, more = sorted((few, more))
    assert torch.equal(draw_noise(more, seed, 5)[:few], draw_noise(few, seed, 5))
    assert torch.equal(draw_noise(more, seed, 5)[few:], draw_noise(more - few, seed, 5, first=few))


def test_noise_is_standard_normal_and_the_same_everywhere():
    noise = draw_noise(4000, 7, 4)
    assert abs(noise.mean()) < 0.02 and abs(noise.std() - 1) < 0.02
    assert len({tuple(row) for row in noise.tolist()}) == 4000
    written_down = torch.tensor([[1.52196932, -1.14410579, 1.15016162], [1.87612200, -0.53960830, -2.28678203]])
    assert torch.allclose(draw_noise(2, 7, 3), written_down, atol=1e-6)
    assert torch.equal(draw_noise(2, 7, 3, 0.5), 0.5 * draw_noise(2, 7, 3))


@pytest.mark.parametrize("wrong", [(-1, 0, 4, 1.0), (1, -1, 4, 1.0), (1, 0, 0, 1.0), (1, 0, 4, 0.0), (1, 0, 4, 1.5)])
def test_noise_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="truncation"):
        draw_noise(*wrong)


@pytest.mark.parametrize("wrong", [{"resolution": 48}, {"resolution": 8}, {"channels": 12}, {"noise": 0}])
def test_impossible_shapes_are_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}"):
        SynthesisConfig(**{"code": 200, **wrong})


def test_a_base_survives_its_files_and_is_no_base_of_transfer(generator, tmp_path):
    made = SynthesisBase(generator, "abc", [{"step": 1.0}], {"steps": 1})
    made.save(tmp_path)
    loaded = SynthesisBase.load(tmp_path)
    assert loaded.sha256 == made.sha256 and loaded.generator.config == CONFIG and loaded.encoder_sha256 == "abc"
    assert loaded.history == made.history and loaded.facts == made.facts
    noise, looks = draw_noise(2, 3, 6), codes(2)
    assert torch.allclose(loaded.generator(noise, looks), generator(noise, looks), atol=0.01)
    with pytest.raises(BaseError, match=r"--pipeline pretraining, or leave training\.base"):
        TransferBase.load(tmp_path)
    (tmp_path / "synthesis.safetensors").write_bytes(b"no weights")
    with pytest.raises(BaseError, match=r"--pipeline synthesis_pretraining, or leave synthesis\.base"):
        SynthesisBase.load(tmp_path)
