"""What lies over the picture: labels, the hover card, notices; and that it is drawn at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from explorer.hud import card
from explorer.hud.kit import Rect
from explorer.hud.textures import fitted
from explorer.hud.toast import opacity
from explorer.store.read import World
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.draw_list import Label
from tests.hud.driver import DT, Driver, FrameStats


def overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def crowd(hud: Driver, count: int, seed: int = 0) -> list[Label]:
    """Many labels around the camera's focus."""
    rng = np.random.default_rng(seed)
    node = hud.state.scene.nodes[0].position
    places = node + rng.normal(size=(count, 3)) * (1.2, 0.8, 1.2)
    return [Label(i, place, f"block{i}.conv", "Conv2d  64 × 8 × 8", 1.0, i == 0) for i, place in enumerate(places)]


def show(hud: Driver, labels: list[Label], dt: float = DT) -> None:
    scene = replace(draw_list(hud.state), labels=tuple(labels))
    hud.hud.frame(hud.state, scene, FrameStats(16.0, 4.0, 60, "test"), dt)


def assert_apart(hud: Driver) -> None:
    placed = hud.hud.labels.placed
    for a, b in itertools.combinations(placed, 2):
        assert not overlap(a.rect, b.rect), (a, b)
    for label in placed:
        assert not any(overlap(label.rect, rect) for rect in hud.hud.panel_rects.values()), label


@pytest.mark.parametrize("count", [9, 60, 400])
def test_labels_never_overlap_while_the_camera_moves(hud: Driver, count: int) -> None:
    labels = crowd(hud, count)
    seen = set()
    for _ in range(60):
        hud.frame([say.Orbit(0.02, 0.003)])
        show(hud, labels)
        assert_apart(hud)
        seen |= {label.node for label in hud.hud.labels.placed}
    assert len(seen) >= 3


def test_a_label_fades_in_and_the_current_one_wins(hud: Driver) -> None:
    labels = crowd(hud, 2)
    labels[1] = replace(labels[1], position=labels[0].position)  # both at one place
    opacities = []
    for _ in range(40):
        show(hud, [labels[1], labels[0]])
        assert_apart(hud)
        opacities.append({label.node: label.opacity for label in hud.hud.labels.placed}.get(0, 0.0))
    assert {label.node for label in hud.hud.labels.placed} == {0}
    assert max(b - a for a, b in itertools.pairwise(opacities)) < 0.2
    assert opacities[-1] > 0.95


def test_a_label_behind_the_camera_is_not_drawn(hud: Driver) -> None:
    camera = hud.state.camera.pose
    behind = camera.position + (camera.position - hud.state.scene.nodes[0].position)
    label = replace(crowd(hud, 1)[0], position=behind)
    for _ in range(30):
        show(hud, [label])
    assert not hud.hud.labels.placed


def test_at_most_three_hundred_labels(hud: Driver) -> None:
    show(hud, crowd(hud, 2000))
    assert len(hud.hud.labels.placed) <= 300


@pytest.mark.parametrize("x", [0, 5, 640, 1275])
@pytest.mark.parametrize("y", [50, 360, 715])
@pytest.mark.parametrize("screen", [(8, 50, 1272, 712), (8, 50, 300, 712)])
def test_the_card_stays_on_the_screen_and_off_the_point(x: float, y: float, screen: Rect) -> None:
    x = min(x, screen[2])
    left, top = card.place(x, y, 250, 120, screen, 18)
    assert screen[0] <= left
    assert left + 250 <= screen[2]
    assert screen[1] <= top
    assert top + 120 <= screen[3]
    assert not (left < x + 6 and x - 6 < left + 250 and top < y + 6 and y - 6 < top + 120)


def test_the_card_shows_at_the_cursor_and_not_over_a_panel(hud: Driver) -> None:
    hud.move(600, 400)
    hud.settle(say.Hover(5, 0), frames=20)
    rect = hud.hud.ui.find("card/hover")
    assert not (rect[0] <= 600 < rect[2] and rect[1] <= 400 < rect[3])
    hud.move(*hud.place("Pause"))
    assert "card/hover" not in hud.hud.ui.rects


def test_a_notice_rises_and_goes(hud: Driver) -> None:
    assert opacity(0.5) == 1.0
    assert opacity(4.0) == 0.0
    hud.settle(say.Notify("Screenshot written"), frames=10)
    assert "toast/notice" in hud.hud.ui.rects
    hud.settle(frames=240)
    assert "toast/notice" not in hud.hud.ui.rects


def test_without_panels_only_notices_and_labels_are_drawn(hud: Driver) -> None:
    assert hud.picture().mean() > 5
    hud.settle(say.SetHud(False))
    show(hud, [])
    assert not hud.picture().any()
    hud.settle(say.SetHud(False), say.Notify("Recording"), frames=10)
    assert hud.picture()[640:].any()


def test_recording_shows_its_time(hud: Driver) -> None:
    assert "toolbar/Recording" not in hud.hud.ui.rects
    hud.settle(say.SetRecording(True), frames=70)
    left, top, _right, bottom = (round(edge) for edge in hud.hud.ui.find("Recording"))
    red = hud.picture()[top:bottom, left : left + 12].reshape(-1, 3).max(axis=0)
    assert red[0] > 200 > 100 > red[1]


def test_panels_are_dark_and_text_is_readable(hud: Driver) -> None:
    picture = hud.picture().astype(float)
    left, top, right, bottom = (round(edge) for edge in hud.hud.panel_rects["layers"])
    panel = picture[top:bottom, left:right].max(axis=2)
    assert np.median(panel) < 40
    assert panel.max() > 200


def test_letters_beyond_ascii_have_glyphs(hud: Driver) -> None:
    for sign in "→←↑↓×αβγμπ−…·✓✗°é":
        assert hud.hud.ui.regular.is_glyph_in_font(ord(sign)), sign
        assert hud.hud.ui.bold.is_glyph_in_font(ord(sign)), sign


def test_long_texts_are_cut_with_an_ellipsis(drive: Callable[..., Driver], world: World) -> None:
    ui = drive(world).hud.ui
    text = "features.denseblock4.denselayer16.conv2"
    cut = ui.elide(text, 120.0)
    assert cut.endswith("…")
    assert ui.width(cut) <= 120.0 < ui.width(cut[:-1] + text[len(cut) - 1 : len(cut) + 1] + "…")
    assert ui.elide("conv", 120.0) == "conv"


def test_pictures_keep_their_proportions() -> None:
    small = fitted(np.zeros((28, 14, 3), np.uint8), 96)
    large = fitted(np.zeros((300, 200, 3), np.uint8), 96)
    assert small is not None
    assert large is not None
    assert small.shape == (84, 42, 3)
    assert large.shape == (96, 64, 3)
    assert fitted(None, 96) is None
