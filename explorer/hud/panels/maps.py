"""The activation maps of one image in one layer: a tile a channel, or bars where a layer is a vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from explorer.hud import colormap, theme, words
from explorer.hud.atlas import Atlas, make_atlas
from explorer.hud.kit import Rect, Ui
from explorer.hud.panels.bars import bars_view
from explorer.hud.textures import Picture, Textures
from explorer.hud.widgets import segmented
from explorer.store.read import World
from explorer.world.state import AppState

_SCALES = ("Shared scale", "Each channel")
_ENLARGED = 224.0
_TILE, _SMALL_TILE = 52.0, 40.0
_SHEET = 6
"""Rows of tiles in one texture."""
_CAPTION = 15.0


@dataclass
class MapsMemory:
    """The atlas on show; made again only when the layer, the image or the scale changes."""

    key: tuple[int, int, bool] | None = None
    atlas: Atlas | None = None
    per_channel: bool = False
    """Whether each channel is coloured up to its own largest value."""

    def shows(self, layer: int, image: int) -> bool:
        """Whether the atlas is of this image in this layer."""
        return self.key is not None and self.key[:2] == (layer, image)

    def load(self, world: World, layer: int, image: int) -> Atlas | None:
        """The atlas of an image in a layer, or None when no maps are stored."""
        key = (layer, image, self.per_channel)
        if key != self.key:
            maps = world.maps(layer, image)
            self.atlas = make_atlas(maps, self.per_channel) if maps is not None and maps.values.size else None
            self.key = key
        return self.atlas


def maps_view(ui: Ui, state: AppState, world: World, textures: Textures, memory: MapsMemory, image: int) -> None:
    """Heading, scale and tiles for the current layer."""
    node = state.scene.nodes[state.layer]
    atlas = memory.load(world, state.layer, image)
    if atlas is None:
        ui.text(node.name, theme.TEXT, theme.BODY, True)
        ui.paragraph("No activation maps are stored for this layer.")
        return
    _heading(ui, node.name, atlas)
    _scale_bar(ui, atlas, memory.per_channel and not atlas.is_vector)
    if atlas.is_vector:
        lists = (state.scene.class_names, world.manifest.fine_names)
        names = next((names for names in lists if len(names) == atlas.channels), ())
        bars_view(ui, atlas, names)
        return
    chosen = segmented(ui, _SCALES, int(memory.per_channel), imgui.get_content_region_avail().x)
    if chosen is not None:
        memory.per_channel = bool(chosen)
    if imgui.begin_child("##tiles", ImVec2(0, 0)):
        _tiles(ui, atlas, textures, memory)
        ui.fade_ends()
    imgui.end_child()


def _heading(ui: Ui, name: str, atlas: Atlas) -> None:
    """The layer on the left, shape and share of zeros on the right, one line."""
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    zeros = f"{words.percent(atlas.zero_fraction)} zeros" if atlas.zero_fraction > 0 else "no zeros"
    facts = f"{words.shape(atlas.full_shape)}  ·  {zeros}"
    draw, facts_width = imgui.get_window_draw_list(), ui.width(facts, theme.SMALL)
    shown = ui.elide(name, width - facts_width - ui.px(10), theme.BODY, True)
    ui.write(draw, place.x, place.y, shown, theme.TEXT, theme.BODY, True)
    ui.write(draw, place.x + width - facts_width, place.y + ui.px(1.5), facts, theme.DIM, theme.SMALL)
    imgui.dummy(ImVec2(width, ui.px(theme.BODY + 1)))
    ui.note(f"Maps of {name}")
    ui.tip(name if shown != name else "")


def _scale_bar(ui: Ui, atlas: Atlas, per_channel: bool) -> None:
    """The colour map with the layer's smallest and largest value at its ends."""
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw, height = imgui.get_window_draw_list(), ui.px(8)
    low, high = min(0.0, float(atlas.low.min())), max(0.0, float(atlas.high.max()))
    left_text, right_text = ("low", "high") if per_channel else (words.value(low), words.value(high))
    left = place.x + ui.width(left_text, theme.SMALL) + ui.px(8)
    right = place.x + width - ui.width(right_text, theme.SMALL) - ui.px(8)
    y = place.y + ui.px(3)
    for colour, start, end in _segments(atlas, low, high, left, right):
        draw.add_rect_filled(ImVec2(start, y), ImVec2(end, y + height), colour)
    draw.add_rect(ImVec2(left, y), ImVec2(right, y + height), theme.EDGE)
    ui.write(draw, place.x, place.y, left_text, theme.DIM, theme.SMALL)
    ui.write(draw, right + ui.px(8), place.y, right_text, theme.DIM, theme.SMALL)
    imgui.dummy(ImVec2(width, ui.px(theme.SMALL) + ui.px(2)))
    ui.tip(f"Values from {words.value(low)} to {words.value(high)} in this image; zero is black")
    ui.note("Scale")


def _segments(
    atlas: Atlas, low: float, high: float, left: float, right: float, count: int = 64
) -> list[tuple[int, float, float]]:
    """(colour, start, end) of the pieces of a colour bar from the lowest to the highest value."""
    edges = np.round(np.linspace(left, right, count + 1))
    values = np.linspace(low, high, count, dtype=np.float32)
    rows = colormap.table(atlas.signed)[colormap.indices(values, atlas.limit, atlas.signed)]
    return [
        (theme.rgba(int(r), int(g), int(b)), float(start), float(end))
        for (r, g, b), start, end in zip(rows, edges[:-1], edges[1:], strict=True)
    ]


def _tiles(ui: Ui, atlas: Atlas, textures: Textures, memory: MapsMemory) -> None:
    """Only the rows in sight are drawn; the number of a channel stands below its tile."""
    _, h, w = atlas.values.shape
    width, gap = imgui.get_content_region_avail().x - ui.px(2), ui.px(5)
    magnify = max(1, round(ui.px(_TILE if max(h, w) > 4 else _SMALL_TILE) / max(h, w)))
    tile_w, tile_h = w * magnify, h * magnify
    columns = max(1, int((width + gap) // (tile_w + gap)))
    if columns > 1:
        gap = min(ui.px(14), float(int((width - columns * tile_w) / (columns - 1))))
    row_height = tile_h + ui.px(_CAPTION) + ui.px(5)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    clipper = imgui.ListClipper()
    clipper.begin(-(-atlas.channels // columns), row_height)
    while clipper.step():
        for row in range(clipper.display_start, clipper.display_end):
            place = imgui.get_cursor_screen_pos()
            sheet = _sheet(atlas, textures, memory, row // _SHEET, columns, magnify)
            for column in range(min(columns, atlas.channels - row * columns)):
                x, y = round(place.x + column * (tile_w + gap)), round(place.y)
                uv = (column / columns, row % _SHEET / _SHEET, (column + 1) / columns, (row % _SHEET + 1) / _SHEET)
                _tile(ui, sheet, uv, (x, y, x + tile_w, y + tile_h), row * columns + column, (atlas, textures, memory))
            imgui.set_cursor_screen_pos(place)
            imgui.dummy(ImVec2(width, row_height))
    imgui.pop_style_var()


def _sheet(atlas: Atlas, textures: Textures, memory: MapsMemory, number: int, columns: int, magnify: int) -> Picture:
    """A few rows of tiles as one texture, uploaded when they first come into sight."""
    count = columns * _SHEET
    key = ("sheet", memory.key, number, columns, magnify)
    picture = textures.get(key, lambda: atlas.sheet(number * count, count, columns, magnify))
    assert picture is not None
    return picture


def _tile(
    ui: Ui, sheet: Picture, uv: Rect, rect: Rect, channel: int, source: tuple[Atlas, Textures, MapsMemory]
) -> None:
    draw = imgui.get_window_draw_list()
    low, high = ImVec2(rect[0], rect[1]), ImVec2(rect[2], rect[3])
    draw.add_image(sheet.ref, low, high, ImVec2(uv[0], uv[1]), ImVec2(uv[2], uv[3]))
    hovered = imgui.is_window_hovered() and imgui.is_mouse_hovering_rect(low, high)
    edge_low, edge_high = ImVec2(rect[0] - 1, rect[1] - 1), ImVec2(rect[2] + 1, rect[3] + 1)
    draw.add_rect(edge_low, edge_high, theme.ACCENT if hovered else theme.EDGE)
    ui.write(draw, rect[0] + ui.px(1), rect[3] + ui.px(2), str(channel), theme.DIM, theme.TINY)
    ui.rects[f"inspector/channel {channel}"] = rect
    if hovered:
        _enlarged(ui, channel, *source)


def _enlarged(ui: Ui, channel: int, atlas: Atlas, textures: Textures, memory: MapsMemory) -> None:
    """The tile at a size in which single values can be seen."""
    _, h, w = atlas.values.shape
    magnify = max(1, int(ui.px(_ENLARGED) // max(h, w)))
    picture = textures.get(("tile", memory.key, channel, magnify), lambda: atlas.sheet(channel, 1, 1, magnify))
    if picture and imgui.begin_tooltip():
        ui.text(f"Channel {channel}", theme.TEXT, theme.BODY, True, width=ui.px(_ENLARGED))
        imgui.image(picture.ref, ImVec2(picture.width, picture.height))
        low, high, mean = (words.value(float(figure[channel])) for figure in (atlas.low, atlas.high, atlas.mean))
        ui.text(f"min {low}    max {high}    mean {mean}", theme.DIM, theme.SMALL, width=ui.px(2 * _ENLARGED))
        imgui.end_tooltip()
