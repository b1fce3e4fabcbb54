"""Tasks in their order, and how work travels to workers."""

from __future__ import annotations

import asyncio
import importlib
import pickle
import sys
import threading
import time
from collections.abc import Hashable
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from explorer.builder import crew_clients, crew_worker
from explorer.builder.activations.network import Network
from explorer.builder.crew import Alone, Interrupted, Task, check_interrupted, run_tasks, stopped_by
from explorer.builder.crew_dask import crew_for
from explorer.builder.crew_worker import Order, Shared, carry_out, check_versions, look, packed, versions
from explorer.builder.model.source import RANDOM
from explorer.builder.options import ModelSpec
from explorer.errors import ImagesError, LayerflightError

# ---------------------------------------------------------------- tasks


def add(*numbers: int) -> int:
    return sum(numbers)


def fail(text: str) -> None:
    raise ImagesError(text)


@pytest.mark.parametrize("kind", ["images", "layers"])
def test_tasks_come_after_those_before_them(kind: str) -> None:
    order: list[Hashable] = []
    tasks: dict[Hashable, Task] = {
        "last": Task(add, (1, 2), ("a", "b")),
        "b": Task(add, (3,), ("a",)),
        "a": Task(add, (4,)),
    }
    crew = Alone()
    with crew.on_images() if kind == "images" else crew.on_layers() as executor:
        results = run_tasks(executor, tasks, lambda name, result: order.append(name))
    assert results == {"last": 3, "b": 3, "a": 4}
    assert order == ["a", "b", "last"]


def test_the_first_failure_is_raised_and_nothing_after_it_is_begun() -> None:
    done: list[Hashable] = []
    tasks: dict[Hashable, Task] = {"a": Task(fail, ("a is bad",)), "b": Task(add, (1,), ("a",))}
    with pytest.raises(ImagesError, match="a is bad"), Alone().on_layers() as executor:
        run_tasks(executor, tasks, lambda name, result: done.append(name))
    assert done == []


def test_threads_of_an_interrupted_build_end_at_the_next_opportunity() -> None:
    ended = threading.Event()

    def long() -> None:
        try:
            while True:
                check_interrupted()
                time.sleep(0.01)
        except Interrupted:
            ended.set()
            raise

    before = torch.get_num_threads()
    with pytest.raises(KeyboardInterrupt), Alone().on_layers() as executor:
        _interrupt(executor.submit(long))
    assert ended.is_set()
    assert torch.get_num_threads() == before
    check_interrupted()  # the next build is not


def _interrupt(work: Future[Any]) -> None:
    assert not work.done()
    raise KeyboardInterrupt


def test_a_task_is_ended_by_the_event_of_its_own_build() -> None:
    mine, other = threading.Event(), threading.Event()
    other.set()
    with stopped_by(mine):
        check_interrupted()
        mine.set()
        with pytest.raises(Interrupted):
            check_interrupted()
    check_interrupted()


# ---------------------------------------------------------------- how work travels


def test_paths_arrive_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sent = (Path("a/b"), Path("/c"), ModelSpec("nets.py:net", Path("w.pt"), "n"), ModelSpec("timm:vit", RANDOM))
    data = packed(sent)
    monkeypatch.chdir("/")
    there, rooted, spec, untrained = pickle.loads(data)
    assert there == tmp_path / "a/b"
    assert rooted == Path("/c")
    assert spec == ModelSpec(f"{tmp_path}/nets.py:net", tmp_path / "w.pt", "n")
    assert untrained == ModelSpec("timm:vit", RANDOM)


NET = """
import torch
from torch import nn

def twice(x):
    return 2 * x

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return twice(self.fc(x))
"""


def test_a_model_of_a_script_arrives_where_the_script_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_own_net.py").write_text(NET)
    with monkeypatch.context() as here:
        here.syspath_prepend(tmp_path)
        module: nn.Module = importlib.import_module("my_own_net").Net().eval()
        network = Network.of(ModelSpec(module), module, "", 0)
        data = packed(network)
    del sys.modules["my_own_net"]
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("my_own_net")
    example = torch.ones(1, 3)
    expected = module(example)
    monkeypatch.setattr("explorer.builder.activations.network._LOADED", {})
    arrived: Network = pickle.loads(data)
    found = arrived.load()  # checks the digest
    assert found is not module
    assert torch.equal(found(example), expected)


def test_what_cannot_be_sent_is_named(tmp_path: Path) -> None:
    with open(tmp_path / "x", "w") as file, pytest.raises(LayerflightError, match="cannot be sent to workers") as error:
        packed({"file": file})
    assert "\n" not in str(error.value)


def test_a_shared_value_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "value"
    path.write_bytes(packed([3, 4]))
    loads: list[Any] = []
    load = pickle.load
    monkeypatch.setattr(crew_worker.pickle, "load", lambda file: loads.append(file) or load(file))
    for number in (1, 2):
        work = packed((_both, (Shared(path), number)))
        assert carry_out(Order("build", versions(), False, 0, work)) == [3, 4, number]
        assert carry_out(Order("build", versions(), True, 1, work)) == [3, 4, number]
    assert len(loads) == 1
    asyncio.run(crew_worker.forget("build"))


def _both(first: list[int], second: int) -> list[int]:
    return [*first, second]


def test_a_stopped_build_ends_on_a_worker() -> None:
    asyncio.run(crew_worker.stop("stopped"))
    work = packed((check_interrupted, ()))
    with pytest.raises(Interrupted):
        carry_out(Order("stopped", versions(), False, 0, work))
    carry_out(Order("another", versions(), False, 0, work))
    for build in ("stopped", "another"):
        asyncio.run(crew_worker.forget(build))


# ---------------------------------------------------------------- workers that cannot do it


def test_other_versions_are_refused() -> None:
    check_versions(versions(), "a worker")
    other = tuple((name, "0.1" if name == "torch" else x) for name, x in versions())
    with pytest.raises(LayerflightError, match=r"a worker has torch .* \(the build: 0\.1\); install the same"):
        check_versions(other, "a worker")
    assert "torch" in asyncio.run(look("/nowhere", "x", other))


def test_a_worker_that_does_not_see_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_worker, "_PATIENCE", 1)
    file = tmp_path / "look"
    assert f"does not see {tmp_path}" in asyncio.run(look(str(file), "x", versions()))
    file.write_text("another build's")
    assert "does not see" in asyncio.run(look(str(file), "x", versions()))
    file.write_text("x")
    assert asyncio.run(look(str(file), "x", versions())) == ""


@pytest.mark.parametrize(
    ("workers", "cluster", "part"),
    [
        (0, None, "--workers should be at least 1, found 0"),
        (2, "tcp://127.0.0.1:1", "give one of them"),
        (None, "tcp://127.0.0.1:1", "no Dask scheduler answers at tcp://127.0.0.1:1"),
        (None, "localhost", "no Dask scheduler answers at localhost (missing port number"),
        (None, "https://127.0.0.1:1", "unknown address scheme"),
    ],
)
def test_workers_that_cannot_be_had(
    workers: int | None, cluster: str | None, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_clients, "CONNECT", 0.5)
    begin = time.monotonic()
    with pytest.raises(LayerflightError) as caught, crew_for(workers, cluster, tmp_path):
        pass
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - begin < 10
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(("workers", "cluster"), [(2, None), (None, "tcp://127.0.0.1:8786")])
def test_without_dask(
    workers: int | None, cluster: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing: ModuleType | None = None
    monkeypatch.setitem(sys.modules, "distributed", nothing)
    told = pytest.raises(LayerflightError, match=r"pip install 'layerflight\[cluster\]'")
    with told, crew_for(workers, cluster, tmp_path):
        pass
    with crew_for(None, None, tmp_path) as crew:
        assert isinstance(crew, Alone)
