//! The operations that are offered, each with what carries it out. What is not here answers that it is not offered.

use std::pin::Pin;

use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::route::{Call, Service};

use crate::ask::Ask;
use crate::iam::grantee::{OfGroup, OfRole, OfUser};
use crate::iam::resources::{InstanceProfile, OpenIdProvider, ServerCertificate};
use crate::{account, cloudtrail, iam, sts, web_identity};

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

/// What carries a call out, on the heap: side by side in one frame, all that could would not fit on a thread's stack.
fn apart<'a, F>(carry_out: impl FnOnce() -> F) -> Pin<Box<dyn Future<Output = Result<Reply, WireError>> + Send + 'a>>
where
    F: Future<Output = Result<Reply, WireError>> + Send + 'a,
{
    Box::pin(carry_out())
}

macro_rules! prefix {
    (Account) => {
        "account:"
    };
    (Iam) => {
        "iam:"
    };
    (Sts) => {
        "sts:"
    };
    (CloudTrail) => {
        "cloudtrail:"
    };
}

macro_rules! operations {
    ($($service:ident $name:literal => $handler:path),+ $(,)?) => {
        /// The operations that are offered.
        pub const OPERATIONS: &[Offered] = &[$(Offered { service: Service::$service, name: $name }),+];

        /// What an operation is called in policies; `None`: it is not offered.
        pub(crate) fn action(call: &Call<'_>) -> Option<&'static str> {
            match (call.service, call.operation.as_ref()) {
                $((Service::$service, $name) => Some(concat!(prefix!($service), $name)),)+
                _ => None,
            }
        }

        /// Carries a call out. What it keeps on the way stands on the heap: one table of all operations is too much for a small stack.
        pub(crate) async fn carry_out(ask: &Ask<'_>) -> Result<Reply, WireError> {
            let carried = match (ask.call.service, ask.call.operation.as_ref()) {
                $((Service::$service, $name) => apart(|| $handler(ask)),)+
                (_, operation) => return Err(not_offered(operation)),
            };
            carried.await
        }
    };
}

operations! {
    Account "AcceptPrimaryEmailUpdate" => account::accept_email,
    Account "DeleteAlternateContact" => account::delete_alternate,
    Account "GetAccountInformation" => account::information,
    Account "GetAlternateContact" => account::get_alternate,
    Account "GetContactInformation" => account::get_primary,
    Account "GetPrimaryEmail" => account::get_email,
    Account "GetPrimaryEmailUpdateStatus" => account::email_status,
    Account "PutAccountName" => account::rename,
    Account "PutAlternateContact" => account::put_alternate,
    Account "PutContactInformation" => account::put_primary,
    Account "SendPhoneNumberVerification" => account::send_phone_code,
    Account "StartPrimaryEmailUpdate" => account::start_email,
    Account "VerifyPhoneNumber" => account::verify_phone,
    CloudTrail "LookupEvents" => cloudtrail::lookup_events,
    Iam "AddClientIDToOpenIDConnectProvider" => iam::openid_providers::add_client,
    Iam "AddRoleToInstanceProfile" => iam::instance_profiles::add_role,
    Iam "AddUserToGroup" => iam::groups::add,
    Iam "AttachGroupPolicy" => iam::attached::attach::<OfGroup>,
    Iam "AttachRolePolicy" => iam::attached::attach::<OfRole>,
    Iam "AttachUserPolicy" => iam::attached::attach::<OfUser>,
    Iam "ChangePassword" => iam::login_profiles::change_own,
    Iam "CreateAccessKey" => iam::access_keys::create,
    Iam "CreateAccountAlias" => iam::aliases::create,
    Iam "CreateGroup" => iam::groups::create,
    Iam "CreateInstanceProfile" => iam::instance_profiles::create,
    Iam "CreateLoginProfile" => iam::login_profiles::create,
    Iam "CreateOpenIDConnectProvider" => iam::openid_providers::create,
    Iam "CreatePolicy" => iam::policies::create,
    Iam "CreatePolicyVersion" => iam::policies::create_version,
    Iam "CreateRole" => iam::roles::create,
    Iam "CreateServiceSpecificCredential" => iam::service_credentials::create,
    Iam "CreateServiceLinkedRole" => iam::service_linked::create,
    Iam "CreateUser" => iam::users::create,
    Iam "CreateVirtualMFADevice" => iam::virtual_devices::create,
    Iam "DeactivateMFADevice" => iam::mfa::deactivate,
    Iam "DeleteAccessKey" => iam::access_keys::delete,
    Iam "DeleteAccountAlias" => iam::aliases::delete,
    Iam "DeleteAccountPasswordPolicy" => iam::password_policy::delete,
    Iam "DeleteGroup" => iam::groups::delete,
    Iam "DeleteGroupPolicy" => iam::inline::delete::<OfGroup>,
    Iam "DeleteInstanceProfile" => iam::resources::delete::<InstanceProfile>,
    Iam "DeleteLoginProfile" => iam::login_profiles::delete,
    Iam "DeleteOpenIDConnectProvider" => iam::openid_providers::delete,
    Iam "DeletePolicy" => iam::policies::delete,
    Iam "DeletePolicyVersion" => iam::policies::delete_version,
    Iam "DeleteRole" => iam::roles::delete,
    Iam "DeleteRolePermissionsBoundary" => iam::attached::unbound::<OfRole>,
    Iam "DeleteRolePolicy" => iam::inline::delete::<OfRole>,
    Iam "DeleteSSHPublicKey" => iam::ssh_keys::delete,
    Iam "DeleteServerCertificate" => iam::resources::delete::<ServerCertificate>,
    Iam "DeleteServiceSpecificCredential" => iam::service_credentials::delete,
    Iam "DeleteSigningCertificate" => iam::signing_certificates::delete,
    Iam "DeleteServiceLinkedRole" => iam::service_linked::delete,
    Iam "DeleteUser" => iam::users::delete,
    Iam "DeleteUserPermissionsBoundary" => iam::attached::unbound::<OfUser>,
    Iam "DeleteUserPolicy" => iam::inline::delete::<OfUser>,
    Iam "DeleteVirtualMFADevice" => iam::virtual_devices::delete,
    Iam "DetachGroupPolicy" => iam::attached::detach::<OfGroup>,
    Iam "DetachRolePolicy" => iam::attached::detach::<OfRole>,
    Iam "DetachUserPolicy" => iam::attached::detach::<OfUser>,
    Iam "EnableMFADevice" => iam::virtual_devices::enable,
    Iam "GenerateCredentialReport" => iam::account::generate_report,
    Iam "GenerateServiceLastAccessedDetails" => iam::last_accessed::generate,
    Iam "GetAccessKeyLastUsed" => iam::access_keys::last_used,
    Iam "GetAccountAuthorizationDetails" => iam::account::details,
    Iam "GetAccountPasswordPolicy" => iam::password_policy::get,
    Iam "GetAccountSummary" => iam::account::summary,
    Iam "GetContextKeysForCustomPolicy" => iam::simulate::keys_for_custom,
    Iam "GetContextKeysForPrincipalPolicy" => iam::simulate::keys_for_principal,
    Iam "GetCredentialReport" => iam::account::report,
    Iam "GetGroup" => iam::groups::get,
    Iam "GetGroupPolicy" => iam::inline::get::<OfGroup>,
    Iam "GetInstanceProfile" => iam::instance_profiles::get,
    Iam "GetLoginProfile" => iam::login_profiles::get,
    Iam "GetMFADevice" => iam::mfa::get,
    Iam "GetOpenIDConnectProvider" => iam::openid_providers::get,
    Iam "GetPolicy" => iam::managed::get,
    Iam "GetPolicyVersion" => iam::managed::version,
    Iam "GetRole" => iam::roles::get,
    Iam "GetRolePolicy" => iam::inline::get::<OfRole>,
    Iam "GetSSHPublicKey" => iam::ssh_keys::get,
    Iam "GetServerCertificate" => iam::server_certificates::get,
    Iam "GetServiceLastAccessedDetails" => iam::last_accessed::details,
    Iam "GetServiceLastAccessedDetailsWithEntities" => iam::last_accessed::entities,
    Iam "GetServiceLinkedRoleDeletionStatus" => iam::service_linked::deletion_status,
    Iam "GetUser" => iam::users::get,
    Iam "GetUserPolicy" => iam::inline::get::<OfUser>,
    Iam "ListAccessKeys" => iam::access_keys::list,
    Iam "ListAccountAliases" => iam::aliases::list,
    Iam "ListAttachedGroupPolicies" => iam::attached::list::<OfGroup>,
    Iam "ListAttachedRolePolicies" => iam::attached::list::<OfRole>,
    Iam "ListAttachedUserPolicies" => iam::attached::list::<OfUser>,
    Iam "ListEntitiesForPolicy" => iam::uses::entities,
    Iam "ListGroupPolicies" => iam::inline::list::<OfGroup>,
    Iam "ListGroups" => iam::groups::list,
    Iam "ListGroupsForUser" => iam::groups::list_for_user,
    Iam "ListInstanceProfileTags" => iam::resources::list_tags::<InstanceProfile>,
    Iam "ListInstanceProfiles" => iam::instance_profiles::list,
    Iam "ListInstanceProfilesForRole" => iam::instance_profiles::list_for_role,
    Iam "ListMFADeviceTags" => iam::virtual_devices::list_tags,
    Iam "ListMFADevices" => iam::mfa::list,
    Iam "ListOpenIDConnectProviderTags" => iam::resources::list_tags::<OpenIdProvider>,
    Iam "ListOpenIDConnectProviders" => iam::openid_providers::list,
    Iam "ListOrganizationsFeatures" => iam::account::organizations_features,
    Iam "ListPolicies" => iam::managed::list,
    Iam "ListPoliciesGrantingServiceAccess" => iam::last_accessed::policies,
    Iam "ListPolicyTags" => iam::managed::list_tags,
    Iam "ListPolicyVersions" => iam::managed::versions,
    Iam "ListRolePolicies" => iam::inline::list::<OfRole>,
    Iam "ListRoleTags" => iam::tagging::list::<OfRole>,
    Iam "ListRoles" => iam::roles::list,
    Iam "ListSSHPublicKeys" => iam::ssh_keys::list,
    Iam "ListServerCertificateTags" => iam::resources::list_tags::<ServerCertificate>,
    Iam "ListServerCertificates" => iam::server_certificates::list,
    Iam "ListServiceSpecificCredentials" => iam::service_credentials::list,
    Iam "ListSigningCertificates" => iam::signing_certificates::list,
    Iam "ListUserPolicies" => iam::inline::list::<OfUser>,
    Iam "ListUserTags" => iam::tagging::list::<OfUser>,
    Iam "ListUsers" => iam::users::list,
    Iam "ListVirtualMFADevices" => iam::mfa::list_virtual,
    Iam "PutGroupPolicy" => iam::inline::put::<OfGroup>,
    Iam "PutRolePermissionsBoundary" => iam::attached::bound::<OfRole>,
    Iam "PutRolePolicy" => iam::inline::put::<OfRole>,
    Iam "PutUserPermissionsBoundary" => iam::attached::bound::<OfUser>,
    Iam "PutUserPolicy" => iam::inline::put::<OfUser>,
    Iam "RemoveClientIDFromOpenIDConnectProvider" => iam::openid_providers::remove_client,
    Iam "RemoveRoleFromInstanceProfile" => iam::instance_profiles::remove_role,
    Iam "RemoveUserFromGroup" => iam::groups::remove,
    Iam "ResetServiceSpecificCredential" => iam::service_credentials::reset,
    Iam "ResyncMFADevice" => iam::virtual_devices::resync,
    Iam "SetDefaultPolicyVersion" => iam::policies::put_in_force,
    Iam "SimulateCustomPolicy" => iam::simulate::custom,
    Iam "SimulatePrincipalPolicy" => iam::simulate::principal,
    Iam "TagInstanceProfile" => iam::resources::tag::<InstanceProfile>,
    Iam "TagMFADevice" => iam::virtual_devices::tag,
    Iam "TagOpenIDConnectProvider" => iam::resources::tag::<OpenIdProvider>,
    Iam "TagPolicy" => iam::policies::tag,
    Iam "TagRole" => iam::tagging::put::<OfRole>,
    Iam "TagServerCertificate" => iam::resources::tag::<ServerCertificate>,
    Iam "TagUser" => iam::tagging::put::<OfUser>,
    Iam "UntagInstanceProfile" => iam::resources::untag::<InstanceProfile>,
    Iam "UntagMFADevice" => iam::virtual_devices::untag,
    Iam "UntagOpenIDConnectProvider" => iam::resources::untag::<OpenIdProvider>,
    Iam "UntagPolicy" => iam::policies::untag,
    Iam "UntagRole" => iam::tagging::take::<OfRole>,
    Iam "UntagServerCertificate" => iam::resources::untag::<ServerCertificate>,
    Iam "UntagUser" => iam::tagging::take::<OfUser>,
    Iam "UpdateAccessKey" => iam::access_keys::update,
    Iam "UpdateAccountPasswordPolicy" => iam::password_policy::update,
    Iam "UpdateAssumeRolePolicy" => iam::roles::trust,
    Iam "UpdateGroup" => iam::groups::update,
    Iam "UpdateLoginProfile" => iam::login_profiles::update,
    Iam "UpdateOpenIDConnectProviderThumbprint" => iam::openid_providers::update_thumbprints,
    Iam "UpdateRole" => iam::roles::update,
    Iam "UpdateRoleDescription" => iam::roles::describe_anew,
    Iam "UpdateSSHPublicKey" => iam::ssh_keys::update,
    Iam "UpdateServerCertificate" => iam::server_certificates::update,
    Iam "UpdateServiceSpecificCredential" => iam::service_credentials::update,
    Iam "UpdateSigningCertificate" => iam::signing_certificates::update,
    Iam "UpdateUser" => iam::users::update,
    Iam "UploadSSHPublicKey" => iam::ssh_keys::upload,
    Iam "UploadServerCertificate" => iam::server_certificates::upload,
    Iam "UploadSigningCertificate" => iam::signing_certificates::upload,
    Sts "AssumeRole" => sts::assume_role,
    Sts "AssumeRoleWithWebIdentity" => web_identity::signed,
    Sts "GetAccessKeyInfo" => sts::access_key_info,
    Sts "GetCallerIdentity" => sts::caller_identity,
    Sts "GetFederationToken" => sts::federation_token,
    Sts "GetSessionToken" => sts::session_token,
}
