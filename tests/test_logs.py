"""No personal number reaches a log line, whoever writes it."""

import io
import logging
import subprocess
import sys

import pytest
from django.conf import settings

from talentportal.logs import MaskPersonalNumbers, mask_personal_numbers

CANARY = "99010119900307004X"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"number {CANARY}.", "number 990*************4X."),
        ("id=990101199003070015&x=1", "id=990*************15&x=1"),
        ("old 110105491231002", "old 110**********02"),
        ("to +8613800138000", "to +86138****8000"),
        ("to 138 0013 8000,", "to 138****8000,"),
        ("to +447911123456", "to +447****3456"),
        ("Key (email)=(chen.siyuan@example.org) exists", "Key (email)=(c***@example.org) exists"),
        ("case 530000202609180001000017 took 12345 ms", "case 530000202609180001000017 took 12345 ms"),
        ("USCC 91990100MA0000001G", "USCC 91990100MA0000001G"),
    ],
)
def test_masks(text, masked):
    assert mask_personal_numbers(text) == masked


@pytest.fixture
def written():
    """A logger with the portal's filter, and what it has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskPersonalNumbers())
    logger = logging.getLogger("tests.canary")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, stream
    logger.removeHandler(handler)
    logger.propagate = True


def test_message_arguments_traceback_and_stack(written):
    logger, stream = written
    logger.warning("%s sent %d", CANARY, 13800138000)
    try:
        raise ValueError(f"cannot read {CANARY}")
    except ValueError:
        logger.exception("failed for %s", "chen.siyuan@example.org", stack_info=True)
    text = stream.getvalue()
    assert CANARY not in text
    assert "13800138000" not in text
    assert "chen.siyuan" not in text
    assert "ValueError: cannot read 990*************4X" in text


def test_a_broken_call_still_says_so(written):
    logger, stream = written
    with pytest.raises(TypeError):
        logger.warning("%d", CANARY)
    assert CANARY not in stream.getvalue()


def test_every_handler_of_the_settings_masks():
    assert all("masked" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


def test_django_itself_writes_through_the_mask():
    """The server's and the request logger's lines too: Django's own handlers, which do not mask, are gone."""
    program = (
        "import django, logging; django.setup();"
        f"logging.getLogger('django.request').error('GET /?q={CANARY}');"
        f"logging.getLogger('django.server').info('GET /?q={CANARY}', extra={{'server_time': ''}})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert CANARY not in done.stdout + done.stderr
    assert done.stderr.count("990*************4X") == 2
