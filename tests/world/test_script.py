"""Scene scripts: laid out in time, and every mistake in them told in one line."""

from math import radians
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.errors import SceneError
from explorer.geometry.aims import Little
from explorer.resources import resource
from explorer.world import intents as say
from explorer.world.clock import FixedClock
from explorer.world.script import lay_out
from explorer.world.script_file import load_script, parse_script
from explorer.world.update import update
from tests.world.scenes import chain, state


def test_a_glob_makes_one_stop_for_each_layer() -> None:
    script = parse_script({"stop": [{"layers": "*", "travel": 1.0, "hold": 0.5}]}, "test")
    timeline = lay_out(script, chain(4))
    goes = [(time, intent.layer) for time, intent in timeline.cues if isinstance(intent, say.GoToLayer)]
    assert goes == [(0.0, 0), (1.5, 1), (3.0, 2), (4.5, 3)]
    assert timeline.duration == 6.0


def test_no_cue_is_lost_or_said_twice_whatever_the_frame_rate() -> None:
    timeline = lay_out(load_script(resource("scenes", "flight.toml")), chain(7))
    for fps in (7, 24, 30, 59.94):
        clock = FixedClock(fps)
        frames = clock.frames(timeline.duration) + 1
        said = [intent for n in range(frames) for intent in timeline.between(clock.time(n), clock.time(n + 1))]
        assert [i for i in said if not isinstance(i, say.Orbit)] == [intent for _, intent in timeline.cues]
        turned = sum(i.yaw for i in said if isinstance(i, say.Orbit))
        assert turned == pytest.approx(sum((last - first) * rate for first, last, rate in timeline.drifts))


def test_a_duration_stretches_everything() -> None:
    script = parse_script({"stop": [{"layers": "layer*", "orbit": 10.0}]}, "test")
    natural, long = lay_out(script, chain(4)), lay_out(script, chain(4), duration=84.0)
    assert long.duration == pytest.approx(84.0)
    assert long.cues[-1][0] == pytest.approx(natural.cues[-1][0] * 84.0 / natural.duration)
    assert long.drifts[0][2] == pytest.approx(radians(10.0))


def test_a_scene_begins_where_it_says() -> None:
    start = {"position": [0, 1, 10], "look_at": [0, 0, 0]}
    script = parse_script({"start": start, "stop": [{"layers": "*", "travel": 2.0}]}, "test")
    timeline = lay_out(script, chain(4))
    now = update(state(4), timeline.between(0.0, 1 / 30), 1 / 30)
    assert np.linalg.norm(now.camera.pose.position - [0, 1, 10]) < 0.01
    assert now.camera.path is not None


def test_a_scene_sets_the_tour_the_dive_and_the_images() -> None:
    data = {"tour": {"speed": 90.0}, "stop": [{"layers": "layer2", "dive": True, "images": True, "travel": 0.0}]}
    timeline = lay_out(parse_script(data, "test"), chain(4))
    now = update(state(4), timeline.between(0.0, 1 / 30), 1 / 30)
    assert now.tour.speed == pytest.approx(radians(90))
    assert (now.dive, now.images, now.layer) == (True, True, 2)


@pytest.mark.parametrize("name", ["flight", "dive"])
def test_the_shipped_scenes_play_in_any_world(name: str) -> None:
    timeline = lay_out(load_script(resource("scenes", f"{name}.toml")), chain(3))
    assert timeline.duration > 5


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "at least one"),
        ({"stop": []}, "at least one"),
        ({"stop": [{"layer": "conv1"}]}, "no entry 'layer'"),
        ({"stop": [{"layers": "*", "travel": "long"}]}, "travel between"),
        ({"stop": [{"layers": "*", "travel": -1}]}, "travel between"),
        ({"stop": [{"layers": "*", "travel": 0, "hold": 0}]}, "0 seconds"),
        ({"stop": [{"layers": "conv9"}]}, "'conv9'.*it has input, layer1"),
        ({"stop": [{"layers": "*"}], "video": {"width": 7}}, "width between"),
        ({"stop": [{"layers": "*"}], "video": 3}, "table"),
        ({"stop": [{"layers": "*", "dive": "yes"}]}, "true or false"),
        ({"stop": [{"layers": "*"}], "start": {"position": [0, 0]}}, "three numbers"),
        ({"stop": [{"layers": "*"}], "start": {"position": [0, 0, 1], "look_at": [0, 0, 1]}}, "same place"),
        (
            {"stop": [{"layers": "*"}], "start": {"position": [0, 0, float("nan")], "look_at": [0, 0, 1]}},
            "three numbers",
        ),
        ({"stop": [{"layers": "*"}], "tuor": {}}, "'tuor'"),
        ({"stop": [{"layers": 3}]}, "name or glob"),
        ({"stop": [{"layers": "*", "overview": True}]}, "not both"),
    ],
)
def test_mistakes_are_told_in_one_line(data: dict[str, Any], words: str) -> None:
    with pytest.raises(SceneError, match=words) as caught:
        lay_out(parse_script(data, "test.toml"), chain(3))
    assert "\n" not in str(caught.value)


def test_unreadable_scripts(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="no scene script"):
        load_script(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("= 3")
    with pytest.raises(SceneError, match="not a readable TOML"):
        load_script(tmp_path / "bad.toml")


def test_a_script_may_name_the_kind_of_tour() -> None:
    data = {"tour": {"mode": "little"}, "stop": [{"layers": "layer2"}]}
    script = parse_script(data, "s")
    assert script.tour_mode == "little"
    now = update(state(), lay_out(script, state().scene).between(0.0, 0.1), 0.1)
    assert isinstance(now.tour.aim, Little)
    with pytest.raises(SceneError, match=r"expected mode to be one of grand, .*found 'round'"):
        parse_script({**data, "tour": {"mode": "round"}}, "s")


def test_a_stop_may_say_what_the_points_are_coloured_by() -> None:
    script = parse_script({"stop": [{"layers": "layer2"}, {"colour": "bright*"}]}, "test")
    cues = lay_out(script, chain(4)).cues
    assert [intent for _, intent in cues if isinstance(intent, say.ColourBy)] == [say.ColourBy(1)]
    with pytest.raises(SceneError, match="colours by 'red', which a network lacks; it has Class, brightness"):
        lay_out(parse_script({"stop": [{"colour": "red"}]}, "test"), chain(4))
    with pytest.raises(SceneError, match="expected colour to be a text, found 3"):
        parse_script({"stop": [{"colour": 3}]}, "test")


def test_a_stop_may_select_and_switch_the_picture() -> None:
    stop = {"select": "label == 'dog'", "threads": True, "movement": True, "flat": False, "space": "principal"}
    script = parse_script({"stop": [{"layers": "layer2", **stop}, {"select": "none", "radial": True}]}, "test")
    said = [intent for _, intent in lay_out(script, state().scene).cues]
    for wanted in (
        say.SelectWhere("label == 'dog'"), say.SetThreads(True), say.ColourThreads(True), say.SetFlat(False),
        say.SetSpace("principal"), say.SelectNone(), say.SetSage(True),
    ):  # fmt: skip
        assert wanted in said
    assert not [intent for intent in said if isinstance(intent, say.SetSlice)]


def test_a_query_that_cannot_be_asked_here_is_refused_before_anything_plays() -> None:
    for query, why in (("labels == 'cat'", "labels"), ("label ==", "a query reads like")):
        with pytest.raises(SceneError, match=f"the scene selects .*{why}"):
            lay_out(parse_script({"stop": [{"select": query}]}, "test"), state().scene)
    with pytest.raises(SceneError, match="expected space to be one of raw, "):
        parse_script({"stop": [{"space": "outer"}]}, "test")
