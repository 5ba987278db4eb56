"""`format` prints the one way to write what a pack means."""

from __future__ import annotations

from leadrouter import RulePack, load_pack


def test_the_canonical_text_means_the_same(run):
    """It is a pack, and has the same digest."""
    text = run("format", "sales").stdout
    assert RulePack.parse(text).digest == load_pack("sales").digest
    assert run("format", "sales/pack.yaml").stdout == text


def test_formatting_again_changes_nothing(run, here):
    """The canonical text is its own."""
    text = run("format", "sales").stdout
    (here / "again.yaml").write_text(text, "utf-8")
    assert run("format", "again.yaml").stdout == text


def test_a_pack_with_faults_has_none(run, here):
    """They are printed instead."""
    (here / "bad.yaml").write_text("pack: [", "utf-8")
    result = run("format", "bad.yaml")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "bad.yaml:1:7: LR101" in result.stderr
