"""The scripts for Windows, read as PowerShell would read them: they are whole, and use only what there is."""

from __future__ import annotations

import re

import pytest

from ai_api.portal.installers.render import NAMES, rendered
from tests.integration.install.test_rendering import TERMS, URL
from tests.support.powershell import Script

WINDOWS = [name for name in NAMES if name.endswith(".ps1")]
THERE = {
    *("Add-Type", "ConvertFrom-Json", "Get-Date", "Get-FileHash", "Invoke-WebRequest", "New-Object"),
    *("Out-String", "Select-Object", "Start-Sleep", "Write-Host"),
    *("Copy-Item", "Join-Path", "Move-Item", "New-Item", "Remove-Item", "Test-Path"),
    *("ForEach-Object", "Get-Command", "Out-Null", "Where-Object"),
    *("icacls.exe", "tar.exe"),
}
"""What Windows PowerShell 5.1 brings, of its modules Utility, Management and Core, and Windows 10 itself."""
AUTOMATIC = {"_", "args", "erroractionpreference", "false", "home", "lastexitcode", "null", "true"}


def script(name: str) -> Script:
    return Script(rendered(name, TERMS, url=URL))


@pytest.mark.parametrize("name", WINDOWS)
def test_a_script_of_powershell_cannot_be_read(name):
    text = rendered(name, TERMS, url=URL)
    assert Script(text).faults == []
    assert "$ProviderName = 'Acme''s (AI)'" in text
    # Names after a dollar and a colon would be read as a scope.
    assert not re.search(r"\"[^\"\n]*\$(?!script:|env:)\w+:(?!:)", text)


def test_a_script_of_powershell_that_is_cut_passes_for_whole():
    text = rendered("codex.ps1", TERMS, url=URL)
    places = Script(text).brackets
    assert len(places) > 300
    for place in places:
        assert Script(text[:place] + text[place + 1 :]).faults, text[place - 40 : place + 40]


@pytest.mark.parametrize("name", WINDOWS)
def test_a_script_of_powershell_calls_what_is_not_there(name):
    functions = {each.name: each for each in script(name).functions}
    for called in script(name).calls:
        if called.name.lower() not in functions:
            assert called.name in THERE, called
        elif not called.is_spread:
            # One value too few is an empty one without a word; one too many is lost.
            assert called.values == len(functions[called.name.lower()].parameters), called


@pytest.mark.parametrize("name", WINDOWS)
def test_a_script_of_powershell_reads_what_nobody_said(name):
    said = script(name).assigned | AUTOMATIC
    assert script(name).read - said == set()


@pytest.mark.parametrize("name", WINDOWS)
def test_a_variable_of_powershell_is_another_in_capitals(name):
    """`$Model` and `$model` are one variable: a parameter that is assigned has lost what it was given."""
    for function in script(name).functions:
        assert function.assigned.isdisjoint(function.parameters), function.name


def test_the_reader_of_powershell_sees_no_difference():
    read = Script('function A($Key, $B) { $key = $B; foreach ($c in $env:D) { Say "$c $($e.f)" 1 } }\nA @args')
    (function,) = read.functions
    assert (function.name, function.parameters, function.assigned) == ("a", ("key", "b"), {"key", "c"})
    assert [(each.name, each.values, each.is_spread) for each in read.calls] == [("Say", 2, False), ("A", 1, True)]
    assert read.read - read.assigned == {"e", "args"}
    assert Script("function A { ").faults
