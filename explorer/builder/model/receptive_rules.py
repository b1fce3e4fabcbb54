"""What each operation of torch does to receptive fields; what is not listed leaves them unknown, never wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.builder.model.receptive import GONE, Field, Grid, Row, Spread, Step, merged
from explorer.builder.model.receptive_shapes import (
    indexed,
    kept,
    permuted,
    places,
    relabelled,
    reshaped,
    transposed,
    unbound,
    unsqueezed,
)  # fmt: skip

Shape = tuple[int, ...]
Rule = Callable[[Step, Field, Shape], Field]
"""From a call, the field of its first argument and the shape of a result to that result's field."""


def field_after(name: str, step: Step, shape: Shape) -> Field | None:
    """The field of a result of shape ``shape`` of the torch function ``name``; None if it sees no image."""
    if not step.fields:
        return None
    if Spread.WHOLE in step.fields:  # whatever is made of units that see everything
        return Spread.WHOLE
    if name.removesuffix("_") in _POINTWISE or name in _POINTWISE:
        return _pointwise(step, shape)
    if name in _SEVERAL:
        return _SEVERAL[name](step, shape)
    if name not in _RULES or len(step.fields) != 1 or not step.first:
        return Spread.UNKNOWN
    return _RULES[name](step, step.fields[0], shape)


def _pointwise(step: Step, shape: Shape) -> Field:
    """Units at one place make a unit at the same place; one place spread over many has no grid."""
    for field, size in zip(step.fields, step.sizes, strict=True):
        if any(size[d] != shape[d] for d in places(field)):
            return Spread.UNKNOWN
    return merged(step.fields) or Spread.UNKNOWN


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    return (int(value[0]), int(value[0])) if len(value) == 1 else (int(value[0]), int(value[1]))


def _is_image(field: Field) -> bool:
    return isinstance(field, Grid) and field.dims == (-2, -1)


def _windowed(field: Field, kernel: Any, stride: Any, padding: Any, dilation: Any = 1) -> Field:
    if not isinstance(field, Grid) or not _is_image(field):
        return Spread.UNKNOWN
    down, across = zip(_pair(kernel), _pair(stride), _pair(padding), _pair(dilation), strict=True)
    return Grid(field.down.window(*down), field.across.window(*across))


def _conv2d(step: Step, field: Field, shape: Shape) -> Field:
    weight = step.argument(1, "weight")
    kernel = (int(weight.shape[2]), int(weight.shape[3]))
    stride, dilation = _pair(step.argument(3, "stride", 1)), _pair(step.argument(5, "dilation", 1))
    padding = step.argument(4, "padding", 0)
    if padding == "same":  # torch puts the odd one behind
        padding = tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
    return _windowed(field, kernel, stride, 0 if padding == "valid" else padding, dilation)


def _max_pool2d(step: Step, field: Field, shape: Shape) -> Field:
    kernel = step.argument(1, "kernel_size")
    stride, padding = step.argument(2, "stride") or kernel, step.argument(3, "padding", 0)
    return _windowed(field, kernel, stride, padding, step.argument(4, "dilation", 1))


def _avg_pool2d(step: Step, field: Field, shape: Shape) -> Field:
    kernel = step.argument(1, "kernel_size")
    return _windowed(field, kernel, step.argument(2, "stride") or kernel, step.argument(3, "padding", 0))


def _adaptive(step: Step, field: Field, shape: Shape) -> Field:
    """A pool that divides its input evenly is a plain one; to a single unit it takes all."""
    if not _is_image(field):
        return Spread.UNKNOWN
    if shape[-2:] == (1, 1):
        return Spread.WHOLE
    if step.shape[-2] % shape[-2] or step.shape[-1] % shape[-1]:
        return Spread.UNKNOWN
    kernel = (step.shape[-2] // shape[-2], step.shape[-1] // shape[-1])
    return _windowed(field, kernel, kernel, 0)


def _padded(step: Step, field: Field, shape: Shape) -> Field:
    """Padding renumbers the units; pads of other dimensions than the grid's change nothing."""
    if not isinstance(field, Grid) or field.dims == GONE:
        return Spread.UNKNOWN
    for i, before in enumerate(step.argument(1, "pad")[::2]):
        field = field.sliced(-1 - i, -int(before))
    return field


def _linear(step: Step, field: Field, shape: Shape) -> Field:
    return _mixed(field, {-1})


def _mixed(field: Field, dims: set[int]) -> Field:
    """All units along ``dims`` take part in each result, which keeps its place along the other dimensions."""
    there = [d in dims for d in places(field)]
    if not any(there):
        return field
    return Spread.WHOLE if all(there) else Spread.UNKNOWN


def _layer_norm(step: Step, field: Field, shape: Shape) -> Field:
    return _mixed(field, {-1 - i for i in range(len(step.argument(1, "normalized_shape")))})


def _group_norm(step: Step, field: Field, shape: Shape) -> Field:
    return _mixed(field, {-1 - i for i in range(len(shape) - 2)})


def _softmax(step: Step, field: Field, shape: Shape) -> Field:
    return _mixed(field, _dims(step.argument(1, "dim", -1), len(shape)))


def _dims(value: Any, ndim: int) -> set[int]:
    """Dimensions, counted from the last."""
    given = range(ndim) if value is None else (value,) if isinstance(value, int) else value
    return {int(x) - ndim if x >= 0 else int(x) for x in given}


def _reduced(step: Step, field: Field, shape: Shape) -> Field:
    """mean, sum, amax and so on."""
    dims = _dims(step.argument(1, "dim"), len(step.shape))
    result = _mixed(field, dims)
    if step.argument(2, "keepdim", False):
        return result
    return relabelled(result, lambda d: None if d in dims else d + sum(x > d for x in dims))


def _joined(step: Step, shape: Shape) -> Field:
    """cat: along channels the union; along a row others' units join it; along a grid its order breaks."""
    field = merged(step.fields) or Spread.UNKNOWN
    dim = _dims(int(step.argument(1, "dim", 0)), len(shape))
    return Spread.UNKNOWN if isinstance(field, Grid) and dim & set(places(field)) else field


def _attended(step: Step, shape: Shape) -> Field:
    """Attention: every unit takes from all units of the row that keys and values lie along."""
    rows = [x for x in step.fields if isinstance(x, Row) and x.dim in (-2, -3)]
    return Spread.WHOLE if len(rows) == len(step.fields) else Spread.UNKNOWN


def _multiplied(step: Step, shape: Shape) -> Field:
    """Products of matrices: a row along the dimension that is summed over is mixed."""
    if len(step.fields) == 1:
        return _mixed(step.fields[0], {-1}) if step.first else Spread.UNKNOWN
    left, right = step.fields[:2]
    if not isinstance(left, Row) or not isinstance(right, Row):
        return Spread.UNKNOWN
    return Spread.WHOLE if left.dim == -1 or right.dim == -2 else Row(-1)


FRESH = frozenset(
    ("zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "new_zeros", "new_ones",
     "new_empty", "new_full", "new_tensor")
)  # fmt: skip
"""Make tensors of an argument's shape, not of its values."""

_POINTWISE = frozenset(
    ("relu", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "celu", "selu", "gelu", "silu", "mish", "hardswish",
     "hardtanh", "hardsigmoid", "sigmoid", "logsigmoid", "tanh", "softplus", "softsign", "threshold", "dropout",
     "dropout2d", "alpha_dropout", "feature_dropout", "batch_norm", "local_response_norm", "add", "sub", "mul", "div",
     "__add__", "__radd__", "__iadd__", "__sub__", "__rsub__", "__isub__", "__mul__", "__rmul__", "__imul__",
     "__truediv__", "__rtruediv__", "__itruediv__", "rsub", "multiply", "subtract", "divide", "true_divide", "neg",
     "__neg__", "abs", "square", "pow", "__pow__", "sqrt", "rsqrt", "exp", "log", "log1p", "expm1", "erf", "sin", "cos",
     "reciprocal", "sign", "clamp", "clip", "clamp_min", "clamp_max", "maximum", "minimum", "where", "lerp", "addcmul",
     "addcdiv", "masked_fill", "nan_to_num", "contiguous", "clone", "detach", "to", "float", "double", "half",
     "bfloat16", "type", "type_as", "requires_grad", "alias", "channel_shuffle")
)  # fmt: skip
"""Each unit of the result is made of the units at its own place (and of others only along the channels)."""

_SEVERAL: dict[str, Callable[[Step, Shape], Field]] = {
    "cat": _joined, "concat": _joined, "concatenate": _joined,
    "scaled_dot_product_attention": _attended, "multi_head_attention_forward": _attended,
    "_native_multi_head_attention": _attended, "_transformer_encoder_layer_fwd": _attended,
    "matmul": _multiplied, "__matmul__": _multiplied, "bmm": _multiplied,
}  # fmt: skip

_RULES: dict[str, Rule] = {
    "conv2d": _conv2d, "max_pool2d": _max_pool2d, "max_pool2d_with_indices": _max_pool2d, "avg_pool2d": _avg_pool2d,
    "adaptive_avg_pool2d": _adaptive, "adaptive_max_pool2d": _adaptive, "adaptive_max_pool2d_with_indices": _adaptive,
    "pad": _padded, "linear": _linear, "layer_norm": _layer_norm, "rms_norm": _layer_norm, "group_norm": _group_norm,
    "instance_norm": _group_norm, "softmax": _softmax, "log_softmax": _softmax,
    "mean": _reduced, "sum": _reduced, "amax": _reduced, "amin": _reduced, "std": _reduced, "var": _reduced,
    "max": _reduced, "min": _reduced, "logsumexp": _reduced,
    "permute": permuted, "transpose": transposed, "swapaxes": transposed, "unsqueeze": unsqueezed,
    "flatten": reshaped, "reshape": reshaped, "view": reshaped, "squeeze": reshaped, "unflatten": reshaped,
    "chunk": kept, "split": kept, "split_with_sizes": kept, "tensor_split": kept, "expand": kept,
    "unbind": unbound, "__getitem__": indexed,
}  # fmt: skip
