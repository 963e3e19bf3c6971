"""Listens: `triage serve`. Refuses to listen where others could reach it unless a password is set."""

import contextlib
import sys
from collections.abc import Callable

import uvicorn

from triage import settings as settings_room
from triage.bootstrap import Services
from triage.errors import SettingsError
from triage.web.app import create_app
from triage.web.means import Ring


def serve(services: Services, *, ring: Ring, look: Callable[[], object] = lambda: None) -> int:
    """Serve until stopped; returns the exit status. Raises SettingsError where the address can't be used."""
    settings = services.settings
    if not settings_room.is_loopback(settings.host) and settings.web_password is None:
        raise SettingsError(
            f"TRIAGE_HOST is {settings.host}, and no password is set", way_out="Set TRIAGE_WEB_PASSWORD."
        )
    config = uvicorn.Config(
        create_app(services, ring, look),
        host=settings.host,
        port=settings.port,
        log_config=None,  # ours stays
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        limit_concurrency=200,
    )
    server = uvicorn.Server(config)
    try:
        socket = config.bind_socket()
    except SystemExit as error:  # uvicorn's way of saying that the port is taken
        raise SettingsError(
            f"port {settings.port} of {settings.host} can't be used", way_out="Take another with --port."
        ) from error
    host, port = socket.getsockname()[:2]
    sys.stderr.write(f"The queue is at http://{f'[{host}]' if ':' in host else host}:{port}/ (Ctrl-C ends)\n")
    with contextlib.suppress(KeyboardInterrupt):  # it has closed everything by then
        server.run(sockets=[socket])
    return 0 if server.started else 1
