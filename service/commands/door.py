"""门口 — the port a server listens at, open before anything else is done."""

import socket

from service.commands.outcome import Refusal

BACKLOG = 1024
PORT_IN_USE = {98, 48, 10048}  # EADDRINUSE on Linux, macOS, Windows


def listening(host: str, port: int) -> socket.socket:
    """Open the port before anything else is done. Raises Refusal when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(BACKLOG)  # who comes before the server is up waits at the door
    except OSError as error:
        door.close()
        if error.errno in PORT_IN_USE:
            raise Refusal(
                f"端口 {port} 已被别的程序占用，请停掉它，或者用 --port 换一个端口"
            ) from None
        raise Refusal(f"不能在 {host}:{port} 上监听：{error.strerror or error}") from None
    door.set_inheritable(True)
    return door
