"""The rules under which approvals are asked for are a setting that says something and can be kept and shown."""

from __future__ import annotations

import pytest
from pydantic import ValidationError, create_model

from gateway.settings import FRAMEWORK, GatewaySettings

FIELD = GatewaySettings.model_fields["framework_ref"]
ONE_TEXT = create_model("OneText", framework_ref=(FIELD.annotation, FIELD))


def test_the_framework_agreement_is_the_default():
    assert ONE_TEXT().framework_ref == FRAMEWORK
    assert FRAMEWORK.startswith("《")
    assert FRAMEWORK.endswith("》")


@pytest.mark.parametrize(
    ("text", "kept"),
    [("赣高法〔2018〕1号 第三条", "赣高法〔2018〕1号 第三条"), (" 规 ", "规"), ("规" * 200, "规" * 200)],
)
def test_another_text_can_be_set(text, kept):
    assert ONE_TEXT(framework_ref=text).framework_ref == kept


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\n", "规" * 201, "第一行\n第二行", "规\0则", "\x1b[2J规"])
def test_a_text_that_says_nothing_or_cannot_be_kept_or_shown_stops_the_start(text):
    with pytest.raises(ValidationError):
        ONE_TEXT(framework_ref=text)
