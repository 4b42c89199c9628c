//! Operations that are told by their path (botocore's service models, `http.requestUri`).

use super::Service;
use crate::request::Request;

/// A service, a path, a query string that must be there word for word, and the operation.
type Row = (Service, &'static str, &'static str, &'static str);

const TABLE: [Row; 35] = [
    (Service::Account, "/acceptPrimaryEmailUpdate", "", "AcceptPrimaryEmailUpdate"),
    (Service::Account, "/deleteAlternateContact", "", "DeleteAlternateContact"),
    (Service::Account, "/disableRegion", "", "DisableRegion"),
    (Service::Account, "/enableRegion", "", "EnableRegion"),
    (Service::Account, "/getAccountInformation", "", "GetAccountInformation"),
    (Service::Account, "/getAlternateContact", "", "GetAlternateContact"),
    (Service::Account, "/getContactInformation", "", "GetContactInformation"),
    (Service::Account, "/getGovCloudAccountInformation", "", "GetGovCloudAccountInformation"),
    (Service::Account, "/getPrimaryEmail", "", "GetPrimaryEmail"),
    (Service::Account, "/getPrimaryEmailUpdateStatus", "", "GetPrimaryEmailUpdateStatus"),
    (Service::Account, "/getRegionOptStatus", "", "GetRegionOptStatus"),
    (Service::Account, "/listRegions", "", "ListRegions"),
    (Service::Account, "/putAccountName", "", "PutAccountName"),
    (Service::Account, "/putAlternateContact", "", "PutAlternateContact"),
    (Service::Account, "/putContactInformation", "", "PutContactInformation"),
    (Service::Account, "/sendPhoneNumberVerification", "", "SendPhoneNumberVerification"),
    (Service::Account, "/startPrimaryEmailUpdate", "", "StartPrimaryEmailUpdate"),
    (Service::Account, "/verifyPhoneNumber", "", "VerifyPhoneNumber"),
    (Service::Signin, "/v1/token", "", "CreateOAuth2Token"),
    (Service::Signin, "/v1/token", "x-amz-token-request-type=bearer", "CreateBearerToken"),
    (Service::Signin, "/v1/token", "x-amz-client-auth-method=iam", "CreateOAuth2TokenWithIAM"),
    (Service::Signin, "/v1/token", "x-amz-oauth-token-method=token-exchange", "CreateOAuth2TokenWithTokenExchange"),
    (Service::Signin, "/v1/introspect", "x-amz-client-auth-method=iam", "IntrospectOAuth2TokenWithIAM"),
    (Service::Signin, "/v1/revoke", "x-amz-client-auth-method=iam", "RevokeOAuth2TokenWithIAM"),
    (Service::Signin, "/delete-console-authorization-configuration", "", "DeleteConsoleAuthorizationConfiguration"),
    (Service::Signin, "/delete-resource-permission-statement", "", "DeleteResourcePermissionStatement"),
    (Service::Signin, "/get-console-authorization-configuration", "", "GetConsoleAuthorizationConfiguration"),
    (Service::Signin, "/get-resource-policy", "", "GetResourcePolicy"),
    (Service::Signin, "/list-resource-permission-statements", "", "ListResourcePermissionStatements"),
    (Service::Signin, "/put-console-authorization-configuration", "", "PutConsoleAuthorizationConfiguration"),
    (Service::Signin, "/put-resource-permission-statement", "", "PutResourcePermissionStatement"),
    (Service::SsoOidc, "/token", "", "CreateToken"),
    (Service::SsoOidc, "/token", "aws_iam=t", "CreateTokenWithIAM"),
    (Service::SsoOidc, "/client/register", "", "RegisterClient"),
    (Service::SsoOidc, "/device_authorization", "", "StartDeviceAuthorization"),
];

/// The operation at a path; `None` when there is none, or the method is not POST.
///
/// The path is compared as it came. One with dots, doubled slashes or escapes has the canonical form of another path, so it may carry a
/// signature that was made for that one; it is no path of ours (attack D17).
pub(super) fn operation(service: Service, request: &Request<'_>, base: &str) -> Option<&'static str> {
    let path = request.path.strip_prefix(base)?;
    let is_row = |(of, at, query, _): &&Row| *of == service && *at == path && *query == request.query;
    let found = TABLE.iter().find(is_row)?;
    (request.method == "POST").then_some(found.3)
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn no_row_hides_another() {
        for (at, row) in TABLE.iter().enumerate() {
            assert!(TABLE.iter().skip(at + 1).all(|other| (row.0, row.1, row.2) != (other.0, other.1, other.2)), "{row:?}");
        }
    }
}
