//! The operations that are offered, each with what carries it out. What is not here answers that it is not offered.

use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::route::Service;

use crate::ask::Ask;
use crate::{iam, sts};

/// An operation that is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offered {
    /// Its service.
    pub service: Service,
    /// Its name.
    pub name: &'static str,
}

/// What is not offered.
pub(crate) fn not_offered(operation: &str) -> WireError {
    WireError::of(ErrorKind::InvalidAction, format!("The operation {operation} is not offered by this server."))
}

macro_rules! operations {
    ($($service:ident $name:literal => $handler:path),+ $(,)?) => {
        /// The operations that are offered.
        pub const OPERATIONS: &[Offered] = &[$(Offered { service: Service::$service, name: $name }),+];

        /// Carries a call out.
        pub(crate) async fn carry_out(ask: &Ask<'_>) -> Result<Reply, WireError> {
            match (ask.call.service, ask.call.operation.as_ref()) {
                $((Service::$service, $name) => $handler(ask).await,)+
                (_, operation) => Err(not_offered(operation)),
            }
        }
    };
}

operations! {
    Iam "AttachUserPolicy" => iam::attached::attach,
    Iam "CreateAccessKey" => iam::access_keys::create,
    Iam "CreateAccountAlias" => iam::aliases::create,
    Iam "CreateUser" => iam::users::create,
    Iam "DeleteAccessKey" => iam::access_keys::delete,
    Iam "DeleteAccountAlias" => iam::aliases::delete,
    Iam "DeleteUser" => iam::users::delete,
    Iam "DeleteUserPolicy" => iam::user_policies::delete,
    Iam "DetachUserPolicy" => iam::attached::detach,
    Iam "GetAccessKeyLastUsed" => iam::access_keys::last_used,
    Iam "GetPolicy" => iam::managed::get,
    Iam "GetPolicyVersion" => iam::managed::version,
    Iam "GetUser" => iam::users::get,
    Iam "GetUserPolicy" => iam::user_policies::get,
    Iam "ListAccessKeys" => iam::access_keys::list,
    Iam "ListAccountAliases" => iam::aliases::list,
    Iam "ListAttachedUserPolicies" => iam::attached::list,
    Iam "ListPolicies" => iam::managed::list,
    Iam "ListUserPolicies" => iam::user_policies::list,
    Iam "ListUsers" => iam::users::list,
    Iam "PutUserPolicy" => iam::user_policies::put,
    Iam "UpdateAccessKey" => iam::access_keys::update,
    Sts "GetAccessKeyInfo" => sts::access_key_info,
    Sts "GetCallerIdentity" => sts::caller_identity,
}
