"""The files of people under control, in memory."""

from __future__ import annotations

from services.exit_restriction.controls.domain import ControlFile, settle
from services.exit_restriction.registry.domain import Subject


class MemoryFiles:
    """The files within one change, and what was asked of them.

    Args:
        people: Who is on the register.
    """

    def __init__(self, *people):
        self.files = {person.person_id: ControlFile(Subject.of(person), {}) for person in people}
        self.asked = []
        self.counts = {}

    def find(self, named):
        self.asked.append([one.name for one in named])
        return [self._find(one) for one in named]

    def subjects_of(self, control_ids):
        return {c: key for key, file in self.files.items() for c in file.records if c in control_ids}

    def open(self, subject_ids):
        return {key: self.files[key] for key in subject_ids}

    def place(self, records):
        for record in records:
            self.files[record.subject_id] = self.files[record.subject_id].with_control(record)

    def add(self, facts):
        for fact in facts:
            (key,) = self.subjects_of([fact.control_id]).values()
            self.files[key] = self.files[key].followed_by(fact)

    def hits(self, control_ids):
        return {key: count for key, count in self.counts.items() if key in control_ids}

    def _find(self, named):
        subjects = [file.subject for file in self.files.values()]
        numbers = {*named.numbers} or {*named.document_numbers}
        found = [s for s in subjects if numbers & {*s.numbers, *s.document_numbers}]
        if (who := settle(named, found)) is not None:
            return who
        subject = Subject(-len(self.files) - 1, (named.name,), named.numbers, named.document_numbers)
        self.files[subject.subject_id] = ControlFile(subject, {})
        return subject
