import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("aid", "0010_types_of_the_centre")]

    operations = [
        migrations.RemoveConstraint(model_name="claimreceipt", name="aid_receipt_reference_once"),
        migrations.AddField(
            model_name="claimreceipt", name="live", field=models.PositiveSmallIntegerField(default=1, null=True)
        ),
        migrations.AddField(model_name="claimreceipt", name="reason", field=models.CharField(blank=True, max_length=191)),
        migrations.AddField(
            model_name="claimreceipt",
            name="reverses",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="aid.claimreceipt"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimreceipt",
            constraint=models.UniqueConstraint(fields=("claim", "reference", "live"), name="aid_receipt_living_reference_once"),
        ),
        migrations.AddConstraint(
            model_name="claimreceipt",
            constraint=models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True)
                | (Q(amount__lt=0, live__isnull=True, reverses__isnull=False) & ~Q(reason="")),
                name="aid_receipt_reversal_is_whole",
            ),
        ),
    ]
