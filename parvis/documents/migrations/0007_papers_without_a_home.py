
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0008_residence_titles'),
        ('documents', '0006_withdrawn'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='aside_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='document',
            name='aside_by_label',
            field=models.CharField(blank=True, max_length=191),
        ),
        migrations.AddField(
            model_name='document',
            name='aside_why',
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['dossier_id', 'aside_at', 'id'], name='documents_homeless'),
        ),
    ]
