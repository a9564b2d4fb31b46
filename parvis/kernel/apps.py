from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "parvis.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from parvis.kernel import wiring

        wiring.load()
