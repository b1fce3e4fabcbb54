"""Class colours: as many as asked for, told apart, legible on the dark ground."""

import numpy as np
import pytest

from explorer.geometry.colour import class_colours, oklch_to_srgb


@pytest.mark.parametrize("count", [0, 1, 10, 11, 67, 1000])
def test_one_colour_for_each_class_and_one_for_none(count: int) -> None:
    colours = class_colours(count)
    assert colours.shape == (count + 1, 3)
    assert (colours >= 0).all()
    assert (colours <= 1).all()
    luminance = colours**2.2 @ [0.2126, 0.7152, 0.0722]
    assert luminance.min() > 0.12


def test_ten_classes_are_told_apart_with_red_green_blindness() -> None:
    """Deuteranopia simulated (Viénot, Brettel and Mollon 1999): no two of ten colours fall together."""
    linear = class_colours(10)[:10] ** 2.2
    rgb_to_lms = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
    blind = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
    seen = linear @ rgb_to_lms.T @ blind.T @ np.linalg.inv(rgb_to_lms).T
    seen = np.clip(seen, 0, 1) ** (1 / 2.2)
    distances = np.linalg.norm(seen[:, None] - seen[None], axis=2) + 9 * np.eye(10)
    assert distances.min() > 0.11


def test_oklch_agrees_with_published_values() -> None:
    """White, black and pure red by Ottosson's definition."""
    red = oklch_to_srgb(np.array([[0.62796, 0.25768, np.radians(29.234)]]))
    assert red[0] == pytest.approx([1, 0, 0], abs=2e-3)
    assert oklch_to_srgb(np.array([[1.0, 0, 0], [0.0, 0, 0]])) == pytest.approx(
        np.array([[1, 1, 1], [0, 0, 0]]), abs=1e-3
    )
