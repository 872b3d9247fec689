"""Real clients and the real model against a gateway that `ai-api up` started."""
