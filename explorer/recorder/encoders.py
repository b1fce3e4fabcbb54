"""Video files: H.264, VP9 and GIF, written by libav.

The sink is used from one thread only and knows nothing of queues; `explorer.recorder.video` adds them.
The same frames give the same file: no dates, no random ids, a fixed number of threads.
"""

from __future__ import annotations

import io
import math
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.reformatter import ColorRange, Colorspace

from explorer.types import UInt8

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LARGEST = 16_384
"""Pixels a side that the codecs take."""

_BT709 = 1
_STUDIO_RANGE = 1


@dataclass(frozen=True)
class Container:
    """How one kind of video file is written."""

    format: str
    """libav's name of the file format."""
    codec: str
    pixels: str
    even: bool
    """Whether the codec takes even widths and heights only."""
    muxer: dict[str, str]
    quality: int
    """The usual constant rate factor; smaller is better and larger."""
    file: dict[str, str]
    """Encoder options of a recording that is computed."""
    live: dict[str, str]
    """Encoder options of a recording that must keep up with the window."""


# A recording that is killed has to play. For mp4 that takes fragments that are flushed as they are
# finished, and no B-frames, which would also shift the first frame away from time zero; "hybrid" makes
# an ordinary mp4 of them at the end. For webm, short clusters do the same. `bitexact` leaves out random ids.
_FLUSHED = {"flush_packets": "1", "fflags": "bitexact"}
_X264 = {"threads": "4", "bf": "0"}
_VP9 = {"threads": "4", "b": "0", "deadline": "realtime", "row-mt": "1", "tile-columns": "2", "lag-in-frames": "0"}

CONTAINERS = {
    ".mp4": Container(
        format="mp4",
        codec="libx264",
        pixels="yuv420p",
        even=True,
        muxer={**_FLUSHED, "movflags": "hybrid_fragmented", "frag_duration": "500000"},
        quality=20,
        # Measured on moving dots at 1280x720: veryfast is half as fast as ultrafast and half the size;
        # faster and medium cost 1.3 and 2.3 times the time of veryfast and save nothing.
        file={**_X264, "preset": "veryfast"},
        live={**_X264, "preset": "ultrafast"},
    ),
    ".webm": Container(
        format="webm",
        codec="libvpx-vp9",
        pixels="yuv420p",
        even=False,
        muxer={**_FLUSHED, "cluster_time_limit": "500"},
        quality=30,
        file={**_VP9, "cpu-used": "6"},
        live={**_VP9, "cpu-used": "8"},
    ),
    ".gif": Container(
        format="gif", codec="gif", pixels="pal8", even=False, muxer=dict(_FLUSHED), quality=0, file={}, live={}
    ),
}


def ticks_per_second(fps: Fraction) -> tuple[Fraction, int]:
    """A time base in which frames at ``fps`` fall on whole ticks and live frames are exact to 0.1 ms.

    Returns:
        The time base in seconds, and the ticks of one frame.
    """
    factor = math.ceil(10_000 / fps.numerator)
    return Fraction(1, fps.numerator * factor), fps.denominator * factor


class AvSink:
    """A video file written by libav."""

    def __init__(
        self, path: Path, container: Container, size: tuple[int, int], fps: Fraction, *, quality: int | None, live: bool
    ) -> None:
        width, height = size
        self._time_base, self._step = ticks_per_second(fps)
        # Our own file, because libav opens one only at the first packet, too late to tell that it cannot,
        # and leaves it open when the header does not fit on the disk.
        self._raw = _WholeWrites(path, "wb")
        try:
            self._file = av.open(self._raw, "w", format=container.format, options=container.muxer)
            options = dict(container.live if live else container.file)
            if container.quality:
                options["crf"] = str(container.quality if quality is None else quality)
            options["g"] = str(max(1, round(2 * fps)))  # a key frame every 2 s, so that players can seek
            stream = self._file.add_stream(container.codec, rate=fps, options=options)
            if not isinstance(stream, av.VideoStream):
                raise TypeError(f"{container.codec} made a {type(stream).__name__}, expected a video stream")
            self._stream = stream
            self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, container.pixels
            codec = self._stream.codec_context
            codec.time_base = self._time_base
            self._palette = _PaletteGraph(width, height, self._time_base) if container.pixels == "pal8" else None
            if self._palette is None:
                # Untagged video is shown by BT.601 in some players and by BT.709 in others.
                codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
                codec.color_range = _STUDIO_RANGE
            # The header must wait for the first packet: libav crashes on closing a fragmented mp4 without one.
            codec.open()
        except BaseException:
            self._raw.close()
            raise

    def write(self, rgb: UInt8, ticks: int) -> None:
        """Encodes one frame (H, W, 3)."""
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        if self._palette is None:
            frame = frame.reformat(
                format=self._stream.pix_fmt, dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
        frame.pts, frame.time_base, frame.duration = ticks, self._time_base, self._step
        if self._palette is not None:
            frame = self._palette.apply(frame)
        try:
            self._file.mux(self._stream.encode(frame))
            self._raw.raise_failure()
        except BaseException:
            # On a closed file no trailer is written, neither by close nor at the end of the program:
            # libav crashes on that after some errors. What is on the disk plays without.
            self._raw.close()
            self._raw.raise_failure()
            raise

    def close(self) -> None:
        """Flushes the encoder, completes the file and waits for the disk; safe to call again."""
        if self._raw.closed:
            return
        try:
            try:
                self._file.mux(self._stream.encode(None))
            finally:
                try:
                    self._file.close()
                finally:
                    self._raw.raise_failure()
            os.fsync(self._raw.fileno())
        finally:
            self._raw.close()


class _WholeWrites(io.FileIO):
    """An unbuffered file that writes all of it or raises: libav takes a short write for a full one.

    It keeps its first error as well, because libav passes some on as "error in callback" and drops others.
    """

    _failure: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        view = memoryview(data).cast("B")
        done = 0
        try:
            while done < len(view):
                done += super().write(view[done:]) or 0
        except OSError as error:
            self._failure = self._failure or error
            raise
        return done

    def raise_failure(self) -> None:
        """Raises the first error of a write, if there was one."""
        if self._failure is not None:
            raise self._failure from None


class _PaletteGraph:
    """Gives every frame of a GIF its own 256 colours: dots in ten hues do not survive one fixed palette."""

    def __init__(self, width: int, height: int, time_base: Fraction) -> None:
        self._graph = Graph()
        source = self._graph.add_buffer(width=width, height=height, format=VideoFormat("rgb24"), time_base=time_base)
        split = self._graph.add("split")
        make = self._graph.add("palettegen", "stats_mode=single:reserve_transparent=0")
        use = self._graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=4")
        sink = self._graph.add("buffersink")
        source.link_to(split)
        split.link_to(use, 0, 0)
        split.link_to(make, 1, 0)
        make.link_to(use, 0, 1)
        use.link_to(sink)
        self._graph.configure()

    def apply(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame (rgb24) as pal8, at the same time."""
        self._graph.push(frame)
        result = self._graph.pull()
        if not isinstance(result, av.VideoFrame):
            raise TypeError(f"the palette filter returned {type(result).__name__}, expected a video frame")
        result.pts, result.time_base, result.duration = frame.pts, frame.time_base, frame.duration
        return result
