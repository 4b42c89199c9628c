"""An OpenID Connect issuer on the loopback, for the tour: its key and its signatures are OpenSSL's."""

import base64
import json
import pathlib
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, given=b""):
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


class Issuer:
    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.key = str(pathlib.Path(self.folder.name) / "key.pem")
        openssl("genrsa", "-out", self.key, "2048")
        modulus = bytes.fromhex(openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip().split("=")[1])
        pages = {}

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(pages.get(self.path, {})).encode()
                self.send_response(200 if self.path in pages else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        pages["/.well-known/openid-configuration"] = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        pages["/keys"] = {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "n": text(modulus), "e": "AQAB"}]}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def token(self, subject, lasts=300):
        """A token for STS, which counts so many seconds from now on."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": subject, "aud": "sts.amazonaws.com", "iat": now - 120, "exp": now + lasts}
        signed = ".".join(text(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT", "kid": "one"}, claims))
        return f"{signed}.{text(openssl('dgst', '-sha256', '-sign', self.key, given=signed.encode()))}"
