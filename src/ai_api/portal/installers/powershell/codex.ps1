# Codex on Windows: a file of its own that Codex lays over the user's configuration when it is asked to (`codex -p`). No file of
# the user's is edited.

function Find-Program {
    $found = Get-Command codex -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($found) { return $found.Source }
    return ''
}

function Get-Pin {
    $platform = 'win32-x64'
    if ($env:PROCESSOR_ARCHITECTURE -eq 'ARM64' -or $env:PROCESSOR_ARCHITEW6432 -eq 'ARM64') { $platform = 'win32-arm64' }
    return $Pins[$platform]
}

function Install-Program($Places) {
    $pin = Get-Pin
    $packed = Join-Path $Places.Kept 'program.tgz'
    $folder = Join-Path $Places.Kept 'program'
    $program = Join-Path $folder $pin.program
    if (Test-Path -LiteralPath $program) { return $program }
    Say "Downloading Codex $PinVersion from $NpmRegistry"
    try {
        Invoke-WebRequest -UseBasicParsing -Uri "$NpmRegistry/$($pin.file)" -OutFile $packed
    } catch {
        Fail "Codex cannot be downloaded from $NpmRegistry. Your configuration was not changed."
    }
    try {
        $came = (Get-FileHash -LiteralPath $packed -Algorithm SHA512).Hash
        if ($came -ne $pin.sha512) { Fail "what came from $NpmRegistry is not Codex $PinVersion as it was tested. Your configuration was not changed." }
        New-Item -ItemType Directory -Force -Path $folder | Out-Null
        & tar.exe -xzf $packed -C $folder
        if ($LASTEXITCODE -ne 0 -or -not (Test-Path -LiteralPath $program)) { Fail 'Codex cannot be unpacked. Your configuration was not changed.' }
    } finally {
        Remove-Item -LiteralPath $packed
    }
    Say "Codex $PinVersion is now $program (add its folder to your PATH)"
    return $program
}

# The names that this release knows, the one it prefers first.
function Get-Catalog($Program) {
    if (-not $Program) { return @() }
    try {
        $text = & $Program debug models --bundled 2>$null | Out-String
        return @((ConvertFrom-Json $text).models | ForEach-Object { $_.slug })
    } catch {
        # One that cannot say is used with whole names, which the gateway knows.
        return @()
    }
}

function Select-Model($Key, $Program, $Wanted) {
    $answer = Send-Request 'GET' '/v1/models' '' '' $Key
    if ($answer.Status -ne 200) { Fail "the models that may be called cannot be asked for: $($answer.Said). Your configuration was not changed." }
    $all = @($answer.Json.data | Where-Object { $_.id -match '^[A-Za-z0-9._:/@+-]+$' })
    $fitting = @($all | Where-Object { $_.operations -contains 'responses' }) + @($all | Where-Object { $_.operations -contains 'chat' -and $_.operations -notcontains 'responses' })
    if ($fitting.Count -eq 0) { Fail "you may call no model that works with Codex. Claim one in the portal ($GatewayUrl/app/), and run this again." }
    $names = @($fitting | ForEach-Object { $_.id })
    $short = @{}
    foreach ($each in $all) {
        $bare = $each.id -replace '^[^/]*/', ''
        if ($short.ContainsKey($bare)) { $short[$bare] = '' } else { $short[$bare] = $each.id }
    }
    $catalog = @(Get-Catalog $Program)
    if ($Wanted) {
        if ($names -ccontains $Wanted) { $names = @($Wanted) }
        elseif ($short[$Wanted] -and $names -ccontains $short[$Wanted]) { $names = @($short[$Wanted]) }
        else { Fail "$Wanted is not one of these: $($names -join ', '). Your configuration was not changed." }
    }
    foreach ($known in $catalog) {
        if ($short[$known] -and $names -ccontains $short[$known]) { return $known }
    }
    return $names[0]
}

function Get-Configuration($Places, $Model) {
    $key = $Places.Key -replace '\\', '\\'
    return @(
        "# $ProviderName for Codex: codex -p $ProviderId",
        "model = `"$Model`"",
        "model_provider = `"$ProviderId`"",
        "[model_providers.$ProviderId]",
        "name = `"$ProviderName`"",
        "base_url = `"$GatewayUrl/v1`"",
        'wire_api = "responses"',
        "[model_providers.$ProviderId.auth]",
        'command = "cmd"',
        "args = [`"/d`", `"/c`", `"type`", `"$key`"]",
        ''
    ) -join "`n"
}

function Install-Client($Asked, $Places) {
    $program = Find-Program
    if ($Asked.DryRun) {
        if (-not $program -and -not $Asked.NoProgram) { Say "Would download Codex $PinVersion, which is not installed." }
        Say "Would ask you to approve this machine at $GatewayUrl/app/device unless $($Places.Key) works, and write $($Places.File):"
        Say (Get-Configuration $Places 'the-model-that-is-chosen')
        return
    }
    $alive = Send-Request 'GET' '/healthz' '' '' ''
    if ($alive.Status -ne 200) { Fail "$GatewayUrl does not answer (status $($alive.Status)). Are you on the right network? Nothing was changed." }
    $key = Get-Key $Places
    if (-not $program -and -not $Asked.NoProgram) { $program = Install-Program $Places }
    $model = Select-Model $key $program $Asked.Model
    if (-not $Asked.NoCheck) {
        $body = "{`"model`":`"$model`",`"input`":`"Say hello.`",`"max_output_tokens`":64,`"store`":false}"
        $answer = Send-Request 'POST' '/v1/responses' 'application/json' $body $key
        if ($answer.Status -ne 200) { Fail "a call of $model was refused: $($answer.Said). Your configuration was not changed. The key is kept: run this again when that is repaired." }
        Say "A call of $model was answered."
    }
    Save-Original $Places
    Write-Text $Places.File (Get-Configuration $Places $model)
    Say "$($Places.File) leads to $ProviderName, with $model. Try it:  codex -p $ProviderId exec `"Say hello`""
}

function Main($Given) {
    $asked = Read-Arguments @($Given)
    if ($asked.Help) { Show-Usage; return }
    $places = Find-Places
    if ($asked.Command -eq 'install') { Install-Client $asked $places } else { Restore-Original $places $asked.DryRun }
}
