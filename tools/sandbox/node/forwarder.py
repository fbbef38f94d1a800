"""`forwarder.py PORT NODE TARGET`: 127.0.0.1:PORT of this machine leads to 127.0.0.1:TARGET inside the node.

A socket keeps the network namespace it was made in: the listening one is made on the machine, then this process enters
the network namespace of the process NODE, so that whatever it connects from then on is inside. No interface, route or
rule of the machine is touched.
"""

import asyncio
import ctypes
import os
import socket
import sys

CLONE_NEWNET = 0x40000000
CHUNK = 1 << 16


def enter_network_of(pid: int) -> None:
    """Move this process into the network namespace of another. Raises OSError."""
    handle = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
    finally:
        os.close(handle)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
    except OSError:
        sink.close()


async def forward(server: socket.socket, target: int) -> None:
    """Serve `server` until the process ends."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            far_writer.close()
            writer.close()

    listener = await asyncio.start_server(handle, sock=server)
    await listener.serve_forever()


if __name__ == "__main__":
    port, node, target_port = map(int, sys.argv[1:])
    listening = socket.create_server(("127.0.0.1", port))
    enter_network_of(node)
    asyncio.run(forward(listening, target_port))
