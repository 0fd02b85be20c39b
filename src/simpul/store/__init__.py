"""PostgreSQL: starting it, roles, pools, named SQL, datasets' tables, the job queue, backup and upgrade."""
