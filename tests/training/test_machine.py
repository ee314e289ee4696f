"""Convolutions in bfloat16 where the machine computes them quickly, and where a person says so."""

import pytest
import torch

from influencer_style.training.machine import convolves_in_half, half_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"architecture": "x86_64", "avx2": True, "amx_bf16": False, "avx512_bf16": False}, False),
        ({"architecture": "x86_64", "avx2": True, "avx512_f": True, "avx512_bf16": False}, False),
        ({"architecture": "x86_64", "avx2": True, "amx_bf16": False, "avx512_bf16": True}, True),
        ({"architecture": "x86_64", "avx2": True, "amx_bf16": True}, True),
        ({"architecture": "aarch64", "neon": True, "bf16": False}, False),
        ({"architecture": "aarch64", "neon": True, "bf16": True}, True),
    ],
)
def test_auto_asks_what_the_processor_has(monkeypatch, capabilities, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert convolves_in_half("cpu") is expected
    assert kind_of_a_convolution("auto") == (torch.bfloat16 if expected else torch.float32)


@pytest.mark.parametrize("has", [True, False])
def test_what_a_person_says_holds_on_any_processor(monkeypatch, has):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": has})
    assert kind_of_a_convolution(True) == torch.bfloat16
    assert kind_of_a_convolution(False) == torch.float32


def test_a_gpu_that_only_imitates_bfloat16_computes_in_full(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert not convolves_in_half("cuda:0")


def kind_of_a_convolution(half) -> torch.dtype:
    with half_precision(CPU, half):
        return torch.nn.Conv2d(3, 4, 3)(torch.zeros(1, 3, 8, 8)).dtype
