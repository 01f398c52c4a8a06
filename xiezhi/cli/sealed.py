"""`xiezhi paper`: documents under the seal of a court or police unit, on a machine of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import read_bytes
from xiezhi.cli.output import CommandError, as_sentence
from xiezhi.cli.render import format_instant
from xiezhi.cli.session import Session
from xiezhi.cli.suite import suite_required
from xiezhi.pki import UnknownSealError

if TYPE_CHECKING:
    from services.papers import SealedPaper

_VERIFY = examples(
    "xiezhi paper verify opinion.pdf --of 360102000000",
    "xiezhi paper verify ruling.pdf --of 赣0102 --authority seal-authority.crt --revocations seal-authority.crl",
)

app = typer.Typer(help="Verify documents under seal, without calling anybody.", epilog=_VERIFY, no_args_is_help=True)


@command(app, epilog=_VERIFY)
def verify(
    session: Session,
    file: Annotated[Path, typer.Argument(help="The document, a PDF.")],
    organisation: Annotated[
        str,
        typer.Option(
            "--of", metavar="CODE", help="Whose seal must be on it: a court (赣0102) or police unit (12 digits)."
        ),
    ],
    authority: Annotated[
        Path | None,
        typer.Option("--authority", help="Certificates of the seal authority, PEM; else the development one."),
    ] = None,
    revocations: Annotated[
        Path | None,
        typer.Option("--revocations", help="Its current revocation list, PEM; goes with --authority."),
    ] = None,
) -> None:
    """Say whether a document's seals hold, whose they are, and when it was sealed."""
    if (authority is None) != (revocations is None):
        raise CommandError(
            "The seal authority and its revocation list go together.",
            next_step="Name both --authority and --revocations, or neither.",
        )
    trusted = (authority, revocations) if authority is not None and revocations is not None else None
    paper = read_sealed(session, file, organisation=organisation, trusted=trusted)
    session.output.result(
        {
            "signer": paper.signer,
            "sealed_at": paper.sealed_at.isoformat(),
            "sha256": paper.sha256.hex(),
            "seal_fingerprint": paper.fingerprint,
        },
        f"All seals hold. {paper.signer} sealed the document at {format_instant(paper.sealed_at)}, by its own word.\n"
        f"SHA-256 of the document: {paper.sha256.hex()}",
    )


def read_sealed(
    session: Session, file: Path, *, organisation: str, trusted: tuple[Path, Path] | None = None
) -> SealedPaper:
    """Reads a document and verifies its seals, without calling anybody.

    Args:
        session: Tells the present instant, and has the development seal authority.
        file: The document.
        organisation: Whose seal must be on it.
        trusted: Files of a seal authority and its revocation list; None for those of development.

    Raises:
        CommandError: If a file cannot be read, or the servers' side is not installed.
        XiezhiError: If the document or a seal on it counts for nothing.
    """
    with suite_required("Verifying seals"):
        from services.papers import SealTrust, verify_sealed
    seals = session.home.keys.seals
    authority, revocations = trusted or (seals.authority_file, seals.revocation_file)
    try:
        trust = SealTrust(authority, revocations)
    except (OSError, ValueError):
        raise CommandError(
            "The seal authority or its revocation list cannot be read, or they do not belong together.",
            next_step="Name them with --authority and --revocations; `xiezhi keys create` makes those for development.",
        ) from None
    return verify_sealed(read_bytes(file), authority=trust, organisation=organisation, now=session.now())


def seal(session: Session, pdf: bytes, *, organisation: str) -> bytes:
    """Seals a PDF with the development seal of a court or police unit.

    Args:
        session: Tells the present instant, and has the development seals.
        pdf: The document.
        organisation: Code of the court, for example "赣0102", or of the police unit, 12 digits.

    Raises:
        CommandError: If the organisation has no seal here, or the servers' side is not installed.
    """
    with suite_required("Sealing documents"):
        from services.papers.sealing import seal_pdf
    try:
        own = session.home.keys.seals.signer(organisation)
    except UnknownSealError as failure:
        raise CommandError(as_sentence(failure), next_step="`xiezhi keys create` makes seals.") from None
    return seal_pdf(pdf, own, sealed_at=session.now())
