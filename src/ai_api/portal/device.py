"""/api/device: a program that has no browser asks for a credential, as RFC 8628 says.

Its requests are forms, and JSON as everywhere here; what it is refused in its own protocol, it is told in the words of
RFC 6749. What the portal refuses anybody, it refuses here as a problem.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, TypeVar, get_args
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError

from ai_api import devices, setup
from ai_api.core.errors import Refusal
from ai_api.devices import CLIENT_CHARACTERS_MAX, DEVICE_CHARACTERS_MAX, INTERVAL_S, LIVES, Asked, PollError
from ai_api.portal import problems
from ai_api.portal.browser import own_origin
from ai_api.portal.checks import FORM, media_type_of
from ai_api.portal.deps import Anybody, HouseDep, Transaction, visitor_of
from ai_api.portal.shapes import Moment, Strict
from ai_api.setup import Collected
from ai_api.sign_in import network_of
from ai_api.wire.envelope import Operation

Fields = TypeVar("Fields", bound=Strict)
Error = Literal[
    PollError, "invalid_request", "invalid_scope", "unsupported_grant_type", "temporarily_unavailable", "slow_down"
]

PAGE: Final = "/app/device"
GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
OPERATIONS: Final[tuple[Operation, ...]] = get_args(Operation)

_FIELDS_MAX: Final = 50
_NO_CACHE: Final = {"pragma": "no-cache"}
_SAYS: Final[dict[str, str]] = {
    "authorization_pending": "Nobody has approved this yet. Ask again after the interval.",
    "slow_down": "That was too soon. Wait five seconds longer between questions from now on.",
    "access_denied": "This was not approved, or what was approved cannot be had any more.",
    "expired_token": "The code is over. Ask for a new one.",
    "invalid_grant": "There is no such code for this client, or its credential was collected already.",
    "unsupported_grant_type": f"The grant_type here is {GRANT_TYPE}.",
}

router = APIRouter(prefix="/api/device", tags=["device"], dependencies=[Anybody])


def _one_readable_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("give printable characters only")
    return text


Readable = AfterValidator(_one_readable_line)
"""For what a member reads before they approve: nothing in it hides, or turns around, the rest."""


class AskDevice(Strict):
    """A program asks. `client_id` is what it calls itself, `device_name` where it runs: the member sees both as its claim.

    `scope` are the operations it needs, separated by spaces; absent, whatever there is.
    """

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=CLIENT_CHARACTERS_MAX), Readable]
    scope: Annotated[str, StringConstraints(max_length=200)] | None = None
    device_name: Annotated[str, StringConstraints(min_length=1, max_length=DEVICE_CHARACTERS_MAX), Readable] | None = (
        None
    )


class AskToken(Strict):
    """A program polls, with the code that it was given and the `client_id` that it asked with."""

    grant_type: Annotated[str, StringConstraints(max_length=100)]
    device_code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=CLIENT_CHARACTERS_MAX)]


class DeviceBegun(BaseModel):
    """The program keeps `device_code` and shows the others. Both codes stand in this answer alone."""

    device_code: str = Field(repr=False)
    user_code: str = Field(repr=False)
    verification_uri: str
    verification_uri_complete: str = Field(repr=False)
    expires_in: int
    interval: int


class DeviceToken(BaseModel):
    """The credential's secret as `access_token`: this answer is the only place it ever stands in.

    `expires_in` is absent where it does not expire. `models` may be called with it now, and serve all of `scope`.
    """

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"]
    expires_in: int | None = None
    scope: str
    credential_id: UUID
    name: str
    expires_at: Moment | None
    models: list[str]


class DeviceRefused(BaseModel):
    """Why a program is given nothing, as RFC 6749 and RFC 8628 name it."""

    error: Error
    error_description: str


class _NotInTheProtocol(Exception):
    """A request that its protocol does not allow, with what to answer."""

    def __init__(self, error: Error, says: str) -> None:
        super().__init__(says)
        self.error: Error = error
        self.says = says


def _answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    problem = problems.ANSWERS["4XX"]["content"]
    words = {"description": "Refused: `error` says why.", "model": DeviceRefused, "content": problem}
    return dict.fromkeys(statuses, words)


def _takes(shape: type[Strict]) -> dict[str, Any]:
    schema = {"schema": shape.model_json_schema()}
    return {"requestBody": {"required": True, "content": {"application/json": schema, FORM: schema}}}


@router.post(
    "/authorize",
    response_model=DeviceBegun,
    openapi_extra=_takes(AskDevice),
    responses=_answers(400, 429, 503),
)
async def authorize_device(request: Request, response: Response, tx: Transaction, house: HouseDep) -> Any:
    """Gives a program a code to keep, and one that a member types at `verification_uri`, both good for ten minutes."""
    try:
        asked = await _fields(request, AskDevice)
        operations = _operations_in(asked.scope)
    except _NotInTheProtocol as no:
        return _refused(no.error, no.says)
    origin = own_origin(request, house.settings.public_url)
    if origin is None:
        message = "Nobody could open the address to approve this at: set AI_API_PUBLIC_URL to the address people use."
        raise Refusal("public_url_needed", "conflict", message)
    visitor = visitor_of(request)
    who = Asked(
        client_id=asked.client_id,
        device_name=asked.device_name,
        operations=operations,
        address=visitor.address,
        network=network_of(visitor.address),
        user_agent=_printable(visitor.user_agent),
    )
    try:
        begun = await setup.begin_device(tx, who, now=house.clock.now())
    except Refusal as refusal:
        if refusal.code not in {"too_many_devices", "devices_full"}:
            raise
        error: Error = "slow_down" if refusal.kind == "limited" else "temporarily_unavailable"
        status = problems.STATUS_OF[refusal.kind]
        return _refused(error, refusal.message, status=status, retry_after_s=refusal.retry_after_s)
    user_code = devices.shown_user_code(begun.user_code)
    response.headers.update(_NO_CACHE)
    return DeviceBegun(
        device_code=begun.device_code,
        user_code=user_code,
        verification_uri=f"{origin}{PAGE}",
        verification_uri_complete=f"{origin}{PAGE}?code={user_code}",
        expires_in=int(LIVES.total_seconds()),
        interval=INTERVAL_S,
    )


@router.post(
    "/token",
    response_model=DeviceToken,
    response_model_exclude_unset=True,
    openapi_extra=_takes(AskToken),
    responses=_answers(400),
)
async def collect_device_token(request: Request, response: Response, tx: Transaction, house: HouseDep) -> Any:
    """Answers the secret of the credential that a member approved, once; or why not, or not yet."""
    try:
        asked = await _fields(request, AskToken)
    except _NotInTheProtocol as no:
        return _refused(no.error, no.says)
    if asked.grant_type != GRANT_TYPE:
        return _refused("unsupported_grant_type", _SAYS["unsupported_grant_type"])
    now = house.clock.now()
    found = await setup.poll_device(
        tx, visitor_of(request), device_code=asked.device_code, client_id=asked.client_id, now=now
    )
    if not isinstance(found, Collected):
        return _refused(found, _SAYS[found])
    response.headers.update(_NO_CACHE)
    credential = found.issued.credential
    lives = {} if credential.expires_at is None else {"expires_in": int((credential.expires_at - now).total_seconds())}
    return DeviceToken(
        access_token=found.issued.secret,
        token_type="Bearer",  # noqa: S106  -- a kind of token, and none
        scope=" ".join(found.device.operations),
        credential_id=credential.id,
        name=credential.name,
        expires_at=credential.expires_at,
        models=[each.model.slug for each in found.choices if each.fits],
        **lives,
    )


async def _fields(request: Request, shape: type[Fields]) -> Fields:
    """What a request says. Raises _NotInTheProtocol for a form that does not fit, RequestValidationError for such JSON."""
    body = await request.body()
    if media_type_of(request.headers) == FORM:
        given: Any = _form(body, known=set(shape.model_fields))
    else:
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "msg": "no JSON"}]) from None
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_context=False, include_url=False)
        if media_type_of(request.headers) == FORM:
            says = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)
            raise _NotInTheProtocol("invalid_request", says) from None
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in wrong]) from None


def _form(body: bytes, *, known: set[str]) -> dict[str, str]:
    """The parameters of a form that are known; others are ignored, and those without a value are absent (RFC 6749, 3.2)."""
    try:
        pairs = parse_qsl(body.decode(), errors="strict", max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise _NotInTheProtocol("invalid_request", "The form could not be read.") from None
    named = [(name, value) for name, value in pairs if name in known]
    if len(dict(named)) < len(named):
        raise _NotInTheProtocol("invalid_request", "Give each parameter once.")
    return dict(named)


def _operations_in(scope: str | None) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys((scope or "").split()))
    if not set(wanted) <= set(OPERATIONS):
        raise _NotInTheProtocol("invalid_scope", f"A scope is some of: {' '.join(OPERATIONS)}.")
    return wanted


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable())


def _refused(error: Error, says: str, *, status: int = 400, retry_after_s: float | None = None) -> JSONResponse:
    headers = dict(_NO_CACHE) if retry_after_s is None else {**_NO_CACHE, "retry-after": str(round(retry_after_s))}
    return JSONResponse(DeviceRefused(error=error, error_description=says).model_dump(), status, headers=headers)
