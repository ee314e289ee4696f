"""How the default style encoder's weights were made. Run once; the file it writes is the truth, not the seed."""

import torch
from torch import nn

from influencer_style.looks.encoder import SMALL_VGG_WEIGHTS, StyleEncoder, small_vgg_stages

torch.manual_seed(1964)
stages = small_vgg_stages()
for module in nn.ModuleList(stages).modules():
    if isinstance(module, nn.Conv2d):
        nn.init.orthogonal_(module.weight, gain=2**0.5)
        nn.init.normal_(module.bias, std=0.1)
encoder = StyleEncoder("small_vgg", stages)
encoder.save(str(SMALL_VGG_WEIGHTS))
print(encoder.sha256)
