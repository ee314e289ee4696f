"""Learn content creators' looks from small, consented photo sets; put them on portraits; judge the result."""

from typing import TYPE_CHECKING, Any

from influencer_style.version import __version__

if TYPE_CHECKING:
    from influencer_style.serving.result import Result
    from influencer_style.serving.stylist import Stylist

__all__ = ["Result", "Stylist", "__version__"]


def __getattr__(name: str) -> Any:
    # `import influencer_style` stays light: the Stylist is imported when it is asked for.
    if name in __all__:
        from influencer_style.serving import stylist

        return getattr(stylist, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
