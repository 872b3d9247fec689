"""The machine under `ai-api up`: data folder, secrets, Postgres, the small model; started together, ended together."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ai_api.local import data_folder, model, postgres, private_files, secret_files
from ai_api.local.children import Death
from ai_api.local.model import RunningModel
from ai_api.local.postgres import RunningPostgres
from ai_api.local.progress import Progress

_ENCRYPTION_KEY = "encryption-key"
_PORTS = "ports.json"


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of the two listeners on the last run."""

    public: int | None = None
    ops: int | None = None


class Machine:
    """What runs beside the gateway on one machine. `start` blocks; `stop` ends all that was started, in reverse."""

    def __init__(self, data: Path, progress: Progress) -> None:
        self._stack = ExitStack()
        self.folder = self._stack.enter_context(data_folder.prepare(data))
        self.data = self.folder.path
        self._progress = progress
        self.postgres: RunningPostgres | None = None
        self.model: RunningModel | None = None

    def start(self, *, with_model: bool) -> None:
        """Starts Postgres and the model side by side. Raises LocalRefusal, with nothing left running."""
        try:
            with ThreadPoolExecutor(max_workers=2) as pool:
                # Each registers what it has started by itself: when one is refused, or the caller is interrupted while
                # waiting, the other may still come up, and has to be ended.
                starting = [pool.submit(self._start_postgres)]
                if with_model:
                    starting.append(pool.submit(self._start_model))
                for each in starting:
                    each.result()
        except BaseException:
            # Ctrl-C while waiting, too: whatever ends the start, nothing that it began may outlive it.
            self.stop()
            raise

    def stop(self) -> None:
        """Ends what was started and lets another run have the folder."""
        with self._progress.step("stopping"):
            self._stack.close()

    def watch(self, on_death: Callable[[str, Death], None]) -> None:
        """Hears, in another thread, of a child that ended by itself."""
        if self.postgres is not None:
            self.postgres.watch(lambda death: on_death("Postgres", death))
        if self.model is not None:
            self.model.watch(lambda death: on_death("the local model", death))

    def encryption_keys(self) -> str:
        """The key ring of this folder, made the first time."""
        kept = secret_files.make_once(self.data, _ENCRYPTION_KEY)
        raw = base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
        return "local:" + base64.b64encode(raw).decode()

    def ports(self) -> Ports:
        """The ports of the last run."""
        text = private_files.read(self.data / _PORTS)
        try:
            found = json.loads(text or "{}")
            return Ports(found.get("public"), found.get("ops"))
        except (ValueError, AttributeError):
            return Ports()

    def keep_ports(self, ports: Ports) -> None:
        """Keeps the ports for the next run."""
        private_files.write(self.data / _PORTS, json.dumps({"public": ports.public, "ops": ports.ops}) + "\n")

    def _start_postgres(self) -> None:
        running = postgres.start(self.data, progress=self._progress)
        self._stack.callback(running.stop)
        self.postgres = running

    def _start_model(self) -> None:
        running = model.start(self.data, progress=self._progress)
        self._stack.callback(running.stop)
        self.model = running
