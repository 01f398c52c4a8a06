"""Who acts in examples and in the demo: people of the scenario that every synthetic province has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xiezhi.cli.suite import suite_required

if TYPE_CHECKING:
    from services.synthetic import Scenario


def load_cast() -> Scenario:
    """Returns the people and cases of the story.

    Raises:
        CommandError: If the servers' side is not installed.
    """
    with suite_required("The scenario"):
        from services.synthetic import SCENARIO
    return SCENARIO


def scenario_examples() -> tuple[str, ...]:
    """Returns calls about the scenario, each without the name of the command in front."""
    cast = load_cast()
    asked = f"--case '{cast.case}' --name '{cast.debtor_name}' --number {cast.debtor_number}"
    return (
        f"submit household --as {cast.judge} {asked} --reason 'Whereabouts of the debtor.'",
        f"approvals list --as {cast.approver}",
        f"approvals approve NAME --as {cast.approver} --reason 'Needed for enforcement.'",
        f"lookup household --as {cast.judge} --approval NAME --photos-dir photos --receipt receipt.json",
        "ledger verify receipt.json",
        f"vehicle lookup --as {cast.judge} {asked} --reason 'Vehicles of the debtor.'",
        f"seizure register --as {cast.judge} {asked} --vehicle {cast.plain_car} --draft --reason 'To be sold.'",
        f"watch --as {cast.command_centre} --ack",
        f"liaison list --as {cast.registrar}",
        f"dispute list --as {cast.judge}",
        f"ledger head --as {cast.auditor}",
        f"oversight search --as {cast.auditor} --case '{cast.case}'",
    )
