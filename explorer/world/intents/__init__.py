"""Everything that can change the state. Keys, mouse, HUD, scene scripts and tests all speak these.

A file for each kind; what an intent does is in the file of ``world.rules`` that goes with it.
"""

from explorer.world.intents.camera import *
from explorer.world.intents.camera import CameraIntent
from explorer.world.intents.colour import *
from explorer.world.intents.colour import ColourIntent
from explorer.world.intents.display import *
from explorer.world.intents.display import DisplayIntent
from explorer.world.intents.handles import *
from explorer.world.intents.handles import HandleIntent
from explorer.world.intents.lens import *
from explorer.world.intents.lens import LensIntent
from explorer.world.intents.selection import *
from explorer.world.intents.selection import SelectionIntent
from explorer.world.intents.show import *
from explorer.world.intents.show import ShowIntent
from explorer.world.intents.tour import *
from explorer.world.intents.tour import TourIntent
from explorer.world.intents.window import *
from explorer.world.intents.window import WindowIntent

Intent = (
    CameraIntent
    | TourIntent
    | LensIntent
    | ShowIntent
    | ColourIntent
    | SelectionIntent
    | HandleIntent
    | DisplayIntent
    | WindowIntent
)
