"""The exact neighbours where rounding would hide them."""

import numpy as np
import torch

from explorer.builder.embedding.neighbours import nearest_neighbours


def test_neighbours_are_exact_in_tight_clusters_far_from_the_origin() -> None:
    """What a good classifier's softmax looks like: |x|² + |y|² - 2xy in float32 finds a third of them."""
    rng = np.random.default_rng(5)
    centres = np.eye(10)[rng.integers(0, 10, 600)]
    points = (centres + 1e-5 * rng.standard_normal((600, 10))).astype(np.float32)
    found = nearest_neighbours(torch.from_numpy(points), 16)
    apart = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)
    np.fill_diagonal(apart, -1.0)
    truth = np.sort(apart, axis=1)[:, 1:16]
    assert np.allclose(found.distances[:, 1:], truth, rtol=1e-4)
