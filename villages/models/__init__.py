from .absence import Absence
from .cadre import Cadre
from .household import Household, HouseholdContact, Need
from .named import Named
from .post import LENT, Post, Role
from .region import CODE_LENGTH, LEVEL_OF_LENGTH, Level, Region, RegionName
from .unit import Unit, UnitKind

__all__ = [
    "CODE_LENGTH",
    "LENT",
    "LEVEL_OF_LENGTH",
    "Absence",
    "Cadre",
    "Household",
    "HouseholdContact",
    "Level",
    "Named",
    "Need",
    "Post",
    "Region",
    "RegionName",
    "Role",
    "Unit",
    "UnitKind",
]
