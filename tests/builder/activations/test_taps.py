"""What a tap takes of a batch, against the activation itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from explorer.builder.activations.taps import Tap, tapped
from explorer.builder.model.layers import Layer
from explorer.errors import ModelError


def tap(side: int, count: int, name: str = "layer") -> Tap:
    found = Tap(Layer(name, name, 0, "", (), ()), side)
    found.count = count
    return found


@pytest.mark.parametrize("shape", [(6, 12, 12), (3, 50, 50), (1, 32, 32), (7, 5)])
def test_codes_are_within_half_a_step_and_zero_stays_zero(shape: tuple[int, ...]) -> None:
    x = torch.relu(torch.randn(20, *shape, generator=torch.Generator().manual_seed(0))) * 3
    x[4] = 0
    x[5] *= 1e-6
    listening = tap(32, 20)
    listening.take(x)
    taken = listening.taken
    assert taken is not None
    assert taken.maps is not None
    pooled = nn.functional.adaptive_avg_pool2d(x if x.ndim == 4 else x[:, None], taken.maps.shape[2:])
    assert taken.maps.dtype == torch.int8
    back = taken.maps.float() * torch.from_numpy(taken.scales)[:, None, None, None]
    error = (back - pooled).abs().amax((1, 2, 3))
    assert (error <= torch.from_numpy(taken.scales) * 0.5001).all()
    assert not taken.maps[pooled == 0].any()
    assert np.allclose(taken.zeros, (x == 0).flatten(1).double().mean(1))
    assert taken.largest == pytest.approx(float(pooled.abs().max()), rel=0.01)


@pytest.mark.parametrize("shape", [(1,), (10,), (3, 70, 50), (197, 768)])
def test_shares_of_zeros_are_exact(shape: tuple[int, ...]) -> None:
    x = torch.relu(torch.randn(4, *shape, generator=torch.Generator().manual_seed(0)))
    x[0] = 0
    x[1] = -1e-42  # subnormal, and below zero
    x[2].view(-1)[0] = -0.0
    listening = tap(0, 4)
    listening.take(x)
    assert listening.taken is not None
    wanted = (x == 0).double().mean(tuple(range(1, x.ndim))).float()
    assert np.array_equal(listening.taken.zeros, wanted.numpy())


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_any_memory_is_read_rightly(layout: torch.memory_format, kind: torch.dtype) -> None:
    x = torch.randn(20, 6, 12, 12, generator=torch.Generator().manual_seed(0)).to(kind)
    listening, wanted = tap(8, 20), tap(8, 20)
    with ThreadPoolExecutor(2) as listening._pool:
        listening.take(x.to(memory_format=layout))
    wanted.take(x.float())
    assert listening.taken is not None
    assert wanted.taken is not None
    assert listening.taken.maps is not None
    assert wanted.taken.maps is not None
    assert torch.equal(listening.taken.rows, x.float().flatten(1))
    assert torch.equal(listening.taken.maps, wanted.taken.maps)
    assert listening.taken.scales.tobytes() == wanted.taken.scales.tobytes()


@pytest.mark.parametrize("shape", [(16, 64, 64), (3, 70, 50), (5000, 3, 3)])
def test_helpers_and_batches_do_not_matter(shape: tuple[int, ...]) -> None:
    x = torch.randn(40, *shape, generator=torch.Generator().manual_seed(0))
    before = torch.get_num_threads()
    whole, helped, part = tap(32, 40), tap(32, 40), tap(32, 13)
    whole.take(x)
    torch.set_num_threads(3)
    with ThreadPoolExecutor(2) as helped._pool:
        helped.take(x)
    torch.set_num_threads(before)
    part.take(x[5:])
    for a, b in ((whole.taken, helped.taken), (whole.taken, part.taken)):
        assert a is not None
        assert b is not None
        cut = slice(None) if len(a.rows) == len(b.rows) else slice(5, 18)
        assert torch.equal(a.rows[cut], b.rows)
        assert a.maps is not None
        assert b.maps is not None
        assert torch.equal(a.maps[cut], b.maps)
        assert a.scales[cut].tobytes() == b.scales.tobytes()
        assert a.zeros[cut].tobytes() == b.zeros.tobytes()


def test_vectors_keep_their_values() -> None:
    x = torch.randn(20, 9, generator=torch.Generator().manual_seed(0))
    listening = tap(32, 20)
    listening.take(x)
    taken = listening.taken
    assert taken is not None
    assert taken.maps is not None
    assert torch.equal(taken.maps[:, :, 0, 0], x)
    assert (taken.scales == 1).all()


def test_copies_that_fill_a_batch_up_are_not_taken() -> None:
    listening = tap(0, 3)
    listening.take(torch.arange(16.0)[:, None])
    assert listening.taken is not None
    assert listening.taken.rows.tolist() == [[0.0], [1.0], [2.0]]
    assert listening.taken.maps is None


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_values_that_are_no_numbers_end_the_pass(bad: float) -> None:
    x = torch.zeros(5, 2, 3, 3)
    x[3, 1, 2, 2] = bad
    with pytest.raises(ModelError, match="layer layer gives NaN or infinite values"):
        tap(32, 5).take(x)


class Sometimes(nn.Module):
    """Calls a part only for bright images, or one that loses rows."""

    def __init__(self, halves: bool) -> None:
        super().__init__()
        self.part, self._halves = nn.Identity(), halves

    def forward(self, x: Tensor) -> Tensor:
        if self._halves or float(x.max()) > 1:
            self.part(x[: len(x) // 2] if self._halves else x)
        return x.flatten(1)


@pytest.mark.parametrize(("halves", "words"), [(False, "is not always run"), (True, r"gives \d+ rows for 20 images")])
def test_layers_that_do_not_follow_the_batch_are_named(halves: bool, words: str) -> None:
    with tapped(Sometimes(halves), [tap(32, 0, "part")]) as run, pytest.raises(ModelError, match=words):
        run(torch.zeros(20, 3, 4, 4))
