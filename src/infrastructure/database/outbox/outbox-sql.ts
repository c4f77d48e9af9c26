/**
 * Takes due events that no other process is taking. Those that are the first of their aggregate are leased; the others look
 * again later, so that a long queue behind a failing event is not read at each poll. `due_at` is the end of a lease, the time
 * of the next attempt, or the time to look again.
 */
export const claimDue = `
  WITH due AS (
    SELECT position, aggregate_type, aggregate_id FROM outbox_events
     WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
  ), taken AS (
    SELECT position, NOT EXISTS (
             SELECT FROM outbox_events AS earlier
              WHERE earlier.aggregate_type = due.aggregate_type AND earlier.aggregate_id = due.aggregate_id
                AND earlier.position < due.position
           ) AS is_first
      FROM due
  )
  UPDATE outbox_events AS event
     SET claims = event.claims + taken.is_first::integer,
         due_at = now() + CASE
           WHEN taken.is_first THEN $2 * interval '1 ms'
           ELSE least(greatest((now() - event.stored_at) / 10, interval '1 s'), interval '5 min')
         END
    FROM taken WHERE event.position = taken.position
  RETURNING taken.is_first, event.position, event.id, event.type, event.aggregate_type, event.aggregate_id,
            event.occurred_at, event.data, event.claims`;

/** Deletes what was sent, and makes the next event of each aggregate due. */
export const deleteSent = `
  WITH sent AS (
    DELETE FROM outbox_events WHERE position = ANY ($1::bigint[]) RETURNING position, aggregate_type, aggregate_id
  )
  UPDATE outbox_events AS next SET due_at = now()
    FROM sent
   WHERE next.dead_at IS NULL
     AND next.position = (
           SELECT min(later.position) FROM outbox_events AS later
            WHERE later.aggregate_type = sent.aggregate_type AND later.aggregate_id = sent.aggregate_id
              AND later.position > sent.position
         )`;

/** Sets the time of the next attempt: twice as late each time, up to ten minutes, and at random within a quarter of that. */
export const rescheduleFailed = `
  UPDATE outbox_events AS event
     SET failures = event.failures + 1,
         last_error = failed.error,
         dead_at = CASE WHEN event.failures + 1 >= $4 THEN now() END,
         due_at = CASE
           WHEN event.failures + 1 >= $4 THEN 'infinity'
           ELSE now() + least($5 * 2 ^ least(event.failures, 30), 600000) * (0.75 + random() / 2) * interval '1 ms'
         END
    FROM unnest($1::bigint[], $2::integer[], $3::text[]) AS failed (position, claims, error)
   WHERE event.position = failed.position AND event.claims = failed.claims
  RETURNING event.id, event.failures, event.dead_at IS NOT NULL AS dead`;

/** Counts no further than a scrape needs. The oldest is found at the start of the primary key. */
export const selectState = `
  SELECT counted.all - dead.count AS pending, dead.count AS dead,
         coalesce((SELECT extract(epoch FROM clock_timestamp() - stored_at)::float8 FROM outbox_events
                    WHERE dead_at IS NULL ORDER BY position LIMIT 1), 0) AS "oldestAgeSeconds"
    FROM (SELECT count(*)::integer AS all FROM (SELECT FROM outbox_events LIMIT 100000) AS found) AS counted,
         (SELECT count(*)::integer AS count FROM (SELECT FROM outbox_events WHERE due_at = 'infinity' LIMIT 100000) AS found)
         AS dead`;
