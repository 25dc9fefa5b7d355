/** Maximum number of messages stored for clients that reconnect. */
const maxMessages = 5_000

export type LoggedMessage = { id: number; jobId: string; text: string }

/**
 * The published messages of a user, in the Durable Object's SQLite. Ids increase in the order of publication, so a
 * client that reconnects with its last id missed exactly the messages with a higher id.
 */
export const openMessageLog = (sql: SqlStorage) => {
  sql.exec(`
    create table if not exists messages (
      id integer primary key autoincrement, event_id text not null unique, job_id text not null, text text not null)`)
  return {
    /** Whether the message of an event was published before. */
    has: (eventId: string): boolean =>
      sql.exec("select 1 from messages where event_id = ?", eventId).toArray().length > 0,

    append: (eventId: string, jobId: string, text: string): LoggedMessage => {
      const row = sql
        .exec<{ id: number }>(
          "insert into messages (event_id, job_id, text) values (?, ?, ?) returning id",
          eventId,
          jobId,
          text,
        )
        .one()
      if (row.id % 100 === 0) sql.exec("delete from messages where id <= ?", row.id - maxMessages)
      return { id: row.id, jobId, text }
    },

    /** The latest id; 0 if no message was published. */
    head: (): number => sql.exec<{ id: number | null }>("select max(id) as id from messages").one().id ?? 0,

    /** The messages after `id`, of one job or of all; null when some of them are no longer stored. */
    since: (id: number, jobId: string | null): LoggedMessage[] | null => {
      const { oldest } = sql.exec<{ oldest: number | null }>("select min(id) as oldest from messages").one()
      if (oldest !== null && id < oldest - 1) return null
      return sql
        .exec<{ id: number; job_id: string; text: string }>(
          "select id, job_id, text from messages where id > ? and (? is null or job_id = ?) order by id",
          id,
          jobId,
          jobId,
        )
        .toArray()
        .map((row) => ({ id: row.id, jobId: row.job_id, text: row.text }))
    },
  }
}
