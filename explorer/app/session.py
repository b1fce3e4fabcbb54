"""One session with one world: the state, what draws it, and a single frame of it.

The window and the recorder both play sessions; neither knows how a frame comes about.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import moderngl

from explorer.app.analyst import Analyst
from explorer.app.errands import Errands
from explorer.app.view_file import ViewFile
from explorer.draw.renderer import Renderer
from explorer.draw.target import Target
from explorer.hud.hud import FrameStats, Hud
from explorer.store.read import World
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.draw_list import DrawList
from explorer.world.layout import make_scene
from explorer.world.update import initial_state, update


class Session:
    """A world being flown.

    Args:
        ctx: an OpenGL 3.3 context.
        world: an open world.
        size: framebuffer size in pixels.
        key_help: rows of the help panel.
        seed: of the tour.
        dev: reload shaders when their files change.
        patient: wait for what takes longer than a frame, so that recordings always show the same.
    """

    def __init__(
        self,
        ctx: moderngl.Context,
        world: World,
        size: tuple[int, int],
        key_help: Sequence[tuple[str, str, str]] = (),
        seed: int = 0,
        dev: bool = False,
        patient: bool = False,
    ) -> None:
        self.ctx = ctx
        self.target = Target(ctx, size)
        self.state = initial_state(make_scene(world), Viewport(*size), seed)
        self.renderer = Renderer(ctx, world, dev=dev)
        self.hud = Hud(ctx, world, key_help)
        self.stats = FrameStats(0.0, 0.0, 0, str(ctx.info["GL_RENDERER"]))
        self.errands = Errands(world.path, world.manifest.images)
        self.analyst = Analyst(world.path, patient)
        self.views = ViewFile(world.path)
        self._answers: list[say.Intent] = []
        self._scene = draw_list(self.state)

    def frame(
        self,
        intents: Iterable[say.Intent],
        dt: float,
        cursor: tuple[float, float] | None = None,
        pixel_ratio: float = 1.0,
    ) -> None:
        """One frame, in this order: state, picture, what is under the cursor, HUD.

        Args:
            intents: what was asked for since the last frame, in order.
            dt: seconds since the last frame, from whichever clock drives the session.
            cursor: the mouse in pixels, or None where there is none to hover with.
            pixel_ratio: size of text against that on a screen of 96 dots per inch.
        """
        began = time.thread_time()
        answers, self._answers = self._answers, []
        self.state = update(self.state, [*answers, *intents], dt)
        while found := self.analyst.attend(self.state):
            self.state = update(self.state, found, 0.0)
        scene = self._scene = draw_list(self.state)
        self.renderer.draw(scene, self.target)
        if self.renderer.shader_error not in ("", self.state.notice):  # of a --dev run
            self.tell(self.renderer.shader_error)
        self._answers += self._hovered(scene, cursor)
        self._answers += self.errands.follow(self.state)
        self._answers += self.views.follow(self.state)
        self._answers += self.hud.frame(self.state, scene, self.stats, dt, pixel_ratio)
        self.hud.draw(self.target.fbo)
        cpu = 1000 * (time.thread_time() - began)
        self.stats = self._measured(scene, 1000 * dt, cpu)

    def _measured(self, scene: DrawList, frame_ms: float, cpu_ms: float) -> FrameStats:
        """What the stats panel shows of a frame."""
        total, threads = len(scene.clouds) * self.state.scene.images, scene.threads
        shown = 0 if threads is None else int(threads.count)
        drawn, renderer = self.renderer.points_drawn, self.stats.renderer
        return FrameStats(frame_ms, cpu_ms, drawn, renderer, total, len(scene.clouds), shown, scene.still)

    def resize(self, size: tuple[int, int]) -> None:
        """The framebuffer's new size in pixels; the HUD then says which part of it is free."""
        if size != self.target.size:
            self.target.resize(*size)
            # The panels keep their widths: until the HUD has laid itself out anew, so do the margins.
            old, (width, height) = self.state.viewport, size
            left, top, right, bottom = old.clear
            viewport = Viewport(width, height, left, top, width - (old.width - right), height - (old.height - bottom))
            self._answers.append(say.Resize(viewport))

    def look_under(self, x: float, y: float) -> None:
        """Hovers at a pixel of the picture now seen, without waiting for the next frame: a click is exact."""
        self.state = update(self.state, self._hovered(self._scene, (x, y)), 0.0)

    def also(self, *intents: say.Intent) -> None:
        """Says something on the program's own account, next frame."""
        self._answers += intents

    def tell(self, text: str) -> None:
        """Shows the person a line, next frame."""
        self.also(say.Notify(text))

    def release(self) -> None:
        """Frees everything on the GPU, once what is being written is written."""
        self.errands.close()
        self.analyst.close()
        self.views.close()
        self.hud.release()
        self.renderer.release()
        self.target.release()

    def _hovered(self, scene: DrawList, cursor: tuple[float, float] | None) -> list[say.Intent]:
        """What lies under the cursor, if that changed."""
        found, name, handle, named = None, None, None, None
        if cursor is not None and not self.hud.wants_mouse:
            handle = self.hud.handles.under(*cursor)
            named = self.hud.handles.names.under(*cursor) if handle is None else None
        if cursor is not None and not self.hud.wants_mouse and handle is None and named is None:
            found = self.renderer.pick(scene, *cursor, self.target.size)
            name = self.hud.labels.under(*cursor) if found is None else None
        hover = say.Hover(None) if found is None else say.Hover(found[1], found[0])
        now = self.state.hover
        same = (now is None and found is None) or (now is not None and found == (now.node, now.image))
        told: list[say.Intent] = [] if name == self.state.hover_name else [say.HoverName(name)]
        handles = self.state.handles
        if (handle, named) != (handles.hovered, handles.named) and handles.grab is None:
            told.append(say.HoverHandle(handle, named))
        return told if same else [*told, hover]
