"""One command line for all tests of this folder: what one run built, the next finds in its cache."""

from __future__ import annotations

import pytest

from tests.cli.command import Command


@pytest.fixture(scope="session")
def codemod(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return Command(tmp_path_factory.mktemp("codemod"))
