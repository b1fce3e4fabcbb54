"""Makes torchvision importable beside a torch it was not built for, for tests of classifiers."""

from __future__ import annotations

import torch


def define_missing() -> None:
    """Declare the two operators that ``import torchvision`` looks up and that only its own binary defines.

    Without that binary (a CPU build of torch beside a torchvision made for another) the import ends in
    "operator torchvision::nms does not exist"; classifiers use neither operator. Where the binary loads,
    it defines them itself, and nothing is done here.
    """
    try:
        import torchvision  # noqa: PLC0415, F401 - whether this works is the question
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    else:
        return
    for name in ("nms", "qnms"):
        _library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


_library = torch.library.Library("torchvision", "FRAGMENT")
