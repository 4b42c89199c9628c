//! How much of each kind an account can have (aws-behaviour §6). The store holds the line, so that creations which race can't cross it.

use crate::resource::ResourceKind;

/// IAM users of an account.
pub const MOST_USERS: u64 = 5_000;
/// Groups of an account.
pub const MOST_GROUPS: u64 = 300;
/// Policies of an account's own.
pub const MOST_POLICIES: u64 = 1_500;
/// Roles of an account.
pub const MOST_ROLES: u64 = 1_000;
/// Instance profiles of an account.
pub const MOST_PROFILES: u64 = 1_000;
/// Providers of an account that speak OpenID Connect.
pub const MOST_OPENID: u64 = 100;
/// Server certificates of an account.
pub const MOST_SERVER_CERTIFICATES: u64 = 20;
/// Virtual MFA devices of an account: as many as users.
pub const MOST_VIRTUAL_DEVICES: u64 = MOST_USERS;

/// The most of one kind.
pub const fn most(kind: ResourceKind) -> u64 {
    match kind {
        ResourceKind::Group => MOST_GROUPS,
        ResourceKind::Policy => MOST_POLICIES,
        ResourceKind::Role => MOST_ROLES,
        ResourceKind::InstanceProfile => MOST_PROFILES,
        ResourceKind::OpenIdProvider => MOST_OPENID,
        ResourceKind::ServerCertificate => MOST_SERVER_CERTIFICATES,
        ResourceKind::Device => MOST_VIRTUAL_DEVICES,
    }
}
