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
from explorer.types import UInt8
from explorer.world.state import AppState

_SCALES = ("Shared scale", "Each channel")
_ENLARGED = 224.0
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
    ui.text(node.name, theme.TEXT, theme.BODY, True)
    atlas = memory.load(world, state.layer, image)
    if atlas is None:
        ui.paragraph("No activation maps are stored for this layer.")
        return
    zeros = f"{words.percent(atlas.zero_fraction)} zeros" if atlas.zero_fraction > 0 else "no zeros"
    ui.text(f"{words.shape(atlas.full_shape)}   ·   {zeros}", theme.DIM, theme.SMALL)
    _scale_bar(ui, atlas)
    if atlas.is_vector:
        names = state.scene.class_names if len(state.scene.class_names) == atlas.channels else ()
        bars_view(ui, atlas, names)
        return
    chosen = segmented(ui, _SCALES, int(memory.per_channel), imgui.get_content_region_avail().x)
    if chosen is not None:
        memory.per_channel = bool(chosen)
    pixels = atlas.pixels
    picture = textures.get(("maps", memory.key), lambda: pixels, crisp=True)
    if picture and imgui.begin_child("##tiles", ImVec2(0, 0)):
        _tiles(ui, atlas, picture)
    if picture:
        imgui.end_child()


def _scale_bar(ui: Ui, atlas: Atlas) -> None:
    """The colour map with the layer's smallest and largest value at its ends."""
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw, height = imgui.get_window_draw_list(), ui.px(8)
    limit = atlas.limit
    ends = (-limit if atlas.signed else 0.0, limit)
    left_text, right_text = words.value(ends[0]), words.value(ends[1])
    left = place.x + ui.width(left_text, theme.SMALL) + ui.px(8)
    right = place.x + width - ui.width(right_text, theme.SMALL) - ui.px(8)
    y = place.y + ui.px(3)
    for colour, start, end in _segments(colormap.table(atlas.signed), left, right):
        draw.add_rect_filled(ImVec2(start, y), ImVec2(end, y + height), colour)
    draw.add_rect(ImVec2(left, y), ImVec2(right, y + height), theme.EDGE)
    ui.write(draw, place.x, place.y, left_text, theme.DIM, theme.SMALL)
    ui.write(draw, right + ui.px(8), place.y, right_text, theme.DIM, theme.SMALL)
    imgui.dummy(ImVec2(width, ui.px(theme.SMALL) + ui.px(2)))
    low, high = words.value(float(atlas.low.min())), words.value(float(atlas.high.max()))
    ui.tip(f"Values from {low} to {high} in this image; zero is black")
    ui.note("Scale")


def _segments(table: UInt8, left: float, right: float, count: int = 64) -> list[tuple[int, float, float]]:
    """(colour, start, end) of the pieces of a colour bar."""
    edges = np.round(np.linspace(left, right, count + 1))
    rows = table[np.linspace(0, len(table) - 1, count).round().astype(int)]
    return [
        (theme.rgba(int(r), int(g), int(b)), float(start), float(end))
        for (r, g, b), start, end in zip(rows, edges[:-1], edges[1:], strict=True)
    ]


def _tiles(ui: Ui, atlas: Atlas, picture: Picture) -> None:
    """Only the rows in sight are drawn; the number of a channel stands below its tile."""
    width, gap = imgui.get_content_region_avail().x - ui.px(2), ui.px(5)
    _, h, w = atlas.values.shape
    wish = ui.px(44 if max(h, w) <= 8 else 58 if max(h, w) <= 16 else 76)
    columns = max(1, min(atlas.channels, int((width + gap) // (wish + gap))))
    tile_w = min(float(int((width - gap * (columns - 1)) / columns)), 2.2 * wish)
    tile_h = float(round(tile_w * h / w))
    row_height = tile_h + ui.px(_CAPTION) + gap
    rows = -(-atlas.channels // columns)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    clipper = imgui.ListClipper()
    clipper.begin(rows, row_height)
    while clipper.step():
        for row in range(clipper.display_start, clipper.display_end):
            place = imgui.get_cursor_screen_pos()
            for column in range(min(columns, atlas.channels - row * columns)):
                x = place.x + column * (tile_w + gap)
                rect = (x, place.y, x + tile_w, place.y + tile_h)
                _tile(ui, atlas, picture, row * columns + column, rect)
            imgui.set_cursor_screen_pos(place)
            imgui.dummy(ImVec2(width, row_height))
    imgui.pop_style_var()


def _tile(ui: Ui, atlas: Atlas, picture: Picture, channel: int, rect: Rect) -> None:
    draw = imgui.get_window_draw_list()
    left, top, right, bottom = atlas.uv(channel)
    low, high = ImVec2(rect[0], rect[1]), ImVec2(rect[2], rect[3])
    draw.add_image(picture.ref, low, high, ImVec2(left, top), ImVec2(right, bottom))
    hovered = imgui.is_window_hovered() and imgui.is_mouse_hovering_rect(low, high)
    draw.add_rect(low, high, theme.ACCENT if hovered else theme.EDGE)
    ui.write(draw, rect[0] + ui.px(1), rect[3] + ui.px(2), str(channel), theme.DIM, theme.TINY)
    ui.rects[f"inspector/channel {channel}"] = rect
    if hovered:
        _enlarged(ui, atlas, picture, channel)


def _enlarged(ui: Ui, atlas: Atlas, picture: Picture, channel: int) -> None:
    """The tile at a size in which single values can be seen."""
    _, h, w = atlas.values.shape
    scale = max(1, int(ui.px(_ENLARGED) // max(h, w)))
    left, top, right, bottom = atlas.uv(channel)
    if imgui.begin_tooltip():
        ui.text(f"Channel {channel}", theme.TEXT, theme.BODY, True, width=ui.px(_ENLARGED))
        imgui.image(picture.ref, ImVec2(w * scale, h * scale), ImVec2(left, top), ImVec2(right, bottom))
        low, high, mean = (words.value(float(figure[channel])) for figure in (atlas.low, atlas.high, atlas.mean))
        figures = f"min {low}    max {high}    mean {mean}"
        ui.text(figures, theme.DIM, theme.SMALL, width=ui.px(2 * _ENLARGED))
        imgui.end_tooltip()
