"""Colours for classes on a dark ground."""

from __future__ import annotations

import numpy as np

from explorer.types import Float64

UNLABELLED = (0.62, 0.66, 0.72)
"""RGB of an image without a label."""

# Ten colours that stay apart for people with the common colour-vision deficiencies, in the spirit
# of Okabe and Ito (2008, "Color Universal Design"), lightened for a dark ground: neighbours in the
# list differ in lightness as well as in hue.
_FIRST = (
    "#56b4e9", "#e69f00", "#1fbf8f", "#f5e663", "#e8613c",
    "#cc79c7", "#c9d4e8", "#4f78e0", "#a8e05f", "#a06a4a",
)  # fmt: skip


def class_colours(count: int) -> Float64:
    """One colour for each class, and a last one for images without a label.

    Args:
        count: number of classes; up to 10 the colours are told apart by nearly everybody, beyond
            that hue, lightness and chroma are spread by irrational steps in OKLCH.

    Returns:
        (count + 1, 3) float64 sRGB, 0 to 1.
    """
    first = [tuple(int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)) for code in _FIRST]
    if count <= len(first):
        return np.array([*first[:count], UNLABELLED])
    k = np.arange(count)
    hue = 2 * np.pi * ((k * 0.61803398875 + 0.63) % 1.0)
    lightness = 0.64 + 0.24 * ((k * 0.754877666) % 1.0)  # steps of the plastic number: no visible period
    chroma = 0.10 + 0.06 * ((k * 0.569840291) % 1.0)
    spread = oklch_to_srgb(np.stack([lightness, chroma, hue], axis=1))
    return np.vstack([spread, UNLABELLED])


def oklch_to_srgb(colours: Float64) -> Float64:
    """OKLCH (n, 3: lightness 0-1, chroma, hue in radians) to sRGB (n, 3), clipped to the gamut.

    Source: Ottosson (2020), "A perceptual color space for image processing".
    """
    lightness, chroma, hue = colours.T
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)  # (n, 3)
    to_cone = np.array(
        [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip((lab @ to_cone.T) ** 3 @ to_linear.T, 0.0, 1.0)  # (n, 3)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(srgb, dtype=np.float64)
