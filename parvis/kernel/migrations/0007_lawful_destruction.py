"""Warrants are written once. Lines of reading may go under a warrant, where the rule of retention says so; nothing else of the journal."""

from django.db import migrations

from parvis.kernel.append_only import lock, lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("kernel", "0006_erasure")]
    operations = [lock("kernel_erasurewarrant"), lock_but_erasure("kernel_readline")]
