"""Text fields of one line that are finished with Enter."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Ui


def field(ui: Ui, label: str, hint: str, value: str, width: float, wrong: bool = False) -> tuple[str, bool]:
    """A text field.

    Args:
        ui: the kit.
        label: its name.
        hint: shown while it is empty.
        value: its text now.
        width: pixels.
        wrong: draw it as one whose text is not understood.

    Returns:
        Its text, and whether Enter was pressed in it.
    """
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(ui.px(9), ui.px(6)))
    imgui.push_style_var(imgui.StyleVar_.frame_border_size, max(1.0, ui.scale) if wrong else 0.0)
    imgui.push_style_color(imgui.Col_.border, theme.faded(theme.WRONG, 0.7))
    imgui.set_next_item_width(width)
    imgui.push_font(ui.regular, theme.HEADING)
    _, text = imgui.input_text_with_hint(f"##{label}", hint, value)
    imgui.pop_font()
    imgui.pop_style_color()
    imgui.pop_style_var(2)
    ui.note(label)
    keys = imgui.Key
    entered = imgui.is_item_deactivated() and any(imgui.is_key_pressed(x) for x in (keys.enter, keys.keypad_enter))
    return str(text), bool(entered)
