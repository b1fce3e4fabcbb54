"""Words that all commands use alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

FIGURES = {"trustworthiness": "trust", "recall": "recall", "knn_accuracy": "kNN", "reduction_recall": "kept"}
"""What tables call the figures of a layer's quality, see ``store.manifest.QUALITY``."""


def counted(count: int, noun: str) -> str:
    """ "1 layer", "2,000 layers"."""
    return f"{count:,} {noun}{'' if count == 1 else 's' if not noun.endswith('s') else 'es'}"


def by(sizes: Iterable[object]) -> str:
    """ "3×32×32"."""
    return "×".join(str(x) for x in sizes)


def times(text: str) -> str:
    """Sizes as older worlds wrote them, "16x16", as people read them, "16×16"."""
    return re.sub(r"(?<=\d)x(?=\d)", "×", text)
