"""The main job of the exchange in steps: every call is real, and every outcome is held to what is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.panel import Panel
from rich.text import Text

from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.approvals import approval_view
from xiezhi.cli.approved import call_proven
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.stage import Stage
from xiezhi.cli.disclosure import disclosure_view, write_photos
from xiezhi.cli.documents import write_json
from xiezhi.cli.household import METHOD
from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import ProvenAnswer, check_receipt, receipt_document, receipt_facts
from xiezhi.cli.render import message_tree
from xiezhi.client import Client
from xiezhi.errors import Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2, ledger_pb2_grpc
from xiezhi.proof.merkle import verify_consistency
from xiezhi.proof.receipt import answer_digest, verify_tree_head

PATIENCE = timedelta(seconds=30)

Step = Callable[["Story"], None]
Within = Callable[[str], Any]


@dataclass(slots=True)
class Story:
    """The story, and what one step hands to the next.

    Attributes:
        stage: Who acts.
        narrator: Tells it.
        folder: Where photos and the receipt are written.
        within: Opens a span around each step.
        approval: The approval, once submitted.
        proven: The answer with its receipt, once given.
    """

    stage: Stage
    narrator: Narrator
    folder: Path
    within: Within
    approval: str = ""
    proven: ProvenAnswer | None = None

    def play(self) -> None:
        """Plays all steps.

        Raises:
            StoryError: If one does not come out as told.
        """
        for name, step in STEPS.items():
            with self.within(f"demo.{name}"):
                step(self)

    @property
    def judge(self) -> Client:
        """The handling judge's connection."""
        return self.stage.client(self.stage.cast.judge)

    def request(self) -> bytes:
        """The exact bytes that the judge asks for."""
        question = self.stage.question(self.stage.cast.judge, case=self.stage.cast.case)
        return question.SerializeToString(deterministic=True)

    def answer(self) -> ProvenAnswer:
        """The answer that was read.

        Raises:
            CommandError: If none was.
        """
        if self.proven is None:
            raise CommandError("The story has no answer yet.")
        return self.proven


def _without_approval(story: Story) -> None:
    told = "Judge {judge} handles case {case} and calls LookupHousehold at once."
    cast = story.stage.cast
    with story.narrator.step("No approval, no answer", told.format(judge=cast.judge, case=cast.case)) as entry:
        story.narrator.refused(entry, Reason.APPROVAL_REQUIRED, lambda: story.judge.call(METHOD, story.request()))


def _submit(story: Story) -> None:
    told = "The judge submits the exact bytes of the call; their SHA-256 is what an approver will sign."
    with story.narrator.step("The request is submitted", told) as entry:
        approval = story.judge.submit(METHOD, story.request(), reason="Whereabouts of the debtor's household.")
        story.approval = entry["approval"] = approval.name
        pending = approval.state == approval_pb2.STATE_PENDING
        story.narrator.require(entry, pending, "the approval is not pending")
        story.narrator.show(approval_view(approval, None))


def _while_pending(story: Story) -> None:
    told = "Nobody has decided yet, so the same call is still refused."
    with story.narrator.step("Submitted is not approved", told) as entry:
        story.narrator.refused(entry, Reason.APPROVAL_PENDING, lambda: _look(story, story.judge))


def _approve(story: Story) -> None:
    cast = story.stage.cast
    told = f"Division chief {cast.approver} sees the request decoded from those very bytes, and signs their digest."
    with story.narrator.step("The approver reads and signs", told) as entry:
        client = story.stage.client(cast.approver)
        review = client.review(story.approval)
        story.narrator.show(message_tree(review.request, str(review.request.DESCRIPTOR.full_name)))
        story.narrator.show(Text(f"SHA-256 computed here: {review.request_sha256.hex()}"))
        same = review.request_sha256 == hashlib.sha256(story.request()).digest()
        story.narrator.require(entry, same, "the approver sees other bytes than the judge submitted")
        client.approve(review, story.stage.signer(cast.approver), reason="Needed to enforce the judgment.")
        decided = story.judge.wait(story.approval, timeout=PATIENCE)
        approved = decided.state == approval_pb2.STATE_APPROVED
        story.narrator.require(entry, approved, "the approval is not approved")
        story.narrator.good("The judge, who waited on the approval, sees it APPROVED.")


def _read(story: Story) -> None:
    told = "Gateway and identity service each verify the chief's signature over the bytes that they received."
    with story.narrator.step("The judge reads the household", told) as entry:
        story.proven = _look(story, story.judge)
        story.stage.proven.append(story.proven)
        answer = _household(story.proven)
        photos = write_photos(answer, story.folder / "photos")
        receipt = story.folder / "receipt.json"
        write_json(receipt, receipt_document(story.proven))
        entry["photos"] = [str(path) for path in photos.values()]
        entry["receipt"] = str(receipt)
        facts = receipt_facts(story.proven)
        entry["leaf_index"], entry["tree_size"] = facts["leaf_index"], facts["tree_size"]
        story.narrator.require(entry, bool(answer.household.members), "there are no members")
        story.narrator.require(entry, bool(photos), "there are no photos")
        story.narrator.require(entry, bool(answer.exit_documents), "there are no exit documents")
        story.narrator.show(disclosure_view(answer, photos=photos, receipt=facts, trace_id=facts["trace_id"]))


def _colleague(story: Story) -> None:
    cast = story.stage.cast
    told = f"Judge {cast.colleague} of the same court asks the same of the same case."
    with story.narrator.step("Another judge is refused", told) as entry:
        question = story.stage.question(cast.colleague, case=cast.case).SerializeToString(deterministic=True)
        client = story.stage.client(cast.colleague)
        story.narrator.refused(entry, Reason.NOT_HANDLING_JUDGE, lambda: _look(story, client, question=question))


def _changed_byte(story: Story) -> None:
    told = "One digit of the judge's telephone number differs; everything else is as approved."
    with story.narrator.step("A changed byte is refused", told) as entry:
        question = story.stage.question(story.stage.cast.judge, case=story.stage.cast.case)
        phone = question.context.handler.phone
        question.context.handler.phone = phone[:-1] + str((int(phone[-1]) + 1) % 10)
        changed = question.SerializeToString(deterministic=True)
        differing = sum(a != b for a, b in zip(changed, story.request(), strict=True))
        story.narrator.require(entry, differing == 1, "more than one byte differs")
        attempt: Callable[[], object] = lambda: _look(story, story.judge, question=changed)  # noqa: E731
        story.narrator.refused(entry, Reason.APPROVAL_REQUEST_MISMATCH, attempt)


def _other_case(story: Story) -> None:
    cast = story.stage.cast
    told = f"The same judge, the same debtor, but case {cast.other_case}."
    with story.narrator.step("The approval counts for its case only", told) as entry:
        question = story.stage.question(cast.judge, case=cast.other_case).SerializeToString(deterministic=True)
        attempt: Callable[[], object] = lambda: _look(story, story.judge, question=question)  # noqa: E731
        story.narrator.refused(entry, Reason.APPROVAL_CASE_MISMATCH, attempt)


def _around_the_gateway(story: Story) -> None:
    told = "The courts' system connects straight to the identity service, with its own genuine certificate."
    with story.narrator.step("Nobody goes around the gateway", told) as entry:
        client = story.stage.past_the_gateway(story.stage.cast.judge)
        story.narrator.refused(entry, Reason.CALLER_NOT_ALLOWED, lambda: _look(story, client))


def _verify(story: Story) -> None:
    told = "Offline, with nothing but the log's public key: entry, inclusion proof, signature, and the answer's digest."
    with story.narrator.step("The receipt proves the answer", told) as entry:
        proven = story.answer()
        document = receipt_document(proven)
        receipt, found = check_receipt(document, story.stage.log_key())
        digest = answer_digest(proven.payload, salt=proven.receipt.salt)
        story.narrator.require(entry, found.response_sha256 == digest, "the receipt is of another answer")
        lines = (
            f"Entry {receipt.leaf_index} is in the signed tree of {receipt.tree_head.tree_size} entries.",
            f"Root hash {receipt.tree_head.root_hash.hex()}",
            f"Its response_sha256 is the SHA-256 of the receipt's salt and the answer: {digest.hex()}",
        )
        story.narrator.show(Panel(Text("\n".join(lines)), border_style="green"))
        _require_forgery_fails(story, entry, document)


def _require_forgery_fails(story: Story, entry: dict[str, Any], document: dict[str, Any]) -> None:
    forged = {**document, "response_sha256": hashlib.sha256(b"another answer").hexdigest()}
    try:
        check_receipt(forged, story.stage.log_key())
    except CommandError:
        story.narrator.good("The same receipt beside another answer does not verify.")
        return
    raise story.narrator.wrong(entry, "a forged receipt verifies")


def _audit(story: Story) -> None:
    cast = story.stage.cast
    told = f"Auditor {cast.auditor} holds today's tree against the one in the receipt: nothing was rewritten."
    with story.narrator.step("The log only ever grows", told) as entry:
        stub = ledger_pb2_grpc.LedgerServiceStub(story.stage.client(cast.auditor).channel)
        known = story.answer().receipt.tree_head
        grown = stub.GetConsistencyProof(ledger_pb2.GetConsistencyProofRequest(from_tree_size=known.tree_size))
        head = grown.tree_head
        verify_tree_head(head, story.stage.log_key())
        holds = verify_consistency(
            first=known.tree_size,
            second=head.tree_size,
            first_root=known.root_hash,
            second_root=head.root_hash,
            path=tuple(grown.path),
        )
        story.narrator.require(entry, holds, "the two trees are not one log")
        entry["tree_size"] = head.tree_size
        story.narrator.good(
            f"The tree of {known.tree_size} entries is a prefix of today's {head.tree_size}; "
            "each refusal above is among them."
        )


def _look(story: Story, client: Client, *, question: bytes | None = None) -> ProvenAnswer:
    return call_proven(client, METHOD, story.request() if question is None else question, approval=story.approval)


def _household(proven: ProvenAnswer) -> identity_pb2.HouseholdAnswer:
    return identity_pb2.LookupHouseholdResponse.FromString(proven.payload).answer


STEPS: dict[str, Step] = {
    "without_approval": _without_approval,
    "submit": _submit,
    "while_pending": _while_pending,
    "approve": _approve,
    "read": _read,
    "colleague": _colleague,
    "changed_byte": _changed_byte,
    "other_case": _other_case,
    "around_the_gateway": _around_the_gateway,
    "verify": _verify,
    "audit": _audit,
}
"""The steps in order, by the name of their span."""
