"""A SQLite database has one gateway, for what that keeps of approvals counts only while nobody else changes them."""

import pytest

from gateway.alone import hold_database


def test_a_second_gateway_is_refused_until_the_first_has_gone(tmp_path):
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    give_back = hold_database(url)
    with pytest.raises(SystemExit, match="Another gateway"):
        hold_database(url)
    give_back()
    hold_database(url)()


def test_gateways_share_postgresql():
    url = "postgresql+psycopg://nobody@/nowhere"
    for give_back in (hold_database(url), hold_database(url)):
        give_back()
