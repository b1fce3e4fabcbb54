"""A person at the real window: hands on mouse and keyboard, eyes on the screen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import ImageGrab

from explorer.app.loop import Flight
from explorer.geometry.matrices import to_pixels
from explorer.store.read import open_world
from explorer.types import Float64
from explorer.world.compose import draw_list
from explorer.world.state import AppState

XDoTool = Callable[..., str]
CENTRE = (640, 420)


class Pilot:
    """A flight on the virtual screen, and the hands that steer it."""

    def __init__(self, flight: Flight, xdotool: XDoTool, pictures: Path) -> None:
        self.flight, self._xdotool, self._pictures = flight, xdotool, pictures
        self.frames(3)
        self.focus()
        self.hands("mousemove", *CENTRE)

    def focus(self) -> None:
        """Gives the window the keyboard, as a window manager would."""
        self.window = self._xdotool("search", "--name", "Layerflight").split()[-1]
        self.hands("windowfocus", "--sync", self.window)

    @property
    def state(self) -> AppState:
        return self.flight.session.state

    def ask(self, *words: object) -> str:
        return self._xdotool(*words)

    def frames(self, count: int = 1, dt: float = 1 / 30) -> None:
        for _ in range(count):
            self.flight.frame(dt)

    def until(self, happened: Callable[[], bool], seconds: float = 20.0) -> None:
        """Flies on until something has happened: events take their time through the X server."""
        end = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < end, "it never happened"
            self.frames()

    def hands(self, *words: object, frames: int = 4) -> None:
        self._xdotool(*words)
        time.sleep(0.05)
        self.frames(frames)

    def seen(self, name: str) -> np.ndarray:
        """What is on the screen, (H, W, 3) uint8; kept as a picture to look at."""
        self.frames(2)
        picture = ImageGrab.grab(xdisplay=os.environ["DISPLAY"]).convert("RGB")
        picture.save(self._pictures / f"{name}.png")
        width, height = self.flight.window.size
        return np.asarray(picture)[:height, :width]

    def place_of_an_image(self) -> tuple[int, Float64]:
        """An image of the current cloud that picking answers, and its pixel."""
        scene = draw_list(self.state)
        cloud = next(c for c in scene.clouds if c.node == self.state.layer)
        world = open_world(self.flight.world_path)
        points = np.c_[world.embedding(cloud.layer), np.ones(len(world.labels))] @ cloud.placement
        pixels = to_pixels(points[:, :3], scene.view, scene.projection, scene.viewport)
        for image in np.argsort(pixels[:, 2]):
            x, y = pixels[image, :2]
            hit = self.flight.session.renderer.pick(scene, x, y, self.flight.session.target.size)
            if hit == (cloud.node, image):
                return int(image), pixels[image, :2]
        raise LookupError("no image of the current cloud can be picked")
