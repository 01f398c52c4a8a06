"""Tables of the register: sealed records, and what leads to them, which says nothing of anybody.

In clear are only keys, which have no meaning, and keyed digests.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Table

from services.exit_restriction.metadata import KEY, METADATA

SUBJECTS = Table(
    "subjects",
    METADATA,
    Column("subject_id", KEY, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
)
"""Those on whom measures may hang. Whoever changes what concerns one holds the lock of its row.

A person of the register has its key there. Somebody whom only a court named has a negative one, which follows from the
name and the numbers given, so that two courts that name the same person at once make one row.
"""

NUMBERS = Table(
    "subject_numbers",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("subject_id", KEY, ForeignKey("subjects.subject_id"), primary_key=True),
    sqlite_with_rowid=False,
)
"""Who has an identity number or a document's, by its keyed digest; several may have one."""
