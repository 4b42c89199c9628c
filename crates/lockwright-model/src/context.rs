//! What every act knows of its circumstances.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::access_key::AccessKeyId;
use crate::clock::Timestamp;
use crate::event::IamUser;
use crate::id::RequestId;
use crate::identity::Principal;

/// Where an act came from, for events, notices and limits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The client's address; `None` on the host's command line.
    pub ip: Option<IpAddr>,
    /// The client's `User-Agent`, at most 256 characters.
    pub agent: String,
}

impl Source {
    /// The host's command line.
    pub fn host() -> Self {
        Self { ip: None, agent: "lockwright-cli".to_owned() }
    }

    /// The address as CloudTrail's `sourceIPAddress`.
    pub fn ip_text(&self) -> String {
        self.ip.map_or_else(|| "host".to_owned(), |ip| ip.to_string())
    }

    /// The network that tries are counted against: the IPv4 address, or the /64 of an IPv6 address.
    pub fn network(&self) -> String {
        match self.ip {
            None => "host".to_owned(),
            Some(IpAddr::V4(ip)) => ip.to_string(),
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// What a request says of a second factor (AWS, `aws:MultiFactorAuthPresent` and `aws:MultiFactorAuthAge`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SecondFactor {
    /// Nothing: it comes from no session. So it is with an access key, which lasts.
    Unsaid,
    /// The session has seen none.
    Absent,
    /// The session saw it at this moment.
    Shown(Timestamp),
}

/// One request or command: who, when, from where, under which id.
#[derive(Clone, Debug)]
pub struct OpContext {
    /// The id in log, trail and answer.
    pub id: RequestId,
    /// When it was received.
    pub now: Timestamp,
    /// Who acts.
    pub principal: Principal,
    /// The name and the ARN of an IAM user who acts, for the trail.
    pub iam_user: Option<IamUser>,
    /// The access key that signed the request of a program.
    pub access_key: Option<AccessKeyId>,
    /// Whether the session it comes from has seen a second factor.
    pub second_factor: SecondFactor,
    /// From where.
    pub source: Source,
}
