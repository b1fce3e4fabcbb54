"""What goes with colours that are worked out while one looks: which channel, how far it is, what may be trusted."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from explorer.hud import icons, theme, words
from explorer.hud.dropdown import dropdown
from explorer.hud.kit import Ui
from explorer.hud.panels.details import Figure, figure_bar
from explorer.hud.widgets import icon_button, slider
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world import questions as ask
from explorer.world.intents import Intent
from explorer.world.live import EMBEDDING, MEANINGS, PROJECTION, VIEW, channel_name
from explorer.world.state import AppState
from explorer.world.wanting import trust

_BAR = 31.0
_SAYS = {
    ask.ChannelMeans: "Reading the maps",
    ask.ChannelMean: "Reading the maps",
    ask.Moved: "Measuring the way",
    ask.Nearest: "Finding neighbours in 15-D",
    ask.Kept: "Comparing neighbours",
}
"""What is being done while a question is answered; what takes no time is not mentioned."""


def channel_chooser(ui: Ui, state: AppState, world: World) -> list[Intent]:
    """Which layer, and which of its channels."""
    channel = state.learnt.channel
    if channel is None:
        return []
    intents: list[Intent] = []
    layers = world.manifest.layers
    mapped = [index for index, layer in enumerate(layers) if layer.map_shape is not None]
    names = [layers[index].name for index in mapped]
    chosen = dropdown(ui, "Layer", names, mapped.index(channel.layer), "Whose channels")
    if chosen is not None:
        intents.append(say.SetChannel(mapped[chosen], channel.channel))
    shape = layers[channel.layer].map_shape
    last = (shape[0] if shape is not None else 1) - 1
    side, gap, width = ui.px(theme.CONTROL), ui.px(4), imgui.get_content_region_avail().x
    place = imgui.get_cursor_screen_pos()
    name = channel_name(world, channel.layer, channel.channel)
    shown = f"{channel.channel} of 0–{last}"
    if name:
        shown = ui.elide(f"{channel.channel}  {name}", width - 2 * (side + gap) - ui.width("Channel") - ui.px(14))
    if imgui.begin_child("##channel", ImVec2(width - 2 * (side + gap), ui.px(36))):
        moved = slider(
            ui, "Channel", shown, channel.channel / max(1, last), name or "Drag to look through the channels"
        )
        if moved is not None:
            intents.append(say.SetChannel(channel.layer, round(moved * last)))
    imgui.end_child()
    imgui.set_cursor_screen_pos(ImVec2(place.x + width - 2 * side - gap, place.y + ui.px(4)))
    if icon_button(ui, "Channel before", icons.previous, enabled=channel.channel > 0):
        intents.append(say.SetChannel(channel.layer, channel.channel - 1))
    imgui.same_line(0, gap)
    if icon_button(ui, "Channel after", icons.following, enabled=channel.channel < last):
        intents.append(say.SetChannel(channel.layer, channel.channel + 1))
    imgui.set_cursor_screen_pos(place)
    imgui.dummy(ImVec2(width, ui.px(36)))
    return intents


def working(ui: Ui, state: AppState) -> None:
    """What is being worked out for the colours, as a line over a bar."""
    learnt = state.learnt
    says = _SAYS.get(type(learnt.asking), "") if learnt.asking is not None else ""
    if not says:
        return
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw, y, half = imgui.get_window_draw_list(), place.y + ui.px(21), ui.px(1.5)
    ui.write(draw, place.x, place.y, ui.elide(f"{says} …", width - ui.px(40), theme.SMALL), theme.DIM, theme.SMALL)
    share = words.percent(round(learnt.share, 2))
    ui.write(draw, place.x + width - ui.width(share, theme.SMALL), place.y, share, theme.TEXT, theme.SMALL)
    draw.add_rect_filled(ImVec2(place.x, y - half), ImVec2(place.x + width, y + half), theme.HOVER, half)
    end = place.x + width * min(1.0, learnt.share)
    draw.add_rect_filled(ImVec2(place.x, y - half), ImVec2(end, y + half), theme.ACCENT, half)
    imgui.dummy(ImVec2(width, ui.px(26)))
    ui.note("Working")


def figures_height(ui: Ui, state: AppState) -> float:
    """Height of ``figures``, pixels; 0 where nothing is known."""
    return ui.px(_BAR) + imgui.get_style().item_spacing.y if _figures(state) else 0.0


def figures(ui: Ui, state: AppState) -> None:
    """How many nearest neighbours the 15-D embedding and the view of this moment keep."""
    found = _figures(state)
    if not found:
        return
    place, gap = imgui.get_cursor_screen_pos(), ui.px(14)
    width = (imgui.get_content_region_avail().x - gap * (len(found) - 1)) / len(found)
    for index, figure in enumerate(found):
        imgui.set_cursor_screen_pos(ImVec2(place.x + index * (width + gap), place.y))
        figure_bar(ui, figure, width)


def _figures(state: AppState) -> list[Figure]:
    known = trust(state)
    rows = (
        ("Kept in 15-D", known.embedding, EMBEDDING),
        ("In the view", known.view, VIEW),
        ("15-D kept in view", known.projection, PROJECTION),
    )
    tip = "The mean over the images; a number for how far this picture may be trusted."
    return [
        Figure(label, value, f"{MEANINGS[key]} {tip}", words.percent(round(value, 2)))
        for label, value, key in rows
        if value is not None
    ]
