"""The looks of the four creators of the demo set, by name. No training of the base ever sees them."""

from __future__ import annotations

from influencer_style.studio.identity import from_hex
from influencer_style.studio.look import Backdrop, Grade, Light, Look, Makeup

# each row in the order of its dataclass; a Light's second line is its rim and ambient light
CREATOR_LOOKS: dict[str, Look] = {
    "aurora": Look(
        Makeup(from_hex("6f2fa0"), 0.9, from_hex("2f4fc0"), 0.75, 0.8, from_hex("b060c0"), 0.3),
        from_hex("2450c0"), 0.9,
        Light(-32, 28, from_hex("c4dcff"), 0.95, from_hex("6f9fe0"), 0.28,
              135, from_hex("f060d0"), 1.2, from_hex("6a9ed8"), 0.34),
        Grade((0.95, 1.0, 1.03), (0.96, 1.0, 1.06), (0.0, 0.02, 0.05),
              (-0.01, 0.01, 0.04), (-0.01, 0.01, 0.01), 0.95, 1.03),
        Backdrop(from_hex("2f6f94"), from_hex("4a9fae"), 0.7, 0.5, 0.25, "cloth"), 0.3, 0.010,
    ),
    "noir": Look(
        Makeup(from_hex("b00f18"), 0.92, from_hex("2a1a16"), 0.6, 0.7, from_hex("a04838"), 0.15),
        from_hex("2c1b12"), 0.75,
        Light(48, 36, from_hex("ffe0bc"), 1.15, from_hex("c89870"), 0.10,
              -140, from_hex("ffc890"), 0.6, from_hex("a87c5c"), 0.17),
        Grade((1.02, 0.98, 0.92), (1.0, 0.97, 0.93), (0.02, 0.012, 0.005),
              (0.01, 0.0, -0.01), (0.02, 0.01, -0.02), 0.9, 1.1),
        Backdrop(from_hex("3d2517"), from_hex("704429"), 0.6, 0.25, 0.4, "plaster"), 0.45, 0.020,
    ),
    "rosewater": Look(
        Makeup(from_hex("dc4f84"), 0.75, from_hex("d07898"), 0.35, 0.5, from_hex("f07a98"), 0.4),
        from_hex("dc8cae"), 0.8,
        Light(28, 38, from_hex("fff4f2"), 0.85, from_hex("ffe4ec"), 0.20,
              -135, from_hex("ffe0f0"), 0.4, from_hex("ffe6ee"), 0.36),
        Grade((1.02, 0.99, 1.0), (1.10, 1.04, 1.07), (0.05, 0.03, 0.04),
              (0.02, 0.0, 0.015), (0.01, 0.0, 0.0), 1.0, 1.0),
        Backdrop(from_hex("cb97a9"), from_hex("e3c0cb"), 0.8, 0.4, 0.5, "leaves"), 0.0, 0.006,
    ),
    "meridian": Look(
        grade=Grade(
            (1.04, 0.99, 0.90), (1.06, 1.02, 0.98), (0.05, 0.04, 0.03),
            (0.01, 0.0, 0.005), (0.02, 0.01, -0.03), 0.92, 0.95
        ),
        vignette=0.2, grain=0.016,
    ),
}  # fmt: skip
