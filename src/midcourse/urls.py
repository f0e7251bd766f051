"""Every address of the site: the routes of `web`, each behind its permission."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from midcourse.web.routes import ROUTES

urlpatterns: list[URLPattern | URLResolver] = [route.as_url() for route in ROUTES]
