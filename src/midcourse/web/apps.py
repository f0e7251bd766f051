"""Pages; this app owns no tables."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "midcourse.web"
    label = "web"
