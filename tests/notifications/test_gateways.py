import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from notifications.gateways import NotSent, gateway


@pytest.fixture
def carrier(settings):
    """A real HTTP server that answers with `status` and keeps what it got."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((self.headers["Authorization"], json.loads(body)))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.got, server.status = [], 200
        settings.SMS_GATEWAY = "notifications.gateways.HttpSms"
        settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/send"
        settings.SMS_GATEWAY_TOKEN = "secret"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_carrier_gets_number_and_text(carrier):
    gateway().send("+8613800000001", "已受理")
    assert carrier.got == [("Bearer secret", {"to": "+8613800000001", "text": "已受理"})]


@pytest.mark.parametrize(("status", "is_final"), [(400, True), (401, True), (408, False), (429, False), (503, False)])
def test_what_the_carrier_refuses(carrier, status, is_final):
    carrier.status = status
    with pytest.raises(NotSent) as refused:
        gateway().send("+8613800000001", "已受理")
    assert (str(refused.value), refused.value.is_final) == (f"the SMS gateway answered {status}", is_final)


def test_a_carrier_that_is_away(settings):
    settings.SMS_GATEWAY, settings.SMS_GATEWAY_TOKEN = "notifications.gateways.HttpSms", ""
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    with pytest.raises(NotSent) as refused:
        gateway().send("+8613800000001", "已受理")
    assert not refused.value.is_final
    assert "138" not in str(refused.value)
