"""The loop of the window: what happens in a frame, in order. The only reader of the real clock."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from explorer.app import events
from explorer.app.input import Controls
from explorer.app.session import Session
from explorer.app.window import Window
from explorer.config import load_config, pictures_folder
from explorer.errors import LayerflightError
from explorer.recorder.screenshot import save_png
from explorer.recorder.video import VideoWriter
from explorer.store.read import World
from explorer.world import intents as say

_LONGEST_STEP = 0.1
"""Seconds: after a stall (a dragged window, a sleep) the world goes on instead of jumping."""
_SLOW, _QUICK = 1 / 20, 1 / 40
"""Seconds per frame above which detail is given up, and below which it comes back."""
_IDLE_SECONDS = 0.1
"""Between frames that nobody sees (minimised window)."""


class Flight:
    """A session in a window.

    Args:
        world: an open world.
        dev: reload shaders when their files change.
        seed: of the tour.
    """

    def __init__(self, world: World, dev: bool = False, seed: int = 0) -> None:
        self.world_path = world.path
        self.controls = Controls(load_config().keys)
        self.window = Window(f"{world.manifest.title} · Layerflight")
        self.session = Session(self.window.ctx, world, self.window.size, self.controls.help(), seed, dev)
        self._cursor: tuple[float, float] | None = None
        self._video: VideoWriter | None = None
        self._video_began = 0.0
        self._screenshots = 0
        self._pace = _QUICK

    def run(self) -> None:
        """Flies until the person quits; a recording still running is finished properly."""
        then = time.perf_counter()
        try:
            while not self.session.state.quitting:
                now = time.perf_counter()
                self._keep_pace(now - then)
                self.frame(min(now - then, _LONGEST_STEP))
                then = now
                if not self.window.visible:
                    time.sleep(_IDLE_SECONDS)
        finally:
            self.close()

    def _keep_pace(self, seconds: float) -> None:
        """Shows fewer points of far clouds while frames take long, more again when there is time."""
        self._pace += 0.1 * (min(seconds, _LONGEST_STEP) - self._pace)
        detail = self.session.state.detail
        if self._pace > _SLOW and detail > 0.1:
            self.session.also(say.SetDetail(detail * 0.96))
        elif self._pace < _QUICK and detail < 1.0:
            self.session.also(say.SetDetail(detail * 1.02))

    def close(self) -> None:
        """Finishes a recording still running and gives everything back."""
        try:
            self._stop_recording()
        finally:
            self.session.release()
            self.window.close()

    def frame(self, dt: float) -> None:
        """One frame; ``dt`` in seconds."""
        intents = self._listen()
        intents += self.controls.held(self.session.state, dt)
        self.session.resize(self.window.size)
        self.session.frame(intents, dt, self._hover_place(), self.window.scale)
        self._follow_state()
        self._keep_pictures()
        self.window.present(self.session.target)

    def _listen(self) -> list[say.Intent]:
        """Events since the last frame; what the HUD takes goes no further."""
        intents: list[say.Intent] = []
        for event in self.window.pump():
            if not self._hud_takes(event):
                intents += self.controls.handle(event, self.session.state)
        return intents

    def _hud_takes(self, event: events.Event) -> bool:
        """Shows an event to the HUD; True when it was meant for a panel."""
        hud, flying = self.session.hud, self.controls.flying(self.session.state)
        match event:
            case events.Key(name, down):
                hud.key(name, down)
                return hud.wants_keyboard and down
            case events.Text(text):
                hud.text(text)
                return True
            case events.MouseMove(x, y):
                if flying:
                    return False
                self._cursor = (x, y)
                hud.mouse_move(x, y)
                return hud.wants_mouse and not self.controls.dragging
            case events.MouseButton(button, down, x, y):
                hud.mouse_move(x, y)
                hud.mouse_button(button, down)
                return hud.wants_mouse and down and not flying
            case events.Wheel(_, _, steps):
                if not flying and hud.wants_mouse:
                    hud.mouse_wheel(0.0, steps)
                    return True
            case events.MouseLeave():
                self._cursor = None
                hud.mouse_move(-1.0, -1.0)
            case events.Focus(on):
                hud.focus(on)
        return False

    def _hover_place(self) -> tuple[float, float] | None:
        """Where to look for an image under the cursor; nowhere while flying or dragging."""
        flying = self.controls.flying(self.session.state)
        return None if flying or self.controls.dragging or not self.window.focused else self._cursor

    def _follow_state(self) -> None:
        """Makes the window what the state says it should be."""
        state = self.session.state
        self.window.set_fullscreen(state.fullscreen)
        self.window.set_cursor(self.session.hud.cursor)
        self.window.capture_mouse(self.controls.flying(state) and self.window.focused)

    def _keep_pictures(self) -> None:
        """Screenshots and recording: of the finished picture, panels included."""
        state = self.session.state
        try:
            if state.screenshots > self._screenshots:
                path = _fresh("png")
                save_png(path, self.session.target.read_rgb())
                self.session.tell(f"Saved {path.name}")
            if state.recording and self._video is None:
                self._video = VideoWriter(_fresh("mp4"), *self.session.target.size, fps=30, live=True)
                self._video_began = time.perf_counter()
            if state.recording and self._video is not None:
                self._video.put(self.session.target.read_rgb(), time.perf_counter() - self._video_began)
            elif not state.recording:
                self._stop_recording()
        except LayerflightError as error:
            self._video = None
            self.session.tell(str(error))
            self.session.also(say.SetRecording(False))
        self._screenshots = state.screenshots

    def _stop_recording(self) -> None:
        if self._video is not None:
            video, self._video = self._video, None
            video.close()
            self.session.tell(f"Saved {video.path.name}")


def _fresh(suffix: str) -> Path:
    """A file name that does not exist yet, from the date and time."""
    stem = f"layerflight-{datetime.now():%Y-%m-%d-%H%M%S}"
    path = pictures_folder() / f"{stem}.{suffix}"
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"{stem}-{number}.{suffix}")
    return path
