"""What ONNX has no operator for, spelled out: the same numbers as torch's own."""

import pytest
import torch
from torch.nn import functional as F

from influencer_style.networks.onnx_graph import _pooled, _resized


@pytest.mark.parametrize("size", [(64, 64), (16, 200), (63, 65), (301, 250), (5, 4)])
def test_sums_over_rows_and_columns_are_torchs_operators(size):
    images = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(_pooled(images, (4, 4)), F.adaptive_avg_pool2d(images, 4), atol=1e-5)
    wanted = F.interpolate(images, (64, 64), mode="bilinear", antialias=True, align_corners=False)
    assert torch.allclose(_resized(images, (64, 64)), wanted, atol=1e-5)
