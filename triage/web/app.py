"""The web application: pages and API of the queue over the services handed in.

Shows what is stored and writes down what people decide. Never changes anything in the ERP, never loads a model.
"""

from collections.abc import Callable
from pathlib import Path

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

import triage
from triage.bootstrap import Services
from triage.errors import Error
from triage.web import api, guard, health, hooks, metrics, pages
from triage.web.means import Means, Ring

_log = structlog.get_logger(__name__)

_DESCRIPTION = """What suppliers answered, what differs from the orders, and who should look.

Reading and deciding here changes nothing in the ERP. Times are UTC; money and quantities are decimal strings.
"""


def create_app(services: Services, ring: Ring, look: Callable[[], object] = lambda: None) -> FastAPI:
    """The application. `ring` has what waits read soon, `look` has Odoo looked at."""
    settings = services.settings
    app = FastAPI(
        title="triage",
        version=triage.__version__,
        description=_DESCRIPTION,
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.means = Means(services=services, ring=ring, look=look)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(api.router)
    app.include_router(hooks.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_middleware(
        guard.Guard, passwords=lambda: settings.secrets("web_password"), max_upload=settings.max_message_size
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(guard.hosts(settings.allowed_hosts)))
    app.add_exception_handler(Error, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_bug)
    return app


def _answer(request: Request, status: int, reason: str, way_out: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"reason": reason, "way_out": way_out}, status)
    return HTMLResponse(pages.error_page(request, status, reason, way_out), status)


def _on_error(request: Request, error: Exception) -> Response:
    """Errors of ours: a passing one is 503, any other is the caller's."""
    if not isinstance(error, Error):
        raise error
    status = 503 if error.retry_helps else 422
    if status == 503:
        _log.warning("request failed", path=request.url.path, reason=error.reason)
    return _answer(request, status, error.reason, error.way_out)


def _on_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    way_out = "Look for it in the queue." if error.status_code == 404 else ""
    return _answer(request, error.status_code, str(error.detail), way_out)


def _on_bug(request: Request, error: Exception) -> Response:
    """An edge: whatever nobody expected is logged, and told without its words."""
    _log.error("request broke", path=request.url.path, error=type(error).__name__)
    return _answer(request, 500, "something broke here", "Try again; the log of the service tells more.")
