"""The settings in force as people read them: what each is and where it was said, and of a secret never more than that there is one."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from scripts.settings_reference import rows

from ai_api.settings import PREFIX, SettingInForce, load_settings, settings_in_force

KEYS = "k1:" + base64.b64encode(hashlib.sha256(b"key").digest()).decode()
GOOD = {"AI_API_DATABASE_URL": "postgresql://ada:Hunter2secret@db/ai", "AI_API_ENCRYPTION_KEYS": KEYS}


def in_force(environment: dict[str, str], **overrides: object) -> dict[str, SettingInForce]:
    settings = load_settings({**GOOD, **environment} if not overrides else environment, **overrides)
    return {each.name: each for each in settings_in_force(settings)}


def test_a_setting_is_left_out_or_called_something_else() -> None:
    google = {"AI_API_OIDC": '{"google": {"preset": "google", "client_id": "c"}}'}
    documented = [row.name.replace("__NAME__", "__GOOGLE__") for row in rows() if row.name != "AI_API_OIDC"]
    assert list(in_force(google)) == documented
    assert "AI_API_OIDC" in in_force({})


def test_it_is_not_told_where_a_setting_was_said(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-long-enough-token")
    said = in_force(
        {
            "AI_API_LISTEN__PORT": "8081",
            "AI_API_UPSTREAM": '{"idle_s": 7}',
            "AI_API_OPS_TOKEN_FILE": str(token),
            "AI_API_OIDC__GOOGLE__PRESET": "google",
            "AI_API_OIDC__GOOGLE__CLIENT_ID": "c",
            "AI_API_OIDC__GOOGLE__CLIENT_SECRET_FILE": str(token),
            "ai_api_log_level": "DEBUG",
        }
    )

    def of(name: str) -> tuple[str | None, bool, str, str | None]:
        one = said[PREFIX + name]
        return one.value, one.is_set, one.origin, one.variable

    assert of("LISTEN__PORT") == ("8081", True, "environment", "AI_API_LISTEN__PORT")
    assert of("LISTEN__HOST") == ("127.0.0.1", True, "default", None)
    assert of("UPSTREAM__IDLE_S") == ("7.0", True, "environment", "AI_API_UPSTREAM")
    assert of("UPSTREAM__TOTAL_S")[2:] == ("default", None)
    assert of("OPS_TOKEN") == (None, True, "file", "AI_API_OPS_TOKEN_FILE")
    assert of("OIDC__GOOGLE__CLIENT_ID") == ("c", True, "environment", "AI_API_OIDC__GOOGLE__CLIENT_ID")
    assert of("OIDC__GOOGLE__CLIENT_SECRET") == (None, True, "file", "AI_API_OIDC__GOOGLE__CLIENT_SECRET_FILE")
    assert of("LOG_LEVEL") == ("DEBUG", True, "environment", "AI_API_LOG_LEVEL")
    assert of("SMTP__PASSWORD") == (None, False, "default", None)
    assert of("PUBLIC_URL") == (None, False, "default", None)


def test_what_the_program_says_itself_is_put_down_to_a_variable() -> None:
    environment = {"AI_API_DATABASE_URL": "postgresql://elsewhere/x", "AI_API_LOG_LEVEL": "ERROR"}
    said = in_force(environment, database_url="postgresql://here/x", encryption_keys=KEYS)
    assert (said["AI_API_DATABASE_URL"].origin, said["AI_API_DATABASE_URL"].variable) == ("program", None)
    assert said["AI_API_ENCRYPTION_KEYS"].origin == "program"
    assert said["AI_API_LOG_LEVEL"].origin == "environment"


def test_a_value_is_not_written_as_it_is_set() -> None:
    given = {
        "AI_API_IDEMPOTENCY": "false",
        "AI_API_CREDENTIAL_LIMITS": "requests:60/60s, concurrency:8, cost:5.00/day, total_tokens:9/call",
        "AI_API_LISTEN__TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7",
        "AI_API_TRACES__SHARE": "0.25",
    }
    said = in_force(given)
    assert {name: said[name].value for name in given} == given
    again = in_force({name: str(said[name].value) for name in given})
    assert again == said


def test_an_address_shows_who_is_to_be_signed_in_as_there() -> None:
    for address in ("https://ada:Hunter2secret@ai.example", "https://ada:Hunter2/secret@ai.example/x"):
        said = in_force({"AI_API_PUBLIC_URL": address})["AI_API_PUBLIC_URL"].value
        assert said is not None
        assert "Hunter2" not in said
        assert "ai.example" in said
