//! The gate of purposes: what this browser allows now, and the proof of it that setting a cookie takes.

use std::marker::PhantomData;

use axum::http::HeaderMap;
use lockwright_model::privacy::Purpose;
use lockwright_service::core::privacy::Standing;

/// A purpose as a type.
pub trait Kind {
    /// The purpose.
    const PURPOSE: Purpose;
}

macro_rules! kinds {
    ($($name:ident),+) => {$(
        #[doc = concat!("[`Purpose::", stringify!($name), "`] as a type.")]
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Kind for $name {
            const PURPOSE: Purpose = Purpose::$name;
        }
    )+};
}
kinds!(Essential, Performance, Functional, Advertising);

/// The proof that a purpose is allowed now. Only the gate makes one, from what the browser and the person chose; what takes it can't be
/// called without it.
///
/// ```compile_fail
/// use lockwright_web::consent::{Consent, Functional};
/// let forged: Consent<Functional> = Consent(std::marker::PhantomData);
/// ```
#[derive(Debug)]
pub struct Consent<K>(PhantomData<K>);

/// What is essential asks nobody.
pub const ESSENTIAL: &Consent<Essential> = &Consent(PhantomData);

impl<K: Kind> Consent<K> {
    /// The proof, where the purpose is allowed.
    pub(super) fn of(standing: &Standing) -> Option<Self> {
        standing.allowed.allows(K::PURPOSE).then_some(Self(PhantomData))
    }
}

/// Whether the browser sends Global Privacy Control: one header of exactly `1` is enough, any other value is none (W3C "Global Privacy
/// Control" §3.2; P01, P02). Trailers are never looked at (P03).
pub(super) fn signal(headers: &HeaderMap) -> bool {
    headers.get_all("sec-gpc").iter().any(|value| value.as_bytes() == b"1")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn sent(values: &[&[u8]]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("sec-gpc", HeaderValue::from_bytes(value).unwrap());
        }
        signal(&headers)
    }

    #[test]
    fn p01_only_the_value_1_is_a_signal() {
        let others: [&[u8]; 29] = [
            b"",
            b"0",
            b"2",
            b"11",
            b"01",
            b"10",
            b"1.0",
            b"+1",
            b"-1",
            b" 1",
            b"1 ",
            b"\t1",
            b"1\t",
            b"1,1",
            b"1;",
            b"1;q=1",
            b"?1",
            b"\"1\"",
            b"'1'",
            b"true",
            b"True",
            b"on",
            b"yes",
            b"t",
            b"y",
            b"0x1",
            b"\xef\xbc\x91",
            b"\xc2\xb9",
            b"one",
        ];
        for other in others {
            assert!(!sent(&[other]), "{other:?}");
        }
        assert!(sent(&[b"1"]));
        assert!(!sent(&[]));
    }

    #[test]
    fn p02_of_several_headers_one_exact_value_is_enough() {
        assert!(sent(&[b"0", b"1"]));
        assert!(sent(&[b"1", b"0"]));
        assert!(sent(&[b"1", b"1"]));
        assert!(!sent(&[b"0", b"2"]));
    }
}
