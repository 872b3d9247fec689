"""Setting the house up: use cases over several rooms, with several doors."""

from ai_api.setup.attention import attention
from ai_api.setup.attention_rules import Case, Code, Finding, Severity
from ai_api.setup.audience import Audience, audience
from ai_api.setup.connect_provider import connect_provider, ensure_provider
from ai_api.setup.device_flow import (
    ASKING,
    GUESSING,
    Choice,
    Collected,
    approve_device,
    begin_device,
    choices_of,
    find_device,
    poll_device,
)
from ai_api.setup.first_owner import create_first_owner
from ai_api.setup.follow_link import Receiver, follow_link, look_at_link, make_set_up_link, set_up
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
from ai_api.setup.invite_many import BATCH, LINES_MAX, Line, Order, invite_many, read_lines
from ai_api.setup.limit_subject import limit_subject
from ai_api.setup.list_keys import KeyAtWork, KeyState, find_key_at_work, key_state, list_keys
from ai_api.setup.list_members import MemberAtWork, first_sign_in, first_sign_ins, list_members
from ai_api.setup.list_models import Health, ModelAtWork, RouteAtWork, RouteInShort, list_models, routes_at_work
from ai_api.setup.member_catalog import Facets, Mine, Offer, Wanted, count_offers, find_offer, page_offers
from ai_api.setup.name_events import About, name_events
from ai_api.setup.new_password import change_password, reset_password
from ai_api.setup.organization import (
    PORTAL_NETWORKS_MAX,
    REGISTRATION_DOMAINS_MAX,
    OrganizationChanges,
    change_organization,
    check_zone,
    clear_portal_networks,
    organization_zone,
    portal_networks,
    registration_domains,
    schema_state,
)
from ai_api.setup.over_limit import Over, over_limit, over_months
from ai_api.setup.preview_stops import Some, Stopping, Stops, preview_stops
from ai_api.setup.publish_model import Publication, add_route, ensure_model, publish_model, revise_route
from ai_api.setup.remove_model import remove_model
from ai_api.setup.remove_tag import remove_tag
from ai_api.setup.rights import Missing, grant_rights, missing_assurances
from ai_api.setup.search import FOUND_MAX, Asker, Found, search
from ai_api.setup.send_link import Post, SentLink, answer_forgotten, send_link
from ai_api.setup.service_token import issue_service_token
from ai_api.setup.stop_member import Services, change_member, disable_member
from ai_api.setup.store import JobRun, SchemaState, list_jobs, now_of_database
from ai_api.setup.store_audience import count_holders
from ai_api.setup.store_members import FirstSignIn
from ai_api.setup.store_models import Lack
from ai_api.setup.store_names import names_of, price_authors
from ai_api.setup.what_works import Touched

__all__ = [
    "ASKING",
    "BATCH",
    "FOUND_MAX",
    "GUESSING",
    "LINES_MAX",
    "PORTAL_NETWORKS_MAX",
    "REGISTRATION_DOMAINS_MAX",
    "About",
    "Asker",
    "Audience",
    "Case",
    "Choice",
    "Code",
    "Collected",
    "Facets",
    "Finding",
    "FirstSignIn",
    "Found",
    "Health",
    "JobRun",
    "KeyAtWork",
    "KeyState",
    "Lack",
    "Line",
    "MemberAtWork",
    "Mine",
    "Missing",
    "ModelAtWork",
    "Offer",
    "Order",
    "OrganizationChanges",
    "Over",
    "Post",
    "PriceReview",
    "Publication",
    "Receiver",
    "Review",
    "RouteAtWork",
    "RouteInShort",
    "SchemaState",
    "SentLink",
    "Services",
    "Severity",
    "Some",
    "Stopping",
    "Stops",
    "Touched",
    "Wanted",
    "add_route",
    "answer_forgotten",
    "apply_import",
    "apply_suggested_price",
    "approve_device",
    "attention",
    "audience",
    "begin_device",
    "change_member",
    "change_organization",
    "change_password",
    "check_zone",
    "choices_of",
    "clear_portal_networks",
    "connect_provider",
    "count_holders",
    "count_offers",
    "create_first_owner",
    "disable_member",
    "ensure_model",
    "ensure_provider",
    "find_device",
    "find_key_at_work",
    "find_offer",
    "first_sign_in",
    "first_sign_ins",
    "follow_link",
    "grant_rights",
    "import_model",
    "invite_many",
    "issue_service_token",
    "key_state",
    "limit_subject",
    "link_model",
    "list_jobs",
    "list_keys",
    "list_members",
    "list_models",
    "look_at_link",
    "make_set_up_link",
    "missing_assurances",
    "name_events",
    "names_of",
    "now_of_database",
    "organization_zone",
    "over_limit",
    "over_months",
    "page_offers",
    "poll_device",
    "portal_networks",
    "preview_stops",
    "price_authors",
    "publish_model",
    "read_lines",
    "registration_domains",
    "remove_model",
    "remove_tag",
    "reset_password",
    "review_import",
    "review_imports",
    "revise_route",
    "routes_at_work",
    "schema_state",
    "search",
    "send_link",
    "set_up",
]
