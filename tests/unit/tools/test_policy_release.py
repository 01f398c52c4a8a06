"""The check that no released policy becomes weaker: every kind of loosening is found, tightening is not."""

from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet, MethodOptions

from tools.policy_release import main, weakened
from xiezhi.policy.v1 import policy_pb2

IMAGE = Path("gen/xiezhi/image.binpb")
LOOKUP = "LookupHousehold"


def images():
    raw = IMAGE.read_bytes()
    return FileDescriptorSet.FromString(raw), FileDescriptorSet.FromString(raw)


def method(image, name):
    return next(m for f in image.file for s in f.service for m in s.method if m.name == name)


def policy(image, name):
    return method(image, name).options.Extensions[policy_pb2.method]


def field(image, message, name):
    return next(
        f.options.Extensions[policy_pb2.field]
        for file in image.file
        for m in file.message_type
        if m.name == message
        for f in m.field
        if f.name == name
    )


def test_the_same_contracts_are_not_weaker():
    assert list(weakened(*images())) == []


LOOSER = {
    "permission": lambda i: setattr(policy(i, LOOKUP), "permission", "x"),
    "exposed": lambda i: setattr(policy(i, "Append"), "exposure", policy_pb2.EXPOSURE_EXTERNAL),
    "bound to a case": lambda i: setattr(policy(i, LOOKUP), "case_bound", False),
    "legal basis": lambda i: policy(i, LOOKUP).clauses.remove("五.2"),
    "circle": lambda i: setattr(policy(i, LOOKUP), "disclosure", policy_pb2.DISCLOSURE_AUDITOR),
    "records it": lambda i: setattr(policy(i, LOOKUP), "audit", policy_pb2.AUDIT_CLASS_UNRECORDED),
    "was a write": lambda i: setattr(
        method(i, "SubmitApproval").options, "idempotency_level", MethodOptions.NO_SIDE_EFFECTS
    ),
    "needs no approval": lambda i: policy(i, LOOKUP).ClearField("approval"),
    "fewer approvals": lambda i: setattr(policy(i, LOOKUP).approval, "count", 0),
    "lower rank": lambda i: setattr(policy(i, LOOKUP).approval, "min_rank", policy_pb2.RANK_CLERK),
    "live longer": lambda i: setattr(policy(i, LOOKUP).approval.max_validity, "seconds", 10**6),
    "shown more freely": lambda i: setattr(field(i, "Party", "name"), "data", policy_pb2.DATA_CLASS_OPERATIONAL),
}


@pytest.mark.parametrize("sentence", LOOSER)
def test_every_loosening_is_found(sentence):
    current, released = images()
    LOOSER[sentence](current)
    found = list(weakened(current, released))
    assert len(found) == 1, found
    assert sentence in found[0]


def test_a_subject_that_no_longer_counts_is_found():
    current, released = images()
    marked = [
        f.options.Extensions[policy_pb2.field]
        for file in current.file
        for m in file.message_type
        for f in m.field
        if f.options.Extensions[policy_pb2.field].subject
    ]
    assert marked
    for mark in marked:
        mark.subject = False
    assert len(list(weakened(current, released))) == len(marked)


def test_tightening_is_not_weaker():
    current, released = images()
    tightened = policy(current, LOOKUP)
    tightened.approval.count = 2
    tightened.approval.min_rank = policy_pb2.RANK_PRESIDENT
    tightened.approval.max_validity.seconds = 3600
    tightened.clauses.append("五.3")
    assert list(weakened(current, released)) == []


def test_the_command_ends_with_the_sentences(tmp_path):
    current, released = images()
    policy(current, LOOKUP).approval.count = 0
    for name, image in (("now", current), ("then", released)):
        (tmp_path / name).write_bytes(image.SerializeToString())
    with pytest.raises(SystemExit, match="fewer approvals"):
        main([str(tmp_path / "now"), str(tmp_path / "then")])
    main([str(tmp_path / "then"), str(tmp_path / "then")])
