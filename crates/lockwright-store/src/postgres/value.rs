//! Values and rows in PostgreSQL's binary form.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::error::{Cause, StoreError};
use crate::statement::{Row, Value};

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Int(number) => number.to_sql(ty, out),
            Self::Blob(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::TEXT, Type::INT8, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

/// Values as the driver takes them.
pub(super) fn bound(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// A row in our own form.
pub(super) fn row(from: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(from.len());
    for (at, column) in from.columns().iter().enumerate() {
        let cell = match *column.type_() {
            Type::TEXT => from.try_get::<_, Option<String>>(at)?.map(Value::Text),
            Type::INT8 => from.try_get::<_, Option<i64>>(at)?.map(Value::Int),
            Type::INT4 => from.try_get::<_, Option<i32>>(at)?.map(|number| Value::Int(i64::from(number))),
            Type::BYTEA => from.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Blob),
            _ => return Err(StoreError::Unavailable(Cause::words(format!("column {} has an unknown type", column.name())))),
        };
        cells.push(cell.unwrap_or(Value::Null));
    }
    Ok(Row::new(cells))
}
