"""Wake a worker after a commit. The bell carries nothing and may get lost: the rows are the truth and beat rings too.

A request only puts a token into a queue of one; a daemon thread of the process does the talking, the first time at once
and then at most every PAUSE. With the broker away the thread waits or fails, the request never does.
"""

import contextlib
import logging
import os
import queue
import threading
import time

from talentportal.celery import app

logger = logging.getLogger(__name__)

TASK = "jobs.drain"
PAUSE = 0.2  # seconds; a woken worker does all that is due, so one ring stands for many
_lock = threading.Lock()
_tokens: queue.Queue = queue.Queue(maxsize=1)
_thread: threading.Thread | None = None


def ring() -> None:
    """Ask for a worker. Never blocks and never raises; many rings at once become one message."""
    with contextlib.suppress(queue.Full):  # full: one is about to ring anyway
        _tokens.put_nowait(None)
    try:
        _start()
    except RuntimeError:  # no more threads, or the interpreter is shutting down
        logger.warning("the doorbell has no thread; beat will ring")


def _start() -> None:
    global _thread
    if _thread is not None and _thread.is_alive():
        return
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_talk, args=(_tokens,), name="doorbell", daemon=True)
            _thread.start()


def _talk(tokens: queue.Queue) -> None:
    while True:
        tokens.get()
        try:
            app.send_task(TASK, expires=5, ignore_result=True, retry=False)
        except Exception as error:
            logger.warning("the doorbell did not reach the broker: %s", type(error).__name__)
        time.sleep(PAUSE)


def _forget() -> None:
    """A forked child has neither the thread nor a trustworthy lock."""
    global _lock, _tokens, _thread
    _lock, _tokens, _thread = threading.Lock(), queue.Queue(maxsize=1), None


os.register_at_fork(after_in_child=_forget)
