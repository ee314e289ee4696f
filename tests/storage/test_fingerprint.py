"""A fingerprint changes when the value does, and only then."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from influencer_style.storage.fingerprint import fingerprint

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(plain, plain)
def test_equal_values_agree_and_different_ones_do_not(a, b):
    assert fingerprint(a) == fingerprint(a)
    if repr(a) != repr(b) and not (isinstance(a, dict) and a == b):
        assert fingerprint(a) != fingerprint(b)


def test_order_of_a_mapping_does_not_count_but_that_of_a_list_does():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert fingerprint("ab", "c") != fingerprint("a", "bc")


def test_arrays_count_with_shape_and_type():
    zeros = np.zeros(4, np.uint8)
    assert fingerprint(zeros) == fingerprint(np.zeros(4, np.uint8))
    assert fingerprint(zeros) != fingerprint(zeros.reshape(2, 2))
    assert fingerprint(zeros) != fingerprint(np.zeros(4, np.int8))


def test_what_has_no_stable_text_is_refused():
    with pytest.raises(TypeError, match="object"):
        fingerprint(object())
