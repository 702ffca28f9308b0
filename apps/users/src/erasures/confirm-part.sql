-- Notes that a service has erased its part of erasure $1, once: $2 is users, content or analytics. With
-- the last one the erasure is complete, and names nobody any more.
UPDATE erasures
   SET users_at     = CASE $2 WHEN 'users' THEN coalesce(users_at, now()) ELSE users_at END,
       content_at   = CASE $2 WHEN 'content' THEN coalesce(content_at, now()) ELSE content_at END,
       analytics_at = CASE $2 WHEN 'analytics' THEN coalesce(analytics_at, now()) ELSE analytics_at END,
       completed_at = CASE
         WHEN (users_at IS NOT NULL OR $2 = 'users')
              AND (content_at IS NOT NULL OR $2 = 'content')
              AND (analytics_at IS NOT NULL OR $2 = 'analytics') THEN now()
       END,
       account_id   = CASE
         WHEN (users_at IS NOT NULL OR $2 = 'users')
              AND (content_at IS NOT NULL OR $2 = 'content')
              AND (analytics_at IS NOT NULL OR $2 = 'analytics') THEN NULL
         ELSE account_id
       END
 WHERE id = $1 AND completed_at IS NULL
