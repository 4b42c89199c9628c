//! The rules of recovery as data, and the one interpreter that reads them.
