"""The real servers of the tests: PostgreSQL 16 and 18, and MySQL. All of them end with the run.

`from servers import Server`; the fixtures that start them are in tests/conftest.py.
"""

from servers.server import Server as Server
