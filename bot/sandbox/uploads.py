"""Where files are sent to and fetched from: `/upload/v1/{ticket}` and `/files/{id}/{name}`."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from bot.sandbox.calls import Calls
from bot.sandbox.files import File
from bot.sandbox.installation import Installation
from bot.sandbox.strictness import Refusal
from bot.sandbox.workspace import Workspace

FAULTS, DOWNLOAD = "upload", "download"
"""The names of sending and of fetching a file among the faults."""


class Uploads:
    def __init__(self, workspace: Workspace, app: Installation, calls: Calls) -> None:
        self._workspace = workspace
        self._app = app
        self._calls = calls

    async def receive(self, request: Request) -> Response:
        """Take a file, raw or as the one part of a form; the address is its own key, and good for one."""
        body, kind = await request.body(), request.headers.get("content-type", "")
        content = _part(body, kind) if kind.startswith("multipart/") else body
        ticket = request.path_params["ticket"]
        return await self._calls.answer(
            request, FAULTS, {"bytes": len(content)}, lambda: self._received(ticket, content)
        )

    async def send(self, request: Request) -> Response:
        """Give a file to the app, which shows its token; anybody else is asked to sign in by a page with status 200.

        Source: docs.slack.dev/messaging/working-with-files; github.com/slackapi/deno-slack-sdk/issues/285.
        """
        return await self._calls.answer(request, DOWNLOAD, dict(request.path_params), lambda: self._sent(request))

    def _sent(self, request: Request) -> Response:
        known = request.headers.get("authorization") == f"Bearer {self._app.bot_token}"
        if not known or "files:read" not in self._app.scopes:
            return HTMLResponse("<!DOCTYPE html><html><title>Sign in to Slack</title></html>")
        try:
            return as_download(self._workspace.files.get(request.path_params["id"]))
        except Refusal:
            return PlainTextResponse("Not found", status_code=404)

    def _received(self, ticket: str, content: bytes) -> Response:
        try:
            self._workspace.files.receive(ticket, content)
        except Refusal as refusal:
            status = 404 if refusal.code == "upload_not_found" else 400
            return PlainTextResponse("; ".join([refusal.code, *refusal.messages]), status_code=status)
        return PlainTextResponse(f"OK - {len(content)}")


def as_download(file: File) -> Response:
    """The file to be kept, never to be shown: whatever is in it must not run on our page."""
    name = re.sub(r"[^A-Za-z0-9._ -]", "_", file.name)
    return Response(
        file.content,
        media_type=file.mimetype,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _part(body: bytes, kind: str) -> bytes:
    """The first file of a multipart form; nothing when there is none."""
    form = BytesParser(policy=policy.HTTP).parsebytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body)
    for part in form.iter_parts():
        if part.get_filename() or part.get_param("name", header="content-disposition") in ("file", "filename"):
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else b""
    return b""
