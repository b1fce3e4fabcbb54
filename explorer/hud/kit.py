"""The hand tools of every panel: scale, fonts, measured text, and where each widget ended up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.resources import resource

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in framebuffer pixels."""

_TIP = 380.0
"""Widest line of a tooltip."""


class Ui:
    """Thin wrapper over ImGui for one context.

    It records each widget's rectangle under "area/label" (an area is a panel, the toolbar, ...), so
    that a test or a script can find "Pause" by name and click it through io events.
    """

    def __init__(self) -> None:
        """Load the fonts into the current ImGui context."""
        fonts = imgui.get_io().fonts
        regular, bold = (str(resource("assets", f"fonts/Inter-{name}.otf")) for name in ("Regular", "SemiBold"))
        self.regular: imgui.ImFont = fonts.add_font_from_file_ttf(regular, theme.BODY)
        self.bold: imgui.ImFont = fonts.add_font_from_file_ttf(bold, theme.BODY)
        self.scale = 0.0
        self.rects: dict[str, Rect] = {}
        self.hints: dict[str, str] = {}
        """Keys by what they do, in the words of the help panel."""
        self.popup = False
        """Whether a list hangs open: a click anywhere closes it and does nothing else."""
        self.panel: Rect | None = None
        """The narrow docked panel that is being filled: tooltips stand beside it."""
        self._area = ""
        self._widths: dict[tuple[str, float, bool], float] = {}
        self._elided: dict[tuple[str, float, float, bool], str] = {}

    def begin_frame(self, scale: float) -> None:
        """Forget the last frame's rectangles; restyle when the pixel ratio changed."""
        self.rects.clear()
        self.popup = False
        if scale != self.scale:
            self.scale = scale
            self._widths.clear()
            self._elided.clear()
            theme.apply_style(scale)

    def px(self, size: float) -> float:
        """A size at pixel ratio 1 in whole framebuffer pixels."""
        return float(round(size * self.scale))

    @contextmanager
    def area(self, name: str) -> Iterator[None]:
        """Name the widgets drawn within after a panel."""
        outer, self._area = self._area, name
        try:
            yield
        finally:
            self._area = outer

    def note(self, label: str) -> None:
        """Record the rectangle of the last item, unless it is scrolled out of sight."""
        if imgui.is_item_visible():
            low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
            self.rects[f"{self._area}/{label}"] = (low.x, low.y, high.x, high.y)

    def find(self, label: str) -> Rect:
        """The rectangle of a widget by "area/label", or by "label" where that is unique.

        Raises:
            KeyError: nothing, or more than one thing, goes by that name.
        """
        if label in self.rects:
            return self.rects[label]
        found = [name for name in self.rects if name.split("/", 1)[1] == label]
        if len(found) != 1:
            raise KeyError(f"{len(found)} widgets are called {label!r}; there are {', '.join(self.rects)}")
        return self.rects[found[0]]

    def width(self, text: str, size: float = theme.BODY, bold: bool = False) -> float:
        """Width of a text in pixels."""
        key = (text, size, bold)
        if key not in self._widths:
            if len(self._widths) > 20_000:
                self._widths.clear()
            imgui.push_font(self.bold if bold else self.regular, size)
            self._widths[key] = float(imgui.calc_text_size(text).x)
            imgui.pop_font()
        return self._widths[key]

    def elide(self, text: str, width: float, size: float = theme.BODY, bold: bool = False) -> str:
        """The text cut to a width in pixels, with an ellipsis when something is missing."""
        if self.width(text, size, bold) <= width:
            return text
        key = (text, width, size, bold)
        if key not in self._elided:
            if len(self._elided) > 20_000:
                self._elided.clear()
            low, high = 0, len(text)
            while low < high:
                middle = (low + high + 1) // 2
                fits = self.width(text[:middle].rstrip() + "…", size, bold) <= width
                low, high = (middle, high) if fits else (low, middle - 1)
            self._elided[key] = text[:low].rstrip() + "…"
        return self._elided[key]

    def write(
        self, draw: imgui.ImDrawList, x: float, y: float, text: str, colour: int = theme.TEXT,
        size: float = theme.BODY, bold: bool = False,
    ) -> None:  # fmt: skip
        """Draw a text with its top left corner at whole pixels, so that it stays crisp."""
        font = self.bold if bold else self.regular
        draw.add_text(font, size * self.scale, ImVec2(round(x), round(y)), colour, text)

    def text(
        self, text: str, colour: int = theme.TEXT, size: float = theme.BODY, bold: bool = False, width: float = 0.0
    ) -> None:
        """A line of text in the layout, elided to ``width`` (0: what is left of the line)."""
        left = width or imgui.get_content_region_avail().x
        shown = self.elide(text, left, size, bold)
        place = imgui.get_cursor_screen_pos()
        self.write(imgui.get_window_draw_list(), place.x, place.y, shown, colour, size, bold)
        imgui.dummy(ImVec2(max(1.0, self.width(shown, size, bold)), round(size * self.scale)))
        self.note(text)
        if shown != text:
            self.tip(text)

    def paragraph(self, text: str, colour: int = theme.DIM, size: float = theme.SMALL) -> None:
        """Text wrapped at the window's edge."""
        imgui.push_font(self.regular, size)
        imgui.push_style_color(imgui.Col_.text, colour)
        imgui.push_text_wrap_pos(0.0)
        imgui.text_unformatted(text)
        imgui.pop_text_wrap_pos()
        imgui.pop_style_color()
        imgui.pop_font()
        self.note(text)

    def tip(self, text: str, above: bool = False) -> None:
        """A tooltip on the last item after a moment's rest, beside its panel, else at the mouse; or above the item."""
        if text and imgui.is_item_hovered(imgui.HoveredFlags_.delay_normal | imgui.HoveredFlags_.stationary):
            low, high, gap = imgui.get_item_rect_min(), imgui.get_item_rect_max(), self.px(theme.GAP)
            if above:
                imgui.set_next_window_pos(ImVec2(low.x, low.y - gap), 0, ImVec2(0.0, 1.0))
            elif self.panel is not None:  # beside the panel: what is told of one row must not cover the next
                left, _, right, _ = self.panel
                screen = imgui.get_io().display_size
                x, side = (right + gap, 0.0) if left + right < screen.x else (left - gap, 1.0)
                # In the lower half it grows upwards: it must not leave the window.
                y, end = (low.y, 0.0) if low.y + high.y < screen.y else (high.y, 1.0)
                imgui.set_next_window_pos(ImVec2(x, y), 0, ImVec2(side, end))
            self.tooltip(text)

    def tooltip(self, text: str) -> None:
        """A tooltip at the mouse, at once; long texts are wrapped."""
        if imgui.begin_tooltip():
            imgui.push_font(self.regular, theme.SMALL)
            imgui.push_text_wrap_pos(self.px(_TIP))
            imgui.text_unformatted(text)
            imgui.pop_text_wrap_pos()
            imgui.pop_font()
            imgui.end_tooltip()

    def fade_ends(self) -> None:
        """Let the content of this scrolling window fade out where there is more of it."""
        place, size, depth = imgui.get_window_pos(), imgui.get_window_size(), self.px(18)
        draw, solid, clear = imgui.get_window_draw_list(), theme.faded(theme.CARD, 0.95), theme.faded(theme.CARD, 0.0)
        left, right, bottom = place.x, place.x + size.x, place.y + size.y
        if imgui.get_scroll_y() > 1.0:
            edge = ImVec2(right, place.y + depth)
            draw.add_rect_filled_multi_color(ImVec2(left, place.y), edge, solid, solid, clear, clear)
        if imgui.get_scroll_y() < imgui.get_scroll_max_y() - 1.0:
            edge = ImVec2(left, bottom - depth)
            draw.add_rect_filled_multi_color(edge, ImVec2(right, bottom), clear, clear, solid, solid)

    def hint(self, text: str, meaning: str) -> str:
        """A tooltip's text with the key that does the same, if there is one."""
        key = self.key(meaning)
        return f"{text}  ({key})" if key else text

    def key(self, meaning: str) -> str:
        """The first key that does a thing, in the words of the help panel; empty when none does."""
        return self.hints.get(meaning, "").split("  ")[0]

    def space(self, height: float) -> None:
        """Vertical space, pixels at ratio 1 (on top of the usual spacing)."""
        imgui.dummy(ImVec2(1, max(1.0, self.px(height))))

    def rule(self) -> None:
        """A hairline across the panel."""
        place, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
        imgui.get_window_draw_list().add_rect_filled(
            ImVec2(place.x, place.y), ImVec2(place.x + width, place.y + max(1.0, self.px(1))), theme.LINE
        )
        imgui.dummy(ImVec2(1, max(1.0, self.px(1))))
