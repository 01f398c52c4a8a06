"""What is filed: that the kinds are the contract's, and that each file is one of those that the court lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.filing.domain import DocumentKind, Paper, Party, find_document
from tests.unit.filing.handed import COURT, filing, listed, sealed
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument, Reason

LETTER, OTHER = DocumentKind.REFERRAL_LETTER, DocumentKind.OTHER


def test_kinds_of_documents_are_those_of_the_contract():
    theirs = {name.removeprefix("DOCUMENT_KIND_"): value for name, value in case_pb2.DocumentKind.items() if value}
    assert theirs == {kind.name: kind.value for kind in DocumentKind}


def test_of_several_files_of_a_kind_each_has_its_own_entry():
    papers = [sealed(LETTER, "移送"), sealed(OTHER, "证据一"), sealed(OTHER, "证据二")]
    handed = filing(*papers)
    digests = [listed(p).sha256 for p in papers]
    found = [find_document(handed, p, digest) for p, digest in zip(papers, digests, strict=True)]
    assert [document.number for document in found] == ["0", "1", "2"]


SENT = sealed(LETTER, "移送")


@pytest.mark.parametrize(
    "documents",
    [
        (),
        (listed(replace(SENT, kind=OTHER)),),
        (listed(SENT, court="赣01"),),
        (listed(Paper(LETTER, b"another")),),
    ],
)
def test_a_file_that_is_not_listed_as_what_it_must_be_counts_for_nothing(documents):
    with pytest.raises(InvalidArgument) as refused:
        find_document(filing(SENT, documents=documents), SENT, listed(SENT).sha256)
    assert refused.value.reason is Reason.DOCUMENT_NOT_LISTED
    assert "REFERRAL_LETTER" in refused.value.message


def test_what_is_filed_shows_nothing_personal():
    handed = filing(sealed(LETTER, "秘密"))
    shown = repr((handed, Party("李某某", "GBR123456789", is_person=True)))
    assert COURT in shown
    for value in ("秘密", "李", "0791", "person|1", "GBR"):
        assert value not in shown
