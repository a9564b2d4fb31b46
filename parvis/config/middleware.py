"""Middleware of the whole site: room for deep calls, health page, security headers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parvis.kernel import deepstack

Handler = Callable[[HttpRequest], HttpResponse]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; manifest-src 'self'"
)


class DeepStackMiddleware:
    """The base of every request, whoever brings it (server, test, measure): everything deeper runs inside."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    @deepstack.at_base
    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class HealthMiddleware:
    """Answers /healthz before anything else, so that a probe needs no host name, session or language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            from parvis.config.health import response

            return response()
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """Content-Security-Policy without any inline, and no referrer or feature that a social file does not need."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response
