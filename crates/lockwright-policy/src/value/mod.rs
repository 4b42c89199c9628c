//! How texts of policies and requests are read where an operator wants a number, a moment, an address, bytes or a truth value.

mod date;
mod net;
mod number;

pub(crate) use date::Moment;
pub(crate) use net::Network;
pub(crate) use number::Number;

/// `true` and `false` in any case.
pub(crate) fn truth(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
