import asyncio

import asyncpg
from database import database


async def main() -> None:
    connection = await asyncpg.connect(database.dsn("asyncpg"))
    row = await connection.fetchrow("""
        SELECT e.name, v.name AS venue, e.ticket_price
        FROM events e JOIN venues v ON v.id = e.venue_id
    """)
    print(dict(row))
    await connection.close()


asyncio.run(main())
