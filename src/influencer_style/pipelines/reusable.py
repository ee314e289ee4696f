"""Nodes whose work is done once for the same inputs: the decorator that says so, and results that wait to be needed."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reused:
    """Stands in for a node's inputs when its work need not be done: these are its outputs."""

    outputs: Any


@dataclass(frozen=True)
class Dependencies:
    """What a node's outputs depend on beside its data inputs.

    Attributes:
        reads: for parameters that are typed models, by the argument's name, the fields that the node reads; all of them
            where an argument is not named.
        also: takes the node's inputs and returns what else its outputs depend on, as data. An input may be a `Result`.
    """

    reads: dict[str, Sequence[str]] = field(default_factory=dict)
    also: Callable[..., Any] | None = None


def reusable(reads: dict[str, Sequence[str]] | None = None, also: Callable[..., Any] | None = None) -> Any:
    """Return a decorator for a node that always makes the same of the same inputs; `ReuseHook` then skips its work.

    A node that takes inputs as `**inputs` must keep all its outputs in files.

    Args:
        reads: see `Dependencies`.
        also: see `Dependencies`. Consents, files and registered versions that the node looks up itself belong here.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def node(*inputs: Any, **named: Any) -> Any:
            for value in (*inputs, *named.values()):
                if isinstance(value, Reused):
                    return value.outputs
            return function(*inputs, **named)

        node.dependencies = Dependencies(reads or {}, also)
        return node

    return decorate


class Computation:
    """A node's work that is put off: an earlier run has done it, but kept no file of some of its outputs.

    Args:
        name: the node's.
        function: its function.
        inputs: in its order; those that are results are worked out first.
    """

    def __init__(self, name: str, function: Callable[..., Any], inputs: Sequence[Any]) -> None:
        self._name, self._function, self._inputs = name, function, inputs

    @functools.cached_property
    def outputs(self) -> Any:
        """What the function returns; worked out once."""
        log.info("%s is done again, because a result that it kept no file of is needed", self._name)
        return self._function(*(value.value if isinstance(value, Result) else value for value in self._inputs))


@dataclass(frozen=True)
class Done:
    """A node's work that was done in this run; `outputs` is what its function returned."""

    outputs: Any


@dataclass(frozen=True)
class Result:
    """An output of a reusable node that is only in memory: what it was made from, and the way to it.

    Attributes:
        fingerprint: of the node's inputs; it identifies the output without working it out.
        index: which of the node's outputs; None for its only one.
        work: that makes it, or has made it.
    """

    fingerprint: str
    index: int | None
    work: Computation | Done

    @property
    def value(self) -> Any:
        """The output itself."""
        outputs = self.work.outputs
        return outputs if self.index is None else outputs[self.index]
