"""The synthetic province: people, households, photos, documents, cases and officers, none of them real."""

from services.synthetic.cases import BATCH_SIZES, batch_number
from services.synthetic.groups import DebtCase, Debtor, Group
from services.synthetic.province import MAX_PEOPLE, Province
from services.synthetic.scenario import SCENARIO, Scenario

__all__ = [
    "BATCH_SIZES",
    "MAX_PEOPLE",
    "SCENARIO",
    "DebtCase",
    "Debtor",
    "Group",
    "Province",
    "Scenario",
    "batch_number",
]
