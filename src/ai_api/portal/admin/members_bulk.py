"""/api/admin/members/bulk: many members from a list that somebody pastes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, StringConstraints, model_validator

from ai_api import setup
from ai_api.identity import By, Role
from ai_api.portal.admin.member_links import post_of
from ai_api.portal.deps import Admin, AdminHolder, AskProof, HouseDep
from ai_api.portal.shapes import Strict
from ai_api.setup import LINES_MAX, Line, Order

router = APIRouter(prefix="/api/admin/members", tags=["members"])

CSV_CHARACTERS_MAX = 1_000_000
TAGS_MAX = 50

Checking = Annotated[bool, Query(description="Say what would become of each line, and make nobody")]


class MembersBulk(Strict):
    """A list of people, as `lines` or as the text of a `csv` file, and what all of them get.

    A line is `ana@example.com`, `Ana <ana@example.com>`, or an identifier and a name separated by a comma, a semicolon or a
    tab. `invite` makes a link for each, mailed where mail is configured.
    """

    lines: list[Annotated[str, Field(max_length=1_000)]] | None = Field(default=None, max_length=LINES_MAX)
    csv: Annotated[str, StringConstraints(max_length=CSV_CHARACTERS_MAX)] | None = None
    role: Role = "member"
    tag_ids: list[UUID] = Field(default_factory=list, max_length=TAGS_MAX)
    invite: bool = False

    @model_validator(mode="after")
    def _one_list(self) -> MembersBulk:
        if (self.lines is None) == (self.csv is None):
            raise ValueError("give either lines or csv")
        return self


class LineShown(BaseModel):
    """What became of a line: `made`, `exists` (that member was not touched), or `wrong`, for the reason in `code` and `detail`.

    `url` is the invitation, shown this once; `mailed` whether a letter with it is on its way.
    """

    line: int
    identifier: str
    display_name: str
    result: Literal["made", "exists", "wrong"]
    member_id: UUID | None
    code: str | None
    detail: str | None
    url: str | None
    expires_at: datetime | None
    mailed: bool


class BulkShown(BaseModel):
    """What became of the list, line by line. With `dry_run` nobody was made."""

    dry_run: bool
    made: int
    exists: int
    wrong: int
    lines: list[LineShown]


@router.post("/bulk")
async def create_members(
    body: MembersBulk,
    *,
    request: Request,
    actor: Admin,
    holder: AdminHolder,
    ask_proof: AskProof,
    house: HouseDep,
    dry_run: Checking = False,
) -> BulkShown:
    """Makes a member of each line that can be one, up to 5,000. A line is done whole or not at all, whatever the others are.

    Another role than `member`, and `invite`, ask a session for a fresh proof.
    """
    if body.role != "member" or body.invite:
        ask_proof()
    results = await setup.invite_many(
        house.database,
        actor,
        setup.read_lines(body.csv if body.csv is not None else "\n".join(body.lines or [])),
        Order(role=body.role, tag_ids=tuple(dict.fromkeys(body.tag_ids)), invite=body.invite),
        by=By(holder.member_id, holder.role),
        post=post_of(request, house),
        now=house.clock.now(),
        dry_run=dry_run,
    )
    counts = {result: sum(line.result == result for line in results) for result in ("made", "exists", "wrong")}
    return BulkShown(dry_run=dry_run, lines=[_shown(line) for line in results], **counts)


def _shown(line: Line) -> LineShown:
    return LineShown(
        line=line.number,
        identifier=line.identifier,
        display_name=line.display_name,
        result=line.result,
        member_id=line.member_id,
        code=line.problem.code if line.problem else None,
        detail=line.problem.message if line.problem else None,
        url=line.sent.url if line.sent else None,
        expires_at=line.sent.link.expires_at if line.sent else None,
        mailed=line.sent.mailed if line.sent else False,
    )
