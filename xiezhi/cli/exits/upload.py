"""An upload on its way: staged over breaks of the connection, and pushed once it is approved."""

from __future__ import annotations

import base64
import binascii
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from xiezhi.cli.approved import Granted, call_proven
from xiezhi.cli.documents import read_json, write_json
from xiezhi.cli.exits.items import ItemFile, chunks, digest_of
from xiezhi.cli.exits.orders import LISTING
from xiezhi.cli.output import CommandError
from xiezhi.cli.progress import Report
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.client import Client
from xiezhi.errors import DeadlineExceeded, Reason, Unavailable, XiezhiError
from xiezhi.exit_restriction.v1 import listing_pb2, listing_pb2_grpc

COMMIT = f"{LISTING}CommitUpload"
NAME = "uploads/"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before a call is made again after the exchange was away."""
MOST_BREAKS = 20
"""Breaks after which a person is to decide."""
LOOK_SECONDS = 1.0
"""How often it is asked how far a commit is."""
PAGE = 2_000
ANEW = "Name the file that was begun, or begin anew with --anew."

T = TypeVar("T")


@dataclass(slots=True)
class Uploading:
    """An upload of the caller's court.

    Attributes:
        client: The caller's client.
        name: Name of the upload.
        sleep: Waits so many seconds.
        faults: Items that could not be read, as far as this run has staged.
    """

    client: Client
    name: str
    sleep: Callable[[float], None] = time.sleep
    faults: list[listing_pb2.UploadFault] = field(default_factory=list)

    @property
    def _stub(self) -> listing_pb2_grpc.DishonestListServiceStub:
        return listing_pb2_grpc.DishonestListServiceStub(self.client.channel)

    def state(self) -> listing_pb2.Upload:
        """Asks how far the upload is.

        Raises:
            XiezhiError: UPLOAD_NOT_FOUND if nothing of it is staged.
        """
        return self._stub.GetUpload(listing_pb2.GetUploadRequest(name=self.name)).upload

    def stage(self, items: ItemFile, *, progress: Report) -> listing_pb2.Upload:
        """Stages what is not staged yet, and goes on after every break.

        Args:
            items: The items.
            progress: Told how many of how many are durable.

        Returns:
            The upload with all items of the file.

        Raises:
            CommandError: If the file is not the one that was begun, or the exchange stays away.
            XiezhiError: If a chunk is refused.
        """
        total = items.count()
        if not total:
            raise CommandError(f"{items.file} has no items.")

        def attempt() -> listing_pb2.Upload:
            done = self._require_beginning(items)
            progress(done, total)
            if done < total:
                for answer in self._stub.StageEntries(chunks(items, upload=self.name, after=done)):
                    progress(answer.item_count, total)
                    self.faults.extend(answer.faults)
            return self.state()

        staged = self._through_breaks(attempt)
        if staged.item_count != total or staged.sha256 != digest_of(items, first=total).digest:
            raise CommandError(f"{self.name} does not have exactly the items of {items.file}.", next_step=ANEW)
        return staged

    def commit(self, request: bytes, *, approval: str, progress: Report) -> ProvenAnswer:
        """Pushes all that is staged, and makes the call again after every break until it is answered.

        Args:
            request: The exact bytes that were approved.
            approval: Name of the approval.
            progress: Told how many of how many items are pushed.

        Raises:
            CommandError: If the exchange stays away.
            XiezhiError: If it is refused.
        """
        of = listing_pb2.CommitUploadRequest.FromString(request).item_count
        with _reporting(lambda: progress(self.state().pushed_count, of)):
            answer = self._through_breaks(lambda: call_proven(self.client, COMMIT, request, approval=approval))
        progress(of, of)
        return answer

    def outcomes(self) -> Iterator[listing_pb2.UploadOutcome]:
        """Yields what became of the items, in their order."""
        request = listing_pb2.ListUploadOutcomesRequest(name=self.name, page_size=PAGE)
        while True:
            page = self._stub.ListUploadOutcomes(request)
            yield from page.outcomes
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def _require_beginning(self, items: ItemFile) -> int:
        """Returns how many items are staged, which must be the first ones of the file."""
        try:
            upload = self.state()
        except XiezhiError as failure:
            if failure.reason is Reason.UPLOAD_NOT_FOUND:
                return 0
            raise
        if digest_of(items, first=upload.item_count).digest != upload.sha256:
            raise CommandError(f"What is staged as {self.name} is not the beginning of {items.file}.", next_step=ANEW)
        return upload.item_count

    def _through_breaks(self, attempt: Callable[[], T]) -> T:
        """Makes an attempt again as long as the exchange is away, though not for ever."""
        pause = FIRST_PAUSE
        for _ in range(MOST_BREAKS):
            try:
                return attempt()
            except (Unavailable, DeadlineExceeded):
                self.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        raise CommandError(
            "The exchange stays away. What is durable stays so.", next_step="The same command goes on where it was."
        )


def remember(items: Path, *, anew: bool) -> tuple[str, bool]:
    """Returns the name of the upload of a file, which lies beside it, so that the same command goes on with it.

    Args:
        items: The file.
        anew: Whether to begin another one.

    Returns:
        The name, and whether it was there before.

    Raises:
        CommandError: If the note cannot be read or written.
    """
    note = note_file(items)
    if note.exists() and not anew:
        name = str(read_json(note).get("upload", ""))
        if name.startswith(NAME):
            return name, True
        raise CommandError(f"{note} names no upload.", next_step="Begin anew with --anew.")
    name = NAME + str(uuid.uuid4())
    write_json(note, {"upload": name})
    return name, False


def keep(items: Path, name: str, granted: Granted) -> None:
    """Keeps what was approved beside the file: the exchange forgets a request once its approval is spent.

    Args:
        items: The file.
        name: Name of its upload.
        granted: The approved request, which has nothing of a person in it.

    Raises:
        CommandError: If it cannot be written.
    """
    request = base64.b64encode(granted.request).decode()
    write_json(note_file(items), {"upload": name, "approval": granted.approval, "request": request})


def recall(items: Path) -> Granted | None:
    """Returns the approved request of a file's upload that was begun to be pushed, None if there is none.

    Raises:
        CommandError: If the note cannot be read.
    """
    note = note_file(items)
    told = read_json(note) if note.exists() else {}
    if not told.get("approval"):
        return None
    try:
        return Granted(str(told["approval"]), base64.b64decode(str(told["request"]), validate=True))
    except (KeyError, binascii.Error):
        raise CommandError(f"{note} names no request.", next_step="Begin anew with --anew.") from None


def note_file(items: Path) -> Path:
    """Returns where the name of a file's upload is kept."""
    return items.with_name(f"{items.name}.upload.json")


def full_name(name: str) -> str:
    """Returns the resource name of an upload that is given by name or by UUID."""
    return name if name.startswith(NAME) else NAME + name


@contextmanager
def _reporting(look: Callable[[], None]) -> Iterator[None]:
    """Looks again and again how far something is, while the block works; what cannot be seen is not reported."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(LOOK_SECONDS):
            with suppress(XiezhiError):
                look()

    watching = threading.Thread(target=run, name="progress", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
