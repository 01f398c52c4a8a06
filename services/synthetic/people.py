"""People: names, births, numbers and photos, the oddities of real registers included."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from services.identity.domain import ExitDocument, Person, Sex
from services.synthetic.documents import draw_documents
from services.synthetic.draws import Draws, Source
from services.synthetic.names import draw_name
from services.synthetic.numbers import LAST_DAY, YEAR, Role, Slot, Slots, citizen_id, sequence
from services.synthetic.portraits import HUES, Age, Album

FIRST_KEY = 10_000
"""Keys before it are those of the scenario's people and households."""
_STRIDE = 16
"""Keys from one family's founder to the next one's, more than there are roles."""

_ODDITIES = 4_000
_NO_BIRTH_DATE, _OTHER_BIRTH_DATE, _ODD_PHOTO, _FORMER_NUMBER = range(4)
_WITHOUT_PHOTO, _CHILDREN_WITH_PHOTO = 30, 200
"""Of a thousand grown people, and of a thousand children."""
_GROWN = 16 * YEAR + 4
_BEFORE_NUMBER = 90
"""Days from birth until a number is given."""
_YOUNG_SINCE, _OLD_UNTIL = date(1992, 1, 1).toordinal(), date(1962, 12, 31).toordinal()


class Body(NamedTuple):
    """Somebody of a family, before it is said what is on file of them.

    Attributes:
        key: Key of the person.
        role: Who they are in the family.
        birth: Day of birth, as an ordinal.
        is_male: Whether it is a man.
        family: Number of the family.
        slot: Its slot.
    """

    key: int
    role: Role
    birth: int
    is_male: bool
    family: int
    slot: Slot


class People:
    """Makes what is on file of somebody.

    Args:
        source: Choices of the province.
        slots: Its slots.
        album: The portraits.
    """

    __slots__ = ("_album", "_slots", "_source")

    def __init__(self, source: Source, slots: Slots, album: Album) -> None:
        self._source = source
        self._slots = slots
        self._album = album

    def body(self, index: int, slot: Slot, role: Role) -> Body:
        """Returns somebody of a family."""
        is_male = sequence(slot, role) % 2 == 1
        return Body(FIRST_KEY + index * _STRIDE + role, role, self._slots.birth(slot, role), is_male, index, slot)

    def person(self, body: Body, surname: str, *, died: int | None = None) -> tuple[Person, tuple[ExitDocument, ...]]:
        """Makes a person and their documents.

        Args:
            body: Who.
            surname: Their surname.
            died: Day of death, as an ordinal; None for the living.
        """
        key, is_male = body.key, body.is_male
        draws = self._source.at(b"person", key)
        name = draw_name(draws, surname, is_male=is_male)
        oddity = draws.below(_ODDITIES)
        born = date.fromordinal(body.birth)
        numbers = self._numbers(body, born, has_former=oddity == _FORMER_NUMBER)
        photo = self._album.odd if oddity == _ODD_PHOTO else self._photo(draws, body, is_male=is_male)
        on_file: date | None = born
        if oddity == _NO_BIRTH_DATE:
            on_file = None
        elif oddity == _OTHER_BIRTH_DATE:
            on_file = date.fromordinal(body.birth - draws.between(1, YEAR))
        sex = Sex.MALE if is_male else Sex.FEMALE
        documents = draw_documents(draws, key, birth=body.birth, died=died) if numbers else ()
        return Person(key, name, numbers, sex, on_file, photo), documents

    def _numbers(self, body: Body, born: date, *, has_former: bool) -> tuple[str, ...]:
        if body.birth > LAST_DAY - _BEFORE_NUMBER:
            return ()
        present = citizen_id(born, sequence(body.slot, body.role))
        if has_former and body.role is Role.FOUNDER:
            return (present, citizen_id(born, sequence(body.slot, Role.FOUNDER_BEFORE)))
        return (present,)

    def _photo(self, draws: Draws, body: Body, *, is_male: bool) -> bytes:
        if LAST_DAY - body.birth < _GROWN:
            if not draws.chance(_CHILDREN_WITH_PHOTO):
                return b""
        elif draws.chance(_WITHOUT_PHOTO):
            return b""
        age = Age.OLD if body.birth <= _OLD_UNTIL else Age.YOUNG if body.birth >= _YOUNG_SINCE else Age.GROWN
        return self._album.portrait(age, draws.below(HUES), is_male=is_male)
