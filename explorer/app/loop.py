"""The loop of the window: what happens in a frame, in order. The only reader of the real clock (a
session measures its own processor time, which nothing but the stats panel sees)."""

from __future__ import annotations

import time

from explorer.app import events
from explorer.app.input import Controls
from explorer.app.pace import Pace
from explorer.app.session import Session
from explorer.app.window import Window
from explorer.config import load_config, pictures_folder
from explorer.errors import LayerflightError
from explorer.recorder.screenshot import save_png, unused_path
from explorer.recorder.video import VideoWriter
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.state import AppState

_LONGEST_STEP = 0.1
"""Seconds: after a stall (a dragged window, a sleep) the world goes on instead of jumping."""
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
        try:
            self.session = Session(self.window.ctx, world, self.window.size, self.controls.help(), seed, dev)
        except BaseException:
            self.window.close()
            raise
        self._cursor: tuple[float, float] | None = None
        self._video: VideoWriter | None = None
        self._recorded = 0.0
        self._screenshots = self._copies = self._pastes = 0
        self._typed = ""
        self._pace = Pace()

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

    @property
    def recording(self) -> bool:
        """True while a video is being written."""
        return self._video is not None

    def _keep_pace(self, seconds: float) -> None:
        """Says how many points a frame may draw; what stands still or draws all the same says nothing about that."""
        stats = self.session.stats
        learns = not (stats.still or self.session.state.recording)
        budget = self._pace.after(seconds, stats.points) if learns else self._pace.budget
        if budget != self.session.state.detail.budget:
            self.session.also(say.SetBudget(budget))

    def close(self) -> None:
        """Finishes a recording still running and gives everything back."""
        recording = self._video
        try:
            self._stop_recording()
        finally:
            self.session.release()
            self.window.close()
        if recording is not None:
            print(f"The recording is in {recording.path if recording.path.exists() else recording.part}.")

    def frame(self, dt: float) -> None:
        """One frame; ``dt`` in seconds."""
        intents = self._listen()
        intents += self.controls.held(self.session.state, dt)
        self.session.resize(self.window.size)
        self.session.frame(intents, dt, self._hover_place(), self.window.scale)
        self._follow_state()
        self._keep_screenshot()
        self._keep_recording(dt)
        self.window.present(self.session.target)

    def _listen(self) -> list[say.Intent]:
        """Events since the last frame; what the HUD takes goes no further."""
        intents: list[say.Intent] = []
        for event in self.window.pump():
            if self._hud_takes(event):
                continue
            match event:
                case events.MouseButton(events.LEFT, _, x, y) | events.MouseButton(_, True, x, y) if (
                    not self.controls.dragging
                ):
                    self.session.look_under(x, y)
            intents += self.controls.handle(event, self.session.state)
        return intents

    def _hud_takes(self, event: events.Event) -> bool:
        """Shows an event to the HUD; True when it was meant for a panel. While flying the HUD is deaf."""
        hud, flying = self.session.hud, self.controls.flying(self.session.state)
        match event:
            case events.Key(name, down):
                if hud.wants_keyboard and down and self.controls.pastes(name):
                    hud.clipboard = self.window.clipboard
                hud.key(name, down and not flying)
                if name == "escape" and down and hud.ui.popup:  # it closes the list, and lets go of nothing else
                    return True
                return hud.wants_keyboard and not flying and down and not self.controls.commands(name)
            case events.Text(text):
                if not flying:
                    hud.text(text)
                return True
            case events.MouseMove(x, y):
                if self.controls.captures(self.session.state):
                    return False
                self._cursor = (x, y)
                hud.mouse_move(x, y)
                return hud.wants_mouse and not self.controls.dragging and not flying
            case events.MouseButton(button, down, x, y):
                if down and flying:
                    return False
                hud.mouse_move(x, y)
                hud.mouse_button(button, down)
                return hud.wants_mouse and down
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
        self.window.capture_mouse(self.controls.captures(state) and self.window.focused)
        self._share_clipboard(state)

    def _share_clipboard(self, state: AppState) -> None:
        """What was copied goes to the system's clipboard, what is to be pasted comes from there."""
        typed = self.session.hud.clipboard if self.session.hud.wants_keyboard else self._typed
        if typed != self._typed:
            self._typed = self.window.clipboard = typed
        if state.copies != self._copies:
            self._copies, self.window.clipboard = state.copies, state.copied
        if state.pastes != self._pastes:
            self._pastes = state.pastes
            self.session.also(say.PasteBasis(self.window.clipboard))

    def _keep_screenshot(self) -> None:
        """Writes the finished picture, panels included, when one was asked for."""
        if self.session.state.screenshots == self._screenshots:
            return
        self._screenshots = self.session.state.screenshots
        try:
            path = unused_path(pictures_folder(), "layerflight", ".png")
            save_png(path, self.session.target.read_rgb())
            self.session.tell(f"Saved {path.name}")
        except LayerflightError as error:
            self.session.tell(str(error))

    def _keep_recording(self, dt: float) -> None:
        """Starts, feeds and ends the video, as the state says.

        Frames are shown for as long as the world took them to last: where they take longer than its longest step, the
        video shows the motion at the speed it has elsewhere, and not in slow motion.
        """
        if not self.session.state.recording:
            self._stop_recording()
            return
        try:
            if self._video is None:
                path = unused_path(pictures_folder(), "layerflight", ".mp4")
                self._video = VideoWriter(path, *self.session.target.size, fps=30, live=True)
                self._recorded = 0.0
            else:
                self._recorded += dt
            self._video.put(self.session.target.read_rgb(), self._recorded)
        except LayerflightError as error:
            self._give_up_recording(error)

    def _give_up_recording(self, error: LayerflightError) -> None:
        if self._video is not None:
            self._video.abort()
            self._video = None
        self.session.tell(str(error))
        self.session.also(say.SetRecording(False))

    def _stop_recording(self) -> None:
        if self._video is None:
            return
        try:
            self._video.close()
            self.session.tell(f"Saved {self._video.path.name}")
            self._video = None
        except LayerflightError as error:
            self._give_up_recording(error)
