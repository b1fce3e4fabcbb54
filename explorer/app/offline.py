"""Plays a scene script without a window, frame by frame, into a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from explorer.app.session import Session
from explorer.draw.context import headless_context, release_context
from explorer.recorder.video import VideoWriter
from explorer.resources import resource
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.clock import FixedClock
from explorer.world.layout import make_scene
from explorer.world.script import Script, lay_out
from explorer.world.script_file import load_script

_SETTLING = 4
"""Frames that the panels take to find their places; not recorded."""


def find_script(name: str) -> Script:
    """A scene script by path, or by the name of a shipped one ("flight", "dive")."""
    shipped = resource("scenes") / f"{name}.toml"
    return load_script(shipped if shipped.is_file() and not Path(name).is_file() else Path(name))


def record_world(
    world: World,
    script: Script,
    out: Path,
    duration: float | None = None,
    panels: bool = False,
    quiet: bool = False,
) -> int:
    """Renders a script to a video; every frame once, at its own time.

    Args:
        world: an open world.
        script: what to play; its size and frame rate are those of the video.
        out: file to write; the suffix chooses the format.
        duration: seconds; None takes the script's own.
        panels: with the HUD's panels in the picture.
        quiet: no progress display.

    Returns:
        The number of frames written.
    """
    timeline = lay_out(script, make_scene(world), duration)
    clock = FixedClock(script.fps)
    count = clock.frames(timeline.duration)
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        _session(world, script) as session,
        VideoWriter(out, script.width, script.height, fps=script.fps) as video,
        Progress(*columns, disable=quiet, transient=True) as progress,
    ):
        for _ in range(_SETTLING):
            session.frame([say.SetHud(panels), say.SetLabels(script.labels)], 0.0)
        task = progress.add_task(f"recording {out.name}", total=count)
        for number in range(count):
            session.frame(timeline.between(clock.time(number), clock.time(number + 1)), 1 / clock.fps)
            video.put(session.target.read_rgb())
            progress.advance(task)
    return count


@contextmanager
def _session(world: World, script: Script) -> Iterator[Session]:
    """A session without a window; whatever happens, its context does not stay current."""
    context = headless_context()
    try:
        session = Session(context, world, (script.width, script.height), seed=script.seed, patient=True)
        try:
            yield session
        finally:
            session.release()
    finally:
        release_context(context)
