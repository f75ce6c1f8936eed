"""Files: on their way up, and as they stand in messages.

Source: docs.slack.dev/messaging/working-with-files.
"""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal

_TYPES = {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".md": "text/markdown"}


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file somebody can open. `url` needs the app's token, as `url_private` does."""

    id: str
    name: str
    title: str
    content: bytes
    user: str
    url: str
    alt_text: str = ""
    created: int = 0

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def mimetype(self) -> str:
        suffix = PurePosixPath(self.name).suffix.casefold()
        return _TYPES.get(suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def filetype(self) -> str:
        return PurePosixPath(self.name).suffix.casefold().lstrip(".") or "binary"

    def as_json(self) -> Json:
        """The file object. Source: docs.slack.dev/reference/objects/file-object."""
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.filetype,
            "user": self.user,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "url_private": self.url,
            "url_private_download": self.url,
            "permalink": self.url,
            "alt_txt": self.alt_text,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that is announced; `content` is there once it was sent."""

    ticket: str
    file_id: str
    name: str
    length: int
    alt_text: str = ""
    content: bytes | None = None


class Files:
    """Every file of the workspace: announced, sent, and finished, in this order and once each."""

    def __init__(self) -> None:
        self._uploads: dict[str, Upload] = {}
        self._files: dict[str, File] = {}
        self._deleted: set[str] = set()

    def announce(self, name: str, length: int, alt_text: str) -> Upload:
        upload = Upload(
            ticket=secrets.token_urlsafe(24),
            file_id=new_file_id(),
            name=name,
            length=length,
            alt_text=alt_text,
        )
        self._uploads[upload.file_id] = upload
        return upload

    def receive(self, ticket: str, content: bytes) -> None:
        """Take what was sent to an upload's address.

        Raises:
            Refusal: the address is unknown or was used, or it is not as long as was announced.
        """
        upload = next((one for one in self._uploads.values() if one.ticket == ticket), None)
        if upload is None:
            raise Refusal("upload_not_found")
        if upload.content is not None:
            raise Refusal("upload_already_used")
        if len(content) != upload.length:
            raise Refusal("wrong_length", [f"{upload.length} bytes were announced, {len(content)} came"])
        self._uploads[upload.file_id] = replace(upload, content=content)

    def sent(self, file_id: str) -> Upload:
        """Raises: Refusal: nothing of that id was sent, or it is finished already."""
        upload = self._uploads.get(file_id)
        if upload is None or upload.content is None:
            raise Refusal("file_not_found")
        return upload

    def finish(self, upload: Upload, *, title: str, user: str, url: str, at: int) -> File:
        """The file, which can be shared from now on."""
        del self._uploads[upload.file_id]
        file = self._files[upload.file_id] = File(
            id=upload.file_id,
            name=upload.name,
            title=title,
            content=upload.content or b"",
            user=user,
            url=url,
            alt_text=upload.alt_text,
            created=at,
        )
        return file

    def keep(self, file: File) -> File:
        """A file that came whole, as a person's app sends it."""
        self._files[file.id] = file
        return file

    def delete(self, file_id: str) -> None:
        """Raises: Refusal: there is no such file."""
        del self._files[self.get(file_id).id]
        self._deleted.add(file_id)

    def get(self, file_id: str) -> File:
        """Raises: Refusal: there is no such file, or no more."""
        if file_id in self._deleted:
            raise Refusal("file_deleted")
        if file_id not in self._files:
            raise Refusal("file_not_found")
        return self._files[file_id]


def new_file_id() -> str:
    return f"F{secrets.token_hex(5).upper()}"
