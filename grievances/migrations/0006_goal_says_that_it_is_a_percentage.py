from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0005_event_knows_what_was_asked")]

    operations = [
        migrations.AlterConstraint(
            model_name="goal",
            name="goal_target_is_a_percentage",
            constraint=models.CheckConstraint(
                condition=models.Q(("target__gte", 1), ("target__lte", 100)),
                name="goal_target_is_a_percentage",
                violation_error_message="The target is a percentage: between 1 and 100.",
            ),
        )
    ]
