"""Makes the metadata database of an empty Superset, with the account admin/admin. Argument: the path of the database.

SQLite keeps a constraint that other databases lose in the migrations (one table name for all schemas), and lacks the
unique index on slugs. Both are mended, so that the instance behaves as one in production does.
"""

import os
import re
import sqlite3
import sys

import superset
from superset.app import create_app

app = create_app()
with app.app_context():
    from flask_migrate import upgrade
    from superset.extensions import appbuilder, security_manager

    upgrade(directory=os.path.join(os.path.dirname(superset.__file__), "migrations"))
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    admin = security_manager.find_role("Admin")
    security_manager.add_user("admin", "Ada", "Admin", "admin@example.org", admin, "admin")

database = sqlite3.connect(sys.argv[1], isolation_level=None)
query = "select sql from sqlite_master where type='table' and name='tables'"
before = database.execute(query).fetchone()[0]
after = re.sub(r"UNIQUE \(table_name\)\s*,\s*|,\s*UNIQUE \(table_name\)", "", before)
if after != before:
    database.execute("pragma foreign_keys=off")
    database.execute("pragma legacy_alter_table=on")
    database.execute("begin")
    database.execute(re.sub(r'CREATE TABLE "?tables"?', "CREATE TABLE tables_new", after, count=1))
    database.execute("insert into tables_new select * from tables")
    database.execute("drop table tables")
    database.execute("alter table tables_new rename to tables")
    database.execute("commit")
database.execute("create unique index if not exists idx_unique_slug on dashboards(slug)")
