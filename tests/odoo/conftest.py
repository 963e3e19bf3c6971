"""A real Odoo for the tests of this folder; without one they fail under CI and are skipped elsewhere, with a reason."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import install
import server


@pytest.fixture(scope="session")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Odoo]:
    """One running Odoo for all tests; each test uses records of its own."""
    try:
        with server.odoo(tmp_path_factory.mktemp("odoo")) as running:
            yield running
    except install.Unavailable as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Odoo here: {reason}")
