"""Products by row, and how large the one exception is that is left inside of networks."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import linear

from explorer.builder.activations.steady import LEAST, filled_up, product


def seeded(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("columns", [1, 2, 5, 11, 12, 13, 100])
@pytest.mark.parametrize("width", [1, 4, 10, 33, 500])
def test_a_row_comes_out_alike_whatever_comes_with_it(width: int, columns: int) -> None:
    rows, weights = seeded(150, width), seeded(columns, width)
    whole = product(rows, weights)
    assert torch.allclose(whole, (rows.double() @ weights.double().T).float(), atol=1e-4)
    for begin, end in ((0, 1), (7, 8), (3, 20), (1, 33), (5, 150), (149, 150)):
        assert torch.equal(product(rows[begin:end].clone(), weights), whole[begin:end])


def test_threads_do_not_matter() -> None:
    before = torch.get_num_threads()
    rows, weights = seeded(77, 64), seeded(10, 64)
    results = []
    try:
        for threads in (1, 2, 3, 8):
            torch.set_num_threads(threads)
            results.append(product(rows, weights))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(x, results[0]) for x in results)


@pytest.mark.parametrize(
    ("count", "filled"), [(1, 16), (15, 16), (16, 16), (17, 24), (64, 64), (100, 104), (2001, 2001)]
)
def test_batches_are_filled_up_with_copies(count: int, filled: int) -> None:
    rows = seeded(count, 2, 3)
    found = filled_up(rows)
    assert len(found) == filled >= LEAST
    assert torch.equal(found[:count], rows)
    assert all(torch.equal(x, rows[-1]) for x in found[count:])


def test_the_exception_inside_of_networks_is_this_small() -> None:
    """A linear layer of at most 11 outputs whose inputs are no multiple of 4: a row heeds where it lies in a batch."""
    rows, weights = seeded(150, 501), seeded(5, 501)
    whole = linear(rows, weights)
    apart = [(linear(rows[x : x + 64].clone(), weights) - whole[x : x + 64]).abs().max() for x in range(1, 9)]
    assert max(float(x) for x in apart) <= 1e-6 * float(whole.abs().max())
