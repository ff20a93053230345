#!/usr/bin/env python3
"""Runs a command beside a real OpenID Connect provider of its own (Debian's glewlwyd, on SQLite).

    oidc_provider.py COMMAND [ARGUMENT…]

Starts it in a temporary directory on a free port of 127.0.0.1, gives it a signing key (RSA), a
client and a user, and runs COMMAND with
    HAIDANG_TEST_OIDC          the issuer
    HAIDANG_TEST_OIDC_CLIENT   "id|secret|redirect"
    HAIDANG_TEST_OIDC_BROWSER  a command that takes the address of the sign-on page, does what the
                               user would do there and prints the address it is sent back to
Exits as COMMAND does; 2 where glewlwyd is not installed.
"""

import gzip
import http.cookiejar
import json
import os
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

SCHEMA = Path("/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz")
USER = {"username": "an.nguyen", "password": "den bien soi dem dai"}
# No sign in the secret that RFC 6749 §2.3.1 would encode: glewlwyd does not decode it.
CLIENT, SECRET = "haidang", "bi-mat-cua-khach"
REDIRECT = "http://localhost:9/api/v1/session/oidc/callback"
CONFIG = """
port={port}
bind_address="127.0.0.1"
external_url="http://localhost:{port}"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="WARNING"
log_file="{dir}/log"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=false
secure_connection_key_file=""
secure_connection_pem_file=""
secure_connection_ca_file=""
hash_algorithm="SHA512"
database = {{ type = "sqlite3" path = "{dir}/db" }};
"""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Keeps cookies, follows nothing by itself."""

    def __init__(self, base):
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar, NoRedirect)

    def send(self, method, url, body=None):
        """(status, Location)"""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            urllib.parse.urljoin(self.base, url),
            data,
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with self.opener.open(request, timeout=10) as answer:
                return answer.status, answer.headers.get("Location", "")
        except urllib.error.HTTPError as answer:
            if answer.code >= 400:
                raise RuntimeError(f"{method} {url}: {answer.code} {answer.read().decode()}")
            return answer.code, answer.headers.get("Location", "")


def sign_on(base, url):
    """What the user does: log in, agree, come back."""
    browser = Browser(base)
    browser.send("POST", "api/auth/", USER)
    browser.send("PUT", f"api/auth/grant/{CLIENT}/", {"scope": "openid"})
    status, location = browser.send("GET", url + "&g_continue")
    if status != 302 or not location.startswith(REDIRECT):
        raise RuntimeError(f"the provider did not send back: {status} {location}")
    print(location)


def configure(base, directory):
    key, public = directory / "key.pem", directory / "public.pem"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", public], check=True,
                   capture_output=True)
    admin = Browser(base)
    admin.send("POST", "api/auth/", {"username": "admin", "password": "password"})
    admin.send("POST", "api/mod/plugin/", {
        "module": "oidc", "name": "oidc", "display_name": "oidc",
        "parameters": {
            "iss": issuer_of(base), "jwt-type": "rsa", "jwt-key-size": "256",
            "key": key.read_text(), "cert": public.read_text(), "jwks-show": True,
            "access-token-duration": 3600, "refresh-token-duration": 3600, "code-duration": 600,
            "refresh-token-rolling": True, "allow-non-oidc": False,
            "auth-type-code-enabled": True, "auth-type-refresh-enabled": True,
            "pkce-allowed": True, "pkce-method-plain-allowed": False, "pkce-required": True,
            "name-claim": "mandatory", "email-claim": "mandatory",
        },
    })
    admin.send("POST", "api/user/", {**USER, "name": "Nguyễn Văn An", "email": "an@example.vn",
                                     "enabled": True, "scope": ["openid"]})
    admin.send("POST", "api/client/", {
        "client_id": CLIENT, "name": CLIENT, "confidential": True, "password": SECRET,
        "client_secret": SECRET, "redirect_uri": [REDIRECT], "authorization_type": ["code"],
        "token_endpoint_auth_method": ["client_secret_basic"], "enabled": True, "scope": [],
    })


def issuer_of(base):
    return base + "api/oidc"


def wait_until_up(base, server, log):
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            return urllib.request.urlopen(base + "config", timeout=5).close()
        except OSError:
            time.sleep(0.05)
    sys.exit(f"glewlwyd does not start: {log.read_text() if log.exists() else ''}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_beside(command):
    if not shutil.which("glewlwyd") or not SCHEMA.exists():
        print("glewlwyd is not installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="haidang-oidc-") as name:
        directory, port = Path(name), free_port()
        with sqlite3.connect(directory / "db") as database:
            database.executescript(gzip.open(SCHEMA, "rt", encoding="utf-8").read())
        config = directory / "config"
        config.write_text(CONFIG.format(port=port, dir=directory))
        server = subprocess.Popen(["glewlwyd", f"--config-file={config}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            base = f"http://localhost:{port}/"
            wait_until_up(base, server, directory / "log")
            configure(base, directory)
            browser = [sys.executable, "-B", __file__, "--sign-on", base]
            return subprocess.run(command, env={
                **os.environ,
                "HAIDANG_TEST_OIDC": issuer_of(base),
                "HAIDANG_TEST_OIDC_CLIENT": f"{CLIENT}|{SECRET}|{REDIRECT}",
                "HAIDANG_TEST_OIDC_BROWSER": shlex.join(browser),
            }).returncode
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--sign-on":
        sign_on(sys.argv[2], sys.argv[3])
    else:
        sys.exit(run_beside(sys.argv[1:]))
