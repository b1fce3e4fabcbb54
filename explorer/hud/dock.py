"""Where the panels are: a dockspace around an open middle, laid out once and then the user's own."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from explorer.hud import theme
from explorer.hud.kit import Rect, Ui
from explorer.world.state import FLOATING

TITLES = {
    "layers": "Layers", "legend": "Legend", "tour": "Tour", "display": "Display", "inspector": "Inspector",
    "selection": "Selection", "views": "Views", "stats": "Stats", "help": "Help", "about": "About this world",
}  # fmt: skip
"""What is written on a panel's tab."""

_DOCKED = ("layers", "legend", "tour", "display", "stats", "inspector", "selection", "views")
_LEFT_WIDTH, _RIGHT_WIDTH = 236.0, 312.0
_FLOATING_WIDTHS = {"help": 760.0, "about": 520.0}
_ROOMY = 640.0
"""Height from which the layers have room for what is known of one below their list."""
_TOUR_HEIGHT, _STATS_HEIGHT, _VIEWS_HEIGHT = 412.0, 178.0, 172.0


def window_name(panel: str) -> str:
    """ImGui's name of a panel's window; the part after ### is its identity."""
    return f"{TITLES[panel]}###{panel}"


class Dock:
    """The dockspace. The middle is open: the mouse and the picture pass through it."""

    def __init__(self) -> None:
        """Nothing is laid out yet."""
        self.rects: dict[str, Rect] = {}
        """Visible panels of the last frame."""
        self._docked: set[str] = set(_DOCKED)
        self._places: dict[str, int] = {}
        """Where each docked panel lies; those that share a place are tabs of it."""
        self._submitted: set[str] = set()
        self._hidden: set[str] = set()
        """Panels behind another tab."""
        self._front: list[str] = []
        """Panels that were not when the layout was built anew: they come to the front again."""
        self._focused = ""
        """The one of them that does in this frame."""
        self._built: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._touched = False
        self._before: dict[str, Rect] = {}
        self._clear: Rect = (0.0, 0.0, 0.0, 0.0)
        self._id = 0

    def submit(self, ui: Ui, width: float, height: float) -> Rect:
        """Submit the dockspace below the toolbar.

        Returns:
            The rectangle no docked panel covers.
        """
        area = self._area(ui, width, height)
        self._watch_hands()
        self._id = imgui.get_id("layerflight")
        wanted = (width, height, ui.scale)
        if wanted != self._built and not (self._touched and ui.scale == self._built[2]):
            self._build(ui, area)
            self._front = [panel for panel in self._places if panel not in self._hidden]
        elif self._front or self._focused:  # one a frame: of several only the last would come
            self._focused = self._front.pop() if self._front else ""
        self._built = wanted
        self._host(ui, area, imgui.DockNodeFlags_.passthru_central_node)
        self._places = {panel: node for panel, node in self._places.items() if panel in self._submitted}
        self._submitted.clear()
        self.rects.clear()
        middle = imgui.internal.dock_builder_get_central_node(self._id)
        left, top = middle.pos.x, middle.pos.y
        gap = ui.px(theme.GAP)
        right, bottom = left + middle.size.x, top + middle.size.y
        self._clear = (max(0.0, left - gap), top - gap, min(width, right + gap), min(height, bottom + gap))
        return self._clear

    def keep(self, ui: Ui, width: float, height: float) -> None:
        """A frame without panels: remember where they were."""
        self.rects.clear()
        if self._id == 0:  # never laid out: there is nothing to remember
            return
        self._host(ui, self._area(ui, width, height), imgui.DockNodeFlags_.keep_alive_only)

    def begin_panel(self, ui: Ui, panel: str, height: float = 0.0) -> bool | None:
        """Begin a panel's window, on a rounded card of our own when it is docked.

        Args:
            ui: the kit.
            panel: its name.
            height: of its content, pixels; only floating panels ask for a height.

        Returns:
            True when there is something to fill, False when a tab hides it, None when its close
            button was clicked. ``end_panel`` must follow in every case.
        """
        docked = panel in self._docked
        if docked:
            imgui.push_style_color(imgui.Col_.window_bg, (0.0, 0.0, 0.0, 0.0))
        tab_colours = self._push_tab(panel)
        flags = imgui.WindowFlags_.no_collapse | imgui.WindowFlags_.no_nav | imgui.WindowFlags_.no_focus_on_appearing
        if panel in FLOATING:
            flags |= imgui.WindowFlags_.no_docking
            imgui.set_next_window_bg_alpha(0.985)
            self._place_floating(ui, panel, height)
        imgui.push_font(ui.bold, theme.HEADING)
        title = ImVec2(ui.px(11), ui.px(9)) if panel in FLOATING else _tab_padding(ui)
        imgui.push_style_var(imgui.StyleVar_.frame_padding, title)
        if panel == self._focused and docked:
            imgui.set_next_window_focus()
        shown, stays = imgui.begin(window_name(panel), True, flags)
        imgui.pop_style_color(tab_colours)
        self._submitted.add(panel)
        self._places[panel] = imgui.get_window_dock_id()
        (self._hidden.discard if shown else self._hidden.add)(panel)
        imgui.pop_style_var()
        imgui.pop_font()
        if docked:
            imgui.pop_style_color()
        place, size = imgui.get_window_pos(), imgui.get_window_size()
        rect = (place.x, place.y, place.x + size.x, place.y + size.y)
        (self._docked.add if imgui.is_window_docked() else self._docked.discard)(panel)
        if shown:
            self.rects[panel] = rect
            if imgui.is_window_docked():
                _card(ui, rect)
        return shown if stays else None

    def _push_tab(self, panel: str) -> int:
        """Colours of a panel's title: where several are tabs of one place, the one in front stands out.

        Returns:
            How many were pushed.
        """
        place, names = self._places.get(panel, 0), imgui.Col_
        shared = place != 0 and sum(other == place for other in self._places.values()) > 1
        imgui.push_style_color(names.text, theme.DIM if shared and panel in self._hidden else theme.TEXT)
        for name in (names.tab_selected, names.tab_dimmed_selected):
            imgui.push_style_color(name, theme.HOVER if shared else 0)
        return 3

    def floating_width(self, ui: Ui, panel: str) -> float:
        """Width of a floating panel when it opens."""
        left, _, right, _ = self._clear
        return min(ui.px(_FLOATING_WIDTHS[panel]), max(right - left - 2 * ui.px(theme.GAP), ui.px(360)))

    def _area(self, ui: Ui, width: float, height: float) -> Rect:
        gap, bar = ui.px(theme.GAP), ui.px(theme.BAR_HEIGHT)
        return gap, bar + gap, max(width - gap, gap + 50.0), max(height - gap, bar + gap + 50.0)

    def _host(self, ui: Ui, area: Rect, dock_flags: int) -> None:
        kinds = imgui.WindowFlags_
        flags = (
            kinds.no_title_bar | kinds.no_collapse | kinds.no_resize | kinds.no_move | kinds.no_docking
            | kinds.no_bring_to_front_on_focus | kinds.no_nav | kinds.no_background | kinds.no_saved_settings
        )  # fmt: skip
        imgui.set_next_window_pos(ImVec2(area[0], area[1]))
        imgui.set_next_window_size(ImVec2(area[2] - area[0], area[3] - area[1]))
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
        imgui.push_style_var(imgui.StyleVar_.window_border_size, 0.0)
        imgui.begin("##dock", None, flags)
        imgui.pop_style_var(2)
        imgui.push_font(ui.bold, theme.HEADING)
        imgui.push_style_var(imgui.StyleVar_.frame_padding, _tab_padding(ui))
        names = imgui.Col_
        colours = (names.window_bg, names.title_bg, names.title_bg_active, names.title_bg_collapsed, names.border)
        for colour in colours:  # the cards are ours, drawn in the background
            imgui.push_style_color(colour, (0.0, 0.0, 0.0, 0.0))
        # Plain integers: Python before 3.11.4 refuses the union of flags of different enums.
        no_menu = int(imgui.internal.DockNodeFlagsPrivate_.no_window_menu_button)
        open_middle = int(imgui.DockNodeFlags_.no_docking_over_central_node)
        imgui.dock_space(self._id, ImVec2(0, 0), int(dock_flags) | no_menu | open_middle)
        imgui.pop_style_color(len(colours))
        imgui.pop_style_var()
        imgui.pop_font()
        imgui.end()

    def _build(self, ui: Ui, area: Rect) -> None:
        """Columns left and right of the open middle; narrow windows get narrow columns."""
        build = imgui.internal
        width, height = area[2] - area[0], area[3] - area[1]
        build.dock_builder_remove_node(self._id)
        build.dock_builder_add_node(self._id, build.DockNodeFlagsPrivate_.dock_space)
        build.dock_builder_set_node_pos(self._id, ImVec2(area[0], area[1]))
        build.dock_builder_set_node_size(self._id, ImVec2(width, height))
        left_width = min(ui.px(_LEFT_WIDTH), width * 0.26)
        right_width = min(ui.px(_RIGHT_WIDTH), width * 0.34)
        left = build.dock_builder_split_node(self._id, imgui.Dir.left, left_width / width)
        right_share = right_width / (width - left_width)
        columns = build.dock_builder_split_node(left.id_at_opposite_dir, imgui.Dir.right, right_share)
        right, views_share = columns.id_at_dir, min(0.4, ui.px(_VIEWS_HEIGHT) / height)
        views = build.dock_builder_split_node(columns.id_at_opposite_dir, imgui.Dir.down, views_share).id_at_dir
        stats = build.dock_builder_split_node(left.id_at_dir, imgui.Dir.down, min(0.35, ui.px(_STATS_HEIGHT) / height))
        layers_share = 0.57 if height > ui.px(_ROOMY) else 0.53
        lists = build.dock_builder_split_node(stats.id_at_opposite_dir, imgui.Dir.up, layers_share)
        tour = build.dock_builder_split_node(right, imgui.Dir.up, min(0.55, ui.px(_TOUR_HEIGHT) / height))
        for panel, node in (
            ("layers", lists.id_at_dir), ("legend", lists.id_at_opposite_dir), ("stats", stats.id_at_dir),
            ("tour", tour.id_at_dir), ("display", tour.id_at_dir), ("inspector", tour.id_at_opposite_dir),
            ("selection", tour.id_at_opposite_dir), ("views", views),
        ):  # fmt: skip
            build.dock_builder_dock_window(window_name(panel), node)
        build.dock_builder_finish(self._id)

    def _watch_hands(self) -> None:
        """Once the user has moved or resized a panel, the layout is theirs: never build it again."""
        if imgui.is_mouse_dragging(0) and self._before.keys() == self.rects.keys():
            moved = any(self._before[name] != rect for name, rect in self.rects.items() if name not in FLOATING)
            self._touched = self._touched or moved
        self._before = dict(self.rects)

    def _place_floating(self, ui: Ui, panel: str, content: float) -> None:
        """In the middle of what is open, no larger than that where it is roomy."""
        left, top, right, bottom = self._clear
        gap = 2 * ui.px(theme.GAP)
        width = self.floating_width(ui, panel)
        height = min(content + ui.px(58), max(bottom - top - gap, ui.px(240)))
        middle = ImVec2((left + right) / 2, (top + bottom) / 2)
        imgui.set_next_window_pos(middle, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
        imgui.set_next_window_size(ImVec2(width, height), imgui.Cond_.appearing)


def _tab_padding(ui: Ui) -> ImVec2:
    """Padding that lines a tab's title up with the content below it."""
    return ImVec2(ui.px(6), ui.px(9))


def _card(ui: Ui, rect: Rect) -> None:
    """The ground of a docked panel: behind all windows, so that tabs and content lie on it."""
    draw = imgui.get_background_draw_list()
    low, high = ImVec2(rect[0], rect[1]), ImVec2(rect[2], rect[3])
    draw.add_rect_filled(low, high, theme.CARD, ui.px(theme.RADIUS))
    draw.add_rect(low, high, theme.EDGE, ui.px(theme.RADIUS), max(1.0, ui.scale * 0.75))
