"""Key names, as window systems give them, to ImGui's keys; ImGui's cursors to their names there."""

from __future__ import annotations

from imgui_bundle import imgui

_ALIASES = {
    "left": "left_arrow", "right": "right_arrow", "up": "up_arrow", "down": "down_arrow", "esc": "escape",
    "return": "enter", "num_enter": "keypad_enter", "del": "delete", "pageup": "page_up", "pagedown": "page_down",
    "lctrl": "left_ctrl", "rctrl": "right_ctrl", "ctrl": "left_ctrl", "lshift": "left_shift", "shift": "left_shift",
    "rshift": "right_shift", "lalt": "left_alt", "ralt": "right_alt", "alt": "left_alt", "lcommand": "left_super",
    "rcommand": "right_super", "lwindows": "left_super", "rwindows": "right_super",
}  # fmt: skip
_MODIFIERS = {"ctrl": "mod_ctrl", "shift": "mod_shift", "alt": "mod_alt", "super": "mod_super"}

CURSORS: dict[int, str] = {
    imgui.MouseCursor_.text_input: "text",
    imgui.MouseCursor_.hand: "hand",
    imgui.MouseCursor_.resize_ew: "size_left_right",
    imgui.MouseCursor_.resize_ns: "size_up_down",
    imgui.MouseCursor_.resize_all: "size",
    imgui.MouseCursor_.resize_nwse: "size_up_left",
    imgui.MouseCursor_.resize_nesw: "size_up_right",
}
"""ImGui's mouse cursors to the window system's names."""


def imgui_keys(name: str) -> tuple[imgui.Key, ...]:
    """ImGui's keys for a key name of any case: the key, and the modifier it stands for; empty if unknown."""
    plain = name.strip().lower()
    plain = _ALIASES.get(plain, plain)
    if len(plain) == 1 and plain.isdigit():
        plain = f"_{plain}"
    key = getattr(imgui.Key, plain, None)
    if not isinstance(key, imgui.Key):
        return ()
    modifier = _MODIFIERS.get(plain.rpartition("_")[2]) if plain.startswith(("left_", "right_")) else None
    return (key, getattr(imgui.Key, modifier)) if modifier else (key,)
