"""Nodes whose work is done once for the same inputs: the decorator that says so, and results computed when needed."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

log = logging.getLogger(__name__)
Inputs = ParamSpec("Inputs")
Outputs = TypeVar("Outputs")


@dataclass(frozen=True)
class Dependencies:
    """What a node's outputs depend on in addition to its data inputs.

    Attributes:
        reads: For parameters that are typed models, by the argument's name, the fields that the node reads; all of them
            where an argument is not named.
        also: Takes the node's inputs and returns what else its outputs depend on, as data. An input may be a `Result`.
    """

    reads: dict[str, Sequence[str]] = field(default_factory=dict)
    also: Callable[..., object] | None = None


def reusable(
    reads: dict[str, Sequence[str]] | None = None, also: Callable[..., object] | None = None
) -> Callable[[Callable[Inputs, Outputs]], Callable[Inputs, Outputs]]:
    """Return a decorator for a node that always makes the same of the same inputs; `ReuseHook` then skips its work.

    The arguments are those of `Dependencies`; consents, files and registered versions that the node looks up itself
    belong in `also`. A node that takes inputs as `**inputs` must keep all its outputs in files.
    """

    def decorate(function: Callable[Inputs, Outputs]) -> Callable[Inputs, Outputs]:
        @functools.wraps(function)
        def node(*inputs: Inputs.args, **named: Inputs.kwargs) -> Outputs:
            for value in (*inputs, *named.values()):
                if isinstance(value, Done):
                    return value.outputs
            return function(*inputs, **named)

        vars(node)["dependencies"] = Dependencies(reads or {}, also)
        return node

    return decorate


class Computation:
    """A node's work that is postponed: an earlier run has done it, but kept no file of some of its outputs.

    Its inputs are in their order; those that are results are computed first.
    """

    def __init__(self, name: str, function: Callable[..., Any], inputs: Sequence[Any]) -> None:
        self._name, self._function, self._inputs = name, function, inputs

    @functools.cached_property
    def outputs(self) -> Any:  # noqa: ANN401 (of any node)
        """What the function returns; computed once."""
        log.info("%s runs again, because one of its results is needed, and no file of it was kept", self._name)
        return self._function(*(value.value if isinstance(value, Result) else value for value in self._inputs))


@dataclass(frozen=True)
class Done:
    """A node's work that is done. A node that gets this in place of its inputs returns the outputs."""

    outputs: Any


@dataclass(frozen=True)
class Result:
    """An output of a reusable node that is only in memory: what it was made from, and how to compute it.

    The fingerprint is that of the node's inputs, and identifies the output without computing it; `index` says which of
    the node's outputs it is, None for its only one.
    """

    fingerprint: str
    index: int | None
    work: Computation | Done

    @property
    def value(self) -> Any:  # noqa: ANN401 (of any node)
        """The output itself."""
        outputs = self.work.outputs
        return outputs if self.index is None else outputs[self.index]
