"""Evidence in mails: what is attached, what is only named, and that it arrives as it was put in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import StoreUnavailable
from bot.marketplaces.email import EmailMarketplace
from bot.model import Decision, Evidence, Notice
from bot.sandbox.vendors.smtp import PretendMailServer
from tests import make
from tests.contracts.scene import Scene
from tests.contracts.scene_email import email_scene

MAIL = b"From: ann@desk.example\r\nSubject: Your lamp\r\nDate: today\r\n\r\nB\xfccher\r\n.\r\nFrom here\n"


Kept = tuple[Evidence, bytes]


def with_files(scene: Scene, *files: Kept, missing: str = "") -> EmailMarketplace:
    """The marketplace, with these files on the disk."""
    there = {one.sha256: content for one, content in files if one.name != missing}

    async def read(sha256: str) -> bytes:
        if sha256 not in there:
            raise StoreUnavailable("It is missing.")
        return there[sha256]

    assert isinstance(scene.ours, EmailMarketplace)
    return replace(scene.ours, files=read)


def notice(*files: Kept, **changes: Any) -> Notice:
    return make.notice("TD-1", evidence=tuple(one for one, _ in files), **changes)


async def arrived(scene: Scene, ours: EmailMarketplace, filed: Notice) -> tuple[dict[str | None, Any], str]:
    """The attachments and the letter, as they arrive."""
    result = (await ours.submit([filed]))["TD-1"]
    assert isinstance(result, Decision), result
    assert isinstance(scene.theirs, PretendMailServer)
    mail = scene.theirs.mails[-1]
    files = {one.get_filename(): one.get_payload(decode=True) for one in mail.message.iter_attachments()}
    assert result.raw.get("attached", "") == ", ".join(str(name) for name in files)
    return files, mail.text


@pytest.mark.parametrize(
    ("name", "media_type", "content"),
    [
        ("label.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
        ("Größe – 商标 😀.pdf", "application/pdf", b"%PDF-1.7\n"),
        ("words.txt", "text/plain", "Größe\r\nzwei\n.\nFrom\n".encode()),
        ("mail.eml", "message/rfc822", MAIL),
        ('a "b"; c=d.png', "image/png", b"\x89PNG"),
        ("x" * 96 + ".png", "image/png", b"\x89PNG"),
    ],
)
async def test_a_file_arrives_byte_for_byte_under_its_name(name: str, media_type: str, content: bytes) -> None:
    async with email_scene() as scene:
        file = (make.evidence(name, content, media_type=media_type), content)
        files, text = await arrived(scene, with_files(scene, file), notice(file))
        assert files == {name: content}
        assert "Evidence attached:" in text


async def test_what_is_too_much_for_a_mail_is_named() -> None:
    async with email_scene() as scene:
        small, big = (make.evidence("small.png", b"s"), b"s"), (make.evidence("big.png", b"b", size=9_000_000), b"b")
        other = (make.evidence("other.png", b"o", size=9_000_000), b"o")
        ours = with_files(scene, big, other, small)
        files, text = await arrived(scene, ours, notice(big, other, small))
        assert list(files) == ["big.png", "small.png"]
        assert "Evidence attached: big.png, small.png" in text
        assert "Evidence that we send on request: other.png" in text


async def test_a_server_that_takes_no_such_mail_gets_the_letter_alone() -> None:
    async with email_scene() as scene:
        content = bytes(1_200_000)
        large = (make.evidence("large.png", content), content)
        files, text = await arrived(scene, with_files(scene, large), notice(large))
        assert files == {}
        assert "Evidence that we send on request: large.png" in text
        assert isinstance(scene.theirs, PretendMailServer)
        assert scene.theirs.filed("TD-1") == 1


async def test_a_file_that_is_gone_from_the_disk_is_named_and_the_others_go() -> None:
    async with email_scene() as scene:
        one, two = (make.evidence("one.png", b"1"), b"1"), (make.evidence("two.png", b"2"), b"2")
        files, text = await arrived(scene, with_files(scene, one, two, missing="one.png"), notice(one, two))
        assert files == {"two.png": b"2"}
        assert "Evidence that we send on request: one.png" in text


@pytest.mark.parametrize("language", ["en", "de", "es", "zh"])
async def test_every_language_names_it(language: str) -> None:
    async with email_scene(language=language) as scene:
        one, two = (make.evidence("one.png", b"1"), b"1"), (make.evidence("two.png", b"2"), b"2")
        _, text = await arrived(scene, with_files(scene, one, two, missing="two.png"), notice(one, two))
        assert "one.png" in text
        assert "two.png" in text
        assert "$" not in text
        _, text = await arrived(scene, with_files(scene), notice())
        assert "\n\n\n" not in text


async def test_the_same_notices_are_the_same_mail_and_other_evidence_is_another_lot() -> None:
    async with email_scene() as scene:
        file = (make.evidence("one.png", b"1"), b"1")
        ours, filed = with_files(scene, file), notice(file)
        attached = {file[0].sha256: file[1]}
        assert bytes(ours.mail([filed], make.NOW, attached)) == bytes(ours.mail([filed], make.NOW, attached))
        assert ours.lot_of(filed) != ours.lot_of(notice())
