"""Drives a HUD as a person does: moves the mouse, clicks what it finds by name, types, and keeps the intents."""

from __future__ import annotations

from collections.abc import Iterable

import moderngl
import numpy as np

from explorer.draw.target import Target
from explorer.hud.hud import FrameStats, Hud
from explorer.store.read import World
from explorer.types import UInt8, Viewport
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.intents import Intent
from explorer.world.layout import make_scene
from explorer.world.update import initial_state, update

DT = 1 / 60
KEYS = (("Move", "W  ↑", "forward"), ("Move", "Space", "pause or resume the tour"), ("View", "F1  ?", "this help"))


class Driver:
    """A HUD, the state it shows, and a framebuffer; the state follows the intents unless told not to."""

    def __init__(
        self, ctx: moderngl.Context, world: World, size: tuple[int, int] = (1280, 720), ratio: float = 1.0
    ) -> None:
        self.target, self.ratio = Target(ctx, size), ratio
        self.hud = Hud(ctx, world, KEYS)
        self.state = initial_state(make_scene(world), Viewport(*size))
        self.settle()

    def frame(self, intents: Iterable[Intent] = ()) -> list[Intent]:
        """Apply intents and show one frame; answers what the HUD says, resizing and hovering left out."""
        self.state = update(self.state, intents, DT)
        answers = self.hud.frame(self.state, draw_list(self.state), FrameStats(16.0, 4.0, 60, "test"), DT, self.ratio)
        self.state = update(self.state, answers, 0.0)
        return [answer for answer in answers if not isinstance(answer, say.Resize | say.HoverCategory)]

    def settle(self, *intents: Intent, frames: int = 60) -> list[Intent]:
        """Show frames until everything has eased to its place."""
        said = self.frame(intents)
        for _ in range(frames):
            said += self.frame()
        return said

    def place(self, label: str) -> tuple[float, float]:
        """The middle of a widget."""
        left, top, right, bottom = self.hud.ui.find(label)
        return (left + right) / 2, (top + bottom) / 2

    def move(self, x: float, y: float) -> list[Intent]:
        """Bring the mouse somewhere."""
        self.hud.mouse_move(x, y)
        return self.frame() + self.frame()

    def click_at(self, x: float, y: float, times: int = 1) -> list[Intent]:
        """Click somewhere, several times in quick succession."""
        said = self.move(x, y)
        for _ in range(times):
            self.hud.mouse_button(0, True)
            said += self.frame()
            self.hud.mouse_button(0, False)
            said += self.frame()
        return said + self.frame()

    def click(self, label: str, times: int = 1) -> list[Intent]:
        """Click a widget by name."""
        return self.click_at(*self.place(label), times)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> list[Intent]:
        """Press, move and let go."""
        said = self.move(*start)
        self.hud.mouse_button(0, True)
        said += self.frame() + self.frame()
        for step in np.linspace(0.0, 1.0, 6):
            self.hud.mouse_move(*(a + (b - a) * step for a, b in zip(start, end, strict=True)))
            said += self.frame()
        self.hud.mouse_button(0, False)
        return said + self.frame() + self.frame()

    def type(self, text: str) -> list[Intent]:
        """Type into whatever has the keyboard."""
        self.hud.text(text)
        return self.frame() + self.frame()

    def picture(self) -> UInt8:
        """What the HUD draws over black, (H, W, 3)."""
        self.target.fbo.use()
        self.target.fbo.clear(0.0, 0.0, 0.0, 1.0)
        self.hud.draw(self.target.fbo)
        return self.target.read_rgb()

    def release(self) -> None:
        """Free the HUD and the framebuffer."""
        self.hud.release()
        self.target.release()
