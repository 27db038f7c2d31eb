"""A TCP address behind which the server may change: as a cluster's endpoint is, or a proxy."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator


class Forwarder:
    """Listens on `port` and passes on what comes to `target`, a port on this machine.

    Each piece of it takes `seconds` longer, as if the server were so far away.
    """

    def __init__(self, target: int, seconds: float = 0) -> None:
        self.target = target
        self._seconds = seconds
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def serve(self) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more
            while True:
                client, _ = self._listening.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self.target))
                except OSError:  # nothing answers there, so nothing answers here
                    client.close()
                    continue
                for one in (client, server):  # or each short answer waits for the next piece
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for one, other in ((client, server), (server, client)):
                    thread = threading.Thread(target=_pass_on, args=(one, other, self._seconds))
                    thread.start()
                    self._threads.append(thread)

    def close(self) -> None:
        """Wait until both ends of all connections are gone: the server has to be."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(10)


@contextlib.contextmanager
def forwarder(target: int) -> Iterator[Forwarder]:
    found = Forwarder(target)
    serving = threading.Thread(target=found.serve)
    serving.start()
    try:
        yield found
    finally:
        found.close()
        serving.join(10)


def _pass_on(one: socket.socket, other: socket.socket, seconds: float) -> None:
    with contextlib.suppress(OSError):
        while piece := one.recv(65536):
            if seconds:
                time.sleep(seconds)
            other.sendall(piece)
    # The other direction ends with this one, and closes what it reads from.
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
    one.close()
