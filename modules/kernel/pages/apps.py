from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "modules.kernel.pages"
    label = "kernel_pages"
