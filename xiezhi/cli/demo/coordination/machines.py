"""Machines of the story that have a data folder of their own, on which commands are run and heard out."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from xiezhi.bundle.results import open_result
from xiezhi.cli.bundles.drafts import recall
from xiezhi.cli.bundles.importing import import_
from xiezhi.cli.bundles.opening import open_
from xiezhi.cli.bundles.requests import approve, draft
from xiezhi.cli.bundles.sending import export, open_bundle, verify
from xiezhi.cli.bundles.trust import BundleKeys
from xiezhi.cli.demo.stage import Traceparent
from xiezhi.cli.home import Home
from xiezhi.cli.moved import CLOCK_FILE
from xiezhi.cli.output import Output
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.session import Session
from xiezhi.client import Client
from xiezhi.paper.v1 import bundle_pb2

KEYS = "keys"


@dataclass(frozen=True, slots=True)
class TracedSession(Session):
    """A session whose calls belong to the trace of the story.

    Attributes:
        traceparent: Asked for the trace of each call.
    """

    traceparent: Traceparent = lambda: None

    def connect(self, *, traceparent: Callable[[], str | None] | None = None) -> Client:
        """Opens a client for the officer, as `Session.connect`."""
        return Session.connect(self, traceparent=traceparent or self.traceparent)


class Heard(Output):
    """Keeps the result of a command instead of writing it.

    Attributes:
        data: The result for programs.
        human: The same for people.
    """

    def __init__(self) -> None:
        """Has heard nothing yet."""
        nowhere = Console(file=io.StringIO())
        super().__init__(as_json=True, console=nowhere, errors=nowhere)
        self.data: dict[str, Any] = {}
        self.human: RenderableType = Text()

    def result(self, data: Mapping[str, Any] | list[Any], human: RenderableType) -> None:
        """Keeps a result."""
        self.data, self.human = dict(data), human


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine on which officers run commands.

    Attributes:
        home: Its data folder.
        gateway: Address of the gateway; empty for a machine without a network.
        traceparent: Asked for the trace of each call.
    """

    home: Home
    gateway: str = ""
    traceparent: Traceparent = field(default=lambda: None)

    @classmethod
    def put_up(cls, folder: Path, *, like: Home, gateway: str = "", traceparent: Traceparent) -> Machine:
        """Makes a machine with the development keys and the clock of a data folder, and nothing else of it.

        Args:
            folder: Its data folder, to be made.
            like: The data folder.
            gateway: Address of the gateway; empty for a machine without a network.
            traceparent: Asked for the trace of each call.
        """
        folder.mkdir(mode=0o700, parents=True)
        (folder / KEYS).symlink_to(like.root / KEYS, target_is_directory=True)
        clock = like.root / CLOCK_FILE
        if clock.exists():
            shutil.copyfile(clock, folder / CLOCK_FILE)
        return cls(Home(folder), gateway, traceparent)

    def draft(self, officer: str, method: str, request: Mapping[str, Any], **said: str) -> Heard:
        """Runs `xiezhi bundle draft`.

        Args:
            officer: The judge.
            method: Full name of the method.
            request: The request in protobuf's JSON form.
            **said: "unit", "reference" and "reason" as the command's options.
        """
        file = self.home.root / "request.json"
        file.write_text(json.dumps(request, ensure_ascii=False), encoding="utf-8")
        heard = Heard()
        draft(
            self._session(officer, heard), method=method, file=file, out=self.home.root / "request.draft.json", **said
        )
        file.unlink()
        return heard

    def approve(self, officer: str, drafted: Path, *, reason: str) -> Heard:
        """Runs `xiezhi bundle approve`."""
        heard = Heard()
        approve(self._session(officer, heard), file=drafted, reason=reason, yes=True)
        return heard

    def export(self, officer: str, drafted: Path, *, reference: str, out: Path) -> Heard:
        """Runs `xiezhi bundle export`."""
        heard = Heard()
        export(self._session(officer, heard), files=[drafted], reference=reference, out=out)
        return heard

    def take_in(self, officer: str, bundle: Path, *, reference: str, out: Path) -> Heard:
        """Runs `xiezhi bundle import`."""
        heard = Heard()
        import_(self._session(officer, heard), file=bundle, out=out, reference=reference)
        return heard

    def open(self, officer: str, results: Path, *, out: Path) -> Heard:
        """Runs `xiezhi bundle open`; what was refused is heard too."""
        heard = Heard()
        try:
            open_(self._session(officer, heard), file=results, out=out)
        except typer.Exit:
            # Its exit code says that a result is a refusal, which is heard.
            return heard
        return heard

    def prove(self, officer: str, results: Path) -> list[ProvenAnswer]:
        """Returns the answers to the officer's own requests that are in results, each with its receipt, verified."""
        session, found = self._session(officer, Heard()), list[ProvenAnswer]()
        key = session.log_key()

        def take(item: bundle_pb2.BundleItem) -> None:
            asked = recall(self.home, item.approval)
            result = open_result(item, asked, log_key=key) if asked is not None else None
            if asked is None or result is None or result.receipt is None:
                return
            found.append(
                ProvenAnswer(asked.method, asked.request_sha256, result.answer, result.payload, result.receipt)
            )

        with open_bundle(results) as opened:
            verify(session, opened, keys=BundleKeys(session)).each(take)
        return found

    def _session(self, officer: str, heard: Heard) -> Session:
        return TracedSession(self.home, heard, officer, gateway=self.gateway, traceparent=self.traceparent)
