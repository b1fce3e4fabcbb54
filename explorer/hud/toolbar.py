"""The strip at the top: what world this is, where one is in it, and a switch for every panel."""

from __future__ import annotations

from collections.abc import Collection

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme, words
from explorer.hud.dock import TITLES, window_name
from explorer.hud.kit import Ui
from explorer.hud.widgets import hit, icon_button, tab
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.intents import Intent
from explorer.world.selecting import BOX, LASSO, POINTER
from explorer.world.state import PANELS, AppState

_STEPPER = 250.0
_TOOLS = {
    POINTER: (icons.pointer, "Drag turns the view, with Shift it draws around images; click for the lasso"),
    LASSO: (icons.lasso, "Drag draws around images; click for the box"),
    BOX: (icons.box, "Drag draws a box around images; click for the pointer"),
}
_TABS = tuple(name for name in PANELS if name != "about")  # the title opens that one


def toolbar(ui: Ui, state: AppState, world: World, recorded: float, front: Collection[str]) -> list[Intent]:
    """The strip across the top of the window.

    Args:
        ui: the kit.
        state: now.
        world: for its title and accuracy.
        recorded: seconds recorded so far.
        front: panels that are seen: not hidden, and not behind another one's tab.
    """
    intents: list[Intent] = []
    kinds = imgui.WindowFlags_
    width, height = imgui.get_io().display_size.x, ui.px(theme.BAR_HEIGHT)
    imgui.set_next_window_pos(ImVec2(0, 0))
    imgui.set_next_window_size(ImVec2(width, height))
    imgui.push_style_var(imgui.StyleVar_.window_rounding, 0.0)
    imgui.push_style_var(imgui.StyleVar_.window_border_size, 0.0)
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(14), (height - ui.px(theme.CONTROL)) / 2))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(4), 0))
    imgui.push_style_var(imgui.StyleVar_.window_min_size, ImVec2(1, 1))
    flags = kinds.no_decoration | kinds.no_docking | kinds.no_nav | kinds.no_move | kinds.no_saved_settings
    imgui.push_style_color(imgui.Col_.window_bg, (13 / 255, 15 / 255, 21 / 255, 0.96))
    imgui.begin("##toolbar", None, flags | kinds.no_scroll_with_mouse | kinds.no_bring_to_front_on_focus)
    imgui.pop_style_color()
    with ui.area("toolbar"):
        right = _switches(ui, state, intents, width, front)
        left = _title(ui, state, world, intents, recorded, (right - ui.px(14)) * 0.46)
        _stepper(ui, state, intents, left, right)
    imgui.end()
    imgui.pop_style_var(5)
    line = ImVec2(0, height - 1)
    imgui.get_background_draw_list().add_rect_filled(line, ImVec2(width, height), theme.LINE)
    return intents


def _at(ui: Ui, x: float) -> None:
    imgui.set_cursor_pos(ImVec2(x, (ui.px(theme.BAR_HEIGHT) - ui.px(theme.CONTROL)) / 2))


def _title(ui: Ui, state: AppState, world: World, intents: list[Intent], recorded: float, most: float) -> float:
    """The world's title, a click on which says more of it, and the recording light; returns where it ends."""
    draw = imgui.get_window_draw_list()
    middle = ui.px(theme.BAR_HEIGHT) / 2
    x = ui.px(16)
    if state.recording:
        clock = f"{int(recorded) // 60}:{int(recorded) % 60:02d}"
        draw.add_circle_filled(ImVec2(x + ui.px(5), middle), ui.px(5), theme.RECORD, 20)
        ui.write(draw, x + ui.px(16), middle - theme.HEADING * ui.scale / 2, clock, theme.TEXT, theme.HEADING, True)
        end = x + ui.px(16) + ui.width(clock, theme.HEADING, True)
        ui.rects["toolbar/Recording"] = (x, middle - ui.px(8), end, middle + ui.px(8))
        x = end + ui.px(16)
    title = ui.elide(state.scene.title, min(ui.px(240), most - x - ui.px(22)), theme.TITLE, True)
    start, x = x, x + ui.width(title, theme.TITLE, True) + ui.px(12)
    facts = f"{words.count(state.scene.images)} images"
    if world.manifest.accuracy is not None:
        facts += f"  ·  {words.percent(world.manifest.accuracy)} right"
    if x + ui.width(facts, theme.SMALL) + ui.px(22) > most - ui.px(_STEPPER) / 2:
        facts = ""
    end = x + (ui.width(facts, theme.SMALL) + ui.px(10) if facts else 0.0) + ui.px(14)
    _at(ui, start - ui.px(8))
    at = hit(ui, "About", end - start + ui.px(10), ui.px(theme.CONTROL))
    ui.tip("About this world: model, images, preprocessing")
    if at.hovered or "about" in state.panels:
        low, high = ImVec2(at.rect[0], at.rect[1]), ImVec2(at.rect[2], at.rect[3])
        draw.add_rect_filled(low, high, theme.PRESS if at.held else theme.HOVER, ui.px(6))
    ui.write(draw, start, middle - theme.TITLE * ui.scale / 2, title, theme.TEXT, theme.TITLE, True)
    ui.write(draw, x, middle - theme.SMALL * ui.scale / 2, facts, theme.DIM, theme.SMALL)
    icons.about(draw, end - ui.px(7), middle, ui.px(5.5), theme.TEXT if at.hovered else theme.FAINT)
    if at.pressed:
        intents.append(say.SetPanel("about"))
    return end + ui.px(10)


def _switches(ui: Ui, state: AppState, intents: list[Intent], width: float, front: Collection[str]) -> float:
    """Panel switches, screenshot and record, from the right edge; returns where they begin."""
    button, gap = ui.px(theme.CONTROL), ui.px(4)
    tabs = sum(ui.width(TITLES[name], theme.HEADING) + ui.px(16) + gap for name in _TABS)
    x = width - ui.px(10) - tabs - 3 * (button + gap) - ui.px(10)
    _at(ui, max(ui.px(10), x))
    tool = state.selecting.tool
    tip = ui.hint(_TOOLS[tool][1], "tool: pointer, lasso, box")
    if icon_button(ui, "Tool", _TOOLS[tool][0], tip, tool != POINTER, theme.TEXT if tool == POINTER else theme.ACCENT):
        intents.append(say.SetTool())
    imgui.same_line()
    if icon_button(ui, "Take a screenshot", icons.camera, ui.hint("Take a screenshot", "screenshot")):
        intents.append(say.TakeScreenshot())
    imgui.same_line()
    icon, tip = (icons.stop, "Stop recording") if state.recording else (icons.record, "Record what is seen")
    tip = ui.hint(tip, "start or stop recording")
    if icon_button(ui, "Record what is seen", icon, tip, state.recording, theme.RECORD):
        intents.append(say.SetRecording(not state.recording))
    imgui.same_line(0, ui.px(14))
    for name in _TABS:
        if tab(ui, TITLES[name], name in front, f"{'Hide' if name in front else 'Show'} the panel"):
            if name in state.panels and name not in front:
                imgui.set_window_focus(window_name(name))
            else:
                intents.append(say.SetPanel(name, name not in front))
        imgui.same_line()
    return x


def _stepper(ui: Ui, state: AppState, intents: list[Intent], left: float, right: float) -> None:
    """Mode, previous, the current layer, next: centred between the two ends, if there is room."""
    mode = "Flight" if state.flight_mode else "Dive" if state.dive else "Fly"
    chip, button = ui.width(mode, theme.HEADING) + ui.px(20), ui.px(theme.CONTROL)
    room = right - left - 2 * ui.px(12) - chip - 2 * button - 2 * ui.px(6)
    if room < ui.px(70):
        return
    node, last = state.scene.nodes[state.layer], len(state.scene.nodes) - 1
    number = f"{state.layer + 1}/{last + 1}"
    longest = max(ui.width(other.name) for other in state.scene.nodes)  # the arrows stay where they are
    name_width = min(room, ui.px(_STEPPER), longest + ui.width(f"{last + 1}/{last + 1}", theme.SMALL) + ui.px(32))
    name = ui.elide(node.name, name_width - ui.width(number, theme.SMALL) - ui.px(24))
    text_width = ui.width(number, theme.SMALL) + ui.px(8) + ui.width(name, theme.BODY)
    total = chip + name_width + 2 * button + 2 * ui.px(6)
    window_middle = imgui.get_io().display_size.x / 2
    x = min(max(window_middle - total / 2, left + ui.px(12)), right - ui.px(12) - total)
    _at(ui, x)
    _mode_chip(ui, state, mode, chip, intents)
    previous, following = ui.hint("Previous layer", "previous layer"), ui.hint("Next layer", "next layer")
    imgui.same_line(0, ui.px(6))
    if icon_button(ui, "Previous layer", icons.previous, previous, enabled=state.layer > 0):
        intents.append(say.StepLayer(-1))
    imgui.same_line(0, 0)
    place = imgui.get_cursor_screen_pos()
    draw, middle = imgui.get_window_draw_list(), place.y + button / 2
    start = place.x + (name_width - text_width) / 2
    ui.write(draw, start, middle - theme.SMALL * ui.scale / 2, number, theme.DIM, theme.SMALL)
    start += ui.width(number, theme.SMALL) + ui.px(8)
    ui.write(draw, start, middle - theme.BODY * ui.scale / 2, name)
    imgui.set_cursor_screen_pos(ImVec2(place.x + name_width, place.y))
    if icon_button(ui, "Next layer", icons.following, following, enabled=state.layer < last):
        intents.append(say.StepLayer(1))


def _mode_chip(ui: Ui, state: AppState, mode: str, width: float, intents: list[Intent]) -> None:
    at = hit(ui, "Mode", width, ui.px(theme.CONTROL))
    flying = "Mouse look and WASD are on; Tab or Esc ends it"
    ui.tip(flying if state.flight_mode else "Fly between layers or dive through them")
    lit = state.flight_mode or state.dive
    low, high = ImVec2(at.rect[0], at.rect[1] + ui.px(3)), ImVec2(at.rect[2], at.rect[3] - ui.px(3))
    draw = imgui.get_window_draw_list()
    shade = theme.ACCENT_WELL if lit else theme.HOVER if at.hovered else theme.WELL
    draw.add_rect_filled(low, high, shade, ui.px(11))
    x, y = at.rect[0] + ui.px(10), at.middle - theme.HEADING * ui.scale / 2
    ui.write(draw, x, y, mode, theme.ACCENT if lit else theme.DIM, theme.HEADING)
    if at.pressed:
        intents.append(say.SetFlightMode(False) if state.flight_mode else say.SetDive(not state.dive))
