"""Writes frames to a video file or a folder of pictures from a thread of its own.

The path says what is written: ``.mp4`` (H.264), ``.webm`` (VP9), ``.gif``, or PNG pictures for a folder
(``frames/``) or a numbered name (``frame%05d.png``).

A video grows under the name ``NAME.part.mp4`` and takes its own name when it is complete: an older
video of that name is lost only to a complete new one. A recording that is killed leaves a
``NAME.part.mp4`` that plays up to the last second or so.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av
import numpy as np

from explorer.errors import RecordError
from explorer.recorder.encoders import CONTAINERS, LARGEST, AvSink, ticks_per_second
from explorer.recorder.pictures import PngFolder, even_crop, letterbox, numbered_files, split_pattern
from explorer.recorder.screenshot import is_ours
from explorer.types import UInt8

_QUEUE_FRAMES = 8
_WRITE_ERRORS = (OSError, ValueError, av.FFmpegError)
_GIF_FPS = 50  # browsers show a GIF frame shorter than 2/100 s for 10/100 s


class FrameSink(Protocol):
    """Takes frames of one size, in order."""

    def write(self, rgb: UInt8, ticks: int) -> None:
        """Takes the next frame, shown from ``ticks`` of the sink's time base on."""

    def close(self) -> None:
        """Writes what is still held back and completes the file."""


class VideoWriter:
    """A recording in progress. Use it as a context manager: an exception inside aborts it."""

    def __init__(
        self,
        path: Path | str,
        width: int,
        height: int,
        fps: float | Fraction,
        *,
        quality: int | None = None,
        live: bool = False,
        overwrite: bool = True,
    ) -> None:
        """Opens the file and starts the encoder thread.

        Args:
            path: what to write; see the module.
            width: pixels. Odd sizes lose their last column or row in an mp4.
            height: pixels.
            fps: frames a second; for live recordings only a hint.
            quality: constant rate factor of the codec, smaller is better; None takes the usual one.
            live: encode faster, into larger files, to keep up with the window.
            overwrite: whether an existing recording of this name may be replaced.

        Raises:
            RecordError: the path cannot be written, or its name stands for no kind of video.
        """
        if min(width, height) < 2 or max(width, height) > LARGEST or not 0.001 <= fps <= 1000:
            raise RecordError(f"{path}: cannot record {width}x{height} pixels at {fps} frames a second")
        self._rate = Fraction(fps).limit_denominator(1001)
        self.path, is_pictures = _target(path)
        suffix = self.path.suffix.lower()
        container = None if is_pictures else CONTAINERS[suffix]
        if suffix == ".gif" and not live and self._rate > _GIF_FPS:
            raise RecordError(f"{path}: a GIF shows at most {_GIF_FPS} frames a second, got {fps}; use mp4 instead")
        self._crop = container is not None and container.even
        self._size = (width - width % 2, height - height % 2) if self._crop else (width, height)
        self._given = (width, height)
        self._time_base, self._step = ticks_per_second(self._rate)
        # Closer frames than this a GIF cannot show: they are left out of a live recording.
        self._closest = round(Fraction(1, _GIF_FPS) / self._time_base) if suffix == ".gif" else 1
        self._origin: float | None = None
        self._live_times: bool | None = None
        self._last = -self._closest
        self.frames = 0
        """Frames taken so far."""
        self._check_folder(is_pictures, overwrite)
        self.part = self.path if is_pictures else self.path.with_name(f"{self.path.stem}.part{self.path.suffix}")
        """The file that grows; ``path`` itself for pictures."""
        self._sink: FrameSink
        try:
            if container is None:
                self._sink = PngFolder(self.path)
            else:
                self._sink = AvSink(self.part, container, self._size, self._rate, quality=quality, live=live)
        except _WRITE_ERRORS as error:
            self._remove_part()
            raise self._explained(error) from error
        self._queue: queue.Queue[tuple[UInt8, int] | None] = queue.Queue(_QUEUE_FRAMES)
        self._error: BaseException | None = None
        self._discard = False
        self._open = True
        self._thread = threading.Thread(target=self._encode, name="video-encoder", daemon=True)
        self._thread.start()

    def put(self, rgb: UInt8, seconds: float | None = None) -> None:
        """Takes the next frame; waits while the encoder is more than a few frames behind.

        Args:
            rgb: (H, W, 3) uint8, top row first; copied. A frame of another size than the recording's
                (a window that was resized) is scaled into it, its shape kept.
            seconds: when the frame was seen, by any clock that runs forward; None for all frames of a
                recording that is computed, where frame n is shown at n / fps.

        Raises:
            RecordError: the file cannot be written any more.
        """
        if self._error is not None:
            self.abort()  # a caller that only shows the error leaves no thread and no open file behind
            self._raise_error()
        if not self._open:
            raise ValueError(f"{self.path}: the recording is closed")
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise ValueError(f"a frame is (H, W, 3) uint8, got {rgb.shape} {rgb.dtype}")
        ticks = self._ticks(seconds)
        if ticks is None:
            return
        copy = np.array(rgb, order="C")  # the caller may read the next frame into the same array
        self._queue.put((copy, ticks))
        self.frames += 1

    def close(self) -> None:
        """Finishes the recording and gives it its name; returns when it is on disk. Twice does no harm.

        Raises:
            RecordError: the file could not be written, or no frame was put.
        """
        if not self._open:
            return
        self._stop()
        try:
            self._raise_error()
            if self.frames == 0:
                raise RecordError(f"{self.path}: no frame was recorded")
            try:
                self._sink.close()
                if self.part != self.path:
                    os.replace(self.part, self.path)
            except _WRITE_ERRORS as error:
                raise self._explained(error) from error
        except BaseException:
            self._give_up()
            raise

    def abort(self) -> None:
        """Stops at once, after the frames already encoded; what an older recording of this name held stays.

        Leaves ``part`` as a playable video, or nothing where no frame was put. Never raises.
        """
        if not self._open:
            return
        self._discard = True
        self._stop()
        self._give_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _ticks(self, seconds: float | None) -> int | None:
        """When to show the next frame; None where it is too close to the last one for this format."""
        if self._live_times is None:
            self._live_times = seconds is not None
        if self._live_times != (seconds is not None):
            raise ValueError("either every frame of a recording has its seconds, or none has")
        if seconds is None:
            return self.frames * self._step
        if self._origin is None:
            self._origin = seconds
        ticks = round(Fraction(seconds - self._origin) / self._time_base)
        if self._closest > 1 and ticks < self._last + self._closest:
            return None
        self._last = max(ticks, self._last + 1)  # a clock that stood still must not fail the recording
        return self._last

    def _encode(self) -> None:
        """The thread: takes frames until None; after an error it goes on taking them, so that put never hangs."""
        while (item := self._queue.get()) is not None:
            if self._discard or self._error is not None:
                continue
            try:
                self._sink.write(self._fitted(item[0]), item[1])
            except BaseException as error:  # whatever it was, put and close have to tell
                self._error = error

    def _fitted(self, rgb: UInt8) -> UInt8:
        """The frame in the size of the recording."""
        if rgb.shape[1::-1] != self._given:
            return letterbox(rgb, *self._size)
        return np.ascontiguousarray(even_crop(rgb)) if self._crop else rgb

    def _stop(self) -> None:
        self._open = False
        self._queue.put(None)
        self._thread.join()

    def _raise_error(self) -> None:
        if isinstance(self._error, _WRITE_ERRORS):
            raise self._explained(self._error) from self._error
        if self._error is not None:
            raise self._error

    def _explained(self, error: Exception) -> RecordError:
        """One line for the person at the keyboard."""
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return RecordError(f"{self.path}: the video cannot be written: {reason}")

    def _check_folder(self, is_pictures: bool, overwrite: bool) -> None:
        """Makes the folder of the pictures; its parent, like a video's folder, has to exist."""
        folder = self.path.parent
        try:
            if is_pictures and not folder.exists():
                folder.mkdir()
        except OSError as error:
            raise self._explained(error) from error
        if not folder.is_dir():
            raise RecordError(f"{self.path}: the folder {folder} does not exist; create it first")
        earlier = [path for _, path in numbered_files(self.path)] if is_pictures else []
        foreign = next((path for path in earlier if not is_ours(path)), None)
        if foreign is not None:
            raise RecordError(f"{foreign}: is in the way and was not recorded by Layerflight; choose another folder")
        exists = bool(earlier) if is_pictures else self.path.exists()
        if exists and not overwrite:
            raise RecordError(f"{self.path}: exists already; choose another name, or allow to overwrite it")
        if not is_pictures and self.path.is_dir():
            raise RecordError(f"{self.path}: is a folder, not a video")

    def _give_up(self) -> None:
        """Completes what is there, so that it plays; an error here would hide the one that counts."""
        with contextlib.suppress(*_WRITE_ERRORS):
            if self.part != self.path:
                self._sink.close()
        if self.frames == 0:
            self._remove_part()

    def _remove_part(self) -> None:
        if self.part != self.path:
            with contextlib.suppress(OSError):
                self.part.unlink(missing_ok=True)


def _target(path: Path | str) -> tuple[Path, bool]:
    """What a path stands for: the file, or the pattern of the picture files, and which of both."""
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix in CONTAINERS and not str(path).endswith(("/", os.sep)):
        return target, False
    if suffix == ".png" and not target.is_dir():
        split_pattern(target.name)
        return target, True
    if suffix == "" or target.is_dir() or str(path).endswith(("/", os.sep)):
        return target / "%05d.png", True
    kinds = ", ".join(CONTAINERS)
    raise RecordError(f"{path}: cannot record to {suffix}; use {kinds}, a folder, or a name such as frame%05d.png")
