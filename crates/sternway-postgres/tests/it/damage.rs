//! One flipped bit of one value of one row, past every constraint.

use sqlx::{AssertSqlSafe, PgPool, Row as _};

/// A value of a type with one bit of it flipped, in SQL; nothing for what cannot be damaged so.
fn flipped(kind: &str, column: &str, bit: u64) -> Option<String> {
    match kind {
        "bytea" => {
            let place = format!("({bit} % (8 * octet_length({column})))::integer");
            Some(format!("set_bit({column}, {place}, 1 - get_bit({column}, {place}))"))
        }
        "int2" => Some(format!("({column} # (1 << {}))::int2", bit % 14)),
        "int4" | "int8" => Some(format!("{column} # (1 << {})::{kind}", bit % 30)),
        "bool" => Some(format!("NOT {column}")),
        "text" => {
            let place = format!("({bit} % length({column}))::integer + 1");
            let other = format!("ascii(substr({column}, {place}, 1)) # {}", 1 << (bit % 6));
            let other = format!("chr(CASE {other} WHEN 0 THEN 1 ELSE {other} END)");
            Some(format!("overlay({column} placing {other} from {place} for 1)"))
        }
        "uuid" => {
            let (bytes, place) = (format!("uuid_send({column})"), format!("({bit} % 16)::integer"));
            let other = format!("set_byte({bytes}, {place}, get_byte({bytes}, {place}) # 1)");
            Some(format!("encode({other}, 'hex')::uuid"))
        }
        "float8" => Some(format!("-{column}")),
        "numeric" => Some(format!("{column} + 1")),
        "jsonb" => Some(format!("jsonb_build_array({column})")),
        "_int8" => Some(format!("array_append({column}, 1::bigint)")),
        "_text" => Some(format!("array_append({column}, 'x')")),
        _ => None,
    }
}

/// Steps of a simple generator, so that equal seeds choose alike.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        self.0 >> 33
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % limit.max(1)
    }
}

/// Runs a statement with no constraint but unique ones looked after.
pub(crate) async fn run(pool: &PgPool, statement: &str) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::raw_sql("SET LOCAL session_replication_role = replica")
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Flips a bit. Answers with words for it, and with the statement that takes it back.
pub(crate) async fn flip(pool: &PgPool, schema: &str, seed: u64) -> (String, String) {
    // The views of information_schema say the same, and take several times as long for it.
    let columns = sqlx::query(
        "SELECT c.relname::text, a.attname::text, t.typname::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_step'
            AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY 1, a.attnum",
    )
    .bind(schema)
    .fetch_all(pool)
    .await
    .expect("list the columns");
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(seed));
    loop {
        let Some(row) = columns.get(dice.below(columns.len())) else { continue };
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let rows = format!(
            "SELECT ctid::text FROM {schema}.{table} WHERE {column} IS NOT NULL
                AND {column}::text NOT IN ('', '{{}}', '\\x') ORDER BY md5({table}::text)"
        );
        let rows = sqlx::query(AssertSqlSafe(rows)).fetch_all(pool).await.expect("list the rows");
        let Some(row) = rows.get(dice.below(rows.len())) else { continue };
        let Some(value) = flipped(&kind, &column, dice.next()) else { continue };
        let place = Value { table: format!("{schema}.{table}"), column, ctid: row.get(0) };
        if let Some(done) = place.damage(pool, &value).await {
            return done;
        }
    }
}

/// Where a value is.
struct Value {
    table: String,
    column: String,
    ctid: String,
}

impl Value {
    /// Damages it; nothing if a constraint that cannot be passed by is in the way.
    async fn damage(&self, pool: &PgPool, value: &str) -> Option<(String, String)> {
        let Self { table, column, ctid } = self;
        let read = format!("SELECT row_to_json(t)::text FROM {table} t WHERE ctid = '{ctid}'");
        let read = sqlx::query_scalar(AssertSqlSafe(read)).fetch_one(pool);
        let before: String = read.await.expect("read the row");
        let set = format!("UPDATE {table} SET {column} = {value} WHERE ctid = '{ctid}'");
        run(pool, &set).await.ok()?;
        let newest =
            format!("SELECT ctid::text FROM {table} ORDER BY xmin::text::bigint DESC LIMIT 1");
        let newest = sqlx::query_scalar(AssertSqlSafe(newest)).fetch_one(pool);
        let newest: String = newest.await.expect("find the row");
        let mend = format!(
            "UPDATE {table} t SET {column} = w.{column}
            FROM json_populate_record(NULL::{table}, '{}'::json) w WHERE t.ctid = '{newest}'",
            before.replace('\'', "''")
        );
        let short: String = before.chars().take(200).collect();
        Some((format!("{column} of a row of {table}: {short}"), mend))
    }
}
