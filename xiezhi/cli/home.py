"""The data folder: where the suite of one machine keeps its keys, configuration, data and traces."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xiezhi.pki import InsecureDevelopmentKeys

HOME_VARIABLE = "XIEZHI_HOME"
DEFAULT_HOME = Path("var")


@dataclass(frozen=True, slots=True)
class Home:
    """A data folder.

    Attributes:
        root: The folder, absolute.
    """

    root: Path

    @classmethod
    def find(cls, given: Path | None) -> Home:
        """Finds the data folder: as given, else as XIEZHI_HOME says, else "var" in the current folder."""
        chosen = given or Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)
        return cls(chosen.expanduser().absolute())

    @property
    def keys(self) -> InsecureDevelopmentKeys:
        """The development keys."""
        return InsecureDevelopmentKeys(self.root / "keys")

    @property
    def config(self) -> Path:
        """Folder of the processes' configuration files."""
        return self.root / "config"

    @property
    def data(self) -> Path:
        """Folder of the databases."""
        return self.root / "data"

    @property
    def run(self) -> Path:
        """Folder of what lives only while the suite runs: addresses and the lock."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """Folder of the processes' logs."""
        return self.root / "logs"

    @property
    def traces(self) -> Path:
        """Folder of the local trace store."""
        return self.root / "traces"

    def address_file(self, process: str) -> Path:
        """The file in which a running process writes the "host:port" it listens on."""
        return self.run / f"{process}.address"

    def address(self, process: str) -> str:
        """Returns where a process listens, empty while it does not run."""
        with suppress(FileNotFoundError):  # it may go between one look and the next, when the process is started again
            return self.address_file(process).read_text(encoding="utf-8").strip()
        return ""
