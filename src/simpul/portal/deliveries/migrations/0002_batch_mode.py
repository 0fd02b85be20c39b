from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deliveries', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='deleted',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='batch',
            name='mode',
            field=models.CharField(db_default='merge', default='merge', max_length=10),
        ),
    ]
