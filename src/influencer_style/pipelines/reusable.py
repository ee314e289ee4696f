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
        also: takes the node's inputs and returns what else its outputs depend on, as data. An input may be `Deferred`.
    """

    reads: dict[str, Sequence[str]] = field(default_factory=dict)
    also: Callable[..., Any] | None = None


def reusable(reads: dict[str, Sequence[str]] | None = None, also: Callable[..., Any] | None = None) -> Any:
    """Return a decorator for a node that always makes the same of the same inputs; `ReuseHook` then skips its work.

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
        inputs: in its order; those that were put off themselves are worked out first.
    """

    def __init__(self, name: str, function: Callable[..., Any], inputs: Sequence[Any]) -> None:
        self._name, self._function, self._inputs = name, function, inputs

    @functools.cached_property
    def outputs(self) -> Any:
        """What the function returns; worked out once."""
        log.info("%s is done again, because a result that it kept no file of is needed", self._name)
        return self._function(*(value.value if isinstance(value, Deferred) else value for value in self._inputs))


@dataclass(frozen=True)
class Deferred:
    """An output that is only in memory, of a node whose work was put off.

    Attributes:
        made_from: fingerprint of the node's inputs.
        index: which of its outputs; None for its only one.
    """

    made_from: str
    index: int | None
    computation: Computation

    @property
    def value(self) -> Any:
        """The output itself."""
        outputs = self.computation.outputs
        return outputs if self.index is None else outputs[self.index]
