"""Receptive fields against what networks do: where a gradient arrives, and how far one NaN spreads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.builder.model.load import load_model
from explorer.builder.model.probe import Call, first_tensor, probe
from explorer.builder.model.receptive import ReceptiveField
from explorer.builder.model.source import RANDOM
from tests.operators import define_missing

define_missing()

Seen = dict[str, tuple[np.ndarray, np.ndarray]]
"""By call: which input rows reach which rows of units, and columns: (units, pixels) bool."""


class Net(nn.Module):
    """Modules and a forward pass over them."""

    def __init__(self, run: Callable[[Net, Tensor], Tensor], **parts: nn.Module) -> None:
        super().__init__()
        self.run = run
        for name, part in parts.items():
            self.add_module(name, part)
        self.out = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.out(self.run(self, x))
        return result


def conv(*args: int, **kwargs: object) -> nn.Conv2d:
    return nn.Conv2d(*args, **kwargs)  # type: ignore[arg-type]


class Mlp(nn.Module):
    """ConvNext's block: a wide depthwise convolution, then channels last."""

    def __init__(self) -> None:
        super().__init__()
        self.depthwise, self.norm, self.up = conv(4, 4, 7, padding=3, groups=4), nn.LayerNorm(4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.up(self.norm(self.depthwise(x).permute(0, 2, 3, 1)))
        return x + inner.permute(0, 3, 1, 2)


def shuffled(x: Tensor) -> Tensor:
    b, c, h, w = x.shape
    return x.view(b, 2, c // 2, h, w).transpose(1, 2).reshape(b, c, h, w)


PLAIN: dict[str, nn.Module] = {
    "strides, padding, dilation": nn.Sequential(
        conv(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU(), conv(4, 4, 3, dilation=2, padding=2),
        conv(4, 4, (5, 3), stride=(1, 2), padding=(0, 1)), nn.AvgPool2d(2), conv(4, 2, 1),
    ),
    "even kernels": nn.Sequential(conv(3, 4, 4, padding=1), conv(4, 4, 2, padding="same"), conv(4, 4, 2, stride=2)),
    "reflected": nn.Sequential(conv(3, 4, 5, padding=2, padding_mode="reflect"), conv(4, 4, 3)),
    "pools": nn.Sequential(
        conv(3, 4, 3), nn.MaxPool2d(3, 2, 1), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2, ceil_mode=True),
        nn.AvgPool2d(3, 1, 1), nn.AdaptiveAvgPool2d((3, 7)),
    ),
    "two branches": Net(
        lambda m, x: torch.cat([m.a(x), m.b(m.c(x)), F.max_pool2d(x, 3, 1, 1)], 1),
        a=conv(3, 2, 1), b=conv(2, 2, 5, padding=2), c=conv(3, 2, 3, padding=1),
    ),
    "a skip with a stride": Net(
        lambda m, x: F.relu(m.b(F.relu_(m.a(x))) + m.skip(x)),
        a=conv(3, 4, 3, stride=2, padding=1), b=conv(4, 4, 3, padding=1), skip=conv(3, 4, 1, stride=2),
    ),
    "dense": Net(
        lambda m, x: m.b(torch.cat([x, m.a(x)], 1)).add_(1), a=conv(3, 4, 3, padding=1), b=conv(7, 4, 3, padding=1)
    ),
    "asymmetric padding": Net(lambda m, x: m.a(F.pad(x, (0, 1, 2, 3))), a=conv(3, 2, 4, stride=3)),
    "channels last": nn.Sequential(conv(3, 4, 4, stride=4), Mlp(), Mlp()),
    "slices": Net(
        lambda m, x: m.a(torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2]], 1)) + m.b(x)[:, :, 1::2, 1:-1:2],
        a=conv(6, 2, 3, padding=1), b=conv(3, 2, 3, padding=(1, 2)),
    ),
    "inception's input": Net(
        lambda m, x: m.a(torch.cat([torch.unsqueeze(x[:, i], 1) * 0.5 + 0.1 for i in range(3)], 1)), a=conv(3, 2, 3)
    ),
    "shuffled channels": Net(
        lambda m, x: shuffled(torch.cat([m.b(y) for y in m.a(x).chunk(2, dim=1)], 1)),
        a=conv(3, 8, 3), b=conv(4, 4, 3, padding=1),
    ),
}  # fmt: skip


def spread(model: nn.Module, shape: tuple[int, int, int]) -> Seen:
    """How far NaN in one row or column of the input gets; NaN times any weight is NaN, also of a maximum."""
    found: dict[str, list[dict[int, np.ndarray]]] = {}
    counts: dict[str, int] = {}
    axis = pixel = 0

    def listen(name: str) -> Callable[[nn.Module, object, object], None]:
        def hook(module: nn.Module, args: object, output: object) -> None:
            counts[name] = counts.get(name, 0) + 1
            call = name if counts[name] == 1 else f"{name}@{counts[name]}"
            tensor = first_tensor(output)
            assert tensor is not None
            nan = tensor[0].isnan()  # (C, h, w), (K,), or (h, w, C) of these two:
            if nan.ndim == 3 and isinstance(module, nn.LayerNorm | nn.Linear):
                nan = nan.movedim(-1, 0)
            hit = nan.any(0).any(1 - axis) if nan.ndim == 3 else nan.flatten()
            found.setdefault(call, [{}, {}])[axis][pixel] = hit.numpy()

        return hook

    handles = [x.register_forward_hook(listen(name)) for name, x in model.named_modules()]
    with torch.no_grad():
        for axis in (0, 1):
            for pixel in range(shape[1 + axis]):
                counts.clear()
                image = torch.rand(1, *shape)
                image.select(2 + axis, pixel).fill_(float("nan"))
                model(image)
    for handle in handles:
        handle.remove()
    return {
        name: (np.stack([x[0][i] for i in range(shape[1])], 1), np.stack([x[1][i] for i in range(shape[2])], 1))
        for name, x in found.items()
    }


def agrees(field: ReceptiveField, seen: tuple[np.ndarray, np.ndarray]) -> None:
    """Every unit sees the pixels said, and no others; a dilated field has gaps, which a border can make longer."""
    for axis in (0, 1):
        units, pixels = seen[axis].shape
        if field.whole:
            assert seen[axis].all()
            continue
        first = field.offset[axis] - (field.size[axis] - 1) / 2
        for unit in range(units):
            low, high = first + unit * field.stride[axis], first + unit * field.stride[axis] + field.size[axis] - 1
            where = np.flatnonzero(seen[axis][unit])
            assert where.min() >= low
            assert where.max() <= high
            if low >= 0 and high < pixels:
                assert (where.min(), where.max()) == (low, high)


def known(calls: list[Call]) -> dict[str, ReceptiveField]:
    return {x.name: x.receptive for x in calls if x.receptive is not None}


@pytest.mark.parametrize("name", PLAIN)
def test_every_unit_sees_what_is_said(name: str) -> None:
    model = PLAIN[name].eval()
    shape = (3, 36, 28)
    fields = known(probe(model, torch.rand(1, *shape)))
    assert set(fields) >= {x for x, _ in model.named_modules() if "path" not in x}, "none is unknown here"
    seen = spread(model, shape)
    for call, field in fields.items():
        agrees(field, seen[call])


@pytest.mark.parametrize("name", [x for x in PLAIN if x != "pools"])
def test_a_gradient_reaches_just_the_field(name: str) -> None:
    """All weights positive: the gradient of one unit in the middle is nonzero on the field's ends, zero outside."""
    model = PLAIN[name].eval()
    for weight in model.parameters():
        nn.init.uniform_(weight, 0.5, 1.5)
    image = torch.rand(1, 3, 36, 28, requires_grad=True)
    output = model(image)
    field = known(probe(model, image.detach()))[""]
    row, column = (output.shape[2] // 2, output.shape[3] // 2)
    (output[0, :, row, column] * torch.rand(output.shape[1])).sum().backward()
    assert image.grad is not None
    reached = image.grad[0].abs().sum(0) > 1e-9  # (36, 28)
    for axis, unit, hit in ((0, row, reached.any(1)), (1, column, reached.any(0))):
        where = hit.nonzero()[:, 0]
        low = field.offset[axis] - (field.size[axis] - 1) / 2 + unit * field.stride[axis]
        assert (int(where.min()), int(where.max())) == (max(0, low), min(len(hit) - 1, low + field.size[axis] - 1))


def test_the_numbers_of_the_paper() -> None:
    """Alexnet's column in Araujo et al. (2019), table of Fig. 4: size 195 and stride 32 at the last pool."""
    model = load_model("torchvision:alexnet", RANDOM).module
    field = known(probe(model, torch.rand(1, 3, 224, 224)))["features.12"]
    assert (field.size, field.stride) == ((195, 195), (32, 32))


@pytest.mark.parametrize(
    ("name", "layer", "size", "stride"),
    [
        ("resnet18", "layer4", 435, 32),
        ("resnet50", "layer4", 427, 32),
        ("vgg16", "features", 212, 32),
        ("mobilenet_v2", "features.17", 491, 32),
    ],
)
def test_sizes_that_are_published(name: str, layer: str, size: int, stride: int) -> None:
    """Araujo et al. (2019), their table of popular networks; 427 for a ResNet-50 that strides in its 3x3 kernels."""
    model = load_model(f"torchvision:{name}", RANDOM).module
    field = known(probe(model, torch.rand(1, 3, 224, 224)))[layer]
    assert field.stride == (stride, stride)
    assert field.size == (size, size)


@pytest.mark.parametrize("name", ["resnet18", "shufflenet_v2_x0_5", "googlenet", "regnet_x_400mf"])
def test_real_networks(name: str) -> None:
    model = load_model(f"torchvision:{name}", RANDOM).module
    shape = (3, 64, 64)
    fields = known(probe(model, torch.rand(1, *shape)))
    seen = spread(model, shape)
    assert set(fields) == set(seen), "nothing is unknown in these"
    for call, field in fields.items():
        agrees(field, seen[call])


WHOLE: dict[str, nn.Module] = {
    "global pool": Net(lambda m, x: m.a(x).mean((2, 3)), a=conv(3, 4, 3)),
    "flattened": Net(lambda m, x: m.b(m.a(x).flatten(1)), a=conv(3, 2, 6, stride=6), b=nn.Linear(2 * 6 * 5, 5)),
    "squeeze and excite": Net(
        lambda m, x: x * torch.sigmoid(m.a(F.adaptive_avg_pool2d(x, 1))), a=conv(3, 3, 1)
    ),
    "group norm": nn.Sequential(conv(3, 4, 3), nn.GroupNorm(2, 4)),
    "attention": Net(
        lambda m, x: m.b(*[m.a(x).flatten(2).transpose(1, 2)] * 3, need_weights=False)[0],
        a=conv(3, 8, 6, stride=6), b=nn.MultiheadAttention(8, 2, batch_first=True),
    ),
    "attention by hand": Net(
        lambda m, x: ((t := m.a(x).flatten(2).transpose(1, 2)) @ t.transpose(-2, -1)).softmax(-1) @ t,
        a=conv(3, 8, 6, stride=6),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_what_sees_the_whole_image(name: str) -> None:
    model = WHOLE[name].eval()
    shape = (3, 36, 30)
    field = known(probe(model, torch.rand(1, *shape)))[""]
    assert field.whole
    assert field.size == (36, 30)
    assert all(x.all() for x in spread(model, shape)[""])


UNKNOWN: dict[str, nn.Module] = {
    "upsampled": nn.Sequential(conv(3, 4, 3), nn.Upsample(scale_factor=2)),
    "rolled": Net(lambda m, x: x.roll(3, 2)),
    "windows": Net(
        lambda m, x: m.a(x).view(len(x), 3, 6, 6, 5, 6).permute(0, 2, 4, 1, 3, 5).reshape(-1, 3, 6, 6), a=conv(3, 3, 1)
    ),
    "transposed convolution": nn.Sequential(nn.ConvTranspose2d(3, 4, 3, stride=2)),
    "one token of many": Net(
        lambda m, x: m.a(m.b(x).flatten(2)[:, :, 3]), a=nn.Linear(4, 5), b=conv(3, 4, 6, stride=6)
    ),
    "written into": Net(lambda m, x: written(m.a(x)), a=conv(3, 4, 3)),
}


def written(x: Tensor) -> Tensor:
    y = torch.zeros_like(x)
    y[:, :, 1:] = x[:, :, :-1]
    return y


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_followed_is_unknown(name: str) -> None:
    calls = probe(UNKNOWN[name].eval(), torch.rand(1, 3, 36, 30))
    assert calls[-1].receptive is None
