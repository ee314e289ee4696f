"""The colours that HEIC and AVIF files name by two numbers (ITU-T H.273), as ICC profiles."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache

import numpy as np

_PRIMARIES = {  # x and y of red, green and blue; white is D65 in all
    1: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),  # sRGB
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # Rec. 2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
_GAMMA_22, _GAMMA_28, _LINEAR, _SRGB, _PQ, _HLG = 4, 5, 8, 13, 16, 18
_WHITE = (0.3127, 0.3290)
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_PAPER = 203.0  # candela a square metre: white paper next to HDR (ITU-R BT.2408); what is brighter is cut off
_STEPS = 4096
_NAME = b"Colours of ITU-T H.273"


@dataclass(frozen=True)
class CodePoints:
    """The primaries, and the curve from numbers to light; 2 means unspecified, 1 and 13 are sRGB."""

    primaries: int = 2
    transfer: int = 2

    @property
    def is_hdr(self) -> bool:
        """Whether there is light brighter than white."""
        return self.transfer in (_PQ, _HLG)


UNKNOWN = CodePoints()


@cache
def profile_of(points: CodePoints) -> bytes:
    """Return an ICC profile for colours; empty for sRGB, and for unknown ones, which are shown as sRGB."""
    if points.primaries not in (2, *_PRIMARIES):
        return b""
    curve = points.transfer if points.transfer in (_GAMMA_22, _GAMMA_28, _LINEAR, _PQ, _HLG) else _SRGB
    primaries = 1 if points.primaries == 2 else points.primaries
    if (primaries, curve) == (1, _SRGB):
        return b""
    light = np.rint(65535 * np.clip(_light(np.linspace(0, 1, _STEPS), curve), 0, 1)).astype(">u2")
    table = b"curv\0\0\0\0" + struct.pack(">I", _STEPS) + light.tobytes()
    columns = _colorants(_PRIMARIES[primaries]).T
    named = b"desc\0\0\0\0" + struct.pack(">I", len(_NAME) + 1) + _NAME + bytes(80)
    tags = {
        b"desc": named,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz(_D50),
        **{name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), table),
    }
    return _profile(tags)


def _light(values: np.ndarray, curve: int) -> np.ndarray:
    """Return the light of numbers from 0 to 1, of which 1 is white."""
    if curve == _SRGB:
        return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    if curve == _PQ:
        root = values ** (1 / 78.84375)
        return (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125) * 1e4 / _PAPER
    if curve == _HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
        return scene**1.2 * 1000 / _PAPER
    return values ** {_GAMMA_22: 2.2, _GAMMA_28: 2.8, _LINEAR: 1.0}[curve]


def _colorants(primaries: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Return X, Y and Z, in rows, of red, green and blue under the white D50 of profiles."""
    white = _of_xy(*_WHITE)
    corners = np.array([_of_xy(*corner) for corner in primaries]).T
    colours = corners * np.linalg.solve(corners, white)
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    return np.linalg.solve(_BRADFORD, scale[:, None] * (_BRADFORD @ colours))


def _of_xy(x: float, y: float) -> np.ndarray:
    return np.array([x / y, 1, (1 - x - y) / y])


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * float(value)) for value in values))


def _profile(tags: dict[bytes, bytes]) -> bytes:
    head, body, places, table = 128 + 4 + 12 * len(tags), b"", dict[bytes, int](), b""
    for name, content in tags.items():
        if content not in places:
            places[content] = head + len(body)
            body += content + bytes(-len(content) % 4)
        table += name + struct.pack(">2I", places[content], len(content))
    size = head + len(body)
    header = struct.pack(">I", size) + bytes(4) + b"\x02\x10\0\0mntrRGB XYZ "
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(_D50)[8:]
    return header + bytes(128 - len(header)) + struct.pack(">I", len(tags)) + table + body
