"""What the steps about coordination share: who acts, and how a call of anybody is made."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.message import Message

from xiezhi.cli.carrying import method_of
from xiezhi.cli.demo.coordination.machines import Machine
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.stage import Stage
from xiezhi.pki import Officer

A = TypeVar("A", bound=Message)


@dataclass(slots=True)
class Coordinating:
    """The chapter about coordination, and what one step hands to the next.

    Attributes:
        stage: Who acts.
        narrator: Tells it.
        within: Opens a span around each step.
        folder: Where bundles and the settlement are written.
        referral: Name of the referral that is disputed.
        dispute: Name of the dispute, once opened.
        due: What was due before the dispute, by its kind.
        machines: Machines that have been put up, by their names.
        bundle: The bundle that goes to the police, once exported.
        results: The bundles that come back.
    """

    stage: Stage
    narrator: Narrator
    within: Callable[[str], Any]
    folder: Path
    referral: str
    dispute: str = ""
    due: tuple[bytes, ...] = ()
    machines: dict[str, Machine] = field(default_factory=dict)
    bundle: Path = field(default_factory=Path)
    results: list[Path] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The legal date of the suite."""
        return self.stage.session(self.stage.cast.judge).today()

    def officer(self, officer_id: str) -> Officer:
        """Returns who an officer is."""
        return self.stage.session(officer_id).home.keys.officers.get(officer_id)

    def ask(self, officer: str, service: str, request: Message, *, kind: type[A]) -> A:
        """Has an officer make a call that needs no approval.

        Args:
            officer: Officer id.
            service: The service, "/package.Service/".
            request: The request.
            kind: Type of the answer.
        """
        return kind.FromString(self.stage.call(officer, method_of(service, request), request).payload)

    def machine(self, name: str, *, online: bool = False) -> Machine:
        """Returns a machine, which is put up when it is asked for first.

        Args:
            name: Its name.
            online: Whether it reaches the gateway.
        """
        if name not in self.machines:
            own = self.stage.session(self.stage.cast.judge)
            self.machines[name] = Machine.put_up(
                self.folder / "machines" / name,
                like=own.home,
                gateway=own.find_gateway() if online else "",
                traceparent=self.stage.traceparent,
            )
        return self.machines[name]

    @staticmethod
    def new_id() -> str:
        """Returns a new key of a request."""
        return str(uuid.uuid4())
