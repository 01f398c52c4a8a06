"""An answer that a person kept, held against its receipt."""

import pytest

from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import check_answer
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import answer_digest, append_receipt, joint_digest

SALT = bytes(16)
PAYLOAD = ledger_pb2.ListEntriesResponse(next_index=7).SerializeToString()
ALONE = ledger_pb2.Entry(response_sha256=answer_digest(PAYLOAD, salt=SALT))
TOGETHER = ledger_pb2.Entry(response_sha256=joint_digest((PAYLOAD, PAYLOAD), salt=SALT))


def held(entry, *, payload=PAYLOAD, covers=0):
    receipt = receipt_pb2.Receipt(entry=entry.SerializeToString(), salt=SALT, covers=covers)
    check_answer(append_receipt(payload, receipt), receipt, entry)


def test_an_answer_passes_with_its_own_receipt():
    held(ALONE)
    held(ALONE, covers=1)


@pytest.mark.parametrize(
    ("entry", "changes", "complaint"),
    [
        (ALONE, {"payload": PAYLOAD + PAYLOAD}, "of another answer"),
        (TOGETHER, {}, "of another answer"),
        (TOGETHER, {"covers": 2}, "covers 2 answers and not 1"),
        (ALONE, {"covers": 2}, "covers 2 answers and not 1"),
    ],
)
def test_an_answer_does_not_pass_with_a_receipt_of_another_or_of_several(entry, changes, complaint):
    with pytest.raises(CommandError, match=complaint):
        held(entry, **changes)
