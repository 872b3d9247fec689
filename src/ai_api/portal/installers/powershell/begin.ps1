# What it was asked for, how it speaks, and how it asks the gateway. An error is thrown and never exits: whoever runs this by
# `irm ... | iex` would lose their window.

function Say($Words) { Write-Host $Words }

function Fail($Words) { throw "${ProviderId}: $Words" }

function Show-Usage {
    Say "Sets up Codex for $ProviderName ($GatewayUrl)."
    Say ''
    Say '    install | uninstall | restore   install is what happens when nothing is said; the other two take away what it wrote'
    Say '    --model NAME   the model to use        --dry-run      says what would be done, and does nothing'
    Say '    --no-check     makes no call           --no-program   does not download Codex where it is missing'
}

function Read-Arguments($Given) {
    $asked = @{ Command = $DefaultCommand; Model = ''; DryRun = $false; NoCheck = $false; NoProgram = $false; Help = $false }
    for ($i = 0; $i -lt $Given.Count; $i++) {
        switch -CaseSensitive ($Given[$i]) {
            'install' { $asked.Command = 'install' }
            'uninstall' { $asked.Command = 'restore' }
            'restore' { $asked.Command = 'restore' }
            '--dry-run' { $asked.DryRun = $true }
            '--no-check' { $asked.NoCheck = $true }
            '--no-program' { $asked.NoProgram = $true }
            '--help' { $asked.Help = $true }
            '--model' {
                $i++
                if ($i -ge $Given.Count) { Fail '--model needs a name' }
                $asked.Model = $Given[$i]
            }
            default { Fail "there is no argument $_ (--help lists them)" }
        }
    }
    if ($asked.Model -notmatch '^[A-Za-z0-9._:/@+-]*$') { Fail "a model has no such name: $($asked.Model)" }
    return $asked
}

# The answer's Status (0 where there is none), its Json, if it is some, and what it Said of a refusal. Nothing is thrown.
function Send-Request($Method, $Path, $MediaType, $Body, $Key) {
    $answer = @{ Status = 0; Json = $null; Said = 'there is no answer' }
    try {
        Add-Type -AssemblyName System.Net.Http
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        $client = New-Object System.Net.Http.HttpClient
        $client.Timeout = [TimeSpan]::FromSeconds(180)
        $request = New-Object System.Net.Http.HttpRequestMessage -ArgumentList (New-Object System.Net.Http.HttpMethod $Method), "$GatewayUrl$Path"
        if ($Key) { $request.Headers.TryAddWithoutValidation('Authorization', "Bearer $Key") | Out-Null }
        if ($Method -eq 'POST') { $request.Content = New-Object System.Net.Http.StringContent -ArgumentList $Body, ([Text.Encoding]::UTF8), $MediaType }
        $came = $client.SendAsync($request).GetAwaiter().GetResult()
        $answer.Status = [int]$came.StatusCode
        $answer.Said = "it answered with status $($answer.Status)"
        $text = $came.Content.ReadAsStringAsync().GetAwaiter().GetResult()
    } catch {
        # Whatever it was, the gateway was not reached: that is all that is done about it.
        return $answer
    }
    try { $answer.Json = ConvertFrom-Json $text } catch { return $answer }
    foreach ($words in @($answer.Json.error.message, $answer.Json.error_description, $answer.Json.detail)) {
        if ($words -is [string] -and $words) { $answer.Said = $words; break }
    }
    return $answer
}

# A file without a byte order mark, which Codex would stumble over.
function Write-Text($Path, $Text) {
    [IO.File]::WriteAllText("$Path.new", $Text, (New-Object Text.UTF8Encoding $false))
    Move-Item -LiteralPath "$Path.new" -Destination $Path -Force
}
