"""Keeps a compiler from merging two roundings into one.

The originals round to float32 (or double) after every operation. A compiler may contract a multiplication and an addition into one
fused operation, turn `x / a / b` into `x / (a * b)`, or a division by a constant into a multiplication by its reciprocal; each
changes last bits. Both functions here put something in its way that costs next to nothing and that it cannot see through:
a zero that is known only at run time.
"""

from __future__ import annotations

import tensorflow as tf

_BITS = {tf.float32: tf.int32, tf.float64: tf.int64}


def runtime_zero(images):
    """An int32 zero that depends on `images`, to be made outside a compiled cluster and handed in as its argument."""
    first = tf.reduce_sum(tf.cast(tf.reshape(images, [-1])[:1], tf.int32))  # 0 for an empty batch
    return tf.bitwise.bitwise_xor(first, first)


def rounded(values, zero):
    """`values` (float32 or float64, any shape) unchanged; what produced them is rounded before anything else is done with them.

    Args:
        values: result of the operation that must be rounded on its own.
        zero: int32 scalar tensor, 0, unknown to the compiler.
    """
    bits = _BITS[values.dtype]
    # "Or" and not "exclusive or": two of those in a row cancel, which a compiler knows.
    return tf.bitcast(tf.bitwise.bitwise_or(tf.bitcast(values, bits), tf.cast(zero, bits)), values.dtype)


def runtime_number(value, dtype, zero):
    """`value`, a number or array, as a tensor of `dtype` that the compiler does not know, for use as a divisor."""
    return tf.constant(value, dtype) + tf.cast(zero, dtype)
