// Written by `npm run apps` from docs/how-to and docs/reference/clients.md. Do not change by hand.

export const GUIDES = {
  "codex": [
    {
      "file": "~/.codex/config.toml",
      "text": "model = \"{{model}}\"\nmodel_provider = \"ai-api\"\n\n[model_providers.ai-api]\nname = \"ai-api\"\nbase_url = \"{{origin}}/v1\"\nenv_key = \"GATEWAY_KEY\"\nwire_api = \"responses\""
    },
    {
      "file": null,
      "text": "export GATEWAY_KEY={{key}}\ncodex exec \"Say hello\""
    }
  ],
  "claude-code": [
    {
      "file": null,
      "text": "export ANTHROPIC_BASE_URL={{origin}}\nexport ANTHROPIC_AUTH_TOKEN={{key}}\nclaude --model {{model}}"
    }
  ],
  "gemini-cli": [
    {
      "file": "~/.gemini/settings.json",
      "text": "{\"security\": {\"auth\": {\"selectedType\": \"gemini-api-key\"}}}"
    },
    {
      "file": null,
      "text": "export GOOGLE_GEMINI_BASE_URL={{origin}}\nexport GEMINI_API_KEY={{key}}\ngemini -m {{model}} -p \"Say hello\""
    }
  ],
  "opencode": [
    {
      "file": "~/.config/opencode/opencode.json",
      "text": "{\n  \"model\": \"gateway/{{model}}\",\n  \"small_model\": \"gateway/{{model}}\",\n  \"provider\": {\n    \"gateway\": {\n      \"npm\": \"@ai-sdk/openai-compatible\",\n      \"name\": \"Gateway\",\n      \"options\": {\"baseURL\": \"{{origin}}/v1\", \"apiKey\": \"{env:GATEWAY_KEY}\"},\n      \"models\": {\"{{model}}\": {\"name\": \"{{name}}\"}}\n    }\n  }\n}"
    },
    {
      "file": null,
      "text": "export GATEWAY_KEY={{key}}\nopencode run \"Say hello\""
    }
  ],
  "copilot": [
    {
      "file": null,
      "text": "export COPILOT_PROVIDER_BASE_URL={{origin}}/v1\nexport COPILOT_PROVIDER_API_KEY={{key}}\nexport COPILOT_MODEL={{model}}\nexport COPILOT_OFFLINE=true\ncopilot -p \"Say hello\""
    },
    {
      "file": "chatLanguageModels.json",
      "text": "[\n  {\n    \"name\": \"ai-api\",\n    \"vendor\": \"customendpoint\",\n    \"apiKey\": \"${input:aiApiKey}\",\n    \"apiType\": \"chat-completions\",\n    \"models\": [\n      {\n        \"id\": \"{{model}}\",\n        \"name\": \"{{name}}\",\n        \"url\": \"{{origin}}/v1/chat/completions\",\n        \"toolCalling\": true,\n        \"vision\": {{vision}},\n        \"maxInputTokens\": {{input_max}},\n        \"maxOutputTokens\": {{output_max}}\n      }\n    ]\n  }\n]"
    }
  ],
  "continue": [
    {
      "file": "~/.continue/config.yaml",
      "text": "name: ai-api\nversion: 1.0.0\nschema: v1\nmodels:\n  - name: {{name}}\n    provider: openai\n    model: {{model}}\n    apiBase: {{origin}}/v1\n    apiKey: ${{ secrets.AI_API_KEY }}\n    roles: [chat, edit, apply]\n    capabilities: [tool_use]"
    },
    {
      "file": "~/.continue/.env",
      "text": "AI_API_KEY={{key}}"
    },
    {
      "file": null,
      "text": "npm install -g @continuedev/cli\ncn -p \"Say hello\""
    }
  ],
  "open-webui": [
    {
      "file": null,
      "text": "export OPENAI_API_BASE_URL={{origin}}/v1\nexport OPENAI_API_KEY={{key}}\nopen-webui serve --port 3000"
    },
    {
      "file": null,
      "text": "docker run -p 3000:8080 --add-host=host.docker.internal:host-gateway \\\n  -e OPENAI_API_BASE_URL={{container}}/v1 -e OPENAI_API_KEY={{key}} \\\n  -v open-webui:/app/backend/data ghcr.io/open-webui/open-webui:main"
    }
  ]
} as const;

/** Lines that set a tool up by themselves, by app; the second of each undoes the first. */
export const INSTALL_LINES = {
  "codex": [
    {
      "system": "unix",
      "install": "curl -fsSL {{origin}}/install/codex.sh | sh",
      "undo": "curl -fsSL {{origin}}/install/codex-restore.sh | sh"
    },
    {
      "system": "windows",
      "install": "irm {{origin}}/install/codex.ps1 | iex",
      "undo": "irm {{origin}}/install/codex-restore.ps1 | iex"
    }
  ],
  "claude-code": [
    {
      "system": "unix",
      "install": "curl -fsSL {{origin}}/install/claude-code.sh | sh",
      "undo": "curl -fsSL {{origin}}/install/claude-code-restore.sh | sh"
    }
  ],
  "gemini-cli": [
    {
      "system": "unix",
      "install": "curl -fsSL {{origin}}/install/gemini.sh | sh",
      "undo": "curl -fsSL {{origin}}/install/gemini-restore.sh | sh"
    }
  ],
  "opencode": [
    {
      "system": "unix",
      "install": "curl -fsSL {{origin}}/install/opencode.sh | sh",
      "undo": "curl -fsSL {{origin}}/install/opencode-restore.sh | sh"
    }
  ]
} as const;

/** What was run against a gateway of this version, and when. */
export const TESTED = {
  "on": "2026-11-23",
  "versions": {
    "codex": "0.169.0",
    "claude-code": "2.1.197",
    "gemini-cli": "0.61.0",
    "opencode": "1.18.18",
    "python": "2.54.0"
  }
} as const;
