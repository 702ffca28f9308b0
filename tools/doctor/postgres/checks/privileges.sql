-- Whether this role is told of the sessions and statements of others.
SELECT current_user::text AS role
 WHERE NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
