"""The age rule is a setting; a word that is none of the rules stops the process at start."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError, create_model

from services.codes.ages import AgeRule
from services.identity.settings import IdentitySettings

FIELD = IdentitySettings.model_fields["age_rule"]
ONE_RULE = create_model("OneRule", age_rule=(FIELD.annotation, FIELD))


def test_every_rule_can_be_set_and_the_civil_one_is_the_default():
    assert set(get_args(FIELD.annotation)) == {rule.name for rule in AgeRule}
    assert ONE_RULE().age_rule == "CIVIL_BIRTHDAY"


@pytest.mark.parametrize("word", ["", "civil_birthday", "16", "NEVER"])
def test_another_word_is_refused(word):
    with pytest.raises(ValidationError):
        ONE_RULE(age_rule=word)
