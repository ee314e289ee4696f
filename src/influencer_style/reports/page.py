"""What both reports share: rendering a page, and consents in words."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from influencer_style.looks.profile import LookProfiles
from influencer_style.reports.figures import css
from influencer_style.reports.looks import INK, PAPER


def render(template: str, **values: object) -> str:
    """Return a page in HTML: everything is inline, without scripts or addresses of other machines."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template(template).render(paper=css(PAPER), ink=css(INK), **values)


def consents(looks: LookProfiles) -> list[tuple[str, dict[str, str]]]:
    """Return each look's creator, and the consent's entries as text."""
    return [
        (looks[name].creator, {key: _text(value) for key, value in looks[name].consent.items()}) for name in looks.names
    ]


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
