"""What a court hands in with a referral: facts, evidence, and papers under its seal."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from xiezhi.cli.case import CaseQuestion
from xiezhi.cli.documents import read_bytes
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import PAPERS, Draft, Issued, Wanted, gather
from xiezhi.cli.referral.calls import full_name
from xiezhi.cli.referral.suspects import SuspectsQuestion
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.referral.v1 import referral_pb2

EVIDENCE_FORM = "CLASS:TITLE or CLASS:TITLE:FILE"
CLASSES = {
    name.removeprefix("EVIDENCE_CLASS_").lower().replace("_", "-"): name
    for name, number in referral_pb2.EvidenceClass.items()
    if number
}
"""Classes of evidence in the contract, by the words that options take."""

EvidenceTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--evidence",
        metavar="EVIDENCE",
        help=f"A piece of evidence as {EVIDENCE_FORM}; the file is not sent, its digest is. Repeatable. "
        f"Classes: {', '.join(CLASSES)}.",
    ),
]


@dataclass(frozen=True, slots=True)
class PackageChoice:
    """Where the letter of referral and the account of the enforcement come from.

    Attributes:
        letter: File of the letter.
        letter_number: Its number; empty for one made from the case number.
        account: File of the account.
        account_number: Its number; likewise.
        issued: Date of issue of both; empty for today.
        draft: Whether both are drafted here.
    """

    letter: Annotated[
        Path | None, typer.Option("--letter", help="Letter of referral (案件移送函), a PDF.", rich_help_panel=PAPERS)
    ] = None
    letter_number: Annotated[
        str, typer.Option("--letter-number", help="Its number; else the case number with 移送.", rich_help_panel=PAPERS)
    ] = ""
    account: Annotated[
        Path | None,
        typer.Option("--account", help="Account of the enforcement (执行情况说明), a PDF.", rich_help_panel=PAPERS),
    ] = None
    account_number: Annotated[
        str,
        typer.Option("--account-number", help="Its number; else the case number with 说明.", rich_help_panel=PAPERS),
    ] = ""
    issued: Issued = ""
    draft: Draft = False

    def wanted(self, case: str) -> tuple[Wanted, Wanted]:
        """Returns the two papers that are needed in a case."""
        return (
            Wanted("REFERRAL", "--letter", self.letter_number or f"{case}移送", self.letter, is_list=True),
            Wanted("ACCOUNT", "--account", self.account_number or f"{case}说明", self.account, is_list=True),
        )


@dataclass(frozen=True, slots=True)
class SupplementChoice:
    """Where a supplement comes from; as `PackageChoice` otherwise.

    Attributes:
        supplement: Its file.
        supplement_number: Its number.
        issued: Date of issue.
        draft: Whether it is drafted here.
    """

    supplement: Annotated[
        Path | None, typer.Option("--supplement", help="The supplement (补充材料), a PDF.", rich_help_panel=PAPERS)
    ] = None
    supplement_number: Annotated[
        str,
        typer.Option("--supplement-number", help="Its number; else the case number with 补充.", rich_help_panel=PAPERS),
    ] = ""
    issued: Issued = ""
    draft: Draft = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case with suspects, from which a court's calls about a referral are made.

    Attributes:
        session: Who calls.
        about: The case.
        suspects: The suspects.
    """

    session: Session
    about: CaseQuestion
    suspects: SuspectsQuestion

    def send(
        self, papers: PackageChoice, *, unit: str, facts: str, evidence: Sequence[str], predecessor: str = ""
    ) -> referral_pb2.SendReferralRequest:
        """Makes the request to refer suspects.

        Args:
            papers: Where the papers come from.
            unit: Unit of criminal investigation.
            facts: The facts.
            evidence: The evidence as options have it.
            predecessor: Earlier referral that it follows; empty where it is the first.

        Raises:
            CommandError: If the case, the suspects, the facts or a paper are not told in full.
        """
        if not unit or not facts:
            raise CommandError("A referral says to which --unit it goes, and the facts with --facts or --facts-file.")
        context, parties = self._context(), self.suspects.parties()
        lines = [*(f"犯罪嫌疑人：{one.name}，证件号码：{one.id_number}" for one in parties), f"案件事实：{facts}"]
        letter, account = gather(
            self.session,
            context,
            papers.wanted(context.case_number),
            issued=papers.issued,
            drafted=lines if papers.draft else None,
        )
        return referral_pb2.SendReferralRequest(
            context=context,
            suspects=parties,
            unit=unit,
            facts=facts,
            evidence=read_evidence(evidence),
            letter_pdf=letter,
            account_pdf=account,
            predecessor=full_name(predecessor) if predecessor else "",
        )

    def supplement(
        self, name: str, papers: SupplementChoice, *, evidence: Sequence[str]
    ) -> referral_pb2.SupplementReferralRequest:
        """Makes the request to send what a unit has asked for; as `send` otherwise."""
        name, context, suspect = full_name(name), self._context(), self.suspects.party()
        number = papers.supplement_number or f"{context.case_number}补充"
        pieces = read_evidence(evidence)
        lines = [f"移送编号：{name}", f"犯罪嫌疑人：{suspect.name}", *(f"材料：{piece.title}" for piece in pieces)]
        (pdf,) = gather(
            self.session,
            context,
            [Wanted("SUPPLEMENT", "--supplement", number, papers.supplement, is_list=True)],
            issued=papers.issued,
            drafted=lines if papers.draft else None,
        )
        return referral_pb2.SupplementReferralRequest(
            context=context, suspect=suspect, name=name, evidence=pieces, supplement_pdf=pdf
        )

    def withdraw(self, name: str, *, why: str) -> referral_pb2.WithdrawReferralRequest:
        """Makes the request to withdraw a referral; as `send` otherwise."""
        return referral_pb2.WithdrawReferralRequest(
            context=self._context(), suspect=self.suspects.party(), name=full_name(name), reason=why
        )

    def list(self) -> referral_pb2.ListReferralsRequest:
        """Makes the request to list referrals."""
        return referral_pb2.ListReferralsRequest(context=self._context(), suspect=self.suspects.party())

    def fetch(self, name: str, digest: bytes) -> referral_pb2.FetchDocumentRequest:
        """Makes the request for a document of a referral."""
        return referral_pb2.FetchDocumentRequest(
            context=self._context(), suspect=self.suspects.party(), name=full_name(name), sha256=digest
        )

    def _context(self) -> case_pb2.CaseContext:
        return self.about.context(self.session, request_id=str(uuid.uuid4()))


def read_evidence(texts: Sequence[str]) -> list[referral_pb2.Evidence]:
    """Reads pieces of evidence as options have them.

    Raises:
        CommandError: If one has another form or its file cannot be read.
    """
    return [_piece(place, text) for place, text in enumerate(texts, start=1)]


def _piece(place: int, text: str) -> referral_pb2.Evidence:
    kind, _, rest = text.partition(":")
    title, _, file = rest.partition(":")
    if kind not in CLASSES or not title:
        raise CommandError(
            f"Evidence {place} is not written as {EVIDENCE_FORM}.", next_step=f"Classes are {', '.join(CLASSES)}."
        )
    digest = hashlib.sha256(read_bytes(Path(file))).digest() if file else b""
    return referral_pb2.Evidence(evidence_class=CLASSES[kind], title=title, sha256=digest)
