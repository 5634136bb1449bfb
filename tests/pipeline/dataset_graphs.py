"""What is inside the graph of a dataset."""

import tensorflow as tf

PYTHON_OPS = {"PyFunc", "PyFuncStateless", "EagerPyFunc"}
_IGNORE_STATE = 1


def operations(dataset) -> set[str]:
    """The types of all operations of a dataset: its own, those of the functions it maps, and those of the functions inside them."""
    serialized = tf.raw_ops.DatasetToGraphV2(
        input_dataset=tf.data.experimental.to_variant(dataset), external_state_policy=_IGNORE_STATE, strip_device_assignment=True
    )
    graph = tf.compat.v1.GraphDef.FromString(serialized.numpy())
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return {node.op for node in nodes}
