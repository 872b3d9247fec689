"""Every dialect over every family of providers, feature by feature: what the official SDKs show, and what the provider got."""
