"""The selections kept with the world: a row for each, a field to keep one more, tables out and in."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme, words
from explorer.hud.fields import field
from explorer.hud.kit import Ui
from explorer.hud.widgets import button, hit
from explorer.store.selections import LONGEST, Saved
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.selection import ADD, SUBTRACT
from explorer.world.state import AppState

_ROW = 28.0
_VERBS = {ADD: "Add it to the selection", SUBTRACT: "Take it away from the selection"}


@dataclass
class KeptMemory:
    """What the list remembers between frames."""

    name: str = ""
    """To keep the selection under."""
    renaming: str | None = None
    """The selection whose name is being written anew."""
    new_name: str = ""
    begun: int = 0
    """0 not yet, 1 the field was told to take the keyboard, 2 it has it."""
    path: str = ""
    """Of a table to read."""


def kept_selections(ui: Ui, state: AppState, memory: KeptMemory, how: str) -> list[Intent]:
    """The list and what goes with it.

    Args:
        ui: the kit.
        state: now.
        memory: of the list.
        how: what becomes of a selection that is clicked: "replace", "add" or "subtract".
    """
    intents: list[Intent] = []
    width, gap = imgui.get_content_region_avail().x, imgui.get_style().item_spacing.x
    full = state.selection.count > 0
    keep = ui.width("Save") + ui.px(24)
    memory.name, entered = field(ui, "name", "Name this selection", memory.name[:LONGEST], width - keep - gap)
    imgui.same_line()
    ready = full and bool(memory.name.strip())
    pressed = button(ui, "Save", keep, tip="Keep it with the world", colour=_ink(ready))
    if (pressed or entered) and ready:
        intents.append(say.SaveSelection(memory.name))
        memory.name = ""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(gap, 0))
    for saved in state.selecting.saved:
        imgui.push_id(saved.name)
        intents += (
            _renaming(ui, memory, width) if memory.renaming == saved.name else _row(ui, memory, saved, how, width)
        )
        imgui.pop_id()
    imgui.pop_style_var()
    ui.space(2)
    _tables(ui, memory, full, how, width, gap, intents)
    return intents


def _row(ui: Ui, memory: KeptMemory, saved: Saved, how: str, width: float) -> list[Intent]:
    """A kept selection: click to select it; a pen and a cross at its end."""
    side, height = ui.px(24), ui.px(_ROW)
    at = hit(ui, saved.name, width - 2 * side, height)
    ui.tip(_VERBS.get(how, "Select it"))
    left, top, right, bottom = at.rect
    draw = imgui.get_window_draw_list()
    if at.hovered:
        draw.add_rect_filled(ImVec2(left, top), ImVec2(right, bottom), theme.PRESS if at.held else theme.WELL, ui.px(5))
    count = words.count(saved.count)
    number = ui.width(count, theme.SMALL)
    name = ui.elide(saved.name, right - left - number - ui.px(26))
    ui.write(draw, left + ui.px(8), at.middle - theme.BODY * ui.scale / 2, name)
    y = at.middle - theme.SMALL * ui.scale / 2
    ui.write(draw, right - number - ui.px(6), y, count, theme.DIM, theme.SMALL)
    imgui.same_line(0, 0)
    if _small(ui, f"Rename {saved.name}", icons.pen, "Rename"):
        memory.renaming, memory.new_name, memory.begun = saved.name, saved.name, 0
    imgui.same_line(0, 0)
    deleted = _small(ui, f"Delete {saved.name}", icons.cross, "Delete it for good")
    said: list[Intent] = [say.LoadSelection(saved.name, how)] if at.pressed else []
    return [*said, say.DeleteSelection(saved.name)] if deleted else said


def _renaming(ui: Ui, memory: KeptMemory, width: float) -> list[Intent]:
    """The name as a field: Enter takes it, anything else leaves it."""
    if memory.begun == 0:
        imgui.set_keyboard_focus_here()
        memory.begun = 1
    memory.new_name, entered = field(ui, "new name", "New name", memory.new_name[:LONGEST], width)
    active = imgui.is_item_active()
    left = memory.begun == 2 and not active
    memory.begun = 2 if active else memory.begun
    old = memory.renaming
    if left or entered:
        memory.renaming = None
    renamed = entered and memory.new_name.strip() and memory.new_name != old
    return [say.RenameSelection(old or "", memory.new_name)] if renamed else []


def _tables(ui: Ui, memory: KeptMemory, full: bool, how: str, width: float, gap: float, intents: list[Intent]) -> None:
    """Out to a table and in from one."""
    half = (width - gap) / 2
    for place, (label, suffix) in enumerate((("Export CSV", ".csv"), ("Export Parquet", ".parquet"))):
        if place:
            imgui.same_line()
        tip = "Index, file, label and prediction of every selected image, as a table beside the screenshots"
        if button(ui, label, half, tip=tip, colour=_ink(full)) and full:
            intents.append(say.ExportSelection(suffix))
    ready = bool(memory.path.strip())
    load = ui.width("Import") + ui.px(24)
    memory.path, entered = field(ui, "path", "Path of a .csv or .parquet", memory.path, width - load - gap)
    imgui.same_line()
    tip = "Select the images it lists by file or index"
    if (button(ui, "Import", load, tip=tip, colour=_ink(ready)) or entered) and ready:
        intents.append(say.ImportSelection(memory.path.strip(), how))


def _small(ui: Ui, label: str, icon: icons.Icon, tip: str) -> bool:
    """An icon alone, faint until the mouse is on it."""
    at = hit(ui, label, ui.px(24), ui.px(_ROW))
    ui.tip(tip)
    middle = (at.rect[0] + at.rect[2]) / 2
    icon(imgui.get_window_draw_list(), middle, at.middle, ui.px(4.5), theme.TEXT if at.hovered else theme.FAINT)
    return at.pressed


def _ink(enabled: bool) -> int:
    return theme.TEXT if enabled else theme.faded(theme.FAINT, 0.6)
