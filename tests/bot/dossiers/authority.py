"""A timestamping authority on this machine."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[tsa]
default_tsa = tsa_here
[tsa_here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[req]
distinguished_name = name
prompt = no
x509_extensions = stamping
[name]
CN = A timestamping authority
[stamping]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:FALSE
"""


@dataclass
class Authority:
    """A timestamping authority on this machine: OpenSSL behind a small server."""

    folder: Path
    says: bytes | None = None  # instead of a timestamp
    status: int = 200
    asked: list[bytes] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir()
        (self.folder / "ts.cnf").write_text(CONFIG.format(folder=self.folder))
        (self.folder / "serial").write_text("01\n")
        key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "2"]
        self.openssl("req", "-x509", "-config", "ts.cnf", *key)

    def openssl(self, *arguments: str) -> bytes:
        return subprocess.run(
            ["openssl", *arguments], cwd=self.folder, capture_output=True, check=True, timeout=60
        ).stdout

    def answer(self, query: bytes) -> bytes:
        self.asked.append(query)
        if self.says is not None:
            return self.says
        (self.folder / "query.tsq").write_bytes(query)
        self.openssl("ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(authority.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
