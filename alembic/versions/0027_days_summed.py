"""Roll-ups by day and by month, for reports over long, and which of them hold. Expand only.

A day is summed when no call of it can be open any more. Whatever is written to a roll-up of long ago all the same, by whichever
version or by hand, notes its day in the same commit: then reports read the quarters of that day, until it is summed again. The
note is a row of its own, so that nobody waits for anybody. It is written as the table's owner: a settlement must not fail
because the application has not been given a right to a new table yet.
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SCHEMA = (
    """
CREATE TABLE usage_days (
    cut TEXT NOT NULL,
    begins TIMESTAMP WITH TIME ZONE NOT NULL,
    member_id UUID,
    credential_id UUID,
    allocation_id UUID,
    model_id UUID,
    model TEXT,
    provider TEXT,
    provider_key_id UUID,
    outcome TEXT NOT NULL,
    tags JSONB,
    calls BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    cached_read_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    list_cost_nanos BIGINT NOT NULL,
    billed_cost_nanos BIGINT NOT NULL,
    unpriced_calls BIGINT NOT NULL,
    estimated_cost_nanos BIGINT NOT NULL,
    CONSTRAINT ck_usage_days_cut CHECK (cut IN ('callers', 'models', 'model_quarters', 'callers_month', 'models_month'))
)""",
    """
CREATE UNIQUE INDEX uq_usage_days_key ON usage_days
    (cut, begins, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome, tags)
    NULLS NOT DISTINCT""",
    "CREATE INDEX ix_usage_days_member ON usage_days (member_id, begins) WHERE cut = 'callers'",
    """
CREATE TABLE usage_days_ready (
    day DATE NOT NULL,
    summed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    in_month BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_usage_days_ready PRIMARY KEY (day)
)""",
    """
CREATE TABLE usage_days_stale (
    day DATE NOT NULL,
    written_by BIGINT NOT NULL,
    CONSTRAINT pk_usage_days_stale PRIMARY KEY (day, written_by)
)""",
    """
CREATE FUNCTION note_stale_usage_day() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER SET search_path = {path} AS $$
DECLARE
    stale DATE;
    this_one BIGINT := pg_current_xact_id()::text::bigint;
BEGIN
    FOREACH stale IN ARRAY ARRAY[(OLD.quarter AT TIME ZONE 'UTC')::date, (NEW.quarter AT TIME ZONE 'UTC')::date] LOOP
        IF stale IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = stale AND s.written_by = this_one)
        THEN
            INSERT INTO usage_days_stale (day, written_by) VALUES (stale, this_one);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$""",
    # Six hours before a day may be summed: a transaction that began before that is long over by then.
    """
CREATE TRIGGER note_late_usage AFTER INSERT OR UPDATE ON usage_quarters FOR EACH ROW
    WHEN (NEW.quarter < now() - interval '30 hours') EXECUTE FUNCTION note_stale_usage_day()""",
    """
CREATE TRIGGER note_lost_usage AFTER DELETE OR UPDATE OF quarter ON usage_quarters FOR EACH ROW
    WHEN (OLD.quarter < now() - interval '30 hours') EXECUTE FUNCTION note_stale_usage_day()""",
    "UPDATE schema_state SET revision = '0027'",
)


def upgrade() -> None:
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for statement in SCHEMA:
        op.execute(statement.replace("{path}", f"{schema}, pg_temp"))


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
