"""The generator: strength 0 is the input, the untrained network is the likely grade, looks mix."""

from dataclasses import replace

import pytest
import torch

from influencer_style.looks.style_code import StyleCode
from influencer_style.networks.transfer import Change, TransferConfig, TransferGenerator, _teeth_are_no_lips

DESCRIPTION, WIDTH = 140, 224  # numbers before the transports: at least those of colour; and all numbers


@pytest.fixture(scope="module")
def generator():
    return untrained(0.02)


def untrained(stray: float) -> TransferGenerator:
    """A generator whose heads stray from where training starts."""
    torch.manual_seed(3)
    made = TransferGenerator(TransferConfig(code=WIDTH, channels=8, blocks=1, masks=3)).eval()
    for layer in (made.heads, made.transforms):
        torch.nn.init.normal_(layer.weight, std=stray)
    return made


@pytest.fixture(scope="module")
def picture():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(2))


def code(seed=5, n=2):
    rng = torch.Generator().manual_seed(seed)
    description, transports = torch.randn(n, DESCRIPTION, generator=rng), torch.randn(n, 84, generator=rng)
    return StyleCode.of(description, 0.2 * transports.unflatten(1, (7, 12))).numbers


def test_strength_zero_is_the_input_bit_for_bit(generator, picture):
    assert torch.equal(generator(picture, code(), strength=0.0), picture)


def test_strength_is_linear_between_input_and_look(generator, picture):
    with torch.no_grad():
        whole, half = (generator(picture, code(), strength=s) for s in (1.0, 0.5))
    assert torch.allclose(half, (picture + whole) / 2, atol=1e-5)
    assert (whole - picture).abs().mean() > 0.01


def test_untrained_half_of_the_likely_grade_comes_with_either_kind_of_mask(picture):
    generator = TransferGenerator(TransferConfig(code=WIDTH, channels=8, blocks=1, masks=3)).eval()
    codes = code()
    whole = StyleCode(codes).grade
    matrix, offset = whole[:, :9].view(-1, 3, 3) + torch.eye(3), whole[:, 9:]
    transported = torch.einsum("nij,njhw->nihw", matrix, picture) + offset[:, :, None, None]
    with torch.no_grad():
        assert torch.allclose(generator(picture, codes), transported, atol=1e-5)


def test_an_area_can_take_the_looks_colour_whatever_its_own_was(picture):
    generator = TransferGenerator(TransferConfig(code=WIDTH, channels=8, blocks=1, masks=3)).eval()
    with torch.no_grad():
        generator.transforms.bias.view(-1, 15)[:, 2] = 1  # as training may choose: areas go all the way
        codes = torch.zeros(2, WIDTH)
        regional = StyleCode(codes).regional
        regional[..., 3:6], regional[..., 12] = torch.tensor([0.4, -0.2, 0.0]), 1.0  # mean colour .7, .4, .5
        for images in (picture, picture * 0.5):
            result = generator(images, codes)
            areas = generator.change(images, codes).regions
            shift = torch.einsum("nkhw,nchw->nkc", areas, result) / areas.sum((2, 3)).unsqueeze(-1)
            large = areas.mean((2, 3)) > 0.3
            assert large.any() and (shift[large] - torch.tensor([0.7, 0.4, 0.5])).abs().max() < 0.1


def test_where_photos_share_nothing_the_grade_is_trusted_beside_the_network(picture):
    generator = untrained(0.02)
    codes, whole = code(), StyleCode(code()).grade
    matrix, offset = whole[:, :9].view(-1, 3, 3) + torch.eye(3), whole[:, 9:]
    graded = torch.einsum("nij,njhw->nihw", matrix, picture) + offset[:, :, None, None]
    with torch.no_grad():
        own = {shared: generator(picture, with_shared(codes, shared)) for shared in (0.0, 0.25, 0.5)}
        generator.config = replace(generator.config, trust=0.4)
        for shared, trust in ((0.0, 0.4), (0.25, 0.7), (0.5, 1.0)):
            found = generator(picture, with_shared(codes, shared))
            assert torch.allclose(found, trust * own[shared] + (1 - trust) * graded, atol=1e-5)


def with_shared(codes, shared):
    codes = codes.clone()
    StyleCode(codes).shared[:] = shared
    return codes


def test_small_differences_are_doubted_and_large_ones_believed(picture):
    generator = untrained(0.02)

    def doubted(size):
        codes = code()
        StyleCode(codes).comparison.mul_(size)
        with torch.no_grad():
            results = []
            for doubt in (0.0, 0.5):
                generator.config = replace(generator.config, doubt=doubt)
                results.append(generator(picture, codes))
        none = codes.clone()
        StyleCode(none).comparison.zero_()
        with torch.no_grad():
            least = generator(picture, none)
        return (results[1] - least).norm() / (results[0] - least).norm()

    assert doubted(0.1) < 0.1 and doubted(3.0) > 0.9


def test_teeth_are_no_lips_and_lips_stay_lips():
    images = torch.tensor([0.8, 0.55, 0.5]).view(1, 3, 1, 1).expand(1, 3, 16, 16).clone()  # skin
    regions = torch.zeros(1, 6, 16, 16)
    regions[:, 0] = 1
    regions[:, :2, 8:12, 4:12] = torch.tensor([0.0, 1.0]).view(1, 2, 1, 1)
    images[:, :, 8:12, 4:12] = torch.tensor([0.7, 0.3, 0.3]).view(1, 3, 1, 1)
    closed = _teeth_are_no_lips(images, regions)
    assert torch.allclose(closed, regions, atol=0.05)
    images[:, :, 9:11, 5:11] = torch.tensor([0.85, 0.83, 0.8]).view(1, 3, 1, 1)
    smile = _teeth_are_no_lips(images, regions)
    assert smile[0, 1, 9:11, 5:11].max() < 0.1 and smile[0, 2, 9:11, 5:11].min() > 0.9
    assert smile[0, 1, 8, 4:12].min() > 0.9 and torch.allclose(smile.sum(1), regions.sum(1))


def test_weights_say_how_much_of_the_change_each_area_gets(generator, picture):
    with torch.no_grad():
        change = generator.change(picture, code())
    nowhere, everywhere = torch.zeros(6), torch.ones(6)
    assert torch.equal(change.weighted(nowhere).apply(picture), picture)
    assert torch.allclose(change.weighted(everywhere).apply(picture), change.apply(picture), atol=1e-5)
    skin = torch.eye(6)[0]
    rest = change.weighted(skin).apply(picture) + change.weighted(1 - skin).apply(picture) - picture
    assert torch.allclose(rest, change.apply(picture), atol=1e-5)
    with pytest.raises(ValueError, match="areas"):
        Change(change.affine, change.residual).weighted(skin)


def test_noise_varies_the_result_and_none_is_zero(generator, picture):
    with torch.no_grad():
        centre = generator(picture, code())
        zero = generator(picture, code(), torch.zeros(2, 8))
        other = generator(picture, code(), 3 * torch.ones(2, 8))
    assert torch.equal(centre, zero) and not torch.equal(centre, other)


def test_each_picture_gets_its_own_look(generator, picture):
    both = picture[:1].repeat(2, 1, 1, 1)
    with torch.no_grad():
        result = generator(both, code())
    assert not torch.allclose(result[0], result[1], atol=1e-2)


def test_a_change_can_be_applied_at_any_size():
    change = Change(torch.full((1, 12, 5, 7), 0.1), torch.full((1, 3, 5, 7), 0.2))
    # Each channel gains 0.1 * (r + g + b) + 0.1 + 0.2.
    assert torch.allclose(change.apply(torch.full((1, 3, 5, 7), 0.5)), torch.full((1, 3, 5, 7), 0.95))
