//! Form tokens: each form carries one that is bound to the browser or session it was made for, so that no other site can send it.

use lockwright_authn::codes;

use crate::Lockwright;

impl Lockwright {
    /// The token of forms made for a session's or browser's token: hexadecimal HMAC-SHA-256 under the installation's key.
    pub fn form_token(&self, bound_to: &str) -> String {
        let tag = codes::bind(&self.config().sealing_key, "form", &[bound_to.as_bytes()]);
        tag.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a form was made for this session or browser; compared in constant time (E19).
    pub fn check_form_token(&self, bound_to: &str, given: &str) -> bool {
        codes::same(self.form_token(bound_to).as_bytes(), given.as_bytes())
    }
}
