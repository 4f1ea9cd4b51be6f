"""manage.py load_units FILE: departments, towns, committees, teams."""

from villages.loading import Report
from villages.loading.command import LoadCommand
from villages.loading.units import load_units


class Command(LoadCommand):
    help = (
        "Loads units from a CSV file with code,name,name_en,kind,parent,region[,telephone]. Can be run again."
    )

    def load(self, file: str, **options: object) -> Report:
        return load_units(file)
