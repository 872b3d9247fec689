"""What the portal is given."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from ai_api.app.ground import Ground
from ai_api.portal.house import ConfiguredSetting, House, PortalSettings
from ai_api.portal.installers.render import InstallerTerms
from ai_api.quotas import Terms
from ai_api.settings import Oidc, Settings, settings_in_force
from ai_api.sign_in import OidcProvider, SessionTerms


def house_of(settings: Settings, ground: Ground) -> House:
    """The portal's house: what it stands on, and the settings it goes by."""
    return House(
        database=ground.pools.database,
        reports=ground.pools.reports,
        ring=settings.ring(),
        egress=ground.egress,
        clock=ground.clock,
        learn=ground.redactor.learn,
        settings=portal_settings(settings),
    )


def portal_settings(settings: Settings) -> PortalSettings:
    """The settings that the portal answers by."""
    return PortalSettings(
        organization_zone=settings.organization_zone,
        credential_prefix=settings.credentials.prefix,
        credential_ttl_days=settings.credentials.ttl_days,
        credential_limits=tuple(Terms(*each) for each in settings.credential_limits),
        public_url=settings.public_url,
        installers=InstallerTerms(
            provider_id=settings.install.provider_id,
            provider_name=settings.install.provider_name,
            npm_registry=settings.install.npm_registry,
        ),
        sends_mail=settings.smtp.host is not None,
        trusted_proxies=settings.listen.proxies(),
        sessions=SessionTerms(
            idle=timedelta(minutes=settings.sessions.idle_minutes),
            absolute=timedelta(hours=settings.sessions.absolute_hours),
        ),
        oidc=tuple(_oidc_provider(name, each) for name, each in settings.oidc.items()),
        configured=tuple(ConfiguredSetting(**asdict(each)) for each in settings_in_force(settings)),
    )


def _oidc_provider(name: str, settings: Oidc) -> OidcProvider:
    secret = settings.client_secret
    return OidcProvider(
        name=name,
        label=settings.label or ("Google" if settings.preset == "google" else name),
        issuer=settings.issuer_in_use,
        client_id=settings.client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        preset=settings.preset,
        scopes=settings.scopes,
        identifier_claim=settings.identifier_claim,
        name_claim=settings.name_claim,
        domains=settings.domains,
        private_network=settings.private_network,
    )
