# One file of ours and a folder beside it. What had the file's name before is kept once, and comes back.

function Find-Places {
    $codex = $env:CODEX_HOME
    if (-not $codex) { $codex = Join-Path $HOME '.codex' }
    $kept = Join-Path $codex $ProviderId
    if ($kept -match '["''&^%!<>|`$]' -or -not [IO.Path]::IsPathRooted($kept)) { Fail "the folder $kept has a name that cannot be written into a configuration" }
    return @{ File = (Join-Path $codex "$ProviderId.config.toml"); Kept = $kept; Key = (Join-Path $kept 'key'); Original = (Join-Path $kept 'original.toml') }
}

function Save-Original($Places) {
    New-Item -ItemType Directory -Force -Path $Places.Kept | Out-Null
    if (Test-Path -LiteralPath "$($Places.Original).state") { return }
    if (Test-Path -LiteralPath $Places.File) { Copy-Item -LiteralPath $Places.File -Destination $Places.Original }
    Write-Text "$($Places.Original).state" 'kept'
}

function Restore-Original($Places, $DryRun) {
    if (-not (Test-Path -LiteralPath "$($Places.Original).state")) {
        Say "There is nothing to restore: $($Places.File) is your own."
    } elseif ($DryRun) {
        Say "Would put $($Places.File) back as it was, or remove it if it was not there."
        return
    } else {
        if (Test-Path -LiteralPath $Places.Original) {
            Copy-Item -LiteralPath $Places.Original -Destination $Places.File -Force
        } elseif (Test-Path -LiteralPath $Places.File) {
            Remove-Item -LiteralPath $Places.File
        }
        # A later run keeps what is there then, under this name; the first one stays under another.
        $number = 1
        while (Test-Path -LiteralPath "$($Places.Original).$number") { $number++ }
        if (Test-Path -LiteralPath $Places.Original) { Move-Item -LiteralPath $Places.Original -Destination "$($Places.Original).$number" }
        Remove-Item -LiteralPath "$($Places.Original).state"
        Say "$($Places.File) is again as it was."
    }
    if (-not $DryRun -and (Test-Path -LiteralPath $Places.Key)) {
        Remove-Item -LiteralPath $Places.Key
        Say 'The key is gone from this machine. To end it everywhere, revoke it in the portal.'
    }
}
