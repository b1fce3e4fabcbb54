"""What a build says at its end: what came out, how good it is, and what took how long."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.builder.progress import Progress
from explorer.builder.recipe import BuildReport

_NAMED = 10
"""Skipped images that are named."""


def tell_skipped(skipped: Sequence[tuple[str, str]], progress: Progress) -> None:
    """Name the images that could not be read."""
    if not skipped:
        return
    progress.note(f"{len(skipped)} images cannot be read and are left out:")
    for name, why in skipped[:_NAMED]:
        progress.note(f"  {name}: {why}")
    if len(skipped) > _NAMED:
        progress.note(f"  and {len(skipped) - _NAMED} more (all are listed in the manifest)")


def summarise(report: BuildReport, progress: Progress) -> None:
    """The lines at the end."""
    manifest = report.manifest
    accuracy = "" if manifest.accuracy is None else f", accuracy {manifest.accuracy:.2%}"
    size = report.size / 1e6
    progress.note(f"{report.path}: {manifest.images} images in {len(manifest.layers)} layers, {size:.1f} MB{accuracy}")
    progress.note("seconds: " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items()))
