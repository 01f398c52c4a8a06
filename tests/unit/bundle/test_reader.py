"""A bundle is taken as its sender signed it, or not at all: nothing is handed out before all of it was verified."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.bundle.conftest import make_desk
from tests.unit.bundle.people import (
    BUNDLE_ID,
    CARRIER,
    CHIEF,
    COURT,
    LIAISON,
    NOW,
    OTHER_UNIT,
    RESULTS_ID,
    STRANGER,
    UNIT,
    Desk,
    approval,
    results,
)
from xiezhi.bundle import Sender, verify_bundle
from xiezhi.bundle.age import decrypt, encrypt
from xiezhi.bundle.framing import Framer, frame
from xiezhi.errors import Reason, XiezhiError
from xiezhi.paper.v1 import bundle_pb2

Parts = list[bundle_pb2.BundlePart]


def plain(desk: Desk, content: bytes) -> bytes:
    found = bytearray()
    decrypt(BytesIO(content), found.extend, key=desk.recipient().key)
    return bytes(found)


def closed(desk: Desk, *pieces: bytes, to: str = UNIT) -> bytes:
    """Encrypts anything, as anybody can who knows the public key."""
    file = BytesIO()
    encrypt(iter(pieces), file, recipient=desk.recipient(to).key.public_key())
    return file.getvalue()


def parts_of(desk: Desk, content: bytes) -> Parts:
    found: Parts = []
    Framer(lambda framed, part: found.append(part)).feed(plain(desk, content))
    return found


def rebuilt(desk: Desk, parts: Parts) -> bytes:
    return closed(desk, *(frame(part) for part in parts))


def resigned(desk: Desk, parts: Parts, sender: Sender | None = None) -> bytes:
    """Gives changed parts a trailer that fits, signed by whomever."""
    framed = b"".join(frame(part) for part in parts if not part.HasField("trailer"))
    count, sha256 = sum(part.HasField("item") for part in parts), hashlib.sha256(framed).digest()
    signature = (sender or desk.sender()).sign(parts[0].header, count=count, sha256=sha256, now=NOW)
    trailer = bundle_pb2.BundleTrailer(count=count, sha256=sha256, signature=signature)
    return closed(desk, framed, frame(bundle_pb2.BundlePart(trailer=trailer)))


def refused(desk: Desk, content: bytes, *, organisation: str = UNIT, later: timedelta = timedelta(0)) -> XiezhiError:
    with pytest.raises(XiezhiError) as caught:
        desk.verify(content, organisation=organisation, now=NOW + later)
    return caught.value


def test_what_was_written_is_read_in_its_order(desk: Desk, requests: bytes) -> None:
    told: list[int] = []
    bundle = desk.verify(requests, progress=told.append)
    found: list[bundle_pb2.BundleItem] = []
    bundle.each(found.append)
    bundle.each(found.append)
    assert [item.position for item in found] == [1, 2, 3, 1, 2, 3]
    assert [item.approval for item in found[:3]] == [approval(number) for number in (1, 2, 3)]
    assert (bundle.header.sender_officer, bundle.header.sender_organisation) == (LIAISON.officer_id, COURT)
    assert (bundle.header.recipient_organisation, bundle.count, bundle.signed_at, told) == (UNIT, 3, NOW, [3])


def test_the_digest_is_that_of_the_file(desk: Desk, requests: bytes) -> None:
    file = BytesIO()
    written = desk.write([desk.request()], file=file)
    assert written.sha256 == hashlib.sha256(file.getvalue()).digest() == desk.verify(file.getvalue()).sha256
    assert desk.verify(requests).sha256 == hashlib.sha256(requests).digest()


def test_results_go_the_other_way(desk: Desk) -> None:
    file = BytesIO()
    said = {"bundle_id": RESULTS_ID, "answered_bundle_id": BUNDLE_ID, "answered_sha256": bytes(32)}
    desk.write(results(250), file=file, to=COURT, officer=CARRIER.officer_id, **said)
    told: list[int] = []
    bundle = desk.verify(file.getvalue(), organisation=COURT, progress=told.append)
    assert (bundle.header.kind, bundle.count, told) == (bundle_pb2.BUNDLE_KIND_RESULTS, 250, [100, 200, 250])


def test_nothing_is_written_without_items_or_in_the_wrong_direction(desk: Desk) -> None:
    for items, to, officer in (
        ([], UNIT, LIAISON.officer_id),
        ([desk.request()], COURT, LIAISON.officer_id),
        ([desk.request()], UNIT, CARRIER.officer_id),
    ):
        with pytest.raises(XiezhiError) as caught:
            desk.write(items, file=BytesIO(), to=to, officer=officer)
        assert caught.value.reason is Reason.BUNDLE_INVALID


def test_it_opens_for_its_recipient_only(desk: Desk, requests: bytes) -> None:
    assert refused(desk, requests, organisation=OTHER_UNIT).reason is Reason.BUNDLE_OF_ANOTHER_RECIPIENT


def test_encrypted_anew_to_somebody_else_it_is_still_not_for_them(desk: Desk, requests: bytes) -> None:
    moved = closed(desk, plain(desk, requests), to=OTHER_UNIT)
    assert refused(desk, moved, organisation=OTHER_UNIT).reason is Reason.BUNDLE_OF_ANOTHER_RECIPIENT


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_bit_of_the_file_can_be_changed(desk: Desk, requests: bytes, data: st.DataObject) -> None:
    content = bytearray(requests)
    place = data.draw(st.one_of(st.integers(0, 400), st.integers(0, len(content) - 1), st.just(len(content) - 1)))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    assert refused(desk, bytes(content)).reason in {Reason.BUNDLE_INVALID, Reason.BUNDLE_OF_ANOTHER_RECIPIENT}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_bit_within_can_be_changed_by_whoever_encrypts_it_anew(
    desk: Desk, requests: bytes, data: st.DataObject
) -> None:
    """Position classes: a length, the header, each kind of field of an item, the trailer's count, digest, signature."""
    inner = bytearray(plain(desk, requests))
    place = data.draw(
        st.one_of(st.integers(0, 250), st.integers(len(inner) - 1_200, len(inner) - 1)) | st.integers(0, len(inner) - 1)
    )
    inner[place] ^= 1 << data.draw(st.integers(0, 7))
    refusal = refused(desk, closed(desk, bytes(inner)))
    assert refusal.reason in {
        Reason.BUNDLE_INVALID,
        Reason.BUNDLE_OF_ANOTHER_RECIPIENT,
        Reason.STATEMENT_INVALID,
    }


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_cut_off_anywhere_it_is_refused(desk: Desk, requests: bytes, data: st.DataObject) -> None:
    inner = plain(desk, requests)
    assert refused(desk, requests[: data.draw(st.integers(0, len(requests) - 1))]).reason is Reason.BUNDLE_INVALID
    cut = closed(desk, inner[: data.draw(st.integers(0, len(inner) - 1))])
    assert refused(desk, cut).reason is Reason.BUNDLE_INVALID


def test_cut_off_after_any_part_it_is_refused(desk: Desk, requests: bytes) -> None:
    parts = parts_of(desk, requests)
    for count in range(len(parts)):
        assert refused(desk, rebuilt(desk, parts[:count])).reason is Reason.BUNDLE_INVALID


def _swap(parts: Parts) -> Parts:
    return [parts[0], parts[2], parts[1], *parts[3:]]


REARRANGED: dict[str, Callable[[Parts], Parts]] = {
    "two items swapped": _swap,
    "an item dropped": lambda parts: [*parts[:2], *parts[3:]],
    "an item doubled": lambda parts: [*parts[:2], parts[1], *parts[2:]],
    "the last item dropped": lambda parts: [*parts[:3], parts[4]],
    "the header dropped": lambda parts: parts[1:],
    "the header doubled": lambda parts: [parts[0], *parts],
    "the trailer first": lambda parts: [parts[-1], *parts[:-1]],
    "the trailer doubled": lambda parts: [*parts, parts[-1]],
    "an item after the trailer": lambda parts: [*parts, parts[1]],
    "no items": lambda parts: [parts[0], parts[-1]],
}


@pytest.mark.parametrize("change", REARRANGED.values(), ids=REARRANGED.keys())
def test_parts_in_another_order_or_number_are_refused(
    desk: Desk, requests: bytes, change: Callable[[Parts], Parts]
) -> None:
    assert refused(desk, rebuilt(desk, change(parts_of(desk, requests)))).reason is Reason.BUNDLE_INVALID


@pytest.mark.parametrize("change", [_swap, REARRANGED["an item dropped"]], ids=["swapped", "dropped"])
def test_renumbered_items_do_not_fit_the_signature(
    desk: Desk, requests: bytes, change: Callable[[Parts], Parts]
) -> None:
    parts = change(parts_of(desk, requests))
    items = [part for part in parts if part.HasField("item")]
    for position, part in enumerate(items, start=1):
        part.item.position = position
    parts[-1].trailer.count = len(items)
    assert refused(desk, rebuilt(desk, parts)).reason is Reason.BUNDLE_INVALID


def test_an_item_of_another_bundle_does_not_fit(desk: Desk, requests: bytes) -> None:
    parts = parts_of(desk, requests)
    parts[2].item.CopyFrom(desk.request(9))
    parts[2].item.position = 2
    assert refused(desk, rebuilt(desk, parts)).reason is Reason.BUNDLE_INVALID


def test_the_trailer_of_another_bundle_does_not_fit(desk: Desk, requests: bytes) -> None:
    other = BytesIO()
    desk.write([desk.request(number) for number in (4, 5, 6)], file=other)
    parts = [*parts_of(desk, requests)[:-1], parts_of(desk, other.getvalue())[-1]]
    assert refused(desk, rebuilt(desk, parts)).reason is Reason.BUNDLE_INVALID


@pytest.mark.parametrize("field", ["approval", "paper_reference"])
def test_two_items_with_one_name_are_refused(desk: Desk, requests: bytes, field: str) -> None:
    parts = parts_of(desk, requests)
    setattr(parts[3].item, field, getattr(parts[1].item, field))
    assert "same approval or paper reference" in refused(desk, resigned(desk, parts)).message


def test_a_bundle_that_mixes_kinds_is_refused(desk: Desk, requests: bytes) -> None:
    parts = parts_of(desk, requests)
    parts[2].item.result.performed = b"x"
    assert "another kind" in refused(desk, resigned(desk, parts)).message


def _carrier_as_sender(header: bundle_pb2.BundleHeader) -> None:
    header.sender_officer, header.sender_organisation = CARRIER.officer_id, UNIT


CONTRADICTIONS: dict[str, Callable[[bundle_pb2.BundleHeader], None]] = {
    "requests of the police": _carrier_as_sender,
    "requests that answer": lambda header: setattr(header, "answered_bundle_id", RESULTS_ID),
    "results of a court": lambda header: setattr(header, "kind", bundle_pb2.BUNDLE_KIND_RESULTS),
    "another officer": lambda header: setattr(header, "sender_officer", CHIEF.officer_id),
    "another court": lambda header: setattr(header, "sender_organisation", "赣0103"),
}


@pytest.mark.parametrize("change", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_header_that_contradicts_itself_or_its_signer_is_refused(
    desk: Desk, requests: bytes, change: Callable[[bundle_pb2.BundleHeader], None]
) -> None:
    parts = parts_of(desk, requests)
    change(parts[0].header)
    assert refused(desk, resigned(desk, parts)).reason is Reason.BUNDLE_INVALID


def test_a_courts_bundle_signed_under_the_police_authority_is_refused(desk: Desk, requests: bytes) -> None:
    parts = parts_of(desk, requests)
    parts[0].header.sender_officer = CARRIER.officer_id
    assert refused(desk, resigned(desk, parts, desk.sender(CARRIER.officer_id))).reason is Reason.BUNDLE_INVALID


def test_results_of_another_unit_than_the_signers_are_refused(desk: Desk) -> None:
    file = BytesIO()
    said = {"bundle_id": RESULTS_ID, "answered_bundle_id": BUNDLE_ID, "answered_sha256": bytes(32)}
    desk.write(results(1), file=file, to=COURT, officer=STRANGER.officer_id, **said)
    assert desk.verify(file.getvalue(), organisation=COURT).header.sender_organisation == OTHER_UNIT


def test_a_signer_of_a_foreign_authority_is_refused(desk: Desk, requests: bytes, tmp_path: Path) -> None:
    foreign = make_desk(tmp_path).sender()
    assert refused(desk, resigned(desk, parts_of(desk, requests), foreign)).reason is Reason.STATEMENT_INVALID


def test_a_borrowed_certificate_is_refused(desk: Desk, requests: bytes) -> None:
    thief = Sender(Ed25519PrivateKey.generate(), desk.sender().chain)
    assert refused(desk, resigned(desk, parts_of(desk, requests), thief)).reason is Reason.BUNDLE_INVALID


def test_a_revoked_officer_sends_nothing_any_more(own_desk: Desk) -> None:
    content = own_desk.bundle(1)
    own_desk.keys.officers.revoke(LIAISON.officer_id, now=NOW)
    assert refused(own_desk, content).reason is Reason.STATEMENT_REVOKED


@pytest.mark.parametrize("days", [31, 400])
def test_with_a_list_that_is_out_of_date_nobody_knows_who_counts(desk: Desk, requests: bytes, days: int) -> None:
    refusal = refused(desk, requests, later=timedelta(days=days))
    assert (refusal.reason, refusal.code) == (Reason.REVOCATION_CHECK_UNAVAILABLE, "UNAVAILABLE")


def test_signed_in_the_future_it_is_refused(desk: Desk, requests: bytes) -> None:
    assert "future" in refused(desk, requests, later=timedelta(minutes=-2)).message


def test_names_that_look_like_paths_are_texts_and_nothing_else(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    item = desk.request()
    item.paper_reference = "../../../../etc/passwd"
    file = BytesIO()
    desk.write([item], file=file, paper_reference="/etc/cron.d/x")
    found: list[str] = []
    desk.verify(file.getvalue()).each(lambda one: found.append(one.paper_reference))
    assert found == ["../../../../etc/passwd"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["bundle_id", "approval"])
def test_ids_that_become_names_of_files_are_uuids(desk: Desk, requests: bytes, name: str) -> None:
    inner = plain(desk, requests)
    known = BUNDLE_ID if name == "bundle_id" else approval(2)
    assert refused(desk, closed(desk, inner.replace(known[-36:].encode(), b"../" * 12))).reason is Reason.BUNDLE_INVALID


def test_a_bomb_of_empty_parts_is_refused_at_the_first(desk: Desk) -> None:
    calls = 0

    def pieces():  # type: ignore[no-untyped-def]
        nonlocal calls
        for _ in range(1_000):
            calls += 1
            yield bytes(64_000)

    assert refused(desk, closed(desk, *pieces())).reason is Reason.BUNDLE_INVALID


def test_a_file_changed_between_the_passes_is_noticed_before_the_item(desk: Desk, requests: bytes) -> None:
    file = BytesIO(requests)
    bundle = verify_bundle(file, recipient=desk.recipient(), trust=desk.trust, now=NOW)
    parts = parts_of(desk, requests)
    parts[2].item.request.request = b"another"
    for changed, before in (
        (resigned(desk, parts), [1]),
        (rebuilt(desk, [*parts_of(desk, requests)[:2]]), [1]),
        (rebuilt(desk, []), []),
    ):
        file.seek(0)
        file.truncate()
        file.write(changed)
        taken: list[bundle_pb2.BundleItem] = []
        with pytest.raises(XiezhiError) as caught:
            bundle.each(taken.append)
        assert (caught.value.reason, [item.position for item in taken]) == (Reason.BUNDLE_INVALID, before)


def test_what_the_taker_raises_ends_the_pass(desk: Desk, requests: bytes) -> None:
    def take(item: bundle_pb2.BundleItem) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.verify(requests).each(take)


def test_errors_name_nobody(desk: Desk, requests: bytes) -> None:
    parts = parts_of(desk, requests)
    parts[1].item.method = "没有斜线的方法，张三"
    inner = b"".join(part.SerializeToString() for part in parts)
    for content in (inner, bytes([len(inner) & 0x7F]) + inner):
        assert "张三" not in refused(desk, closed(desk, content)).message
