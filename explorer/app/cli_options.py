"""The options of the commands that make worlds: their names, limits and one line of help each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_MODEL, _IMAGES, _INPUT, _LAYERS, _EMBED, _RUN = (
    "Models",
    "Images",
    "What the network gets",
    "Layers",
    "Embedding",
    "Run",
)

_MODEL_HELP = (
    "[b]FILE.py:factory[/b], [b]package.module:factory[/b], [b]torchvision:NAME[/b], [b]timm:NAME[/b] or [b]hf:ID[/b]"
)
_WEIGHTS_HELP = (
    "Checkpoint: safetensors, .pt, .pth, .th; or [b]pretrained[/b] (a library's, the default), [b]factory[/b] (as "
    "FILE.py makes it, the default), [b]random[/b]"
)

Models = Annotated[
    list[str] | None, typer.Option("--model", "-m", help=f"{_MODEL_HELP}; repeatable.", rich_help_panel=_MODEL)
]
Model = Annotated[str, typer.Option("--model", "-m", help=f"{_MODEL_HELP}.", rich_help_panel=_MODEL)]
ManyWeights = Annotated[
    list[str] | None,
    typer.Option(
        "--weights", "-w", rich_help_panel=_MODEL,
        help=f"{_WEIGHTS_HELP}; one for each --model, or several for one.",
    ),
]  # fmt: skip
Weights = Annotated[str | None, typer.Option("--weights", "-w", help=f"{_WEIGHTS_HELP}.", rich_help_panel=_MODEL)]
Names = Annotated[
    list[str] | None, typer.Option("--name", help="What each of several models is called.", rich_help_panel=_MODEL)
]
Images = Annotated[
    str,
    typer.Option(
        help="Folder of images (perhaps with a CSV of their labels) or of class folders, CSV, IDX, .npz, .npy, "
        ".parquet, or [b]hf:ID[/b].",
        rich_help_panel=_IMAGES,
    ),
]
Labels = Annotated[
    Path | None,
    typer.Option(
        help="Labels that do not come with the images: .npy, .txt, or a .csv of images or of classes.",
        rich_help_panel=_IMAGES,
    ),
]
LabelColumn = Annotated[str | None, typer.Option(help="The column to colour by.", rich_help_panel=_IMAGES)]
ImageColumn = Annotated[str | None, typer.Option(help="The column that holds the images.", rich_help_panel=_IMAGES)]
Split = Annotated[str | None, typer.Option(help="Part of a data set, as in [b]test[/b].", rich_help_panel=_IMAGES)]
Offset = Annotated[int, typer.Option(help="Output i stands for class i − offset.", rich_help_panel=_IMAGES)]
ClassNames = Annotated[
    Path | None,
    typer.Option(
        help="Names of the classes [b]in the network's order[/b]: a line each, or a JSON list. Without it class "
        "folders and words count in alphabetical order.",
        rich_help_panel=_IMAGES,
    ),
]
Limit = Annotated[
    int | None, typer.Option(min=1, help="At most this many, balanced over classes.", rich_help_panel=_IMAGES)
]
InputSize = Annotated[
    str | None, typer.Option(help="Side in pixels, as in 224, or 24x32 (height x width).", rich_help_panel=_INPUT)
]
Resize = Annotated[
    str | None, typer.Option(help="Before the crop: the short side as in 256, or 256x256.", rich_help_panel=_INPUT)
]
Crop = Annotated[
    str | None,
    typer.Option(help="[b]centre[/b], or [b]none[/b] to squeeze the whole image in.", rich_help_panel=_INPUT),
]
Interpolation = Annotated[
    str | None, typer.Option(help="nearest, bilinear, bicubic, lanczos, box, hamming.", rich_help_panel=_INPUT)
]
Channels = Annotated[
    int | None, typer.Option(min=1, max=3, help="1 or 3; default: what the network takes.", rich_help_panel=_INPUT)
]
Bgr = Annotated[bool | None, typer.Option("--bgr/--rgb", help="Blue is the first channel.", rich_help_panel=_INPUT)]
Scale = Annotated[
    float | None, typer.Option(help="input = ((pixel − offset) / scale − mean) / std", rich_help_panel=_INPUT)
]
Shift = Annotated[float | None, typer.Option("--offset", help="See --scale.", rich_help_panel=_INPUT)]
Statistic = Annotated[
    str | None, typer.Option(help="Per channel, with commas; or [b]imagenet[/b].", rich_help_panel=_INPUT)
]
Layers = Annotated[
    list[str] | None,
    typer.Option(
        "--layer", "--layers", "-l", rich_help_panel=_LAYERS,
        help="Glob on module names ([b]**[/b] passes dots); repeatable. Default: every block.",
    ),
]  # fmt: skip
Out = Annotated[Path, typer.Option("--out", "-o", help="The world to write, NAME.world.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress display, only what is to be known.")]
Maps = Annotated[
    int, typer.Option(min=0, max=32, help="Largest side of stored activation maps; 0: none.", rich_help_panel=_LAYERS)
]
Epochs = Annotated[int, typer.Option(min=1, help="Epochs of UMAP.", rich_help_panel=_EMBED)]
Neighbours = Annotated[int, typer.Option(min=2, help="Neighbours of UMAP.", rich_help_panel=_EMBED)]
MinDist = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Least distance of points in UMAP.", rich_help_panel=_EMBED)
]
Components = Annotated[
    int, typer.Option(min=1, help="Principal components kept of each layer.", rich_help_panel=_EMBED)
]
EmbedSample = Annotated[
    int | None, typer.Option(min=2, help="Embed this many, place the others among them.", rich_help_panel=_EMBED)
]
Seed = Annotated[
    int, typer.Option(min=0, help="Of the sample, the reduction and the embedding.", rich_help_panel=_EMBED)
]
Batch = Annotated[int, typer.Option(min=1, help="Images in a forward pass, at least 16.", rich_help_panel=_RUN)]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes that share the work.", rich_help_panel=_RUN)]
Cluster = Annotated[str | None, typer.Option(help="Address of a Dask scheduler.", rich_help_panel=_RUN)]
Title = Annotated[str, typer.Option(help="Shown in the window.", rich_help_panel=_RUN)]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output, for scripts.", rich_help_panel=_RUN)
]
JsonEvents = Annotated[
    bool,
    typer.Option(
        "--json",
        help="JSON lines on standard output, an object for each event: start, advance, reuse, finish, note, and in "
        "the end done or error. With -q no advance.",
        rich_help_panel=_RUN,
    ),
]
