"""Every way to a file: what each answers somebody who sees it, and somebody who must not (B26, B30)."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from parvis.documents.api import accept_upload, attach
from parvis.documents.models import Document
from parvis.dossiers.models import Dossier
from parvis.identity.models import Account
from parvis.journal.models import Entry
from parvis.journal.services import write_down
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from tests.api.factories import Program, a_program
from tests.documents.factories import FakeUpload, scanned_pdf
from tests.dossiers.factories import Centre

SECRET = "Zanzibar-bleu"


@dataclass
class File:
    """A dossier with a note and a document whose words nothing else says."""

    dossier: Dossier
    document: Document
    note: Entry


def filled(centre: Centre, dossier: Dossier) -> File:
    worker = centre.actor("worker")
    note = write_down(actor=worker, dossier=dossier, kind="note", text=f"{SECRET} entretien", minutes=10)
    document = attach(
        actor=worker, subject=SubjectRef("dossier", dossier.pk), file=accept_upload(FakeUpload("bail.pdf", scanned_pdf())),
        title=f"{SECRET} bail", kind="housing", file_name="bail.pdf",
    )  # fmt: skip
    return File(dossier, document, note)


def _at(name: str, file: File) -> str:
    return reverse(name, args=[file.dossier.uuid])


def _body(client: Client, url: str, target: str = "") -> tuple[int, str]:
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    answer = client.get(url, headers=headers)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, content.decode("utf-8", "replace")


def own(client: Client, file: File, name: str, query: str = "", target: str = "") -> bool:
    """An address of the file itself: open, or 404."""
    status, _text = _body(client, _at(name, file) + query, target)
    assert status in (200, 404), (name, status)
    return status == 200


def told(client: Client, file: File, url: str, target: str = "") -> bool:
    """An address of many files: does it name this one."""
    status, text = _body(client, url, target)
    if status == 404:
        return False
    assert status == 200, (url, status)
    return f"/dossiers/{file.dossier.uuid}/" in text or (file.dossier.number in text and "export" in url)


#: Path to the question "does it show the file?", for whoever asks with a browser.
WAYS = {
    "page": lambda client, file: own(client, file, "dossiers:detail"),
    "page of the situation": lambda client, file: own(client, file, "dossiers:situation"),
    "page of the journal": lambda client, file: own(client, file, "journal:index"),
    "part": lambda client, file: own(client, file, "journal:index", target="entries"),
    "part of the list": lambda client, file: told(client, file, "/dossiers/", target="dossiers"),
    "list": lambda client, file: told(client, file, "/dossiers/"),
    "search": lambda client, file: told(client, file, f"/search/?q={file.dossier.number}"),
    "search as one types": lambda client, file: told(client, file, f"/palette/?q={file.dossier.number}", target="palette-results"),
    "where is it": lambda client, file: told(client, file, f"/where/?q={file.dossier.number}"),
    "export": lambda client, file: told(client, file, "/dossiers/?export=csv"),
    "export of the acts": lambda client, file: own(client, file, "journal:acts", "?export=csv"),
    "export of the chronology": lambda client, file: own(client, file, "journal:chronology", "?as=pdf"),
    "file": lambda client, file: _body(client, reverse("documents:download", args=[file.document.uuid]))[0] == 200,
    "file saved": lambda client, file: _body(client, reverse("documents:download", args=[file.document.uuid]) + "?save=1")[0] == 200,
}


# Programs ----------------------------------------------------------------------------------------------------------------
def read(program: Program, route: str) -> str:
    """What an address of the file answers a program; nothing where it finds nothing."""
    answer = program.get(route)
    assert answer.status_code in (200, 404), (route, answer.status_code, answer.content)
    return answer.content.decode("utf-8", "replace") if answer.status_code == 200 else ""


#: Path to the question "does it show the file?", for whoever asks with a token that opens every part and class.
PROGRAM_WAYS = {
    "dossier": lambda program, file: bool(read(program, f"dossiers/{file.dossier.number}")),
    "members": lambda program, file: bool(read(program, f"dossiers/{file.dossier.number}/members")),
    "journal": lambda program, file: bool(read(program, f"dossiers/{file.dossier.number}/journal")),
    "documents": lambda program, file: bool(read(program, f"dossiers/{file.dossier.number}/documents")),
    "file": lambda program, file: bool(read(program, f"documents/{file.document.uuid}/file")),
    "list": lambda program, file: file.dossier.number in read(program, "dossiers"),
    "changes since": lambda program, file: file.dossier.number in read(program, "dossiers?since=2000-01-01T00:00:00Z"),
    "persons": lambda program, file: str(file.dossier.lead.uuid) in read(program, "persons"),
    "search": lambda program, file: f"/dossiers/{file.dossier.uuid}/" in read(program, f"search?q={file.dossier.number}"),
}
#: The same of one dossier asked for by its number: refused as if there were none.
OF_A_DOSSIER = ("decisions", "entitlements", "requests")


def told_to_program(account: Account, file: File) -> set[str]:
    program = a_program(account)
    shown = {name for name, asks in PROGRAM_WAYS.items() if asks(program, file)}
    if "dossier" not in shown:
        assert [one for one in OF_A_DOSSIER if read(program, f"{one}?dossier={file.dossier.number}")] == []
    return shown


def counted(actor: Actor, file: File) -> tuple[int, int, int]:
    """What counting tells: dossiers, entries and documents that the scope leaves of this file."""
    return (
        Dossier.objects.visible_to(actor).filter(pk=file.dossier.pk).count(),
        Entry.objects.visible_to(actor).filter(pk=file.note.pk).count(),
        Document.objects.visible_to(actor).filter(pk=file.document.pk).count(),
    )


def shown_by(client: Client, file: File) -> set[str]:
    return {name for name, asks in WAYS.items() if asks(client, file)}
