"""Learn content creators' looks from small, consented photo sets; put them on portraits; judge the result."""

import os
from typing import TYPE_CHECKING

import lazy_loader

from influencer_style.version import __version__

if TYPE_CHECKING:
    from influencer_style.stylist.result import Result
    from influencer_style.stylist.stylist import Stylist

# No telemetry unless somebody switched it on: photos of people are processed here. Set before MLflow or Kedro is
# imported, however this package is used.
for _switch, _off in {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "KEDRO_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "true",
}.items():
    os.environ.setdefault(_switch, _off)

__all__ = ["Result", "Stylist", "__version__"]

# `import influencer_style` stays light: the Stylist is imported when it is used.
__getattr__, _, _ = lazy_loader.attach(
    __name__, submod_attrs={"stylist.result": ["Result"], "stylist.stylist": ["Stylist"]}
)
