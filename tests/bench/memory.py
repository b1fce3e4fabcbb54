"""Peak memory of a whole build, for few images and for ten times as many.

    LAYERFLIGHT_DATA=... python -m tests.bench.memory [--images 2000 20000] [--workers N] [--embed-sample N]

LeNet on digits of MNIST's training set, all layers, maps and all, each build in a process of its own. The resident
memory of that process and of those it starts is read every 20 ms; "anonymous" leaves out mapped files, which the
system takes back when it wants to. At most 1.3 times as much is allowed for ten times the images.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from explorer.builder.options import BuildOptions, EmbedSettings
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent

ALLOWED = 1.3
"""Peak for the most images over peak for the fewest."""

_EVERY = 0.02
"""Seconds between two readings."""


@dataclass
class Peak:
    """The most that was seen, in bytes."""

    resident: int = 0
    anonymous: int = 0


@dataclass
class Run:
    """One build."""

    images: int
    seconds: float = 0.0
    stages: dict[str, Peak] = field(default_factory=dict)
    """In the order they began; "start" is everything before the first."""

    def peak(self) -> int:
        """Bytes of resident memory at most."""
        return max(x.resident for x in self.stages.values())


class Telling(Silent):
    """Tells the parent process which stage begins."""

    def start(self, stage: str, total: float) -> None:
        super().start(stage, total)
        print(stage, flush=True)

    def finish(self) -> None:
        print(f"after {self.stages[-1]}", flush=True)


def build(data: Path, images: int, output: Path, workers: int | None, sample: int | None) -> None:
    """The build that is measured; what the child process does."""
    asked = BuildOptions(
        model=f"{data}/nets.py:lenet", weights=data / "lenet_mnist/caffe_lenet.pth", images=data / "mnist",
        split="train", output=output, scale=256, limit=images, workers=workers, embed=EmbedSettings(sample=sample),
    )  # fmt: skip
    build_world(asked, Telling())


def measure(arguments: list[str], images: int) -> Run:
    """Run the build in a process of its own, and watch it."""
    run, said = Run(images), ["start"]
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.bench.memory", "--child", f"{folder}/m.world", "--images", str(images)]
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
        listening = threading.Thread(target=lambda: said.extend(x.strip() for x in process.stdout or ()))
        listening.start()
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            peak = run.stages.setdefault(said[-1], Peak())
            resident, anonymous = _now(watched)
            peak.resident, peak.anonymous = max(peak.resident, resident), max(peak.anonymous, anonymous)
            time.sleep(_EVERY)
        listening.join()
    if process.returncode:
        raise SystemExit(f"the build of {images} images failed")
    run.seconds = time.perf_counter() - begin
    return run


def _now(process: psutil.Process) -> tuple[int, int]:
    """Bytes resident, and of those anonymous, of a process and its children."""
    resident = anonymous = 0
    try:
        for one in (process, *process.children(recursive=True)):
            info = one.memory_info()
            resident += info.rss
            anonymous += info.rss - getattr(info, "shared", 0)
    except psutil.NoSuchProcess:
        pass
    return resident, anonymous


def report(runs: list[Run]) -> Table:
    """The figures, to be printed."""
    table = Table(title="Peak memory of a build, MB")
    table.add_column("stage")
    for run in runs:
        table.add_column(f"{run.images:,}", justify="right")
        table.add_column("anonymous", justify="right")
    table.add_column("ratio", justify="right")
    for stage in runs[-1].stages:
        peaks = [run.stages.get(stage, Peak()) for run in runs]
        cells = [f"{x / 1e6:.0f}" for p in peaks for x in (p.resident, p.anonymous)]
        ratio = peaks[-1].resident / peaks[0].resident if peaks[0].resident else float("nan")
        table.add_row(stage, *cells, f"{ratio:.2f}")
    whole = [cell for run in runs for cell in (f"{run.peak() / 1e6:.0f}", "")]
    table.add_row("the whole build", *whole, f"{runs[-1].peak() / runs[0].peak():.2f}", style="bold")
    table.caption = ", ".join(f"{run.images:,} images in {run.seconds:.0f} s" for run in runs)
    return table


def main() -> None:
    """Measure, print, and fail when it is too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[2000, 20_000])
    parser.add_argument("--workers", type=int)
    parser.add_argument("--embed-sample", type=int)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if "LAYERFLIGHT_DATA" not in os.environ:
        raise SystemExit("LAYERFLIGHT_DATA should name the folder with mnist/, lenet_mnist/ and nets.py")
    if args.child:
        build(Path(os.environ["LAYERFLIGHT_DATA"]), args.images[0], args.child, args.workers, args.embed_sample)
        return
    named = {"--workers": args.workers, "--embed-sample": args.embed_sample}
    passed = [text for name, value in named.items() if value is not None for text in (name, str(value))]
    runs = [measure(passed, images) for images in args.images]
    Console().print(report(runs))
    ratio = runs[-1].peak() / runs[0].peak()
    if len(runs) > 1 and ratio > ALLOWED:
        raise SystemExit(f"{ratio:.2f} times the memory; at most {ALLOWED} is allowed")


if __name__ == "__main__":
    main()
