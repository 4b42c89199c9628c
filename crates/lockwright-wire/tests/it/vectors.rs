//! The file of requests that botocore signed.

use lockwright_wire::moment::Moment;
use serde::Deserialize;

use crate::sent::Sent;

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    pub(crate) published: bool,
}

impl Vector {
    pub(crate) fn sent(&self) -> Sent {
        Sent {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect(),
            body: self.body.clone().into_bytes(),
        }
    }
}

/// When all of them were signed.
pub(crate) fn then() -> Moment {
    Moment::parse_basic("20150830T123600Z").unwrap()
}

pub(crate) fn all() -> Vec<Vector> {
    serde_json::from_str(include_str!("data/sigv4-vectors.json")).unwrap()
}

pub(crate) fn named(name: &str) -> Sent {
    all().iter().find(|vector| vector.name == name).unwrap().sent()
}
