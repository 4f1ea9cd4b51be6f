"""Categories, questions, needs, rules of dispatch and escalation, model answers and the working calendar."""

from django.core.management import call_command
from django.core.management.base import BaseCommand

from grievances import reference


class Command(BaseCommand):
    help = "Load the reference data that comes with the product. Run again, it adds what is missing."

    def handle(self, **options: object) -> None:
        self.stdout.write(f"{reference.load_categories()} new categories")
        call_command("load_needs", stdout=self.stdout)
        self.stdout.write(f"{reference.load_rules()} new dispatch rules")
        self.stdout.write(f"{reference.load_escalation_rules()} new escalation rules")
        self.stdout.write(f"{reference.load_model_answers()} new model answers")
        for year, days in reference.fill_calendar(*reference.years_around()).items():
            known = f"{days} days" if days else "not announced yet: Monday to Friday count"
            self.stdout.write(f"calendar {year}: {known}")
