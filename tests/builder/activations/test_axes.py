"""Principal axes: those that were planted, and the same coordinates for a row whatever rows it comes with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.builder.activations.axes import EXACT, principal_axes, project


def planted(width: int, count: int = 200, rank: int = 30) -> torch.Tensor:
    """(count, width) along ``rank`` directions of falling variance, far from the origin."""
    generator = torch.Generator().manual_seed(0)
    spectrum = torch.logspace(1, -2, rank)
    onto, _ = torch.linalg.qr(torch.randn(width, rank, generator=generator))  # (width, rank)
    return torch.randn(count, rank, generator=generator) * spectrum @ onto.T + 5


@pytest.mark.parametrize("width", [40, EXACT, EXACT + 1, 3000])
def test_they_are_those_of_the_singular_value_decomposition(width: int) -> None:
    x = planted(width)
    found, coordinates = principal_axes(x.clone(), 10, seed=0)
    centred = (x - x.mean(0)).double()
    left, values, _ = torch.linalg.svd(centred, full_matrices=False)
    wanted = (left * values)[:, :10]  # (200, 10)
    got = project(x, found).double()
    signs = (got * wanted).sum(0).sign()
    assert torch.allclose(got * signs, wanted, atol=1e-3 * float(values[0]))
    assert found.explained == pytest.approx(float((values[:10] ** 2).sum() / (values**2).sum()), abs=1e-4)
    assert np.allclose(found.axes.T @ found.axes, np.eye(10), atol=1e-5)
    assert torch.allclose(coordinates.double(), got, atol=1e-4 * float(values[0]))
    again, _ = principal_axes(x.clone(), 10, seed=0)
    assert np.array_equal(found.axes, again.axes)


def test_all_variance_lies_along_as_many_axes_as_were_planted() -> None:
    assert principal_axes(planted(2000, rank=12), 12, seed=3)[0].explained > 0.9999


@pytest.mark.parametrize("width", [5, 2000])
def test_fewer_images_than_components(width: int) -> None:
    found, _ = principal_axes(planted(width, count=5, rank=3), 256, seed=0)
    assert found.axes.shape == (width, 4)
    assert np.isfinite(found.axes).all()


def test_equal_images_have_axes_too() -> None:
    found, _ = principal_axes(torch.full((20, 30), 7.0), 5, seed=0)
    assert np.isfinite(found.axes).all()
    assert found.explained == 1.0
    assert not project(torch.full((3, 30), 7.0), found).any()


@pytest.mark.parametrize(("width", "components"), [(40, 10), (41, 5), (33, 1), (867, 7), (700, 256), (8191, 64)])
def test_a_row_is_projected_alike_whatever_rows_come_with_it(width: int, components: int) -> None:
    x = planted(width, count=300)
    axes, _ = principal_axes(x.clone(), components, seed=0)
    whole = project(x, axes)
    for size in (1, 2, 3, 7, 16, 44, 64, 100, 256):
        parts = torch.cat([project(x[i : i + size].clone(), axes) for i in range(0, 300, size)])
        assert torch.equal(parts, whole), size
