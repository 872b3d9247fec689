"""litellm is loaded wherever the gateway runs, also where nothing can be written."""

from __future__ import annotations

import tempfile

from ai_api.providers.litellm_translate import _have_a_temporary_folder


def test_a_read_only_root_ends_every_translated_call(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "gone")])
    _have_a_temporary_folder()
    assert tempfile.gettempdir() == "/"


def test_a_temporary_folder_that_is_there_is_replaced(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    _have_a_temporary_folder()
    assert tempfile.gettempdir() == str(tmp_path)
