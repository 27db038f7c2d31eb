"""What MySQL tells of the work that is under way: the stages of an ALTER, where they are recorded.

The consumer is off by default ("Monitoring ALTER TABLE Progress for InnoDB Tables Using Performance
Schema"). Stages that count their work, such as InnoDB's and a copy of a table, are recorded once
it is on.
"""

from __future__ import annotations

from daybreak.dialects.watching import Progress

_CAN_TELL = """
SELECT (SELECT COUNT(*) = 3
        FROM performance_schema.setup_consumers AS c
        WHERE c.enabled = 'YES'
          AND c.name IN ('global_instrumentation', 'thread_instrumentation',
                         'events_stages_current'))
   AND (SELECT COUNT(*) > 0
        FROM performance_schema.setup_instruments AS i
        WHERE i.name LIKE 'stage/innodb/alter table%' AND i.enabled = 'YES')
   AND (SELECT COUNT(*) FROM performance_schema.threads AS t) > 0
"""

# The server's estimate of InnoDB's work is of the whole ALTER, whatever its stage.
_QUERY = """
SELECT SUBSTRING_INDEX(s.event_name, '/', -1) AS phase,
       COALESCE(s.work_completed, 0) AS done,
       s.work_estimated AS total,
       'work' AS unit,
       s.event_name LIKE 'stage/innodb/%' AS whole
FROM performance_schema.threads AS t
JOIN performance_schema.events_stages_current AS s ON s.thread_id = t.thread_id
WHERE t.processlist_id = :session AND s.work_estimated > 0 AND s.end_event_id IS NULL
"""

PROGRESS = Progress(
    _CAN_TELL,
    _QUERY,
    "a user with SELECT on performance_schema.* sees it where setup_consumers has "
    "events_stages_current on",
)
