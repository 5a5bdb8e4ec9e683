"""The one child process: started, watched, started again when it falls, stopped with its parent."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
import threading
import time

logger = logging.getLogger("tillit_web.serving")

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
# A worker that lived this long was well: the next pause is the first one again.
WELL_AFTER_SECONDS = 60.0
SECONDS_TO_FINISH = 10.0


class Supervisor:
    """Keeps one `python -m tillit_web.jobs` alive from start() to stop()."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._keep_alive, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the child and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """Let the child finish its job for SECONDS_TO_FINISH, then end it; the job is done again after a restart."""
        with self._starting:
            self._stopping.set()
            child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(SECONDS_TO_FINISH)
            except subprocess.TimeoutExpired:
                # A second SIGTERM would mark the job as failed; killed, it goes back into the queue.
                child.kill()
        self._thread.join()

    def _keep_alive(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            with self._starting:
                if self._stopping.is_set():
                    return
                self._child = self._spawn()
            born = time.monotonic()
            code = self._child.wait()
            if self._child.stdin is not None:
                self._child.stdin.close()
            if self._stopping.is_set():
                return
            if time.monotonic() - born >= WELL_AFTER_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            logger.error("the worker ended", extra={"facts": {"code": code, "next_in_seconds": pause}})
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _spawn(self) -> subprocess.Popen[bytes]:
        name = f"worker-{os.getpid()}-{secrets.token_hex(4)}"
        # Its input stays open as long as we live: when we are killed, it reads the end and ends as well. In a session
        # of its own, so that Ctrl-C in a terminal reaches us alone and the order of stopping stays ours.
        child = subprocess.Popen(  # noqa: S603 - our own module, no input in the arguments
            [sys.executable, "-m", "tillit_web.jobs", name], stdin=subprocess.PIPE, start_new_session=True
        )
        logger.info("the worker started", extra={"facts": {"pid": child.pid}})
        return child
