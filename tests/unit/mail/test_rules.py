"""Whom letters go to, when they are tried again, and who counts as one who asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.identity.rules import check_identifier
from ai_api.mail.letters import InvitationLetter, ResetLetter, compose
from ai_api.mail.rules import TRIES_MAX, is_address, network_of, next_try

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("identifier", "may"),
    [
        ("ana@example.test", True),
        ("ána@exämple.test", True),
        ("a+b.c_d@localhost", True),
        ("ana", False),
        ("@example.test", False),
        ("ana@", False),
        ("a@b@c", False),
        ("a@b,c@d", False),
        ("Ana<ana@example.test>", False),
        ('"a"@b', False),
        ("a@b..c", False),
        ("a@b\r\nBcc:c@d", False),
        ("x" * 65 + "@b", False),
        ("a@" + ".".join(["b" * 63] * 5), False),
    ],
)
def test_a_letter_goes_to_more_than_one_or_to_nowhere(identifier, may):
    assert is_address(identifier) is may


ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80)


@given(local=ANY, domain=ANY, name=ANY)
def test_no_name_and_no_address_adds_a_header_or_markup(local, domain, name):
    identifier = f"{local}@{domain}"
    if not is_address(identifier):
        return
    check_identifier(identifier)
    letter = InvitationLetter(name, "https://ai.test/app/invitation#aiapi_lnk_x", NOW)
    message = compose(letter, letter_id=UUID(int=7), sender="ai@ai.test", recipient=identifier, now=NOW)
    assert sorted(set(message.keys())) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    message.as_bytes()
    html = message.get_body(("html",)).get_content()
    assert html.count("<p>") == 4
    assert html.count("href=") == 1


def test_the_two_letters_say_what_they_are_about():
    def subject(kind):
        letter = kind("Ana", "https://ai.test/app/x#secret", NOW)
        return compose(letter, letter_id=UUID(int=7), sender="ai@ai.test", recipient="ana@x.test", now=NOW)["Subject"]

    assert subject(InvitationLetter) == "Your invitation to ai.test"
    assert subject(ResetLetter) == "Another password for ai.test"


def test_a_letter_is_tried_less_and_less_often_and_not_for_ever():
    pauses = [next_try(tries, now=NOW) - NOW for tries in range(1, TRIES_MAX)]
    assert pauses[0] == timedelta(seconds=30)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1)
    assert next_try(TRIES_MAX, now=NOW) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("a socket", None),
        (None, None),
    ],
)
def test_one_line_with_many_addresses_asks_as_many(address, network):
    assert network_of(address) == network
