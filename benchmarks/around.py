"""What gathers around cases over the years and no synthetic opinion brings along: notices, escalations, problems,
notes … in proportion to the opinions, so that lists of them are as long as a district's would be."""

from pathlib import Path

import psycopg2

# Who coordinates at the desk of an opinion.
_DESKS = """
CREATE TEMPORARY TABLE desks AS
SELECT region_id, min(cadre_id) AS cadre_id FROM villages_post
WHERE role = 'coordinator' AND until IS NULL GROUP BY 1
"""
_NOTICES = """
INSERT INTO grievances_notice (cadre_id, kind, key, event_id, opinion_id, address, made_at, seen_at)
SELECT o.person_id, 'step', 'event:' || e.id, e.id, o.id, '', e.recorded_at,
    CASE WHEN e.recorded_at < now() - interval '3 days' THEN e.recorded_at END
FROM grievances_event e JOIN grievances_opinion o ON o.id = e.opinion_id
WHERE e.verb = 'record' AND o.person_id IS NOT NULL ON CONFLICT DO NOTHING
"""
_DELIVERIES = """
INSERT INTO grievances_delivery
    (channel, how, state, attempts, made_at, next_at, sent_at, error, cadre_id, notice_id)
SELECT 'mail', 'at_once', 'sent', 1, made_at, made_at, made_at, '', cadre_id, id
FROM grievances_notice WHERE id % 4 = 0
"""
_ESCALATIONS = """
INSERT INTO grievances_escalation (opinion_id, rule_id, round, due_at, at)
SELECT id, (SELECT min(id) FROM grievances_escalationrule), 1,
    recorded_at + interval '60 days', recorded_at + interval '60 days'
FROM grievances_opinion WHERE id % 5 = 0 AND unit_id IS NOT NULL
"""
_REACHES = """
INSERT INTO grievances_reach (escalation_id, cadre_id, day)
SELECT e.id, whom.cadre_id, e.at::date
FROM grievances_escalation e JOIN grievances_opinion o ON o.id = e.opinion_id
LEFT JOIN desks ON desks.region_id = o.desk_id
CROSS JOIN LATERAL (VALUES (o.person_id), (desks.cadre_id)) whom (cadre_id)
WHERE whom.cadre_id IS NOT NULL ON CONFLICT DO NOTHING
"""
_PROBLEMS = """
INSERT INTO grievances_commonproblem (key, title, description, plan, accused, version, opened_at, closed_at,
    campaign_id, category_id, opened_by_id, person_id, region_id, unit_id)
SELECT gen_random_uuid(), 'bench:' || o.id, '路灯不亮', '统一更换', '', 1, o.recorded_at,
    CASE WHEN o.recorded_at < now() - interval '60 days' THEN o.recorded_at + interval '60 days' END,
    o.campaign_id, o.category_id, desks.cadre_id, o.person_id, left(o.region_id, 12), o.unit_id
FROM grievances_opinion o JOIN desks ON desks.region_id = o.desk_id
WHERE o.id % 50 = 0 AND NOT o.accusing
"""
_MEMBERSHIPS = """
INSERT INTO grievances_problemmembership
    (problem_id, opinion_id, joined_at, joined_by_id, reason, left_reason)
SELECT p.id, o.id, o.recorded_at, p.opened_by_id, '', ''
FROM grievances_commonproblem p JOIN grievances_opinion o
    ON o.id BETWEEN split_part(p.title, ':', 2)::bigint AND split_part(p.title, ':', 2)::bigint + 49
    AND o.unit_id = p.unit_id
WHERE NOT o.accusing
"""
_IN_A_PROBLEM = """
UPDATE grievances_opinion o SET problem_id = m.problem_id
FROM grievances_problemmembership m WHERE m.opinion_id = o.id AND m.left_at IS NULL
"""
_NOTES = """
INSERT INTO grievances_note (kind, at, text, told, key, by_id, opinion_id, unit_id)
SELECT 'note', recorded_at, '请一并核实', '{}', gen_random_uuid(), person_id, id, unit_id
FROM grievances_opinion WHERE id % 10 = 0 AND person_id IS NOT NULL
"""
_ASSISTING = """
INSERT INTO grievances_assistingunit (added_at, unit_id, opinion_id)
SELECT recorded_at, (SELECT id FROM villages_unit u WHERE u.id > o.unit_id ORDER BY id LIMIT 1), id
FROM grievances_opinion o
WHERE id % 20 = 0 AND unit_id < (SELECT max(id) FROM villages_unit) AND NOT accusing
"""
_UNDECIDED = """
INSERT INTO grievances_undecidedvisit (key, received_on, said_at, phone_said_at, content, digest, reasons,
    opinions, accused, state, decided_at, remark, author_id, decided_by_id, region_id)
SELECT gen_random_uuid(), v.said_at::date, v.said_at, v.said_at, '', '', '{village}', 1, '{}',
    CASE WHEN old THEN 'written' ELSE 'waits' END, CASE WHEN old THEN v.recorded_at END, '',
    v.recorded_by_id, CASE WHEN old THEN v.recorded_by_id END, left(v.region_id, 12)
FROM grievances_visit v CROSS JOIN LATERAL (SELECT v.said_at < now() - interval '5 days' AS old) is_old
WHERE v.id % 50 = 0 AND v.recorded_by_id IS NOT NULL
"""
_PHONES = """
INSERT INTO grievances_phone (key, label, enrolled_at, contact_on, session, ended_at, cadre_id, ended_by_id)
SELECT gen_random_uuid(), 'bench', v.said_at, v.said_at::date, '', v.said_at + interval '90 days',
    v.recorded_by_id, v.recorded_by_id
FROM grievances_visit v WHERE v.id % 500 = 0 AND v.recorded_by_id IS NOT NULL
"""
_ORDERS = """
INSERT INTO grievances_bulkorder (key, verb, arguments, digest, made_at, by_id)
SELECT gen_random_uuid(), 'assign', '{}', '', o.recorded_at, desks.cadre_id
FROM grievances_opinion o JOIN desks ON desks.region_id = o.desk_id WHERE o.id % 100 = 0
"""
_ITEMS = """
INSERT INTO grievances_bulkitem (version, result, reasons, arguments, done_at, opinion_id, order_id)
SELECT 1, 'done', '[]', '{}', b.made_at, o.id, b.id
FROM grievances_bulkorder b JOIN LATERAL (
    SELECT id FROM grievances_opinion o WHERE o.recorded_at <= b.made_at ORDER BY o.recorded_at DESC LIMIT 10
) o ON true
"""
_ABSENCES = """
INSERT INTO villages_absence (since, until, note, cadre_id, set_by_id, substitute_id)
SELECT o.recorded_at::date - 6, o.recorded_at::date - 2, '', o.person_id, o.person_id,
    (SELECT id FROM villages_cadre c WHERE c.id <> o.person_id ORDER BY id LIMIT 1)
FROM grievances_opinion o
WHERE o.id % 500 = 0 AND o.person_id IS NOT NULL AND o.recorded_at < now() - interval '30 days'
ON CONFLICT DO NOTHING
"""
_LISTS = """
INSERT INTO grievances_calllist (number, made_at, cases, by_id)
SELECT lpad(to_hex(o.id), 8, '0'), o.recorded_at, ARRAY[o.id], (SELECT min(cadre_id) FROM villages_post WHERE role = 'caller')
FROM grievances_opinion o WHERE o.id % 500 = 0
"""
_STOOD_IN = """
INSERT INTO grievances_stoodin (at, absent_id, cadre_id, opinion_id)
SELECT o.recorded_at, o.person_id,
    (SELECT id FROM villages_cadre c WHERE c.id > o.id / 100 % 900 AND c.id <> o.person_id ORDER BY id LIMIT 1), o.id
FROM grievances_opinion o WHERE o.id % 100 = 0 AND o.person_id IS NOT NULL ON CONFLICT DO NOTHING
"""
_PUT_ASIDE = """
UPDATE grievances_opinion SET waits_until = now() + interval '5 days'
WHERE state = 'handling' AND id % 10 = 0
"""
_ALL = (
    _DESKS, _NOTICES, _DELIVERIES, _ESCALATIONS, _REACHES, _PROBLEMS, _MEMBERSHIPS, _IN_A_PROBLEM, _NOTES, _ASSISTING,
    _UNDECIDED, _PHONES, _ORDERS, _ITEMS, _ABSENCES, _LISTS, _STOOD_IN, _PUT_ASIDE,
)  # fmt: skip


def gather(url: str, folder: Path) -> None:
    """Once for a database. The rows are what the steps would write; triggers have nothing to say about them."""
    done = folder / "around"
    if done.exists():
        return
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in _ALL:
            cursor.execute(statement)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    connection.close()
    done.touch()
