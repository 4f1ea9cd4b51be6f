"""``make province``: a province with three districts on this machine, each with a database and a site of its own.

The districts publish what they count; the province takes it in and shows it. Ctrl-C stops everything; the data stays.
"""

import csv
import gzip
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.embedded import EmbeddedPostgres
from config.running import (
    ACCOUNTS,
    DATABASE,
    ROOT,
    VAR,
    databases,
    demo_environment,
    free_port,
    guarded,
    has_sample,
    have_room,
    manage,
    programs,
    step,
)

_HOME = VAR / "province"
_REGIONS = ROOT / "villages/data/jiangsu_regions.csv.gz"
_LEAST_FREE = 3_000_000_000  # bytes
_TOWNS = "3"
_SMALL = {"shared_buffers": "64MB", "max_connections": "40", "max_wal_size": "512MB"}
# One worker for each district, and some to spare.
_MANY_WORKERS = {"max_logical_replication_workers": "8", "max_worker_processes": "16"}
_PROVINCE = "leader auditor coordinator administrator"


@dataclass(frozen=True)
class District:
    """One of Jiangsu's, with its real towns and villages."""

    code: str
    name: str


DISTRICTS = (
    District("320904", "Dafeng (大丰区)"),
    District("320903", "Yandu (盐都区)"),
    District("320505", "Huqiu (虎丘区)"),
)


@dataclass
class Site:
    """An installation: its server, the settings of its commands, its port."""

    name: str
    server: EmbeddedPostgres
    port: int
    environment: dict[str, str]
    runtime_url: str = ""

    @classmethod
    def of(cls, name: str, port: int, settings: dict[str, str], **environment: str) -> "Site":
        server = EmbeddedPostgres(_HOME / name, **_SMALL | settings)
        free_port(str(port), command="make province")
        own = {
            "MEDIA_ROOT": str(_HOME / f"{name}-media"),
            "SESSION_COOKIE": f"session_{name}",
            "SITE_ADDRESS": f"http://127.0.0.1:{port}",
        }
        return cls(name, server, port, own | environment)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Start the server and bring its tables up to date."""
        owner_url, self.runtime_url = databases(self.server)
        self.environment = demo_environment(owner_url) | self.environment
        self.manage("migrate", "--verbosity", "0")

    def manage(self, *arguments: str) -> None:
        manage(self.environment, *arguments)

    @property
    def working(self) -> dict[str, str]:
        return self.environment | {"DATABASE_URL": self.runtime_url}


def main() -> int:
    return guarded("make province", lambda: _run(reset="--reset" in sys.argv))


def _run(*, reset: bool) -> None:
    _HOME.mkdir(parents=True, exist_ok=True)
    have_room(_HOME, _LEAST_FREE)
    first = free_port(os.environ.get("PORT", "8000"), command="make province")
    province = Site.of("province", first, _MANY_WORKERS, PROVINCE="1")
    sites = {district: Site.of(district.code, first + n, {}) for n, district in enumerate(DISTRICTS, start=1)}
    try:
        if reset:
            _delete([province, *sites.values()])
        _prepare(province, sites)
        _work(province, sites)
    finally:
        for site in (province, *sites.values()):
            site.server.stop()


def _delete(sites: list[Site]) -> None:
    with step("Deleting the old data"):
        for site in sites:
            site.server.remove()
            shutil.rmtree(site.environment["MEDIA_ROOT"], ignore_errors=True)


def _prepare(province: Site, sites: dict[District, Site]) -> None:
    for district, site in sites.items():
        with step(f"The district {district.name}"):
            site.prepare()
            _fill_district(site, district.code)
    with step("The province"):
        province.prepare()
        _fill_province(province)
        for district, site in sites.items():
            url = site.server.url(DATABASE)
            manage(
                province.environment | {"DISTRICT_URL": url},
                "subscribe_district", "--district", district.code, "--site", site.address,
            )  # fmt: skip
    with step("Collecting static files"):
        province.manage("collectstatic", "--noinput", "--verbosity", "0")


def _fill_district(site: Site, code: str) -> None:
    if has_sample(site.environment["DATABASE_URL"]):
        site.manage("sample", "--password-only")
    else:
        site.manage("load_regions", str(_cut(f"{code}.csv", [code])), "--verbosity", "0")
        site.manage("load_reference")
        site.manage("sample", "--district", code, "--towns", _TOWNS)
    site.manage("grant_runtime")
    site.manage("publish_figures", "--district", code)


def _fill_province(site: Site) -> None:
    if has_sample(site.environment["DATABASE_URL"]):
        site.manage("sample", "--password-only")
    else:
        cities = sorted({district.code[:4] for district in DISTRICTS})
        site.manage("load_regions", str(_cut("province.csv", [], cities=cities)), "--verbosity", "0")
        site.manage("load_reference")
        site.manage("sample", "--province")
    site.manage("grant_runtime")


def _cut(name: str, codes: list[str], *, cities: Iterable[str] = ()) -> Path:
    """A file of these districts with all that they hold and what is above them, or of cities alone."""
    above = {*cities, *(code[:4] for code in codes), "32"}
    target = _HOME / name
    with gzip.open(_REGIONS, "rt", encoding="utf-8", newline="") as source, target.open("w") as out:
        rows = csv.reader(source)
        chosen = csv.writer(out)
        chosen.writerow(next(rows))
        chosen.writerows(row for row in rows if row[0] in above or row[0].startswith(tuple(codes) or "-"))
    return target


def _work(province: Site, sites: dict[District, Site]) -> None:
    with programs() as running:
        for site in (province, *sites.values()):
            running.serve(site.working, site.port, workers=1)
        for district, site in sites.items():
            running.fold(site.working, district.name)
            running.work(site.working, district.name)
            running.remind(site.working, district.name)
        print(f"\nThe province: {province.address}   accounts: {_PROVINCE}")
        for district, site in sites.items():
            print(f"{district.name}: {site.address}   accounts: {ACCOUNTS}")
        print(f"Password everywhere: {province.environment['DEMO_PASSWORD']}")


if __name__ == "__main__":
    sys.exit(main())
