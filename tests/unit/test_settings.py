"""Settings: what is missing, short, malformed or contradictory refuses to start, by its name and never by its value."""

import base64
import hashlib
import traceback

import pytest
from pydantic import ValidationError

from ai_api.settings import Settings, SettingsRefused, load_settings

KEYS = "k1:" + base64.b64encode(hashlib.sha256(b"key").digest()).decode()
GOOD = {"AI_API_DATABASE_URL": "postgresql://ada:Hunter2secret@db/ai", "AI_API_ENCRYPTION_KEYS": KEYS}


def load(**changes):
    """Settings of an environment that is good but for these; None takes a variable away."""
    environment = {"PATH": "/bin"} | GOOD | {f"AI_API_{name}": value for name, value in changes.items()}
    return load_settings({name: value for name, value in environment.items() if value is not None})


def refused(**changes):
    """The lines of a refusal; whatever the values were, neither they nor the traceback repeat them."""
    with pytest.raises(SettingsRefused) as told:
        load(**changes)
    shown = "".join(traceback.format_exception(told.value)) + repr(told.value)
    for value in (*changes.values(), GOOD["AI_API_DATABASE_URL"], KEYS):
        assert value is None or len(value) < 4 or value not in shown
    return told.value.lines


def test_two_secrets_are_enough():
    settings = load()
    assert settings.model_dump(exclude={"database_url", "encryption_keys"}) == {
        "database_app_role": None,
        "ops_token": None,
        "public_url": None,
        "organization_zone": "UTC",
        "log_level": "INFO",
        "sweep_silent_s": 30.0,
        "idempotency": True,
        "kept_responses_days": 30,
        "credential_limits": (),
        "listen": {
            "host": "127.0.0.1",
            "port": 8080,
            "ops_host": "127.0.0.1",
            "ops_port": 9090,
            "worker_ops_port": 9091,
            "grace_s": 30.0,
            "drain_delay_s": 0.0,
            "header_s": 10.0,
            "body_idle_s": 30.0,
            "body_s": 120.0,
            "stall_s": 30.0,
            "trusted_proxies": "",
        },
        "upstream": {"connect_s": 5.0, "first_byte_s": 300.0, "idle_s": 120.0, "total_s": 3600.0},
        "limits": {"body_bytes_max": 33_554_432},
        "load": {
            "open_calls_max": 2_000,
            "waiting_calls_max": 384,
            "bodies_bytes_max": 100_663_296,
            "lag_ms_max": 100,
        },
        "credentials": {"prefix": "sk-aiapi-", "ttl_days": 90},
        "sessions": {"idle_minutes": 720, "absolute_hours": 336},
        "smtp": {
            "host": None,
            "port": 587,
            "security": "starttls",
            "username": None,
            "password": None,
            "sender": None,
        },
        "pools": {"hot": 8, "portal": 5, "reports": 2},
        "retention": {"call_records_months": None},
        "install": {
            "provider_id": "ai-api",
            "provider_name": "ai-api",
            "npm_registry": "https://registry.npmjs.org",
        },
        "traces": {"endpoint": None, "headers": None, "share": 1.0, "forward": False, "service": "ai-api"},
        "oidc": {},
    }
    assert settings.database_url.get_secret_value() == GOOD["AI_API_DATABASE_URL"]
    assert settings.ring().current_id == "k1"


def test_settings_of_groups_have_two_underscores_or_come_as_json():
    settings = load(
        LISTEN__PORT="8081",
        LISTEN__GRACE_S="2.5",
        UPSTREAM='{"connect_s": 1, "idle_s": 9}',
        UPSTREAM__IDLE_S="10",
        CREDENTIALS='{"ttl_days": null}',
        LOG_LEVEL="DEBUG",
        ORGANIZATION_ZONE="Asia/Kathmandu",
        PUBLIC_URL="https://ai.example.com/",
    )
    assert (settings.listen.port, settings.listen.grace_s, settings.listen.host) == (8081, 2.5, "127.0.0.1")
    assert (settings.upstream.connect_s, settings.upstream.idle_s) == (1, 10)
    assert settings.credentials.ttl_days is None
    assert settings.log_level == "DEBUG"
    assert settings.organization_zone == "Asia/Kathmandu"
    assert settings.public_url == "https://ai.example.com"


def test_the_environment_handed_in_is_the_only_one(monkeypatch):
    monkeypatch.setenv("AI_API_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("AI_API_LISTEN__PORT", "not a port")
    monkeypatch.setenv("AI_API_NO_SUCH_THING", "1")
    settings = load(LISTEN__PORT="1234")
    assert (settings.log_level, settings.listen.port) == ("INFO", 1234)
    assert load_settings({}, database_url=GOOD["AI_API_DATABASE_URL"], encryption_keys=KEYS).listen.port == 8080


def test_without_one_the_processs_own_environment_counts(monkeypatch):
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AI_API_LISTEN__PORT", "1234")
    assert load_settings().listen.port == 1234


def test_what_a_program_says_itself_goes_before_the_environment():
    settings = load_settings(GOOD | {"AI_API_LOG_LEVEL": "ERROR"}, log_level="DEBUG", listen={"port": 1})
    assert (settings.log_level, settings.listen.port) == ("DEBUG", 1)


def test_the_example_of_the_test_suites_own_variables_is_no_setting():
    assert load(TEST_DATABASE_URL="postgresql://x")


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["DATABASE_URL", "ENCRYPTION_KEYS"])
def test_a_missing_secret_is_named(name):
    assert refused(**{name: None}) == [f"AI_API_{name}: Field required"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://ada:Hunter2secret@db/ai"),
        ("DATABASE_URL", "ada:Hunter2secret"),
        ("DATABASE_URL", ""),
        ("ENCRYPTION_KEYS", "changeme"),
        ("ENCRYPTION_KEYS", " Secret "),
        ("ENCRYPTION_KEYS", ""),
        ("ENCRYPTION_KEYS", KEYS[:-8]),
        ("ENCRYPTION_KEYS", KEYS.removeprefix("k1:")),
        ("ENCRYPTION_KEYS", "k1:" + base64.b64encode(b"short-secret").decode()),
        ("ENCRYPTION_KEYS", f"{KEYS},{KEYS}"),
        ("ENCRYPTION_KEYS", "k1:not-base64-at-all!"),
        ("OPS_TOKEN", "fifteen-letters"),
        ("OPS_TOKEN", ""),
        ("LOG_LEVEL", "loud"),
        ("LOG_LEVEL", "info"),
        ("ORGANIZATION_ZONE", "Mars/Olympus"),
        ("ORGANIZATION_ZONE", "../etc/passwd"),
        ("ORGANIZATION_ZONE", "/etc/localtime"),
        ("PUBLIC_URL", "ai.example.com"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("SWEEP_SILENT_S", "0"),
        ("SWEEP_SILENT_S", "nan"),
        ("LISTEN__PORT", "65536"),
        ("LISTEN__PORT", "-1"),
        ("LISTEN__PORT", "http"),
        ("LISTEN__GRACE_S", "0"),
        ("LISTEN__DRAIN_DELAY_S", "61"),
        ("UPSTREAM__CONNECT_S", "0"),
        ("UPSTREAM__TOTAL_S", "inf"),
        ("LIMITS__BODY_BYTES_MAX", "1023"),
        ("LIMITS__BODY_BYTES_MAX", "9999999999"),
        ("CREDENTIALS__PREFIX", "Has Spaces"),
        ("CREDENTIALS__PREFIX", "x" * 21),
        ("CREDENTIALS__PREFIX", ""),
        ("CREDENTIALS__TTL_DAYS", "0"),
        ("CREDENTIALS__TTL_DAYS", "forever"),
        ("POOLS__HOT", "1"),
        ("POOLS__PORTAL", "101"),
        ("RETENTION__CALL_RECORDS_MONTHS", "1"),
        ("OPS_TOKEN", "Changeme-0123456789"),
        ("LISTEN__TRUSTED_PROXIES", "::/0"),
    ],
)
def test_a_value_that_will_not_do_is_refused_by_its_settings_name(name, value):
    (line,) = refused(**{name: value})
    assert line.startswith(f"AI_API_{name}: ")


@pytest.mark.parametrize("value", ["not json", "{", "[1]", "8080", "null", '"text"'])
def test_a_group_that_is_not_a_json_object_is_refused_by_its_name(value):
    (line,) = refused(LISTEN=value)
    assert line.startswith("AI_API_LISTEN: ")


@pytest.mark.parametrize(
    "name",
    [
        "NO_SUCH_THING",
        "LISTEN__PORTT",
        "DATABASE_URI",
        "LOG_LEVEL__X",
        "DATABASE_URL__X",
        "LISTEN__PORT__X",
        "LOG_LEVEL_FILE",
        "LISTEN_PORT",
        "_LISTEN__PORT",
        "",
    ],
)
def test_a_setting_that_does_not_exist_is_refused_for_it_may_be_a_typing_mistake(name):
    (line,) = refused(**{name: "a long enough value"})
    # Inside a setting that is no group, that setting is what is named.
    assert line.startswith((f"AI_API_{name}: ", f"AI_API_{name.rpartition('__')[0]}: "))


def test_all_that_is_wrong_is_said_at_once():
    lines = refused(DATABASE_URL=None, LOG_LEVEL="loud", LISTEN__PORT="http")
    assert [line.split(":")[0] for line in lines] == ["AI_API_DATABASE_URL", "AI_API_LOG_LEVEL", "AI_API_LISTEN__PORT"]
    assert refused(NO_SUCH_THING="1", NOR_THIS="1") == [
        "AI_API_NOR_THIS: there is no such setting",
        "AI_API_NO_SUCH_THING: there is no such setting",
    ]


def test_a_first_byte_that_may_come_after_the_end_is_a_contradiction():
    (line,) = refused(UPSTREAM__FIRST_BYTE_S="100", UPSTREAM__TOTAL_S="50")
    assert "first_byte_s" in line
    assert "total_s" in line


# ── secrets from files ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_secret_may_come_from_a_file(tmp_path):
    secrets = {"DATABASE_URL": GOOD["AI_API_DATABASE_URL"], "ENCRYPTION_KEYS": KEYS, "OPS_TOKEN": "sixteen-letters-x"}
    given = dict.fromkeys(secrets)
    for name, value in secrets.items():
        (tmp_path / name).write_text(value + "\n")
        given[f"{name}_FILE"] = str(tmp_path / name)
    settings = load(**given)
    assert settings.database_url.get_secret_value() == secrets["DATABASE_URL"]
    assert settings.ring().current_id == "k1"
    assert settings.ops_token.get_secret_value() == secrets["OPS_TOKEN"]


def test_a_file_that_cannot_be_read_or_is_given_twice_is_refused_by_name(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "binary"):
        lines = refused(DATABASE_URL=None, DATABASE_URL_FILE=str(path))
        assert lines == ["AI_API_DATABASE_URL_FILE: the file cannot be read"]
    (tmp_path / "good").write_text(GOOD["AI_API_DATABASE_URL"])
    (line,) = refused(DATABASE_URL_FILE=str(tmp_path / "good"))
    assert line.startswith("AI_API_DATABASE_URL: given both")


def test_a_bad_secret_in_a_file_is_not_repeated_either(tmp_path):
    (tmp_path / "token").write_text("short-secret")
    with pytest.raises(SettingsRefused) as told:
        load(OPS_TOKEN_FILE=str(tmp_path / "token"))
    assert "short-secret" not in "".join(traceback.format_exception(told.value))
    assert told.value.lines == ["AI_API_OPS_TOKEN: must have at least 16 characters"]


MAIL = {"PUBLIC_URL": "https://ai.example.com", "SMTP__HOST": "smtp.example.com", "SMTP__SENDER": "ai@example.com"}


def test_the_password_of_the_mail_server_may_come_from_a_file(tmp_path):
    (tmp_path / "password").write_text("hunter2hunter2\n")
    settings = load(**MAIL, SMTP__USERNAME="ai", SMTP__PASSWORD_FILE=str(tmp_path / "password"))
    assert settings.smtp.password.get_secret_value() == "hunter2hunter2"
    assert "hunter2" not in repr(settings)
    (line,) = refused(SMTP__PASSWORD_FILE="/nonexistent/x")
    assert line == "AI_API_SMTP__PASSWORD_FILE: the file cannot be read"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"SMTP__SENDER": None}, "smtp.sender must be"),
        ({"SMTP__SENDER": "The gateway"}, "smtp.sender must be"),
        ({"SMTP__SENDER": "ai@example.com\nBcc: eve@example.com"}, "smtp.sender must be"),
        ({"PUBLIC_URL": None}, "public_url must be set"),
        ({"SMTP__USERNAME": "somebody"}, "given together"),
        ({"SMTP__PASSWORD": "a long password"}, "given together"),
        ({"SMTP__USERNAME": "a", "SMTP__PASSWORD": "a long password", "SMTP__SECURITY": "none"}, "readably"),
        ({"SMTP__SECURITY": "perhaps"}, "SMTP__SECURITY"),
    ],
)
def test_mail_that_cannot_arrive_is_refused(change, said):
    assert load(**MAIL).smtp.host == "smtp.example.com"
    (line,) = refused(**{**MAIL, **change})
    assert said in line


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("https://collector.example.com/otlp/", "https://collector.example.com/otlp/v1/traces"),
        ("http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces"),
    ],
)
def test_traces_go_to_another_address(given, used):
    assert load(TRACES__ENDPOINT=given).traces.endpoint == used


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"TRACES__ENDPOINT": "localhost:4318"}, "TRACES__ENDPOINT: must be an address"),
        ({"TRACES__ENDPOINT": "http:///v1/traces"}, "TRACES__ENDPOINT: must be an address"),
        ({"TRACES__ENDPOINT": "http://collector:4318/?key=hunter2hunter2"}, "TRACES__ENDPOINT: must be an address"),
        ({"TRACES__ENDPOINT": "http://ada:hunter2hunter2@collector:4318"}, "must hold no password"),
        ({"TRACES__HEADERS": "hunter2hunter2"}, "TRACES__HEADERS: must be name=value"),
        ({"TRACES__HEADERS": "a=b\r\nx-evil=hunter2"}, "TRACES__HEADERS: must be name=value"),
        ({"TRACES__SHARE": "1.5"}, "TRACES__SHARE"),
        ({"TRACES__GONE": "x"}, "TRACES__GONE"),
    ],
)
def test_traces_that_cannot_arrive_are_refused(change, said):
    (line,) = refused(**change)
    assert said in line


def test_the_headers_of_traces_are_a_secret_in_a_file_too(tmp_path):
    (tmp_path / "headers").write_text("Authorization=Bearer hunter2=hunter2, x-scope=team a\n")
    settings = load(TRACES__HEADERS_FILE=str(tmp_path / "headers"))
    assert settings.traces.pairs() == {"authorization": "Bearer hunter2=hunter2", "x-scope": "team a"}
    assert "hunter2" not in repr(settings)


# ── once built ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_settings_do_not_change_and_do_not_show_their_secrets():
    settings = load(OPS_TOKEN="sixteen-letters-x")
    with pytest.raises(ValidationError):
        settings.log_level = "DEBUG"
    with pytest.raises(ValidationError):
        settings.listen.port = 1
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert "Hunter2secret" not in shown
        assert "sixteen-letters-x" not in shown
        assert KEYS[5:20] not in shown


def test_every_secret_may_come_from_a_file_and_nothing_else_may():
    secrets = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    for name in secrets:
        (line,) = refused(**{f"{name.upper()}_FILE": "/nonexistent/x", name.upper(): None})
        assert line == f"AI_API_{name.upper()}_FILE: the file cannot be read"


# ── providers of sign-in ─────────────────────────────────────────────────────────────────────────────────────────────────

GOOGLE = {"OIDC__GOOGLE__PRESET": "google", "OIDC__GOOGLE__CLIENT_ID": "007"}


def test_a_provider_of_sign_in_is_a_few_variables_or_one_object(tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    settings = load(
        **GOOGLE,
        OIDC__GOOGLE__CLIENT_SECRET="1e5",
        OIDC='{"corp": {"issuer": "https://idp.example.com/", "client_id": "gw", "scopes": ["openid", "groups"]}}',
        OIDC__CORP__DOMAINS="Example.com, example.org",
        OIDC__CORP__CLIENT_SECRET_FILE=str(tmp_path / "secret"),
    )
    google, corp = settings.oidc["google"], settings.oidc["corp"]
    assert (google.issuer_in_use, google.client_id) == ("https://accounts.google.com", "007")
    assert google.client_secret.get_secret_value() == "1e5"
    assert (corp.issuer_in_use, corp.scopes) == ("https://idp.example.com/", ("openid", "groups"))
    assert corp.domains == ("example.com", "example.org")
    assert corp.client_secret.get_secret_value() == "from a file"
    assert "1e5" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"OIDC__X__CLIENT_ID": "gw"}, "AI_API_OIDC__X: issuer is missing"),
        ({"OIDC__GOOGLE__PRESET": "google"}, "AI_API_OIDC__GOOGLE__CLIENT_ID: Field required"),
        (GOOGLE | {"OIDC__GOOGLE__SCOPES": "email"}, "AI_API_OIDC__GOOGLE__SCOPES: must have openid among them"),
        (GOOGLE | {"OIDC__GOOGLE__SECRET": "gossip"}, "AI_API_OIDC__GOOGLE__SECRET: there is no such setting"),
        (GOOGLE | {"OIDC__GOOGLE__DOMAINS": "*.com"}, "AI_API_OIDC__GOOGLE__DOMAINS: must be domains"),
        (
            GOOGLE | {"OIDC__GOOGLE__CLIENT_SECRET_FILE": "/nowhere"},
            "AI_API_OIDC__GOOGLE__CLIENT_SECRET_FILE: the file cannot",
        ),
        (
            GOOGLE | {"OIDC__GOOGLE__CLIENT_SECRET_FILE": "/nowhere", "OIDC__GOOGLE__CLIENT_SECRET": "gossip"},
            "AI_API_OIDC__GOOGLE__CLIENT_SECRET: given both",
        ),
        (GOOGLE | {"OIDC__GOOGLE__ISSUER": "https://evil.test"}, "AI_API_OIDC__GOOGLE: issuer must not be given"),
        ({"OIDC__X__CLIENT_ID": "gw", "OIDC__X__ISSUER": "http://a.example"}, "AI_API_OIDC__X: issuer must use https"),
        (
            {"OIDC__X__CLIENT_ID": "gw", "OIDC__X__ISSUER": "https://10.0.0.1"},
            "AI_API_OIDC__X: issuer names a private address",
        ),
        (GOOGLE | {"OIDC__G_2__PRESET": "google", "OIDC__G_2__CLIENT_ID": "x"}, "AI_API_OIDC: must be at most"),
        (GOOGLE | {"OIDC__G2__PRESET": "google", "OIDC__G2__CLIENT_ID": "x"}, "AI_API_OIDC: two of them have the same"),
        ({"OIDC": "google"}, "AI_API_OIDC: must be a JSON object of objects"),
        ({"OIDC": '{"google": 1}'}, "AI_API_OIDC: must be a JSON object of objects"),
    ],
)
def test_a_provider_of_sign_in_that_is_half_told_keeps_the_program_from_starting(changes, line):
    (told,) = refused(**changes)
    assert told.startswith(line)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROVIDER_ID", "AI API"),
        ("PROVIDER_ID", "openai"),
        ("PROVIDER_ID", "x'; id #"),
        ("PROVIDER_NAME", 'a "name"'),
        ("PROVIDER_NAME", "a\nname"),
        ("PROVIDER_NAME", "$HOME"),
        ("NPM_REGISTRY", "https://user:secret@npm.example"),
        ("NPM_REGISTRY", "ftp://npm.example"),
    ],
)
def test_what_could_not_be_written_into_a_configuration_is_written_into_installers(name, value):
    assert f"AI_API_INSTALL__{name}" in str(refused(**{f"AI_API_INSTALL__{name}": value}))
