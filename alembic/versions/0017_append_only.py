"""Audit events are chained by hashes in the order of their commits; they and call records are only ever added. Expand only.

What has to be done as the tables' owner is done by functions, so that the application may work as a role that has no right
to change what was written.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What a replica that was only cut off knows better than the worker that wrote the record in its place.
_CORRECTED = (
    "first_byte_at",
    "finished_at",
    "upstream_model",
    "provider",
    "provider_key_id",
    "route_id",
    "attempts",
    "outcome",
    "upstream_status",
    "finish_reason",
    "input_tokens",
    "cached_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "unit",
    "quantity",
    "usage_source",
    "service_tier",
    "price_version_id",
    "list_cost_nanos",
    "billed_cost_nanos",
    "overrun_nanos",
    "bookings",
    "upstream_request_id",
)

_CHAIN = (
    """
CREATE TABLE audit_chain (
    seq BIGINT NOT NULL,
    event_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_audit_chain PRIMARY KEY (seq),
    CONSTRAINT uq_audit_chain_event_id UNIQUE (event_id),
    CONSTRAINT fk_audit_chain_event_id_audit_events FOREIGN KEY(event_id) REFERENCES audit_events (id) ON DELETE RESTRICT
)""",
    # The same text is made by ai_api.audit.rules.sealed_text: who changes one changes the other, for new events only.
    """
CREATE FUNCTION audit_sealed_text(place BIGINT, previous BYTEA, e audit_events) RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        place::text, encode(previous, 'hex'), e.id::text, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        e.actor_kind, e.actor_member_id::text, e.actor_name, e.address, e.action, e.target_kind, e.target_id::text,
        e.before::text, e.after::text, e.request_id
    )::text
$$""",
    """
CREATE FUNCTION audit_seal(e audit_events) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    place BIGINT;
    previous BYTEA;
BEGIN
    -- One commit at a time, from here until it is visible to the next: so the order of the chain is that of the commits.
    PERFORM pg_advisory_xact_lock(418581342580);
    SELECT c.seq, c.hash INTO place, previous FROM audit_chain c ORDER BY c.seq DESC LIMIT 1;
    place := coalesce(place, 0) + 1;
    previous := coalesce(previous, decode(repeat('00', 32), 'hex'));
    INSERT INTO audit_chain (seq, event_id, hash)
    VALUES (place, e.id, sha256(convert_to(audit_sealed_text(place, previous, e), 'UTF8')));
END
$$""",
    # As the tables' owner, so that the application needs no right to write the chain.
    """
CREATE FUNCTION audit_seal_new() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER SET search_path = {path} AS $$
BEGIN
    PERFORM audit_seal(NEW);
    RETURN NULL;
END
$$""",
    """
CREATE FUNCTION refuse_to_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$""",
    # What was there before is chained by its ids, which are times.
    """
DO $$
DECLARE
    e audit_events;
BEGIN
    FOR e IN SELECT * FROM audit_events ORDER BY id LOOP
        PERFORM audit_seal(e);
    END LOOP;
END
$$""",
    """
CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON audit_events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_seal_new()""",
    """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()""",
    """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()""",
    """
CREATE TRIGGER only_sealed BEFORE INSERT ON audit_chain
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_to_change()""",
)

_LEDGER = (
    f"""
CREATE FUNCTION refuse_to_change_record() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    may_change TEXT[] := ARRAY['details', {", ".join(f"'{name}'" for name in _CORRECTED)}];
BEGIN
    -- The one change there is: a record that was swept is corrected, once.
    IF TG_OP = 'UPDATE' AND OLD.swept AND NOT OLD.details ? 'corrected' AND NEW.details ? 'corrected'
        AND to_jsonb(OLD) - may_change = to_jsonb(NEW) - may_change
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$""",
    """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON call_records
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_record()""",
    """
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON call_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()""",
    # Locks and changes the records that may be corrected, by their ids, and gives them as they were before.
    f"""
CREATE FUNCTION correct_call_records(given JSONB) RETURNS SETOF call_records
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{path}} AS $$
DECLARE
    before call_records;
BEGIN
    FOR before IN
        SELECT r.* FROM call_records r
        WHERE r.call_id = ANY(ARRAY(SELECT (g->>'call_id')::uuid FROM jsonb_array_elements(given) g))
            AND r.swept AND NOT r.details ? 'corrected'
        ORDER BY r.call_id FOR UPDATE
    LOOP
        UPDATE call_records r
        SET details = g.details || '{{"corrected": true}}', {", ".join(f"{name} = g.{name}" for name in _CORRECTED)}
        FROM jsonb_populate_recordset(NULL::call_records, given) g
        WHERE r.call_id = before.call_id AND g.call_id = before.call_id;
        RETURN NEXT before;
    END LOOP;
END
$$""",  # noqa: S608  -- the names are the constants above
    # Made detached and then attached under a short lock timeout: in place it would wait behind every open statement, and
    # block the inserts behind itself.
    """
CREATE FUNCTION make_ledger_partition(name TEXT, lower_id UUID, upper_id UUID) RETURNS VOID
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {path} SET lock_timeout = '2s' AS $$
BEGIN
    IF name !~ '^call_records_[0-9]{4}_[0-9]{2}$' THEN
        RAISE EXCEPTION 'no month''s partition is called %', name USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE call_records INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()', name);
    EXECUTE format('ALTER TABLE call_records ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, lower_id, upper_id);
END
$$""",
    # Every partition there is, the default one too; those to come are made with it.
    """
DO $$
DECLARE
    part REGCLASS;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'call_records'::regclass LOOP
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()', part);
    END LOOP;
END
$$""",
    "REVOKE ALL ON FUNCTION audit_seal(audit_events) FROM PUBLIC",
    "REVOKE ALL ON FUNCTION correct_call_records(JSONB) FROM PUBLIC",
    "REVOKE ALL ON FUNCTION make_ledger_partition(TEXT, UUID, UUID) FROM PUBLIC",
)


def upgrade() -> None:
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for statement in (*_CHAIN, *_LEDGER):
        # Temporary tables last: nobody may put one of their own in the place of the chain.
        op.execute(statement.replace("{path}", f"{schema}, pg_temp"))
    op.execute("UPDATE schema_state SET revision = '0017'")


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
