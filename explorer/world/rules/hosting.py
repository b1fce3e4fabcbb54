"""Rules for the intents about the panels, the window and its files."""

from __future__ import annotations

from dataclasses import replace

from explorer.store.views import to_json
from explorer.world import intents as say
from explorer.world.rules.common import toggled
from explorer.world.state import PANELS, AppState

NOTICE_SECONDS = 4.0
COPIED = "Copied the basis"


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    match intent:
        case say.SetPanel(name, visible):
            if name not in PANELS:
                raise ValueError(f"no panel {name!r}; there are {', '.join(PANELS)}")
            shown = toggled(name in state.panels, visible)
            return replace(state, panels=state.panels | {name} if shown else state.panels - {name})
        case say.SetLabels(on):
            return replace(state, labels=toggled(state.labels, on))
        case say.SetHud(visible):
            return replace(state, hud=toggled(state.hud, visible))
        case say.Resize(viewport):
            return replace(state, viewport=viewport)
        case say.SetFullscreen(on):
            return replace(state, fullscreen=toggled(state.fullscreen, on))
        case say.SetRecording(on):
            return replace(state, recording=toggled(state.recording, on))
        case say.TakeScreenshot():
            return replace(state, screenshots=state.screenshots + 1)
        case say.Notify(text):
            return replace(state, notice=text, notice_age=0.0)
        case say.CopyBasis():
            text = to_json(state.tour.basis)
            return replace(state, copied=text, copies=state.copies + 1, notice=COPIED, notice_age=0.0)
        case say.AskPaste():
            return replace(state, pastes=state.pastes + 1)
        case say.Quit():
            return replace(state, quitting=True)
    return None


def advance(state: AppState, dt: float) -> AppState:
    """The window ``dt`` seconds later: a notice that was read goes."""
    age = state.notice_age + dt
    return replace(state, notice="" if age > NOTICE_SECONDS else state.notice, notice_age=age)
