"""The key that dossiers are signed with."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.dossiers import keys, places
from bot.errors import Misconfigured
from tests.bot.test_cli import bot


def test_a_key_is_kept_where_nobody_else_reads_it_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key.pem"
    made = keys.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="is there already"):
        keys.make(path)
    assert path.read_bytes() == before
    assert keys.public_bytes(keys.load(path)) == keys.public_bytes(made)


def test_a_key_is_one_that_openssl_reads_and_its_fingerprint_is_of_the_public_bytes(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    keys.make(path)
    command = ["openssl", "pkey", "-in", str(path), "-pubout", "-outform", "DER"]
    der = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    assert keys.fingerprint(der[-32:]) == keys.fingerprint(keys.public_bytes(keys.load(path)))
    assert keys.fingerprint(der[-32:]) == hashlib.sha256(der[-32:]).hexdigest()


@pytest.mark.parametrize("content", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_a_sentence_without_what_is_in_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key.pem"
    path.write_text(content)
    for key in (path, content):
        with pytest.raises(Misconfigured, match="holds no Ed25519 key") as refused:
            keys.load(key)
        assert "AAAA" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o660, 0o604, 0o602])
def test_a_key_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.pem"
    keys.make(path)
    path.chmod(mode)
    with pytest.raises(Misconfigured, match=rf"mode {mode:04o}.*chmod 600"):
        keys.load(path)
    for private in (0o400, 0o600, 0o440, 0o640):
        path.chmod(private)
        keys.load(path)


def test_a_key_of_another_kind_is_refused() -> None:
    other = rsa.generate_private_key(65537, 2048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(Misconfigured, match="SIGNING_KEY holds no Ed25519 key"):
        keys.load(pem)


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="SIGNING_KEY_FILE"):
        keys.make(tmp_path / "file" / "key.pem")


def test_the_key_is_beside_the_store_unless_a_setting_says_where(tmp_path: Path) -> None:
    url = f"tinydb:///{tmp_path}/desk/notices.json"
    assert places.signing_key(url, None) == tmp_path / "desk" / "signing-key.pem"
    assert places.signing_key(url, tmp_path / "other.pem") == tmp_path / "other.pem"
    assert places.signing_key(url, None, "-----BEGIN …") == "-----BEGIN …"


def test_the_command_makes_a_key_and_says_its_fingerprint(tmp_path: Path) -> None:
    made = bot("keys", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    path = tmp_path / "data" / "signing-key.pem"
    fingerprint = keys.spoken(keys.fingerprint(keys.public_bytes(keys.load(path))))
    assert made.stdout.endswith(f"{fingerprint}\n")
    assert "PRIVATE" not in made.stdout
    assert bot("keys", "--print", folder=tmp_path).stdout == f"{fingerprint}\n"
    again = bot("keys", folder=tmp_path)
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already" in again.stderr
    assert os.listdir(tmp_path / "data") == ["signing-key.pem"]


def test_the_command_takes_the_settings(tmp_path: Path) -> None:
    named = tmp_path / "mine.pem"
    assert bot("keys", folder=tmp_path, SIGNING_KEY_FILE=str(named)).returncode == 0
    pem = named.read_text()
    told = bot("keys", "--print", folder=tmp_path, SIGNING_KEY=pem)
    assert told.stdout == bot("keys", "--print", folder=tmp_path, SIGNING_KEY_FILE=str(named)).stdout != ""
    refused = bot("keys", folder=tmp_path, SIGNING_KEY=pem)
    assert (refused.returncode, "SIGNING_KEY holds the key" in refused.stderr) == (2, True)
    nothing = bot("keys", "--print", folder=tmp_path, SIGNING_KEY_FILE="nowhere.pem")
    assert (nothing.returncode, "python -m bot keys" in nothing.stderr) == (2, True)
