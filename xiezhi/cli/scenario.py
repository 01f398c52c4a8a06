"""Who acts in examples and in the demo: people of the scenario that every synthetic province has."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from xiezhi.cli.suite import suite_required


@dataclass(frozen=True, slots=True)
class Cast:
    """The people and cases of the story. All are synthetic.

    Attributes:
        judge: Officer id of the judge who handles both cases.
        colleague: Officer id of another judge of the same court.
        approver: Officer id of a division chief of that court.
        auditor: Officer id of an auditor.
        case: Number of the case in which the debtor is looked up.
        other_case: Number of another open case of the same judge with the same debtor.
        debtor_name: Name of the debtor.
        debtor_number: Identity number of the debtor.
    """

    judge: str
    colleague: str
    approver: str
    auditor: str
    case: str
    other_case: str
    debtor_name: str
    debtor_number: str


def load_cast() -> Cast:
    """Returns the people and cases of the story.

    Raises:
        CommandError: If the servers' side is not installed.
    """
    with suite_required("The scenario"):
        from services.synthetic import SCENARIO
    return Cast(**asdict(SCENARIO))


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
        f"ledger head --as {cast.auditor}",
    )
