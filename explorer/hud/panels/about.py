"""What this world is: model, images, preprocessing, how well the network does, how the clouds were made."""

from __future__ import annotations

from typing import Any

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.kit import Ui
from explorer.hud.panels.help import wrap
from explorer.store.fields import shown
from explorer.store.manifest import Manifest
from explorer.store.read import World

Rows = list[tuple[str, str]]
"""Name and text."""

_NAMES = 118.0
_LINE, _GAP = 18.0, 7.0


def about_panel(ui: Ui, world: World) -> None:
    """Two columns: what, and its text, wrapped."""
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw, y = imgui.get_window_draw_list(), place.y
    for name, lines in _wrapped(ui, world, width):
        ui.rects[f"about/{name}"] = (place.x, y, place.x + width, y + len(lines) * ui.px(_LINE))
        ui.write(draw, place.x, y, name, theme.DIM, theme.HEADING)
        for line in lines:
            ui.write(draw, place.x + ui.px(_NAMES), y, line, theme.TEXT, theme.HEADING)
            y += ui.px(_LINE)
        y += ui.px(_GAP)
    imgui.dummy(ImVec2(width, y - place.y))


def about_height(ui: Ui, world: World, window_width: float) -> float:
    """Height of the content in a window of that width, pixels."""
    rows = _wrapped(ui, world, window_width - 2 * imgui.get_style().window_padding.x)
    return sum(len(lines) * ui.px(_LINE) + ui.px(_GAP) for _, lines in rows)


def facts(world: World) -> Rows:
    """Everything worth saying of a world; rows of which nothing is known are left out."""
    manifest = world.manifest
    sources = {name: _text(value) for name, value in manifest.sources.items() if value not in ("", None)}
    images = f"{words.count(manifest.images)}" + (f", from {sources['images']}" if "images" in sources else "")
    rows = [
        ("Model", manifest.name or sources.get("model", "")),
        ("Source", sources.get("model", "") if manifest.name else ""),
        ("Weights", sources.get("weights", "")),
        ("Images", images),
        ("Labels", _labels(world)),
        ("Preprocessing", manifest.preprocess_text),
        ("Accuracy", _accuracy(manifest)),
        ("Attributes", ", ".join(x.name for x in manifest.attributes)),
        ("Embedding", _embedding(manifest)),
    ]
    for stack in manifest.stacks:
        right = "" if stack.accuracy is None else f", {words.percent(stack.accuracy)} right"
        rows.append(("Also holds", f"{stack.name}: {len(stack.layers)} layers{right}"))
    return [(name, text) for name, text in rows if text]


def _wrapped(ui: Ui, world: World, width: float) -> list[tuple[str, list[str]]]:
    room = width - ui.px(_NAMES)
    return [(name, [ui.elide(x, room, theme.HEADING) for x in wrap(ui, text, room)]) for name, text in facts(world)]


def _accuracy(manifest: Manifest) -> str:
    if manifest.accuracy is None:
        return ""
    return f"{100 * manifest.accuracy:.2f}% of the labelled images, by the network's own classes"


def _labels(world: World) -> str:
    manifest = world.manifest
    if not manifest.class_names:
        return "none"
    groups = f"{words.count(len(manifest.class_names))} {'groups' if manifest.fine_names else 'classes'}"
    return f"{groups} of {words.count(len(manifest.fine_names))} classes" if manifest.fine_names else groups


def _embedding(manifest: Manifest) -> str:
    """Layers, and the settings that are single values."""
    parameters = manifest.parameters.get("embed", manifest.parameters)
    settings = {
        name: value
        for name, value in (parameters.items() if isinstance(parameters, dict) else ())
        if isinstance(value, (int, float, str)) and not isinstance(value, bool) and len(str(value)) < 40
    }
    parts = [f"{len(manifest.layers)} layers in 15 dimensions"]
    return ", ".join(parts + [f"{name} {_text(value)}" for name, value in settings.items()])


def _text(value: Any) -> str:
    return shown(f"{value:g}" if isinstance(value, float) else str(value))
