"""The real window on a real (virtual) screen, moved by a real mouse and keyboard."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.app import events
from explorer.geometry.camera import UP
from explorer.geometry.matrices import quaternion, rotate
from explorer.world import intents as say
from explorer.world.layout import node_pose
from explorer.world.travel import cloud_frame
from tests.app.conftest import SCREEN
from tests.app.pilot import CENTRE, Pilot, XDoTool


def test_opens_with_a_picture_that_equals_the_target(pilot: Pilot) -> None:
    pilot.hands("key", "space")
    pilot.hands("mousemove", 3, 3)
    pilot.until(lambda: pilot.state.paused)
    screen = pilot.seen("open")
    assert screen.std() > 5
    assert np.array_equal(screen, pilot.flight.session.target.read_rgb())


def test_keys_jump_through_all_layers(pilot: Pilot) -> None:
    for layer in range(1, 6):
        pilot.hands("key", "j")
        pilot.until(lambda layer=layer: pilot.state.layer == layer)
        pilot.seen(f"layer{layer}")
    pilot.until(lambda: pilot.state.camera.path is None)
    assert np.allclose(pilot.state.camera.pose.position, node_pose(pilot.state.scene.nodes[5].frame).position)
    pilot.hands("key", "Page_Up")
    pilot.until(lambda: pilot.state.layer == 4)
    pilot.hands("key", "1")
    pilot.until(lambda: pilot.state.layer == 0)


def test_hovers_and_pins_the_image_under_the_cursor(pilot: Pilot) -> None:
    pilot.hands("key", "space")
    pilot.until(lambda: pilot.state.paused)
    pilot.frames(30)
    image, (x, y) = pilot.place_of_an_image()
    pilot.hands("mousemove", int(x), int(y))
    pilot.until(lambda: pilot.state.hover is not None and pilot.state.hover.image == image)
    hovered = pilot.seen("hover")
    pilot.hands("click", 1)
    pilot.until(lambda: pilot.state.pinned == image)
    assert (pilot.seen("pinned") != hovered).any()
    pilot.hands("key", "Escape")
    pilot.until(lambda: pilot.state.pinned is None)


def test_dragging_orbits_and_the_wheel_zooms(pilot: Pilot) -> None:
    pilot.hands("mousemove", 430, 640)
    before = pilot.state.camera.pose.position
    pilot.hands("mousedown", 1, "mousemove_relative", 60, 20, "mousemove_relative", 60, 20)
    pilot.hands("mouseup", 1)
    after = pilot.state.camera.pose.position
    pilot.seen("orbit")
    assert np.linalg.norm(after - before) > 0.3
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before), rel=1e-6)  # layer 0 stands at the origin
    pilot.hands("mousemove", *CENTRE, "click", 4, "click", 4)
    pilot.until(lambda: np.linalg.norm(pilot.state.camera.pose.position) < 0.9 * np.linalg.norm(after))


def test_flies_with_the_keyboard_and_lets_go_with_the_focus(pilot: Pilot) -> None:
    before = pilot.state.camera.pose.position
    pilot.hands("key", "Tab")
    pilot.until(lambda: pilot.state.flight_mode)
    pilot.hands("keydown", "w", frames=15)
    assert np.linalg.norm(pilot.state.camera.pose.position - before) > 0.15
    pilot.seen("flying")
    pilot.flight.window.on_focus(False)
    pilot.frames(3)
    assert not pilot.state.flight_mode
    assert pilot.state.camera.thrust == (0, 0, 0)
    assert not pilot.flight.window.captured
    pilot.hands("keyup", "w")


def test_the_arrow_keys_fly_without_a_mouse(pilot: Pilot) -> None:
    before = pilot.state.camera.pose
    pilot.hands("keydown", "Up", frames=10)
    pilot.hands("keyup", "Up", "keydown", "Left", frames=10)
    pilot.hands("keyup", "Left", frames=2)
    after = pilot.state.camera.pose
    assert np.linalg.norm(after.position - before.position) > 0.1
    assert not np.allclose(after.orientation, before.orientation)


def from_the_cloud(pilot: Pilot) -> np.ndarray:
    """The camera's place in the current cloud's own frame."""
    frame = cloud_frame(pilot.state)
    back = quaternion(UP, -frame.yaw)
    return rotate(back, pilot.state.camera.pose.position - frame.position)


def test_dives_with_the_camera_still(pilot: Pilot) -> None:
    pilot.hands("key", "v")
    pilot.until(lambda: pilot.state.dive_amount == 1.0)
    pilot.until(lambda: pilot.state.camera.path is None)
    before = from_the_cloud(pilot)
    pilot.hands("key", "j")
    pilot.until(lambda: pilot.state.morph is not None and pilot.state.morph.elapsed > 0.5)
    pilot.seen("dive")
    assert np.allclose(from_the_cloud(pilot), before)
    pilot.until(lambda: pilot.state.morph is None and pilot.state.layer == 1)
    assert np.allclose(from_the_cloud(pilot), before)


def test_resizes_and_goes_full_screen(pilot: Pilot) -> None:
    for size in ((900, 600), (333, 222), (1500, 950)):
        pilot.hands("windowsize", "--sync", pilot.window, *size)
        pilot.until(lambda size=size: pilot.flight.session.target.size == size)
        assert (pilot.state.viewport.width, pilot.state.viewport.height) == size
        pilot.seen(f"size{size[0]}")
    pilot.hands("key", "F11")
    pilot.until(lambda: pilot.flight.session.target.size == SCREEN)
    pilot.seen("fullscreen")
    pilot.hands("key", "F11")
    pilot.until(lambda: pilot.flight.session.target.size == (1500, 950))
    pilot.focus()
    pilot.hands("key", "i")
    pilot.until(lambda: pilot.state.images_amount == 1.0)
    assert pilot.seen("thumbnails").std() > 5


def test_any_size_is_survived(pilot: Pilot) -> None:
    for height in (60, 43, 42, 41, 30, 1):
        pilot.flight.session.resize((400, height))
        pilot.flight.session.frame([], 1 / 30)
        pilot.flight.session.frame([], 1 / 30)
    assert pilot.flight.session.target.size == (400, 1)


def test_hidden_and_shown_again(pilot: Pilot) -> None:
    pilot.hands("windowunmap", "--sync", pilot.window)
    pilot.until(lambda: not pilot.flight.window.visible)
    pilot.hands("windowmap", "--sync", pilot.window)
    pilot.until(lambda: pilot.flight.window.visible)
    assert pilot.seen("shown").std() > 5


def test_a_click_pins_what_it_hits_and_not_what_was_hovered_before(pilot: Pilot) -> None:
    pilot.hands("key", "space")
    pilot.until(lambda: pilot.state.paused)
    pilot.frames(30)
    image, (x, y) = pilot.place_of_an_image()
    pilot.flight.window.say(events.MouseMove(x, y, 0, 0))
    pilot.flight.window.say(events.MouseButton(events.LEFT, True, x, y))
    pilot.flight.window.say(events.MouseButton(events.LEFT, False, x, y))
    pilot.frames(1)
    assert pilot.state.pinned == image


def test_the_right_button_flies_and_gives_the_cursor_back(pilot: Pilot) -> None:
    before = pilot.state.camera.pose
    pilot.hands("mousemove", 500, 300, "mousedown", 3, "mousemove_relative", 20, 0)
    pilot.hands("mousemove_relative", 30, 10, "mousemove_relative", 30, 10)
    assert pilot.flight.window.captured
    pilot.hands("keydown", "w", frames=10)
    pilot.hands("keyup", "w", "mouseup", 3)
    assert not pilot.flight.window.captured
    assert not np.allclose(pilot.state.camera.pose.orientation, before.orientation)
    assert np.linalg.norm(pilot.state.camera.pose.position - before.position) > 0.1
    where = dict(line.split("=") for line in pilot.ask("getmouselocation", "--shell").split())
    assert abs(int(where["X"]) - 520) < 5
    assert abs(int(where["Y"]) - 300) < 5


def test_typing_in_a_field_is_not_flying_but_commands_work(pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(pilot.flight.session.hud), "wants_keyboard", True, raising=False)
    pilot.flight.session.hud.wants_keyboard = True
    said = pilot.flight._hud_takes(events.Key("j", True))
    assert said
    pilot.flight.controls.handle(events.Key("ctrl", True), pilot.state)
    assert not pilot.flight._hud_takes(events.Key("q", True))


def test_escape_closes_an_open_list_and_lets_go_of_nothing_else(pilot: Pilot) -> None:
    hud = pilot.flight.session.hud
    pilot.flight.session.also(say.SelectImages((1, 2, 3)))
    pilot.frames(8)
    left, top, right, bottom = hud.ui.find("legend/Colour by")
    pilot.hands("mousemove", round((left + right) / 2), round((top + bottom) / 2), "click", 1)
    pilot.until(lambda: hud.ui.popup)
    pilot.hands("key", "Escape")
    pilot.until(lambda: not hud.ui.popup)
    assert pilot.state.selection.count == 3
    pilot.hands("key", "Escape")
    pilot.until(lambda: pilot.state.selection.count == 0)


def test_the_command_opens_and_quits_by_key(display: str, world_path: Path, xdotool: XDoTool, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "explorer", "fly", str(world_path)]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    window = xdotool("search", "--sync", "--onlyvisible", "--name", "Layerflight").split()[-1]
    time.sleep(1.0)
    xdotool("windowfocus", window)
    time.sleep(0.5)
    xdotool("key", "ctrl+q")
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert errors == ""


def test_without_a_display_one_line_says_so(world_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    command = [sys.executable, "-m", "explorer", "fly", str(world_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no display" in done.stderr
    assert "record" in done.stderr
