import psycopg2
from database import database

connection = psycopg2.connect(database.dsn("psycopg2"))
with connection, connection.cursor() as cursor:
    cursor.execute("""
        INSERT INTO venues (name, address, city, capacity)
        VALUES ('Paradiso', 'Weteringschans 6', 'Amsterdam', 1500)
        RETURNING id
    """)
    cursor.execute("""
        INSERT INTO events (name, start_at, venue_id, ticket_price)
        VALUES ('First Light', '2027-06-21 05:18', %s, 25)
    """, cursor.fetchone())
    print(cursor.rowcount, "event written")
