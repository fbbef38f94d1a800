import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tools.sandbox import processes
from tools.sandbox.console import wait_for
from tools.sandbox.node import forwarder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="entering a network namespace needs root")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@needs_root
def test_bytes_go_both_ways_and_the_end_of_one_direction_leaves_the_other_open() -> None:
    """In this process's own network namespace, which can be entered like any other."""
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = server.getsockname()[1]

        def serve() -> None:
            for _ in range(2):  # the first connection is the one that looks whether the port is open
                connection, _address = server.accept()
                with connection, connection.makefile("rwb") as stream:
                    stream.write(stream.read().upper())

        threading.Thread(target=serve, daemon=True).start()
        argv = [sys.executable, str(Path(forwarder.__file__)), str(port), str(os.getpid()), str(target)]
        with subprocess.Popen(argv) as process:
            try:
                wait_for("the forwarder", lambda: processes.port_open(port) or None, 20)
                text = b"x" * 1_000_000
                with socket.create_connection(("127.0.0.1", port), timeout=20) as client:

                    def send() -> None:
                        client.sendall(text)
                        client.shutdown(socket.SHUT_WR)

                    threading.Thread(target=send, daemon=True).start()
                    answer = client.makefile("rb").read()
                assert answer == text.upper()
            finally:
                process.kill()


@needs_root
def test_a_process_that_does_not_exist_cannot_be_entered() -> None:
    with pytest.raises(OSError, match="No such file"):
        forwarder.enter_network_of(2**22 + 1)
