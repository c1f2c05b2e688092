"""Part d: the author's wait for lint, and the operator's for a start."""

import time
from pathlib import Path

from bench.city import SAMPLE, City
from bench.server import Server
from bench.table import Table
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack


def lint(*, many: int, repeat: int) -> Table:
    """Lint a pack of `many` definitions: the items of the sample city under other codes. The bar is for 1,000."""
    table = Table(f"Lint of {many:,} definitions, {repeat} ×")
    files = read_folder(SAMPLE)
    item = next(
        content for name, content in files.items() if name.endswith("items/food-licence.yaml")
    )
    for n in range(many - sum(name.endswith(".yaml") for name in files)):
        files[f"items/copy-{n}.yaml"] = item.replace(
            b"code: food-licence", f"code: copy-{n}".encode(), 1
        )
    for _ in range(repeat):
        began = time.perf_counter()
        found = load_pack(files)
        table.add("lint", time.perf_counter() - began, "s", f"{len(found.diagnostics)} findings")
    assert not [each for each in found.diagnostics if each.severity == "error"]
    table.bound("seconds", "lint", "lint")
    return table


def start(city: City, *, repeat: int) -> Table:
    """Start the service on a database that is there and wait for its first answer."""
    table = Table(f"Start of serve to its first answer, {repeat} ×")
    for _ in range(repeat):
        server = Server.product(city.url, Path(city.folder), path="/api/v1/bundles")
        server.stop()
        table.add(f"{city.name}: start", server.seconds, "s")
    table.bound("seconds", f"{city.name}: start", "start")
    return table
