"""Builds by several processes: a scheduler and workers of their own, some killed, give the bytes of one process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from explorer.builder import crew_clients, crew_dask
from explorer.builder.options import BuildOptions, EmbedSettings
from explorer.builder.pipeline import build_world
from explorer.builder.progress import Silent
from explorer.errors import LayerflightError, ModelError
from explorer.store.read import verify_world
from explorer.store.swap import beside
from tests.builder.tiny import MODEL, image_folder
from tests.builder.workers import Cluster

IMAGES, SHARD, BATCH = 1200, 256, 64
BATCHES = 19
"""Forward passes that 1,200 images take: four shards of four batches, and one of three."""

LOGGED = """
import os
import time

class Logged(Net):
    calls = 0  # the first shard is done quickly, so that there is time to do something to the next

    def forward(self, x):
        with open({log!r}, "a") as file:
            file.write(str(os.getpid()) + chr(10))
        Logged.calls += 1
        time.sleep(float(os.environ.get("SLOW", "0") if Logged.calls <= {first} else os.environ.get("LATER", "0")))
        return super().forward(x)

def logged():
    return Logged()

class Bad(Net):
    def forward(self, x):
        return super().forward(x) / (0.0 if os.environ.get("BROKEN") else 1.0)

def bad():
    return Bad()
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "dask"
    folder.mkdir()
    started = Cluster(folder)
    yield started
    started.end()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> BuildOptions:
    """A build whose network writes down who runs it."""
    folder = tmp_path_factory.mktemp("asked")
    image_folder(folder / "images", IMAGES // 4)
    (folder / "model.py").write_text(MODEL + LOGGED.format(log=str(folder / "log"), first=SHARD // BATCH))
    return BuildOptions(
        model=f"{folder}/model.py:logged", images=folder / "images", output=folder / "t.world",
        embed=EmbedSettings(neighbours=8, epochs=20, components=16), batch=BATCH,
    )  # fmt: skip


@pytest.fixture(scope="module")
def alone(asked: BuildOptions) -> str:
    """What one process makes of it: the hashes of all files."""
    return sums(build_world(asked).path)


def sums(world: Path) -> str:
    verify_world(world)
    return (world / "SHA256SUMS").read_text()


def log_of(asked: BuildOptions) -> list[int]:
    """Who ran each forward pass."""
    return [int(x) for x in (Path(asked.images).parent / "log").read_text().split()]


def calls(asked: BuildOptions) -> Counter[int]:
    """Forward passes by process, this one left out."""
    return Counter(x for x in log_of(asked) if x != os.getpid())


class Killing(Silent):
    """Kills a process when a stage has advanced so far."""

    def __init__(self, stage: str, steps: int) -> None:
        super().__init__()
        self._at, self._left = stage, steps
        self.victim: psutil.Process | None = None

    def choose(self) -> psutil.Process:
        raise NotImplementedError

    def advance(self, steps: float, detail: str = "") -> None:
        if self.stages[-1] == self._at and self.victim is None:
            self._left -= 1
            if self._left <= 0:
                self.victim = self.choose()
                self.victim.send_signal(signal.SIGKILL)


def test_a_worker_killed_costs_only_its_shard(
    cluster: Cluster, asked: BuildOptions, alone: str, tmp_path: Path
) -> None:
    workers = [cluster.hire(SLOW="0.2", LATER="0.8"), cluster.hire(SLOW="0.2", LATER="0.8")]
    before = calls(asked)

    class KillingTheOther(Killing):
        def choose(self) -> psutil.Process:
            """The worker that is in the middle of a shard, when the other one has just finished its own."""
            time.sleep(0.8)
            return psutil.Process(workers[0].pid)

    progress = KillingTheOther("images", 2)
    build = replace(asked, output=tmp_path / "t.world", cluster=cluster.address)
    assert sums(build_world(build, progress).path) == alone
    assert workers[0].wait() == -signal.SIGKILL
    assert workers[1].poll() is None
    after = calls(asked) - before
    assert set(after) == {x.pid for x in workers}
    again = sum(after.values()) - BATCHES
    assert 1 <= again <= SHARD // BATCH
    assert not beside(build.output, ".partial").exists()


def test_processes_of_this_machine_one_killed(asked: BuildOptions, alone: str, tmp_path: Path) -> None:
    class KillingOne(Killing):
        def choose(self) -> psutil.Process:
            return next(x for x in psutil.Process().children() if "spawn_main" in " ".join(x.cmdline()))

    before = calls(asked)
    progress = KillingOne("embed", 3)
    build = replace(asked, output=tmp_path / "t.world", workers=2, batch=24)
    assert sums(build_world(build, progress).path) == alone
    assert progress.victim is not None
    assert len(calls(asked) - before) == 2
    assert not [x for x in psutil.Process().children() if "spawn_main" in " ".join(x.cmdline())]


def test_what_is_wrong_on_a_worker_is_told_as_it_is(cluster: Cluster, asked: BuildOptions, tmp_path: Path) -> None:
    cluster.hire(BROKEN="1")
    model = str(asked.model).replace(":logged", ":bad")
    build = replace(asked, model=model, output=tmp_path / "t.world", cluster=cluster.address, limit=100)
    with pytest.raises(ModelError, match="layer softmax gives NaN or infinite values"):
        build_world(build)


def test_a_model_file_that_differs_on_a_worker(cluster: Cluster, asked: BuildOptions, tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL.replace("torch.manual_seed(0)", "torch.manual_seed(int(__import__('os').getenv('S', '0')))"))
    cluster.hire(S="7")
    build = replace(asked, model=f"{file}:tiny", output=tmp_path / "t.world", cluster=cluster.address, limit=100)
    with pytest.raises(ModelError, match="another network for this worker"):
        build_world(build)


def test_all_workers_lost(
    cluster: Cluster, asked: BuildOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_dask, "GRACE", 2.0)
    worker = cluster.hire(LATER="1")

    class KillingAll(Killing):
        def choose(self) -> psutil.Process:
            return psutil.Process(worker.pid)

    build = replace(asked, output=tmp_path / "t.world", cluster=cluster.address)
    with pytest.raises(LayerflightError, match="all workers are gone") as caught:
        build_world(build, KillingAll("images", 1))
    assert "\n" not in str(caught.value)
    assert len(list((beside(build.output, ".partial") / "passes").glob("*/0*.npz"))) == 1  # kept for the next run


def test_the_scheduler_lost(cluster: Cluster, asked: BuildOptions, tmp_path: Path) -> None:
    cluster.hire(LATER="1")

    class KillingTheScheduler(Killing):
        def choose(self) -> psutil.Process:
            return psutil.Process(cluster.scheduler.pid)

    build = replace(asked, output=tmp_path / "t.world", cluster=cluster.address)
    begin = time.monotonic()
    with pytest.raises(LayerflightError, match="the scheduler is gone"):
        build_world(build, KillingTheScheduler("images", 1))
    assert time.monotonic() - begin < 60


def test_a_scheduler_without_workers(
    cluster: Cluster, asked: BuildOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_clients, "CONNECT", 1.0)
    with pytest.raises(LayerflightError, match="has no workers; start some with: dask worker tcp://"):
        build_world(replace(asked, output=tmp_path / "t.world", cluster=cluster.address))
    assert not beside(tmp_path / "t.world", ".partial").exists()


def test_a_worker_without_layerflight(cluster: Cluster, asked: BuildOptions, tmp_path: Path) -> None:
    (tmp_path / "other" / "explorer").mkdir(parents=True)
    (tmp_path / "other" / "explorer" / "__init__.py").write_text("")
    cluster.hire()
    cluster.hire(PYTHONPATH=str(tmp_path / "other"))
    deadline = time.monotonic() + 60
    while cluster.size() < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    with pytest.raises(LayerflightError, match=r"cannot take part \(.*No module named .* install the same"):
        build_world(replace(asked, output=tmp_path / "t.world", cluster=cluster.address))


SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path
from explorer.builder.options import BuildOptions, EmbedSettings
from explorer.builder.pipeline import build_world

if __name__ == "__main__":
    model, images, output = sys.argv[1:]
    embed = EmbedSettings(neighbours=8, epochs=20, components=16)
    try:
        build_world(BuildOptions(model=model, images=Path(images), output=Path(output), embed=embed, workers=2))
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_ctrl_c_ends_the_processes_and_keeps_what_is_finished(asked: BuildOptions, alone: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    output = tmp_path / "t.world"
    process = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", str(asked.model), str(asked.images), output.name],
        cwd=tmp_path, env=os.environ | {"LATER": "2"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    passes = beside(output, ".partial") / "passes"
    deadline = time.monotonic() + 150
    while not list(passes.glob("*/0*.npz")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    started = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all processes of the command
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 130, said.decode()
    assert said == b""
    _, alive = psutil.wait_procs(started, timeout=60)
    assert not alive
    assert not output.exists()
    finished = len(list(passes.glob("*/0*.npz")))
    assert 1 <= finished < 5
    before = len(log_of(asked))
    assert sums(build_world(replace(asked, output=output)).path) == alone
    # Two or three look at the network before the pass; a shard that was kept saves four.
    assert len(log_of(asked)) - before < BATCHES
