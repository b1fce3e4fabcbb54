"""Rules for the intents about what is shown of the images."""

from __future__ import annotations

from dataclasses import replace

from explorer.world import intents as say
from explorer.world.rules.common import toggled, towards, within
from explorer.world.state import FLOATING, AppState, Picked

NO_PICTURES = "This world holds no pictures of its images"
_SIZES = (0.25, 4.0)


def apply(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after an intent of this kind; None for another's."""
    match intent:
        case say.SetImages(on):
            return _with_images(state, on)
        case say.SetPointSize(factor):
            return replace(state, size_factor=within(factor, _SIZES))
        case say.Hover(image, node):
            return replace(state, hover=None if image is None or node is None else Picked(image, node))
        case say.Pin(image):
            return replace(state, pinned=image)
        case say.ColourBy(colouring):
            known = 0 <= colouring < len(state.scene.colourings) and colouring != state.colour_by
            return replace(state, colour_by=colouring, hidden_classes=frozenset()) if known else state
        case say.ToggleClass(label):
            return replace(state, hidden_classes=state.hidden_classes ^ {label})
        case say.IsolateClass(label):
            others = frozenset(range(len(state.colouring.colours))) - {label}  # the unlabelled ones too
            return replace(state, hidden_classes=frozenset() if state.hidden_classes == others else others)
        case say.ShowAllClasses():
            return replace(state, hidden_classes=frozenset())
        case say.LetGo():
            return _let_go(state)
    return None


def advance(state: AppState, dt: float) -> AppState:
    """What is shown ``dt`` seconds later: dots grow into thumbnails."""
    return replace(state, images_amount=towards(state.images_amount, state.images, dt))


def _with_images(state: AppState, on: bool | None) -> AppState:
    """Thumbnails or dots; a world without pictures keeps its dots, and says so to whoever pressed the key."""
    if state.scene.pictures:
        return replace(state, images=toggled(state.images, on))
    return replace(state, notice=NO_PICTURES, notice_age=0.0) if on is None else state


def _let_go(state: AppState) -> AppState:
    """Esc lets go of one thing at a time, the most pressing first."""
    if state.flight_mode:
        return replace(state, flight_mode=False)
    if state.panels & FLOATING:
        return replace(state, panels=state.panels - FLOATING)
    if state.pinned is not None:
        return replace(state, pinned=None)
    return replace(state, hidden_classes=frozenset())
