"""Referrals, facts and documents as they are kept: sealed as a whole, and bound to the row they are in.

Dates are days counted from 1 January of the year 1, instants are texts of ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.filing.domain import Contact, Party
from services.referral.domain import (
    Adjusted,
    Decided,
    Decision,
    Extended,
    Fact,
    FeedbackGiven,
    Ground,
    OpinionGiven,
    Received,
    Reopened,
    Review,
    RuleId,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)
from services.referral.referrals.domain import Deed, Evidence, PaperKind, ReferralPaper, ReferralRecord, Step, Suspect

_FORM = 1

KINDS: Mapping[type[Fact], int] = MappingProxyType(
    {
        Received: 1,
        SupplementRequested: 2,
        Supplemented: 3,
        Transferred: 4,
        Extended: 5,
        Decided: 6,
        FeedbackGiven: 7,
        OpinionGiven: 8,
        Reopened: 9,
        Withdrawn: 10,
        Adjusted: 12,
    }
)
"""Numbers of the kinds of facts in the database, which never change; 11 was never written, and stays free."""


class ReferralSealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_record(self, record: ReferralRecord) -> bytes:
        """Seals a referral; its court, instant, predecessor and the suspects' keys are in rows."""
        suspects = [
            [s.party.name, s.party.number, s.party.is_person, s.party_type, s.number_type] for s in record.suspects
        ]
        values = [
            record.case_number,
            record.unit,
            suspects,
            record.facts,
            _write_evidence(record.evidence),
            record.letter_number,
            record.officer_id,
            record.handler.name,
            record.handler.phone,
            *([] if record.sent_on is None else [record.sent_on.toordinal()]),
        ]
        return self._seal(values, _place(record.referral_id))

    def open_record(self, row: Any, keys: tuple[str, ...]) -> ReferralRecord:
        """Opens a referral.

        Args:
            row: Its row.
            keys: Keys of its suspects in their places.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        values = self._open(row.record, _place(row.referral_id))
        case, unit, parties, facts, evidence, letter, officer, name, phone, *sent_on = values
        return ReferralRecord(
            row.referral_id,
            row.court_code,
            case,
            unit,
            sent_at=row.sent_at,
            suspects=tuple(
                Suspect(key, Party(who, number, is_person), party_type, number_type)
                for key, (who, number, is_person, party_type, number_type) in zip(keys, parties, strict=True)
            ),
            facts=facts,
            evidence=_read_evidence(evidence),
            letter_number=letter,
            officer_id=officer,
            handler=Contact(name, phone),
            predecessor=row.predecessor_id or "",
            sent_on=date.fromordinal(*sent_on) if sent_on else None,
        )

    def seal_step(self, step: Step, *, referral_id: str, place: int | None) -> bytes:
        """Seals what happened; kind, instant and the suspect's place are in its row.

        Args:
            step: What happened.
            referral_id: Key of the referral.
            place: Place of the suspect; None where it is about all.
        """
        deed = step.deed
        values = [
            deed.organisation,
            deed.officer_id,
            deed.text,
            deed.number,
            _write_evidence(deed.evidence),
            _write_fact(step.fact),
        ]
        return self._seal(values, _fact_place(referral_id, KINDS[type(step.fact)], place))

    def open_step(self, row: Any, keys: tuple[str, ...]) -> Step:
        """Opens what happened; raises as `open_record`.

        Args:
            row: Its row.
            keys: Keys of the referral's suspects in their places.
        """
        values = self._open(row.record, _fact_place(row.referral_id, row.kind, row.suspect))
        organisation, officer, text, number, evidence, own = values
        suspect = "" if row.suspect is None else keys[row.suspect]
        deed = Deed(organisation, officer, text, number, _read_evidence(evidence))
        return Step(_READERS[row.kind](row.at, suspect, own), deed, bytes(row.request_digest))

    def seal_paper(self, paper: ReferralPaper, *, referral_id: str, digest: bytes) -> bytes:
        """Seals what is known of a document; its instant is in its row.

        Args:
            paper: The document.
            referral_id: Key of the referral.
            digest: Digest under which its file is kept.
        """
        values = [paper.sha256.hex(), paper.kind, paper.number, paper.sealed_by]
        return self._seal(values, _paper_place(referral_id, digest))

    def open_paper(self, row: Any) -> ReferralPaper:
        """Opens what is known of a document; raises as `open_record`."""
        values = self._open(row.record, _paper_place(row.referral_id, bytes(row.digest)))
        sha256, kind, number, sealed_by = values
        return ReferralPaper(bytes.fromhex(sha256), PaperKind(kind), number, sealed_by, row.at)

    def _seal(self, values: list[Any], place: str) -> bytes:
        return self._sealer.seal(write_record(_FORM, values), place=place)

    def _open(self, sealed: bytes, place: str) -> list[Any]:
        return read_record(_FORM, self._sealer.open(bytes(sealed), place=place))


def _write_fact(fact: Fact) -> list[Any]:
    """Returns what a fact says beside its kind, its instant and its suspect."""
    match fact:
        case Received():
            return [fact.signed_at.isoformat(), fact.receipt_number]
        case SupplementRequested() if fact.days is not None:
            return [fact.days]
        case Transferred():
            return [fact.unit]
        case Extended():
            return [fact.review]
        case Decided():
            return [fact.decision, fact.decided_on.toordinal()]
        case Reopened():
            return [fact.ground, fact.document]
        case Adjusted():
            return [
                fact.rule_id,
                fact.started_at.isoformat(),
                fact.old_due.toordinal(),
                fact.new_due.toordinal(),
                fact.old_versions,
                fact.new_versions,
                fact.is_provisional,
            ]
        case _:
            return []


def _read_adjusted(at: datetime, suspect: str, own: list[Any]) -> Adjusted:
    rule_id, started, old_due, new_due, old_versions, new_versions, is_provisional = own
    return Adjusted(
        at,
        RuleId(rule_id),
        suspect,
        started_at=datetime.fromisoformat(started),
        old_due=date.fromordinal(old_due),
        new_due=date.fromordinal(new_due),
        old_versions=tuple(old_versions),
        new_versions=tuple(new_versions),
        is_provisional=is_provisional,
    )


_READERS: Mapping[int, Callable[[datetime, str, list[Any]], Fact]] = MappingProxyType(
    {
        KINDS[Received]: lambda at, _, own: Received(at, datetime.fromisoformat(own[0]), own[1]),
        KINDS[SupplementRequested]: lambda at, _, own: SupplementRequested(at, *own),
        KINDS[Supplemented]: lambda at, _, __: Supplemented(at),
        KINDS[Transferred]: lambda at, _, own: Transferred(at, own[0]),
        KINDS[Extended]: lambda at, _, own: Extended(at, Review(own[0])),
        KINDS[Decided]: lambda at, who, own: Decided(at, who, Decision(own[0]), date.fromordinal(own[1])),
        KINDS[FeedbackGiven]: lambda at, who, _: FeedbackGiven(at, who),
        KINDS[OpinionGiven]: lambda at, who, _: OpinionGiven(at, who),
        KINDS[Reopened]: lambda at, who, own: Reopened(at, who, Ground(own[0]), own[1]),
        KINDS[Withdrawn]: lambda at, _, __: Withdrawn(at),
        KINDS[Adjusted]: _read_adjusted,
    }
)


def _write_evidence(evidence: tuple[Evidence, ...]) -> list[list[Any]]:
    return [[piece.kind, piece.title, piece.sha256.hex()] for piece in evidence]


def _read_evidence(values: list[list[Any]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(kind, title, bytes.fromhex(sha256)) for kind, title, sha256 in values)


def _place(referral_id: str) -> str:
    return f"referral.referral:{referral_id}"


def _fact_place(referral_id: str, kind: int, place: int | None) -> str:
    return f"referral.fact:{referral_id}:{kind}:{'' if place is None else place}"


def _paper_place(referral_id: str, digest: bytes) -> str:
    return f"referral.document:{referral_id}:{digest.hex()}"
