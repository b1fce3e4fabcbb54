"""What is known of one layer: how true its cloud is to the activations, its size, what it sees, how it was reduced."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme, words
from explorer.hud.kit import Ui
from explorer.hud.widgets import hit
from explorer.store.fields import shown
from explorer.store.manifest import QUALITY, LayerEntry

_CELL, _LINE, _HEAD, _EDGE = 31.0, 18.0, 22.0, 9.0
_COLUMNS = 2
_FIGURES = {
    "trustworthiness": ("Trust", "Trustworthiness"),
    "recall": ("Recall", "Neighbour recall"),
    "knn_accuracy": ("kNN", "kNN label accuracy"),
}
"""On the bar, and in its tooltip."""
_RESIDUAL = (
    "Procrustes residual: how much the cloud differs from that of the layer before. 0: same shape, 1: unrelated."
)


@dataclass(frozen=True)
class Figure:
    """A share of 1 with a name."""

    label: str
    value: float
    tip: str
    shown: str = ""
    """The value in words, where three decimals would say too much."""


def details_height(ui: Ui, entry: LayerEntry) -> float:
    """Height of ``details``, pixels; 0 when nothing is known beyond what the list shows."""
    rows, lines = -(-len(_figures(entry)) // _COLUMNS), len(_lines(entry))
    if not rows and not lines and not entry.parameters:
        return 0.0
    return ui.px(_EDGE) + ui.px(_HEAD) + rows * ui.px(_CELL) + lines * ui.px(_LINE)


def details(ui: Ui, entry: LayerEntry) -> None:
    """The figures as bars, two in a row, and the facts below them, each with a word of explanation."""
    place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    ui.rule()
    draw, y = imgui.get_window_draw_list(), place.y + ui.px(_EDGE)
    _head(ui, entry, ImVec2(place.x, y), width)
    y += ui.px(_HEAD)
    gap = ui.px(14)
    each = (width - gap * (_COLUMNS - 1)) / _COLUMNS
    figures = _figures(entry)
    for index, figure in enumerate(figures):
        row, column = divmod(index, _COLUMNS)
        imgui.set_cursor_screen_pos(ImVec2(place.x + column * (each + gap), y + row * ui.px(_CELL)))
        figure_bar(ui, figure, each)
    y += -(-len(figures) // _COLUMNS) * ui.px(_CELL)
    for text, tip in _lines(entry):
        imgui.set_cursor_screen_pos(ImVec2(place.x, y))
        hit(ui, text, width, ui.px(_LINE))
        ui.tip(tip)
        ui.write(draw, place.x, y + ui.px(1), ui.elide(text, width, theme.SMALL), theme.DIM, theme.SMALL)
        y += ui.px(_LINE)


def _head(ui: Ui, entry: LayerEntry, place: ImVec2, width: float) -> None:
    """The layer's name, and what it has learnt; the list tells its shape."""
    draw, number = imgui.get_window_draw_list(), _parameters(entry)
    room = ui.width(number, theme.SMALL)
    name = ui.elide(entry.name, width - room - ui.px(10), theme.HEADING, True)
    ui.write(draw, place.x, place.y, name, theme.TEXT, theme.HEADING, True)
    if not number:
        return
    imgui.set_cursor_screen_pos(ImVec2(place.x + width - room, place.y))
    hit(ui, number, room, ui.px(_HEAD))
    ui.tip(f"{number} of this layer were learnt.")
    ui.write(draw, place.x + width - room, place.y + ui.px(1), number, theme.DIM, theme.SMALL)


def details_text(entry: LayerEntry) -> str:
    """The same in lines, for a tooltip where there is no room; empty when nothing is known."""
    figures = [f"{figure.label} {figure.value:.3f}" for figure in _figures(entry)]
    number = [_parameters(entry)] if entry.parameters else []
    return "\n".join([*figures, *number, *(text for text, _ in _lines(entry))])


def figure_bar(ui: Ui, figure: Figure, width: float) -> None:
    """A figure with its name above a bar, at the cursor."""
    at = hit(ui, figure.label, width, ui.px(_CELL))
    ui.tip(figure.tip)
    left, top, right, _ = at.rect
    draw, text = imgui.get_window_draw_list(), figure.shown or f"{figure.value:.3f}"
    ui.write(draw, left, top, figure.label, theme.TEXT if at.hovered else theme.DIM, theme.SMALL)
    ui.write(draw, right - ui.width(text, theme.SMALL), top, text, theme.TEXT, theme.SMALL)
    y, half = top + ui.px(19), ui.px(1.5)
    end = left + (right - left) * min(1.0, max(0.0, figure.value))
    draw.add_rect_filled(ImVec2(left, y - half), ImVec2(right, y + half), theme.HOVER, half)
    draw.add_rect_filled(ImVec2(left, y - half), ImVec2(end, y + half), theme.ACCENT, half)


def _figures(entry: LayerEntry) -> list[Figure]:
    """The known figures, those of the embedding first."""
    found = [
        Figure(short, entry.quality[name], f"{title}: {QUALITY[name]}.")
        for name, (short, title) in _FIGURES.items()
        if name in entry.quality
    ]
    return [*found, Figure("Residual", entry.residual, _RESIDUAL)] if entry.residual > 0.0 else found


def _parameters(entry: LayerEntry) -> str:
    return f"{words.count(entry.parameters)} parameters" if entry.parameters else ""


def _lines(entry: LayerEntry) -> list[tuple[str, str]]:
    """Facts of the layer and what each means."""
    facts: list[tuple[str, str]] = []
    if entry.receptive is not None:
        size, stride, offset = (_axes(x) for x in entry.receptive)
        size = size if "×" in size else f"{size} × {size}"
        tip = f"Receptive field: each value sees {size} pixels of the input, the next one the same {stride} further on;"
        facts.append((f"sees {size} px, step {stride}", f"{tip} the first field is centred at {offset}."))
    if entry.reduction:
        facts.append(_reduction(entry))
    return facts


def _reduction(entry: LayerEntry) -> tuple[str, str]:
    """How the features that were embedded were made of the activations."""
    known = entry.reduction
    pooling, features, components = (known.get(x) for x in ("pooling", "features", "components"))
    explained = known.get("explained")
    pooled = shown(str(pooling)) if pooling else ""
    steps = []
    if isinstance(components, int) and isinstance(features, int) and components < features:
        steps.append(f"PCA {components} of {words.count(features)}")
    elif isinstance(features, int):
        steps.append(f"{words.count(features)} features")
    if isinstance(explained, (int, float)) and explained < 0.9995:
        steps.append(f"{words.percent(float(explained))} kept")
    tip = "How the activations became the features that were embedded" + (f" by {entry.method}" if entry.method else "")
    told = ", ".join([f"pooled: {pooled}", *steps] if pooled else steps)
    tip = f"{tip}: {told}. What is kept is a share of their variance."
    recall = entry.quality.get("reduction_recall")
    if recall is not None:
        tip += f" {words.percent(recall)} of the nearest neighbours in the layer stay nearest in them."
    return ", ".join(steps) or pooled, tip


def _axes(values: tuple[float, ...]) -> str:
    """A side for each axis, one number where they agree."""
    texts = [f"{x:g}" for x in values]
    return texts[0] if len(set(texts)) == 1 else " × ".join(texts)
