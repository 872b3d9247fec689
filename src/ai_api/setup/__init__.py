"""Setting the house up: use cases over several rooms, with several doors."""

from ai_api.setup.connect_provider import connect_provider, ensure_provider
from ai_api.setup.first_owner import create_first_owner
from ai_api.setup.import_model import (
    PriceReview,
    Review,
    apply_import,
    apply_suggested_price,
    import_model,
    link_model,
    review_import,
    review_imports,
)
from ai_api.setup.limit_subject import limit_subject
from ai_api.setup.organization import check_zone, organization_zone, schema_state, set_organization_zone
from ai_api.setup.over_limit import over_limit
from ai_api.setup.publish_model import Publication, add_route, ensure_model, publish_model, revise_route
from ai_api.setup.remove_model import remove_model
from ai_api.setup.remove_tag import remove_tag
from ai_api.setup.store import SchemaState

__all__ = [
    "PriceReview",
    "Publication",
    "Review",
    "SchemaState",
    "add_route",
    "apply_import",
    "apply_suggested_price",
    "check_zone",
    "connect_provider",
    "create_first_owner",
    "ensure_model",
    "ensure_provider",
    "import_model",
    "limit_subject",
    "link_model",
    "organization_zone",
    "over_limit",
    "publish_model",
    "remove_model",
    "remove_tag",
    "review_import",
    "review_imports",
    "revise_route",
    "schema_state",
    "set_organization_zone",
]
