"""The encoder describes style, is the same everywhere, and refuses what does not belong to it."""

import pytest
import torch

from influencer_style.looks.encoder import EncoderError, StyleEncoder, load_encoder

SHIPPED = "3f1953c37fa4fb1b0079a1e66afb54293575f845f272944c4baff3c3b2ea6169"


def test_the_shipped_encoder_is_the_one_that_descriptors_were_made_with():
    assert load_encoder().sha256 == SHIPPED


def test_descriptors_do_not_depend_on_the_picture_size_or_its_neighbours():
    encoder = load_encoder()
    smooth = torch.nn.functional.interpolate(torch.rand(2, 3, 8, 8), (64, 64), mode="bilinear")
    larger = torch.nn.functional.interpolate(smooth, (256, 256), mode="bilinear")
    together = encoder(smooth)
    assert together.shape == (2, encoder.dimension)
    assert torch.allclose(together[:1], encoder(smooth[:1]), atol=1e-4)
    assert (encoder(larger) - together).abs().mean() < 0.02


def test_groups_cover_every_number_once():
    encoder = load_encoder()
    covered = [i for group in encoder.groups for i in range(group.start, group.stop)]
    assert covered == list(range(encoder.dimension))


def test_colour_moves_a_descriptor_more_than_mirroring_does():
    encoder = load_encoder()
    picture = torch.nn.functional.interpolate(torch.rand(1, 3, 8, 8), (64, 64), mode="bilinear")
    warm = (picture * torch.tensor([1.2, 1.0, 0.7]).view(1, 3, 1, 1)).clamp(0, 1)
    stages = encoder.groups.gram
    moved = (encoder(warm) - encoder(picture))[:, stages].norm()
    assert moved > 3 * (encoder(picture.flip(-1)) - encoder(picture))[:, stages].norm()


def test_saving_and_loading_keeps_the_fingerprint(tmp_path):
    encoder = load_encoder()
    encoder.save(tmp_path / "encoder.safetensors")
    assert StyleEncoder.load(tmp_path / "encoder.safetensors").sha256 == encoder.sha256


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "encoder.safetensors"
    path.write_bytes(b"not safetensors")
    with pytest.raises(EncoderError, match=r"encoder\.safetensors is not a saved style encoder"):
        StyleEncoder.load(path)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(EncoderError, match="small_vgg, vgg19_imagenet, resnet50_imagenet"):
        load_encoder("vgg99")


def test_missing_imagenet_weights_say_what_to_do(tmp_path):
    with pytest.raises(EncoderError, match=r"features\.weights.*small_vgg, which needs no download"):
        load_encoder("vgg19_imagenet", str(tmp_path / "none.pth"))


@pytest.mark.parametrize("name", ["vgg19_imagenet", "resnet50_imagenet"])
@pytest.mark.slow
def test_imagenet_networks_load_from_a_file(tmp_path, name):
    import torchvision

    network = getattr(torchvision.models, name.removesuffix("_imagenet"))()
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    encoder = load_encoder(name, str(tmp_path / "weights.pth"))
    assert encoder(torch.rand(1, 3, 64, 64)).shape == (1, encoder.dimension)
    encoder.save(tmp_path / "encoder.safetensors")
    assert StyleEncoder.load(tmp_path / "encoder.safetensors").sha256 == encoder.sha256 != SHIPPED
