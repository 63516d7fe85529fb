from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "modules.kernel.http"
    label = "kernel_http"
