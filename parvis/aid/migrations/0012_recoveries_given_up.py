import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("accounting", "0009_order_titles"),
        ("aid", "0011_receipts_reversed"),
        ("decisions", "0007_lawful_destruction"),
    ]

    operations = [
        migrations.AddField(model_name="claim", name="waived", field=models.DecimalField(decimal_places=2, default=0, max_digits=12)),
        migrations.AddConstraint(
            model_name="claim", constraint=models.CheckConstraint(condition=Q(waived__gte=0), name="aid_claim_waived_not_negative")
        ),
        migrations.CreateModel(
            name="ClaimWaiver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provision_key", models.CharField(max_length=40)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("at", models.DateTimeField()),
                ("author_label", models.CharField(max_length=191)),
                (
                    "claim",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="waivers", to="aid.claim"),
                ),
                (
                    "decision",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="decisions.decision"),
                ),
                (
                    "voucher",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounting.voucher"),
                ),
            ],
            options={
                "verbose_name": "money given up",
                "ordering": ["claim", "pk"],
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("decision", "provision_key"), name="aid_waiver_once"),
                    models.CheckConstraint(condition=Q(amount__gt=0), name="aid_waiver_amount_positive"),
                ],
            },
            managers=[("objects", django.db.models.manager.Manager()), ("unscoped", django.db.models.manager.Manager())],
        ),
    ]
