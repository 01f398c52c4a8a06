"""The note of which synthetic province was begun in a data folder, and whether it is complete."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError
from xiezhi.pki.files import PRIVATE, write_file

PROVINCE_FILE = "province.json"
"""File in the folder of databases that holds the note."""
ELSEWHERE = "Seed another data folder: xiezhi --home FOLDER seed."


@dataclass(frozen=True, slots=True)
class Begun:
    """The province that was begun in a data folder.

    Attributes:
        seed: Its seed.
        people: How many people were asked for.
        complete: Whether all of it is there.
        fleet: How many vehicles the company of the scenario has; 0 where the seeding knew no vehicles yet.
        travellers: Whether the seeding knew the exit-entry register already.
        directory: Whether it knew liaisons and duty credentials already.
    """

    seed: int
    people: int
    complete: bool
    fleet: int = 0
    travellers: bool = False
    directory: bool = False

    @classmethod
    def read(cls, home: Home) -> Begun | None:
        """Reads the note of a data folder, None where nothing was begun."""
        file = home.data / PROVINCE_FILE
        return cls(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None

    def write(self, home: Home) -> None:
        """Writes the note."""
        write_file(home.data / PROVINCE_FILE, json.dumps(asdict(self)).encode(), mode=PRIVATE)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was asked for is there, vehicles, the exit-entry register and the directory too."""
        return self.complete and self.fleet > 0 and self.travellers and self.directory


def begin(home: Home, wanted: Begun) -> Begun:
    """Makes sure that a data folder holds no other province.

    Args:
        home: The data folder.
        wanted: What is asked for.

    Returns:
        What is to be written: what is asked for, or that of a larger seeding that was interrupted.

    Raises:
        CommandError: If another province was begun here.
    """
    begun = Begun.read(home)
    if begun is None:
        return wanted
    if begun.seed != wanted.seed:
        raise CommandError(f"{home.root} holds the province of seed {begun.seed}.", next_step=ELSEWHERE)
    fleet = max(wanted.fleet, begun.fleet)
    people = wanted.people if begun.is_whole else max(wanted.people, begun.people)
    return Begun(wanted.seed, people, complete=False, fleet=fleet, travellers=True, directory=True)
