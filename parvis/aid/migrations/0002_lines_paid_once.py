"""Payment lines of aids that are paid once say so; those written from now on do by themselves."""

from django.db import migrations


def mark(apps, schema_editor):
    once = apps.get_model("aid", "DueLine")._base_manager.filter(entitlement__periodicity="once", payment_line__isnull=False)
    apps.get_model("accounting", "PaymentLine")._base_manager.filter(pk__in=once.values("payment_line")).update(recurring=False)


class Migration(migrations.Migration):
    dependencies = [("aid", "0001_initial"), ("accounting", "0007_line_recurring")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
