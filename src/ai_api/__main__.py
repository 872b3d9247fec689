"""`python -m ai_api` is `ai-api`."""

from ai_api.cli import main

main()
