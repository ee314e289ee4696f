"""How the default style encoder's weights were made. Run once; the file it wrote is the truth, not the seed.

.venv/bin/python -m benchmarks.make_small_vgg [--record]
"""

import argparse

import torch
from torch import nn

from benchmarks.destination import Destination, add_destination
from influencer_style.looks.encoder import SMALL_VGG_WEIGHTS, StyleEncoder, small_vgg_stages


def main() -> None:
    """Draw the weights, write them, print their digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_destination(parser)
    destination = Destination.of(parser.parse_args())
    torch.manual_seed(1964)
    stages = small_vgg_stages()
    for module in nn.ModuleList(stages).modules():
        if isinstance(module, nn.Conv2d):
            nn.init.orthogonal_(module.weight, gain=2**0.5)
            nn.init.normal_(module.bias, std=0.1)
    encoder = StyleEncoder("small_vgg", stages)
    encoder.save(str(destination.weights(str(SMALL_VGG_WEIGHTS))))
    print(encoder.sha256)


if __name__ == "__main__":
    main()
