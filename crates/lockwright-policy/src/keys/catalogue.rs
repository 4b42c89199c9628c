//! The condition keys AWS defines for all services, for Account, IAM and STS.

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name as AWS writes it; one that ends in `/` is the beginning of many, each with a tag's key after it.
    pub name: &'static str,
    /// What its values are read as.
    pub of: KeyType,
    /// True when a request may hold several values.
    pub many: bool,
}

/// What the values of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// Text.
    Text,
    /// An ARN.
    Arn,
    /// A number.
    Number,
    /// A moment.
    Date,
    /// `true` or `false`.
    Bool,
    /// An address.
    Address,
}

use KeyType::{Address, Arn, Bool, Date, Number, Text};

const fn one(name: &'static str, of: KeyType) -> Key {
    Key { name, of, many: false }
}

const fn many(name: &'static str, of: KeyType) -> Key {
    Key { name, of, many: true }
}

const KEYS: [Key; 79] = [
    many("account:AlternateContactTypes", Text),
    one("aws:AssumedRoot", Bool),
    many("aws:CalledVia", Text),
    one("aws:CalledViaFirst", Text),
    one("aws:CalledViaLast", Text),
    one("aws:ChatbotSourceArn", Arn),
    one("aws:CurrentTime", Date),
    one("aws:Ec2InstanceSourcePrivateIPv4", Address),
    one("aws:Ec2InstanceSourceVpc", Text),
    one("aws:EpochTime", Number),
    one("aws:FederatedProvider", Text),
    one("aws:IsMcpServiceAction", Bool),
    one("aws:MultiFactorAuthAge", Number),
    one("aws:MultiFactorAuthPresent", Bool),
    one("aws:PrincipalAccount", Text),
    one("aws:PrincipalArn", Arn),
    one("aws:PrincipalIsAWSService", Bool),
    one("aws:PrincipalOrgMasterAccountId", Text),
    one("aws:PrincipalOrgID", Text),
    many("aws:PrincipalOrgPaths", Text),
    one("aws:PrincipalServiceName", Text),
    many("aws:PrincipalServiceNamesList", Text),
    one("aws:PrincipalTag/", Text),
    one("aws:PrincipalType", Text),
    one("aws:referer", Text),
    one("aws:RequestedRegion", Text),
    one("aws:RequestTag/", Text),
    one("aws:ResourceAccount", Text),
    one("aws:ResourceOrgID", Text),
    many("aws:ResourceOrgPaths", Text),
    one("aws:ResourceTag/", Text),
    one("aws:SecureTransport", Bool),
    one("aws:SourceAccount", Text),
    one("aws:SourceArn", Arn),
    one("aws:SourceIdentity", Text),
    one("aws:SourceIp", Address),
    one("aws:SourceOrgID", Text),
    many("aws:SourceOrgPaths", Text),
    one("aws:SourceVpc", Text),
    one("aws:SourceVpcArn", Arn),
    one("aws:SourceVpce", Text),
    many("aws:TagKeys", Text),
    one("aws:TokenIssueTime", Date),
    one("aws:UserAgent", Text),
    one("aws:userid", Text),
    one("aws:username", Text),
    one("aws:ViaAWSService", Bool),
    one("aws:VpceAccount", Text),
    one("aws:VpceOrgID", Text),
    many("aws:VpceOrgPaths", Text),
    one("aws:VpcSourceIp", Address),
    one("iam:AssociatedResourceArn", Arn),
    one("iam:AWSServiceName", Text),
    one("iam:FIDO-certification", Text),
    one("iam:FIDO-FIPS-140-2-certification", Text),
    one("iam:FIDO-FIPS-140-3-certification", Text),
    one("iam:OrganizationsPolicyId", Text),
    one("iam:PassedToService", Text),
    one("iam:PermissionsBoundary", Arn),
    one("iam:PolicyARN", Arn),
    one("iam:RegisterSecurityKey", Text),
    one("iam:ResourceTag/", Text),
    one("iam:ServiceSpecificCredentialAgeDays", Number),
    one("iam:ServiceSpecificCredentialServiceName", Text),
    one("saml:aud", Text),
    one("saml:iss", Text),
    one("saml:namequalifier", Text),
    one("saml:sub", Text),
    one("saml:sub_type", Text),
    one("sts:AWSServiceName", Text),
    one("sts:DurationSeconds", Number),
    one("sts:ExternalId", Text),
    many("sts:IdentityTokenAudience", Text),
    one("sts:RequestContext/", Text),
    many("sts:RequestContextProviders", Arn),
    one("sts:RoleSessionName", Text),
    one("sts:SourceIdentity", Text),
    one("sts:TaskPolicyArn", Arn),
    many("sts:TransitiveTagKeys", Text),
];

/// Looks a key up, in any case; a tag's key is found by what stands before it.
///
/// ```
/// use lockwright_policy::keys;
///
/// assert!(keys::find("AWS:tagkeys").unwrap().many);
/// assert_eq!(keys::find("aws:PrincipalTag/team").unwrap().name, "aws:PrincipalTag/");
/// assert!(keys::find("aws:PrincipalTag").is_none());
/// ```
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| match key.name.strip_suffix('/') {
        Some(_) => name.len() > key.name.len() && name.get(..key.name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(key.name)),
        None => name.eq_ignore_ascii_case(key.name),
    })
}

#[cfg(test)]
mod tests {
    use super::{KEYS, find};

    #[test]
    fn every_key_is_found_by_its_name_and_stands_once() {
        for key in &KEYS {
            let name = if key.name.ends_with('/') { format!("{}x", key.name) } else { key.name.to_ascii_uppercase() };
            assert_eq!(find(&name), Some(key));
            assert_eq!(KEYS.iter().filter(|other| other.name.eq_ignore_ascii_case(key.name)).count(), 1, "{}", key.name);
        }
    }
}
