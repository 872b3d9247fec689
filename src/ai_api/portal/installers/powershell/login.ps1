# A key for this machine (RFC 8628): the gateway shows a code, a member approves it in the portal, the key is collected once.

function Get-Key($Places) {
    if (Test-Path -LiteralPath $Places.Key) {
        $key = ([IO.File]::ReadAllText($Places.Key)).Trim()
        $known = Send-Request 'GET' '/v1/key' '' '' $key
        if ($known.Status -eq 200) { return $key }
        if ($known.Status -ne 401 -and $known.Status -ne 403) { Fail "the key in $($Places.Key) cannot be checked: $($known.Said). Nothing was changed." }
    }
    $key = Wait-Approval (Start-Device)
    New-Item -ItemType Directory -Force -Path $Places.Kept | Out-Null
    Write-Text $Places.Key ''
    $me = [Security.Principal.WindowsIdentity]::GetCurrent().Name
    & icacls.exe $Places.Key /inheritance:r /grant:r "${me}:(R,W,D)" | Out-Null
    if ($LASTEXITCODE -ne 0) { Fail "$($Places.Key) cannot be kept from others. Nothing was changed." }
    [IO.File]::WriteAllText($Places.Key, "$key`n", (New-Object Text.UTF8Encoding $false))
    return $key
}

function Start-Device {
    $machine = $env:COMPUTERNAME -replace '[^A-Za-z0-9._-]', ''
    if (-not $machine) { $machine = 'computer' }
    $answer = Send-Request 'POST' '/api/device/authorize' 'application/x-www-form-urlencoded' "client_id=Codex&device_name=$machine" ''
    $code = $answer.Json
    if ($answer.Status -ne 200 -or $code.verification_uri -notmatch '^https?://' -or $code.device_code -notmatch '^[A-Za-z0-9._~-]+$') {
        Fail "no key can be asked for now: $($answer.Said). Nothing was changed."
    }
    Say ''
    Say "Approve this machine. Open   $($code.verification_uri)"
    Say "and enter the code           $($code.user_code)"
    Say ''
    return $code
}

function Wait-Approval($Code) {
    $every = 5
    if ($Code.interval) { $every = [int]$Code.interval }
    $until = (Get-Date).AddSeconds([int]$Code.expires_in)
    $form = "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=$($Code.device_code)&client_id=Codex"
    while ((Get-Date) -lt $until) {
        Start-Sleep -Seconds $every
        $answer = Send-Request 'POST' '/api/device/token' 'application/x-www-form-urlencoded' $form ''
        if ($answer.Status -eq 200 -and $answer.Json.access_token -match '^[A-Za-z0-9._~-]+$') { return $answer.Json.access_token }
        if ($answer.Status -eq 0 -or $answer.Status -eq 429 -or $answer.Status -ge 500) { continue }
        switch ($answer.Json.error) {
            'authorization_pending' { }
            'slow_down' { $every += 5 }
            'access_denied' { Fail 'it was denied in the portal. Nothing was changed.' }
            'expired_token' { $until = Get-Date }
            default { Fail "the key cannot be collected: $($answer.Said). Nothing was changed." }
        }
    }
    Fail 'the code was not approved in time. Nothing was changed; run this again for a new one.'
}
