"""Papers on which nothing is seized, whoever approved: each refused through the gateway, told and recorded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from services.chassis.watched import INTERVAL_SECONDS
from services.papers.sealing import seal_pdf
from services.synthetic.papers import Paper, PaperKind, draw_paper
from tests.e2e.running import Suite
from tests.e2e.vehicles import Vehicles
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason
from xiezhi.pki import Identity, SealRegister
from xiezhi.vehicle.v1 import seizure_pb2

OWN, OTHER, SPARE = "赣0102", "赣0103", "赣0191"
"""The court that orders, another one, and one whose seal is revoked here."""


class Desk:
    """Where papers are drawn and sealed.

    Args:
        suite: Whose seals.
        folder: Where a stranger has an own authority.
    """

    def __init__(self, suite: Suite, folder: Path) -> None:
        self.seals = suite.home.keys.seals
        self.strangers = SealRegister(folder)
        self.strangers.update((OWN,), now=datetime.now(UTC))
        self.drawn = draw_paper(
            Paper(
                PaperKind.SEIZURE,
                court="南昌市东湖区人民法院",
                number="（2018）赣0102执1234号之九",
                case="（2018）赣0102执1234号",
                issued_on=date(2024, 12, 1),
                facts=("号牌号码：赣A12345",),
            )
        )

    def seal(self, pdf: bytes, *, by: Identity | None = None, at: datetime | None = None) -> bytes:
        """Seals a paper, as the court that orders does now by default."""
        return seal_pdf(pdf, by or self.seals.signer(OWN), sealed_at=at or datetime.now(UTC))

    def rewrite(self, change: Callable[[PdfWriter], object]) -> bytes:
        """Returns the drawn paper after a change."""
        writer, made = PdfWriter(clone_from=PdfReader(BytesIO(self.drawn))), BytesIO()
        change(writer)
        writer.write(made)
        return made.getvalue()


@pytest.fixture(scope="module")
def desk(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(suite, tmp_path_factory.mktemp("strangers"))


@pytest.fixture
def order(vehicles: Vehicles) -> seizure_pb2.RegisterSeizureRequest:
    """A seizure that would be accepted."""
    return vehicles.order().register(vehicles.cars(), months=0, last_day="")


def _use(order: seizure_pb2.RegisterSeizureRequest, ruling: bytes) -> seizure_pb2.RegisterSeizureRequest:
    """Puts another ruling into an order, and lists it."""
    order.ruling_pdf = ruling
    order.context.documents[0].sha256 = hashlib.sha256(ruling).digest()
    return order


def _blank() -> bytes:
    made = BytesIO()
    canvas = Canvas(made, invariant=True)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _add_script(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
    writer.root_object[NameObject("/OpenAction")] = action


PAPERS: dict[str, tuple[Reason, Callable[[Desk], bytes]]] = {
    "no PDF": (Reason.DOCUMENT_NOT_PDF, lambda desk: b"GIF89a, and not a ruling"),
    "cut off": (Reason.DOCUMENT_NOT_PDF, lambda desk: desk.drawn[:200]),
    "huge by its own word": (Reason.DOCUMENT_TOO_LARGE, lambda desk: b"%PDF-1.7\n/Size 2000000000\n"),
    "with a password": (
        Reason.DOCUMENT_UNREADABLE,
        lambda desk: desk.rewrite(lambda pdf: pdf.encrypt("secret", algorithm="AES-256")),
    ),
    "without text": (Reason.DOCUMENT_UNREADABLE, lambda desk: desk.seal(_blank())),
    "with a script": (
        Reason.DOCUMENT_ACTIVE_CONTENT,
        lambda desk: desk.seal(desk.rewrite(_add_script)),
    ),
    "with a file within": (
        Reason.DOCUMENT_ACTIVE_CONTENT,
        lambda desk: desk.seal(desk.rewrite(lambda pdf: pdf.add_attachment("other.txt", b"other"))),
    ),
    "unsealed": (Reason.DOCUMENT_UNSEALED, lambda desk: desk.drawn),
    "with something after the seal": (Reason.DOCUMENT_ALTERED, lambda desk: desk.seal(desk.drawn) + b"\n% more\n"),
    "changed below the seal": (
        Reason.DOCUMENT_ALTERED,
        lambda desk: desk.seal(desk.drawn).replace(b"/Title", b"/Tutle", 1),
    ),
    "sealed by a stranger": (
        Reason.SEAL_UNTRUSTED,
        lambda desk: desk.seal(desk.drawn, by=desk.strangers.signer(OWN)),
    ),
    "sealed before the seal was": (
        Reason.SEAL_EXPIRED,
        lambda desk: desk.seal(desk.drawn, at=datetime(2018, 8, 3, tzinfo=UTC)),
    ),
    "sealed by another court": (
        Reason.SEAL_OF_ANOTHER_COURT,
        lambda desk: desk.seal(desk.drawn, by=desk.seals.signer(OTHER)),
    ),
}


@pytest.mark.clause("R-2.1")
@pytest.mark.parametrize("what", PAPERS)
def test_a_ruling(vehicles: Vehicles, order: seizure_pb2.RegisterSeizureRequest, desk: Desk, what: str) -> None:
    reason, make = PAPERS[what]
    vehicles.refuse(reason, _use(order, make(desk)))
    assert not any(one.plate == order.vehicles[0].plate for one in vehicles.states())


@pytest.mark.clause("R-2.1")
def test_a_notice(vehicles: Vehicles, order: seizure_pb2.RegisterSeizureRequest, desk: Desk) -> None:
    order.notice_pdf = desk.drawn
    order.context.documents[1].sha256 = hashlib.sha256(desk.drawn).digest()
    vehicles.refuse(Reason.DOCUMENT_UNSEALED, order)


def test_a_paper_that_the_court_does_not_list(vehicles: Vehicles, order: seizure_pb2.RegisterSeizureRequest) -> None:
    listed = seizure_pb2.RegisterSeizureRequest()
    listed.CopyFrom(order)
    del order.context.documents[1]
    vehicles.refuse(Reason.DOCUMENT_NOT_LISTED, order)
    listed.context.documents[0].kind = case_pb2.DOCUMENT_KIND_LIFTING_RULING
    vehicles.refuse(Reason.DOCUMENT_NOT_LISTED, listed)


def test_a_seal_that_was_revoked(vehicles: Vehicles, order: seizure_pb2.RegisterSeizureRequest, desk: Desk) -> None:
    ruling = desk.seal(desk.drawn, by=desk.seals.signer(SPARE))
    desk.seals.revoke(SPARE, now=datetime.now(UTC))
    _await_watched()
    vehicles.refuse(Reason.SEAL_REVOKED, _use(order, desk.seal(ruling)))


def test_while_nobody_knows_what_is_revoked(
    vehicles: Vehicles, order: seizure_pb2.RegisterSeizureRequest, desk: Desk
) -> None:
    with _without_revocations(desk.seals):
        refused = vehicles.refuse(Reason.SEAL_CHECK_UNAVAILABLE, order)
        assert refused.code == "UNAVAILABLE"
    # What was approved is not used up by what could not be answered: the same order is carried out now.
    assert (
        not seizure_pb2.RegisterSeizureResponse.FromString(vehicles.carry_out(order).payload).outcomes[0].refused_reason
    )


@contextmanager
def _without_revocations(seals: SealRegister) -> Iterator[None]:
    kept = seals.revocation_file.read_bytes()
    seals.revocation_file.write_bytes(b"nothing")
    _await_watched()
    yield
    seals.revocation_file.write_bytes(kept)
    _await_watched()


def _await_watched() -> None:
    time.sleep(2 * INTERVAL_SECONDS)  # processes look at the list this often
