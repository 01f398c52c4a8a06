"""The files of people under control as the use cases see them: a port, behind a database or the tests' memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from services.exit_restriction.controls.domain import ControlFile, ControlRecord
from services.exit_restriction.domain import Lifted, Refiled
from services.exit_restriction.registry.domain import Named, Subject
from xiezhi.errors import Reason


class Files(Protocol):
    """The files of people within one change, which is kept as a whole or not at all.

    Whoever changes a person's file keeps everybody else from changing it until the end.
    """

    def find(self, named: Sequence[Named]) -> Sequence[Subject | Reason]:
        """Finds for each person named who is meant, or why nobody is; who is not on file is noted as named."""
        ...

    def subjects_of(self, control_ids: Collection[str]) -> Mapping[str, int]:
        """Returns the keys of the subjects of controls; a control that is not there is left out."""
        ...

    def open(self, subject_ids: Iterable[int]) -> dict[int, ControlFile]:
        """Opens files to change them."""
        ...

    def place(self, records: Sequence[ControlRecord]) -> None:
        """Adds controls to opened files."""
        ...

    def add(self, facts: Sequence[Lifted | Refiled]) -> None:
        """Adds to opened files what happened to their controls; nothing that was placed."""
        ...

    def hits(self, control_ids: Collection[str]) -> Mapping[str, int]:
        """Counts how often people were met so far, by key of the control; one that never was is left out."""
        ...
