"""What the HUD hears of mouse and keyboard: events are fed to ImGui as they come."""

from __future__ import annotations

from imgui_bundle import imgui

from explorer.hud import keys


class Ears:
    """The events of one ImGui context. All coordinates are framebuffer pixels from the top left."""

    wants_mouse: bool
    """True while the mouse is over a panel or a control holds it."""
    wants_keyboard: bool
    """True while a text field has the keyboard."""

    def __init__(self) -> None:
        """An ImGui context of its own, current from here on."""
        self._context = imgui.create_context()
        imgui.set_current_context(self._context)
        self._buttons: set[int] = set()
        self.wants_mouse = self.wants_keyboard = False

    def _covers(self, x: float, y: float) -> bool:
        """Whether something of the HUD is at that place."""
        raise NotImplementedError

    def mouse_move(self, x: float, y: float) -> None:
        """The cursor is at x, y."""
        imgui.set_current_context(self._context)
        imgui.get_io().add_mouse_pos_event(x, y)
        if not self._buttons:  # a click that follows at once must know where it falls
            self.wants_mouse = self._covers(x, y)

    def mouse_button(self, button: int, down: bool) -> None:
        """A button changed: 0 left, 1 right, 2 middle."""
        imgui.set_current_context(self._context)
        imgui.get_io().add_mouse_button_event(button, down)
        (self._buttons.add if down else self._buttons.discard)(button)

    def mouse_wheel(self, dx: float, dy: float) -> None:
        """The wheel turned; positive dy scrolls up."""
        imgui.set_current_context(self._context)
        imgui.get_io().add_mouse_wheel_event(dx, dy)

    def key(self, name: str, down: bool) -> None:
        """A key changed; unknown names do nothing."""
        imgui.set_current_context(self._context)
        for key in keys.imgui_keys(name):
            imgui.get_io().add_key_event(key, down)

    def text(self, s: str) -> None:
        """Text was typed."""
        imgui.set_current_context(self._context)
        imgui.get_io().add_input_characters_utf8(s)

    def focus(self, on: bool) -> None:
        """The window got or lost the focus: held keys and buttons are let go."""
        imgui.set_current_context(self._context)
        imgui.get_io().add_focus_event(on)
        self._buttons.clear()
