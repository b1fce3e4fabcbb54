"""Every intent there is changes the state by a rule."""

from __future__ import annotations

import numpy as np

from explorer.types import Frame
from explorer.world import intents as say
from explorer.world.layout import node_pose
from explorer.world.questions import Moved, Unanswered
from explorer.world.state import AppState
from explorer.world.update import update
from tests.world.scenes import state
from tests.world.test_update import DT


def test_every_intent_has_a_rule() -> None:
    samples = {
        say.MoveCamera: say.MoveCamera(node_pose(Frame(np.zeros(3), 0.0)), 1.0),
        say.GoToLayer: say.GoToLayer(1),
        say.ScrubDepth: say.ScrubDepth(1.5),
        say.SetTransition: say.SetTransition(2.0),
        say.HoverName: say.HoverName(1),
        say.StepLayer: say.StepLayer(1),
        say.Orbit: say.Orbit(0.1, 0.1),
        say.Zoom: say.Zoom(1, 10, 10),
        say.Look: say.Look(0.1, 0.1),
        say.SetThrust: say.SetThrust(1, 0, 0),
        say.ScaleFlightSpeed: say.ScaleFlightSpeed(2),
        say.SetTourSpeed: say.SetTourSpeed(1),
        say.SetTourMode: say.SetTourMode("little"),
        say.SetLocalRadius: say.SetLocalRadius(0.3),
        say.SetGuide: say.SetGuide("holes"),
        say.ScrubTour: say.ScrubTour(-0.5),
        say.MoveAxis: say.MoveAxis(3, (0.5, 0.2, 0.1)),
        say.GoToView: say.GoToView(0),
        say.RemoveView: say.RemoveView(0),
        say.RenameView: say.RenameView(0, "here"),
        say.MoveView: say.MoveView(1, 0),
        say.RestoreViews: say.RestoreViews(()),
        say.PasteBasis: say.PasteBasis("[]"),
        say.ScrubViews: say.ScrubViews(0.5),
        say.SetPointSize: say.SetPointSize(2),
        say.SetBudget: say.SetBudget(1000.0),
        say.Hover: say.Hover(3, 1),
        say.Pin: say.Pin(3),
        say.ColourBy: say.ColourBy(1),
        say.ToggleClass: say.ToggleClass(1),
        say.IsolateClass: say.IsolateClass(1),
        say.SetPanel: say.SetPanel("help"),
        say.HoverCategory: say.HoverCategory(1),
        say.SetChannel: say.SetChannel(1, 2),
        say.Asking: say.Asking(Moved(1), 0.5),
        say.Learn: say.Learn(Moved(1), Unanswered("too far")),
        say.Resize: say.Resize(state().viewport),
        say.Notify: say.Notify("hello"),
        say.SelectCategory: say.SelectCategory(0),
        say.SelectImages: say.SelectImages((1, 2)),
        say.SelectMask: say.SelectMask(np.ones(3000, np.uint8)),
        say.SelectWithin: say.SelectWithin(((0, 0), (900, 0), (0, 600))),
        say.SelectWhere: say.SelectWhere("selected"),
        say.SetNeighbours: say.SetNeighbours(5),
        say.BeginOutline: say.BeginOutline(1, 2),
        say.ExtendOutline: say.ExtendOutline(3, 4),
        say.SaveSelection: say.SaveSelection("cats"),
        say.LoadSelection: say.LoadSelection("cats"),
        say.RenameSelection: say.RenameSelection("cats", "dogs"),
        say.DeleteSelection: say.DeleteSelection("cats"),
        say.ImportSelection: say.ImportSelection("cats.csv"),
        say.FinishErrand: say.FinishErrand(1),
        say.Pan: say.Pan(10, 10),
        say.HoverHandle: say.HoverHandle(("class", 0)),
        say.GrabHandle: say.GrabHandle(("class", 0), 640, 360),
        say.PullHandle: say.PullHandle(650, 370),
        say.PinHandle: say.PinHandle(("class", 0)),
        say.ToggleHandle: say.ToggleHandle(1),
        say.ShowHandles: say.ShowHandles("all"),
        say.RenameHandle: say.RenameHandle(("custom", 1), "mine"),
        say.CentreHandle: say.CentreHandle(0),
    }
    for kind in say.Intent.__args__:
        assert isinstance(update(state(), [samples.get(kind) or kind()], DT), AppState)
