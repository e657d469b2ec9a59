"""Whether the page that a policy was taken from is still there: one short request, to public addresses only."""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

SECONDS = 5
GONE = {404, 410}


def is_there(url: str) -> bool:
    """Ask a server for the head of a page; False when the page is gone or the server cannot be reached.

    A redirection, a refusal to robots or a passing error of the server count as there. Redirections are not followed.
    """
    try:
        status = _status(url, "HEAD")
        if status in GONE or status in (405, 501):  # some servers know no HEAD
            status = _status(url, "GET")
        return status not in GONE
    except (OSError, http.client.HTTPException, ValueError):
        return False


def _status(url: str, method: str) -> int:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no web address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(parts.hostname, port)
    connection = _connect(parts.scheme, parts.hostname, address, port)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers={"User-Agent": "talentportal link check", "Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


def _connect(scheme: str, host: str, address: str, port: int) -> http.client.HTTPConnection:
    """Connect to the address that was examined, not to what the name may mean a moment later."""
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    plain = socket.create_connection((address, port), timeout=SECONDS)
    secure = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
    connection.sock = secure
    return connection


def public_address(host: str, port: int) -> str:
    """Return an address of the host. Raises OSError when it has none in the public network: nothing inside is asked."""
    for *_, (address, *_rest) in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if ipaddress.ip_address(address).is_global:
            return address
    raise OSError(f"{host} has no public address")
