"""Several instances on one server stay apart, and a wrong setting says what, where and what to do (A2, A4)."""

from __future__ import annotations

import email
import json
import logging
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from email.policy import default as modern
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import send_mail

from parvis.config import instance
from parvis.config.logs import JsonFormatter

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run() -> Run:
    """The command line in a process of its own, without anything that this run set."""

    def command(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PARVIS_", "DJANGO_", "PYTEST_"))}
        environment = {**kept, "PARVIS_INSTANCE": str(folder), **more}
        return subprocess.run(
            [sys.executable, "-m", "parvis", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    return command


# Settings -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('hots = "a.example"', "unknown setting 'hots'. Did you mean 'hosts'?"),
        ('https = "maybe"', "https must be true or false, not 'maybe'"),
        ("max_upload_mb = 1.5", "max_upload_mb must be int, not 1.5"),
        ('colour = "pink"', "colour must be one of"),
        ('name = "CPAS', "not valid TOML"),
        ("require_mfa = false", "a production instance cannot do without a second factor. Set it to true."),
        ('time_zone = "Europe/Valmont"', "'Europe/Valmont' is not known. Write it as in 'Europe/Brussels'."),
        ("mail_port = 70000", "mail_port must be between 1 and 65535, not 70000"),
        ('colour = "pinkish"', "must be one of empty, blue, green"),
        ('country = "ZZ"', "the public holidays of 'ZZ' are not known. Write the two letters as in 'BE'."),
        ('enterprise_number = "0200000044"', "'0200000044' is not a Belgian enterprise number: 10 digits with their check digits."),
        ('cookie_prefix = "a b;"', "'a b;' may hold letters, digits, - and _ alone."),
        ('hosts = " , "', "hosts is empty: nobody could reach the instance."),
        ("max_upload_mb = 0", "max_upload_mb must be at least 1, not 0"),
        ("lookups_a_day = -5", "lookups_a_day must be at least 1, not -5"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    for key in ("PARVIS_KIND", "PARVIS_REQUIRE_MFA"):
        monkeypatch.delenv(key, raising=False)
    (tmp_path / "settings.toml").write_text(text + "\n")
    with pytest.raises(instance.SettingError) as caught:
        instance.load(tmp_path)
    assert told in str(caught.value)
    assert str(tmp_path / "settings.toml") in str(caught.value)


def test_check_stops_at_a_wrong_setting_in_one_sentence_without_a_trace(tmp_path: Path, run: Run) -> None:
    (tmp_path / "settings.toml").write_text("databse_url = ''\n")
    done = run("check", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"parvis: {tmp_path / 'settings.toml'}: unknown setting 'databse_url'. Did you mean 'database_url'?\n"


def test_check_says_that_the_tables_are_missing_and_what_to_run(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "fresh"
    assert run("init", folder=folder).returncode == 0
    done = run("check", folder=folder)
    assert done.returncode == 1
    assert "then run: parvis migrate" in done.stderr


def test_the_deployment_check_has_nothing_to_say_behind_https(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "valmont"
    run("init", folder=folder)
    done = run("check", "--deploy", "--fail-level", "WARNING", folder=folder, PARVIS_HTTPS="true", PARVIS_HOSTS="social.valmont.example")
    assert "System check identified no issues" in done.stdout
    assert "No directory at" not in done.stderr


def test_a_new_instance_s_file_shows_every_setting_to_set(tmp_path: Path) -> None:
    instance.create(tmp_path / "one", "production", name="CPAS d’Essai")
    text = (tmp_path / "one" / "settings.toml").read_text()
    assert 'name = "CPAS d’Essai"' in text
    assert all(f"\n# {s.key} = " in text or f"\n{s.key} = " in text for s in instance.SETTINGS)
    assert (tmp_path / "one" / "settings.toml").stat().st_mode & 0o777 == 0o600


# Side by side ---------------------------------------------------------------------------------------------------------------


def test_two_instances_on_one_host_name_keep_their_cookies_apart(tmp_path: Path, run: Run) -> None:
    names = set()
    for name in ("valmont", "valmont-test"):
        run("init", folder=tmp_path / name)
        code = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
        names.update(run("shell", "-v0", "-c", code, folder=tmp_path / name).stdout.split())
    assert names == {"parvis_valmont_session", "parvis_valmont_csrf", "parvis_valmont_test_session", "parvis_valmont_test_csrf"}


@pytest.mark.django_db
def test_every_page_shows_the_label_and_colour_of_its_instance(client: Any, settings: Any) -> None:
    settings.PARVIS_KIND = "production"
    settings.PARVIS = {**settings.PARVIS, "name": "CPAS de Valmont", "label": "Formation", "colour": "amber"}
    for address in ("/account/login/", "/"):
        page = client.get(address).content.decode()
        assert '<section class="instline" aria-label="Formation" data-colour="amber"><strong>Formation</strong></section>' in page
        assert "Formation · CPAS de Valmont</title>" in page or "Formation" in page.split("</title>")[0] or address == "/"


@pytest.mark.django_db
def test_a_production_instance_without_label_has_no_line_and_a_test_instance_always_one(client: Any, settings: Any) -> None:
    settings.PARVIS = {**settings.PARVIS, "label": "", "colour": ""}
    settings.PARVIS_KIND = "production"
    assert "instline" not in client.get("/account/login/").content.decode()
    settings.PARVIS_KIND = "test"
    page = client.get("/account/login/").content.decode()
    assert 'data-colour="violet">' in page.partition('<section class="instline"')[2].partition("<strong>")[0]
    assert "Aucun courriel n’en sort" in page


# E-mail ---------------------------------------------------------------------------------------------------------------------


class _Mailbox(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    received: list[str]


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        body: list[str] | None = None
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if body is not None:
                if line == ".":
                    self.server.received.append("\n".join(body))  # type: ignore[attr-defined]
                    body = None
                    self.wfile.write(b"250 kept\r\n")
                else:
                    body.append(line)
            elif line.upper() == "DATA":
                body = []
                self.wfile.write(b"354 go on\r\n")
            elif line.upper() == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Iterator[_Mailbox]:
    """A mail server that the settings name, and the instance's own door for e-mail in place of the test runner's."""
    with _Mailbox(("127.0.0.1", 0), _Smtp) as server:
        server.received = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "parvis.config.mail.InstanceMail"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.PARVIS_INSTANCE = tmp_path
        yield server
        server.shutdown()


@pytest.mark.parametrize("kind", ["test", "demo"])
def test_a_mail_of_a_test_instance_never_leaves_even_with_a_server_set(mailbox: _Mailbox, settings: Any, tmp_path: Path, kind: str) -> None:
    settings.PARVIS_KIND = kind
    assert send_mail("Votre dossier", "Bonjour", None, ["k.emonts@example.org"]) == 1
    assert mailbox.received == []
    (kept,) = (tmp_path / "outbox").glob("*.eml")
    message = email.message_from_bytes(kept.read_bytes(), policy=modern)
    assert (message["To"], message["Subject"]) == ("k.emonts@example.org", "Votre dossier")


def test_a_mail_of_a_production_instance_does_leave(mailbox: _Mailbox, settings: Any, tmp_path: Path) -> None:
    settings.PARVIS_KIND = "production"
    assert send_mail("Votre dossier", "Bonjour", None, ["k.emonts@example.org"]) == 1
    assert len(mailbox.received) == 1 and "k.emonts@example.org" in mailbox.received[0]
    assert not (tmp_path / "outbox").exists()


def test_production_without_a_mail_server_says_so_and_keeps_nothing(mailbox: _Mailbox, settings: Any, tmp_path: Path) -> None:
    settings.PARVIS_KIND, settings.EMAIL_HOST = "production", ""
    with pytest.raises(RuntimeError, match="mail_host is not set"):
        send_mail("Votre dossier", "Bonjour", None, ["k.emonts@example.org"])
    assert mailbox.received == [] and not (tmp_path / "outbox").exists()


# Health and logs ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_health_page_counts_and_names_nobody(client: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["elsewhere.example"]  # a probe knows no host name
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert set(answer.json()) == {"ok", "version", "database", "jobs_waiting", "jobs_failed"}
    assert not answer.cookies


def test_a_log_line_is_one_json_object_with_keys_and_no_request() -> None:
    record = logging.makeLogRecord(
        {"name": "parvis.jobs", "levelname": "ERROR", "msg": "job %s", "args": ("failed",), "job_id": 7, "request": "POST nom=Emonts"}
    )
    line = json.loads(JsonFormatter().format(record))
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "error", "logger": "parvis.jobs", "event": "job failed", "job_id": 7}


def test_a_demo_instance_refuses_what_goes_to_the_refusing_domain(settings, tmp_path):
    from smtplib import SMTPRecipientsRefused

    from django.core.mail import EmailMessage

    settings.EMAIL_BACKEND, settings.PARVIS_KIND, settings.PARVIS_INSTANCE = "parvis.config.mail.InstanceMail", "demo", tmp_path
    with pytest.raises(SMTPRecipientsRefused):
        EmailMessage("s", "t", to=["x@refused.example"]).send()
    assert not (tmp_path / "outbox").exists()
    assert EmailMessage("s", "t", to=["x@courriel.example"]).send() == 1
    assert len(list((tmp_path / "outbox").iterdir())) == 1
