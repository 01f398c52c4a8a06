"""Suspects as options name them: in a court's call by name and number, in a unit's by their place in the referral."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from xiezhi.cli.case import number_type, party_type
from xiezhi.cli.output import CommandError
from xiezhi.common.v1 import case_pb2

SUSPECTS = "The suspects (犯罪嫌疑人), parties of the case"
FORM = "NAME:NUMBER"

Places = Annotated[
    list[int], typer.Option("--suspect", min=0, max=19, help="Place of a suspect, counted from 0; repeatable.")
]


@dataclass(frozen=True, slots=True)
class SuspectsQuestion:
    """Suspects of a court's call.

    Attributes:
        suspect: People, each as `FORM`.
        suspect_unit: Organisations (单位犯罪), each as `FORM`.
    """

    suspect: Annotated[
        list[str] | None,
        typer.Option(
            "--suspect", metavar=FORM, help="A person, by name and identity number.", rich_help_panel=SUSPECTS
        ),
    ] = None
    suspect_unit: Annotated[
        list[str] | None,
        typer.Option(
            "--suspect-unit",
            metavar=FORM,
            help="An organisation (单位犯罪), by name and credit code.",
            rich_help_panel=SUSPECTS,
        ),
    ] = None

    def parties(self) -> list[case_pb2.Party]:
        """Makes the parties of a call, people first.

        Raises:
            CommandError: If one has another form, or there is none; neither name nor number is in the message.
        """
        found = [
            *_parties(self.suspect or (), organisation=False),
            *_parties(self.suspect_unit or (), organisation=True),
        ]
        if not found:
            raise CommandError(
                f"No suspect is named: --suspect {FORM}, or --suspect-unit {FORM} for an organisation.",
                next_step="See the command's --help for examples.",
            )
        return found

    def party(self) -> case_pb2.Party:
        """Makes the one party of a call that asks for one; as `parties` otherwise."""
        found = self.parties()
        if len(found) > 1:
            raise CommandError("One suspect is enough to find the referrals of the case.", next_step="Name only one.")
        return found[0]


def _parties(texts: list[str] | tuple[()], *, organisation: bool) -> Iterator[case_pb2.Party]:
    for place, text in enumerate(texts, start=1):
        name, colon, number = text.replace("：", ":").rpartition(":")
        if not (name and colon and number):
            raise CommandError(f"Suspect {place} is not written as {FORM}.")
        yield case_pb2.Party(
            type=party_type(number, organisation=organisation),
            name=name,
            id_type=number_type(number, organisation=organisation),
            id_number=number,
        )
